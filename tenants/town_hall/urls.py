"""The town hall: what the town decides."""

from django.urls import path

from tenants.town_hall.views import changes, commission, home, hubs, incidents, journal, look, pauses, shops, staff

app_name = "town_hall"
urlpatterns = [
    path("", home.home, name="home"),
    path("points-de-retrait/", hubs.hubs, name="hubs"),
    path("points-de-retrait/nouveau/", hubs.add, name="add_hub"),
    path("points-de-retrait/<uuid:hub_id>/", hubs.edit, name="hub"),
    path("points-de-retrait/<uuid:hub_id>/supprimer/", hubs.remove, name="remove_hub"),
    path("points-de-retrait/<uuid:hub_id>/changements/", changes.changes, name="hub_changes"),
    path("points-de-retrait/<uuid:hub_id>/changements/exception/", changes.add_exception, name="add_exception"),
    path("points-de-retrait/<uuid:hub_id>/changements/horaires/", changes.add_version, name="add_version"),
    path("fermetures/", changes.changes, name="closures"),
    path("fermetures/nouvelle/", changes.add_exception, name="add_closure"),
    path("changements/<uuid:change_id>/retirer/", changes.remove, name="remove_change"),
    path("pauses/", pauses.pauses, name="pauses"),
    path("pauses/nouvelle/", pauses.add, name="add_pause"),
    path("pauses/<uuid:pause_id>/lever/", pauses.lift, name="lift_pause"),
    path("pauses/boutiques/<uuid:pause_id>/lever/", pauses.lift_shop, name="lift_shop_pause"),
    path("commissions/", commission.commission, name="commission"),
    path("commissions/nouvelle/", commission.set_terms, name="set_terms"),
    path("equipe/", staff.staff, name="staff"),
    path("equipe/<uuid:staff_id>/retirer/", staff.deactivate, name="deactivate"),
    path("equipe/<uuid:staff_id>/reprendre/", staff.reactivate, name="reactivate"),
    path("equipe/invitations/<uuid:invitation_id>/annuler/", staff.revoke, name="revoke"),
    path("boutiques/", shops.shops, name="shops"),
    path("boutiques/admettre/", shops.admit, name="admit"),
    path("boutiques/<uuid:shop_id>/retirer/", shops.withdraw, name="withdraw"),
    path("boutiques/<uuid:shop_id>/readmettre/", shops.readmit, name="readmit"),
    path("boutiques/<uuid:shop_id>/inviter/", shops.invite_again, name="invite_again"),
    path("apparence/", look.look, name="look"),
    path("incidents/", incidents.incidents, name="incidents"),
    path("incidents/remboursements/<uuid:refund_id>/reessayer/", incidents.again_refund, name="again_refund"),
    path("incidents/reversements/<uuid:payout_id>/reessayer/", incidents.again_payout, name="again_payout"),
    path("journal/", journal.journal, name="journal"),
]
