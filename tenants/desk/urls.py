"""The desk: what the concierge does, in the order in which it is done."""

from django.urls import path

from tenants.desk.views import (
    answering,
    fetching,
    handover,
    in_shops,
    moving,
    orders,
    phone_order,
    refunds,
    substitutions,
    to_see,
    today,
)

app_name = "desk"
urlpatterns = [
    path("", today.today, name="today"),
    path("ramassage/", fetching.collect, name="collect"),
    path("ramassage/annuler/", fetching.undo_collect, name="undo_collect"),
    path("arrivees/", fetching.arrivals, name="arrivals"),
    path("arrivees/annuler/", fetching.undo_arrival, name="undo_arrival"),
    path("remise/", handover.find, name="handover"),
    path("remise/<uuid:order_id>/", handover.hand_over, name="handover_order"),
    path("nouvelle-commande/", phone_order.who, name="phone_order"),
    path("nouvelle-commande/<uuid:call_id>/", phone_order.call, name="call"),
    path("nouvelle-commande/<uuid:call_id>/relire/", phone_order.review, name="review"),
    path("retraits-a-revoir/", to_see.to_see, name="to_see"),
    path("commandes/<uuid:order_id>/", orders.order, name="order"),
    path("commandes/<uuid:order_id>/recu.pdf", orders.order_receipt, name="receipt"),
    path("commandes/<uuid:order_id>/deplacer/", moving.move, name="move"),
    path("commandes/<uuid:order_id>/enregistree/", orders.placed, name="placed"),
    path("commandes/<uuid:order_id>/annuler/", orders.cancel, name="cancel"),
    path("commandes/<uuid:order_id>/prevenir/", orders.tell, name="tell"),
    path("commandes/<uuid:order_id>/rembourser/", refunds.refund, name="refund"),
    path("remboursements/<uuid:refund_id>/rendre/", refunds.give, name="give"),
    path("lignes/<uuid:line_id>/remplacer/", substitutions.propose, name="substitute"),
    path("remplacements/<uuid:substitution_id>/", substitutions.answer, name="substitution"),
    path("sous-commandes/<uuid:part_id>/peser/", answering.weigh, name="weigh"),
    path("sous-commandes/<uuid:part_id>/repondre/", answering.answer, name="answer"),
    path("sous-commandes/<uuid:part_id>/payee/", in_shops.note, name="paid_in_shop"),
    path("sous-commandes/<uuid:part_id>/payee/annuler/", in_shops.undo, name="undo_paid_in_shop"),
]
