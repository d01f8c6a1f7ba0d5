from django.urls import path

from conciergeries.portal.views import (
    answers,
    bank,
    details,
    documents,
    hours,
    orders,
    pauses,
    payments,
    products,
    shops,
    statements,
    terms,
)

app_name = "portal"

urlpatterns = [
    path("", orders.orders, name="orders"),
    path("passees/", orders.past, name="past"),
    path("vitrines/", shops.shops, name="shops"),
    path("bordereaux/", statements.statements, name="statements"),
    path("documents/", documents.all_documents, name="documents"),
    path("coordonnees/<uuid:merchant_id>/", details.details, name="details"),
    path("conditions/", terms.terms, name="terms"),
    path("compte-bancaire/<uuid:merchant_id>/", bank.bank, name="bank"),
    path("compte-bancaire/<uuid:merchant_id>/changer/", bank.change, name="change_bank"),
    path("compte-bancaire/<uuid:merchant_id>/code/<uuid:change_id>/", bank.confirm, name="confirm_bank"),
    path("compte-bancaire/<uuid:merchant_id>/annuler/<uuid:change_id>/", bank.undo, name="undo_bank"),
    path("versements/", payments.payments, name="payments"),
    path("versements/<uuid:merchant_id>/<uuid:company_id>/", payments.connect, name="connect"),
    path("versements/<uuid:merchant_id>/<uuid:company_id>/retour/", payments.back, name="back"),
    path("<slug:town>/rythme/<uuid:merchant_id>/", payments.rhythm, name="rhythm"),
    path("<slug:town>/bordereaux/<str:number>/", statements.statement, name="statement"),
    path("<slug:town>/documents/<uuid:document_id>/", documents.document, name="document"),
    path("<slug:town>/commandes/<uuid:part_id>/accepter/", answers.accept, name="accept"),
    path("<slug:town>/commandes/<uuid:part_id>/prete/", answers.ready, name="ready"),
    path("<slug:town>/commandes/<uuid:part_id>/refuser/", answers.refuse, name="refuse"),
    path("<slug:town>/lignes/<uuid:line_id>/refuser/", answers.refuse_line, name="refuse_line"),
    path("<slug:town>/vitrines/<uuid:shop_id>/", shops.shop, name="shop"),
    path("<slug:town>/vitrines/<uuid:shop_id>/modifier/", shops.edit, name="edit_shop"),
    path("<slug:town>/vitrines/<uuid:shop_id>/horaires/", hours.week, name="hours"),
    path("<slug:town>/vitrines/<uuid:shop_id>/changements/", hours.changes, name="changes"),
    path("<slug:town>/vitrines/<uuid:shop_id>/changements/exception/", hours.add_exception, name="add_exception"),
    path("<slug:town>/vitrines/<uuid:shop_id>/changements/horaires/", hours.add_version, name="add_version"),
    path("<slug:town>/vitrines/<uuid:shop_id>/changements/<uuid:change_id>/", hours.remove, name="remove_change"),
    path("<slug:town>/vitrines/<uuid:shop_id>/pause/", pauses.pause, name="pause"),
    path("<slug:town>/vitrines/<uuid:shop_id>/pause/<uuid:pause_id>/lever/", pauses.resume, name="resume"),
    path("<slug:town>/vitrines/<uuid:shop_id>/produits/nouveau/", products.new, name="new_product"),
    path("<slug:town>/vitrines/<uuid:shop_id>/produits/<uuid:product_id>/", products.edit, name="product"),
    path("<slug:town>/vitrines/<uuid:shop_id>/produits/<uuid:product_id>/photo/", products.picture, name="picture"),
    path("<slug:town>/vitrines/<uuid:shop_id>/produits/<uuid:product_id>/retirer/", products.withdraw, name="withdraw"),
    path(
        "<slug:town>/vitrines/<uuid:shop_id>/produits/<uuid:product_id>/remettre/", products.put_back, name="put_back"
    ),
]
