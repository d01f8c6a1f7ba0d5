from django.urls import path

from conciergeries.portal.views import answers, orders, payments, products, shops, statements

app_name = "portal"

urlpatterns = [
    path("", orders.orders, name="orders"),
    path("passees/", orders.past, name="past"),
    path("vitrines/", shops.shops, name="shops"),
    path("bordereaux/", statements.statements, name="statements"),
    path("versements/", payments.payments, name="payments"),
    path("versements/<uuid:merchant_id>/<uuid:company_id>/", payments.connect, name="connect"),
    path("versements/<uuid:merchant_id>/<uuid:company_id>/retour/", payments.back, name="back"),
    path("<slug:town>/bordereaux/<str:number>/", statements.statement, name="statement"),
    path("<slug:town>/commandes/<uuid:part_id>/accepter/", answers.accept, name="accept"),
    path("<slug:town>/commandes/<uuid:part_id>/prete/", answers.ready, name="ready"),
    path("<slug:town>/commandes/<uuid:part_id>/refuser/", answers.refuse, name="refuse"),
    path("<slug:town>/lignes/<uuid:line_id>/refuser/", answers.refuse_line, name="refuse_line"),
    path("<slug:town>/vitrines/<uuid:shop_id>/", shops.shop, name="shop"),
    path("<slug:town>/vitrines/<uuid:shop_id>/modifier/", shops.edit, name="edit_shop"),
    path("<slug:town>/vitrines/<uuid:shop_id>/produits/nouveau/", products.new, name="new_product"),
    path("<slug:town>/vitrines/<uuid:shop_id>/produits/<uuid:product_id>/", products.edit, name="product"),
    path("<slug:town>/vitrines/<uuid:shop_id>/produits/<uuid:product_id>/photo/", products.picture, name="picture"),
    path("<slug:town>/vitrines/<uuid:shop_id>/produits/<uuid:product_id>/retirer/", products.withdraw, name="withdraw"),
    path(
        "<slug:town>/vitrines/<uuid:shop_id>/produits/<uuid:product_id>/remettre/", products.put_back, name="put_back"
    ),
]
