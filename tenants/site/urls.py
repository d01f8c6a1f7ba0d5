"""A town's site, for its residents."""

from django.urls import path

from tenants.site import (
    account,
    basket,
    checkout,
    home,
    hub_access,
    hubs,
    orders,
    payment,
    search,
    shops,
    substitutions,
)

app_name = "site"
urlpatterns = [
    path("", home.home, name="home"),
    path("boutiques/", shops.shops, name="shops"),
    path("artisans/", shops.crafts, name="crafts"),
    path("boutiques/<slug:slug>/", shops.shop, name="shop"),
    path("boutiques/<slug:shop_slug>/<slug:slug>/", shops.product, name="product"),
    path("recherche/", search.search, name="search"),
    path("points-de-retrait/", hubs.hubs, name="hubs"),
    path("points-de-retrait/<slug:slug>/", hubs.hub, name="hub"),
    path("points-de-retrait/<slug:slug>/horaires.ics", hubs.hub_calendar_feed, name="hub_feed"),
    path("points-de-retrait/<slug:slug>/acces/", hub_access.enter, name="hub_access"),
    path("points-de-retrait/<slug:slug>/quitter/", hub_access.quit_hub, name="hub_quit"),
    path("panier/", basket.basket, name="basket"),
    path("panier/mettre/", basket.put, name="basket_put"),
    path("panier/mettre-a-jour/", basket.accept_changes, name="basket_accept_changes"),
    path("commande/", checkout.checkout, name="checkout"),
    path("commandes/", orders.orders, name="orders"),
    path("commandes/<uuid:order_id>/", orders.order, name="order"),
    path("commandes/<uuid:order_id>/recu.pdf", orders.order_receipt, name="receipt"),
    path("commandes/<uuid:order_id>/annuler/", orders.cancel, name="cancel"),
    path(
        "commandes/<uuid:order_id>/remplacements/<uuid:substitution_id>/",
        substitutions.answer,
        name="answer_substitution",
    ),
    path("commandes/<uuid:order_id>/payer/", payment.pay, name="pay"),
    path("commandes/<uuid:order_id>/retour/", payment.paid, name="paid"),
    path("commandes/<uuid:order_id>/abandon/", payment.give_up, name="give_up"),
    path("compte/", account.account, name="account"),
    path("compte/donnees/", account.my_data, name="my_data"),
    path("compte/donnees/export.json", account.export, name="my_data_export"),
    path("compte/donnees/effacer/", account.erase, name="erase"),
]
