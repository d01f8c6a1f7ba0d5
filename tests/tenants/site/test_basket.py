"""The basket's page, and its buttons."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from shared.tenancy import in_town
from tenants.hubs.models import Hub
from tenants.orders.models import Basket, BasketLine, PaymentMode
from tenants.residents.models import Resident
from tenants.shops.models import Product
from tests.factories import (
    Market,
    basket_of,
    make_basket,
    make_market,
    make_order,
    make_product,
    make_satellite,
    sign_in,
    take_terms_away,
)
from tests.tenants.site.pages import form_to, words

pytestmark = pytest.mark.django_db

PUT = "/panier/mettre/"


def put(client: Client, product: Product, **more: str) -> Any:
    return client.post(PUT, {"product_id": str(product.pk), **more}, follow=True)


@pytest.fixture
def filled(market: Market, visitor: Client) -> Client:
    for product, _ in market.everything:
        put(visitor, product, change="add")
    return visitor


def quantities() -> dict[str, int]:
    return dict(BasketLine.objects.values_list("product__name", "quantity"))


def test_shops_total_promise_and_windows(market: Market, filled: Client) -> None:
    page = filled.get("/panier/")
    said = words(page)
    assert "Prêt aujourd’hui, dès 18 h, à la conciergerie." in said
    assert "3 articles, 3 boutiques 60,00 €" in said
    assert "Total à payer TTC 60,00 €" in said
    assert "Continuer : 60,00 €" in said
    assert "contient : lait" in said
    form = form_to(page, "/commande/")
    assert form.choices["creneau"][0] == form.data["creneau"] == "20261124T1700Z-1900Z"
    assert len(form.choices["creneau"]) == 4
    assert "Ce soir 18 h–20 h" in said
    assert "Panier · 3 articles" in said


def test_more_windows_on_demand(market: Market, filled: Client) -> None:
    form = form_to(filled.get("/panier/?toutes=1"), "/commande/")
    assert len(form.choices["creneau"]) > 20


def test_the_one_product_that_makes_the_others_wait_is_named(market: Market, filled: Client) -> None:
    Product.objects.filter(pk=market.cheese.pk).update(lead_hours=30)
    said = words(filled.get("/panier/"))
    assert "Sans Plateau « Retour de marché » : ce soir, 18 h–20 h." in said
    assert "Prêt demain, dès 18 h" in said


def test_an_empty_basket_shows_the_way(market: Market, visitor: Client) -> None:
    assert "Il est vide" in words(visitor.get("/panier/"))
    assert not Basket.objects.exists()


def test_added_from_its_page_one_stays_there(market: Market, visitor: Client) -> None:
    path = f"/boutiques/{market.wine.shop.slug}/{market.wine.slug}/"
    form = form_to(visitor.get(path), PUT)
    page = visitor.post(PUT, {**form.data, "quantity": "2"}, follow=True)
    assert page.redirect_chain == [(path, 302)]
    assert "est dans votre panier" in words(page)
    assert quantities() == {market.wine.name: 2}


@pytest.mark.parametrize("elsewhere", ["https://ailleurs.example/", "//ailleurs.example/", "javascript:alert(1)", ""])
def test_nobody_is_sent_elsewhere(market: Market, visitor: Client, elsewhere: str) -> None:
    response = visitor.post(PUT, {"product_id": str(market.wine.pk), "change": "add", "next": elsewhere})
    assert response["Location"] == "/panier/"


def test_one_more_one_less_out(market: Market, filled: Client) -> None:
    put(filled, market.wine, quantity="1", change="more")
    assert quantities()[market.wine.name] == 2
    put(filled, market.wine, quantity="2", change="less")
    assert quantities()[market.wine.name] == 1
    put(filled, market.wine, quantity="7")
    assert quantities()[market.wine.name] == 7
    assert "n’est plus dans votre panier" in words(put(filled, market.wine, quantity="0", change="remove"))
    assert market.wine.name not in quantities()
    put(filled, market.shirt, quantity="1", change="less")
    assert market.shirt.name not in quantities()


@pytest.mark.parametrize("nonsense", ["-1", "1,5", "beaucoup", "🍷", "100", "٣", "9" * 5000, "", "1e3"])
def test_nonsense_quantities_are_said_and_change_nothing(market: Market, filled: Client, nonsense: str) -> None:
    page = put(filled, market.wine, quantity=nonsense)
    assert page.status_code == 200
    assert "de 1 à 99" in words(page)
    assert quantities()[market.wine.name] == 1


def test_more_than_there_is_is_said(market: Market, filled: Client) -> None:
    page = put(filled, market.shirt, quantity="6")
    assert "Il n’en reste que 5" in words(page)
    assert quantities()[market.shirt.name] == 1


@pytest.mark.parametrize("product_id", ["", "x", "00000000-0000-4000-8000-000000000000", "0" * 500])
def test_a_product_that_is_none_is_not_found(market: Market, visitor: Client, product_id: str) -> None:
    assert visitor.post(PUT, {"product_id": product_id, "change": "add"}).status_code == 404


def test_another_towns_product_is_not_found(market: Market, viroflay: Any, visitor: Client) -> None:
    with in_town(viroflay):
        theirs = make_market(town=viroflay)
    assert visitor.post(PUT, {"product_id": str(theirs.wine.pk), "change": "add"}).status_code == 404


def test_a_withdrawn_product_cannot_be_added(market: Market, visitor: Client, now: datetime) -> None:
    Product.objects.filter(pk=market.wine.pk).update(withdrawn_at=now)
    assert "n’est plus en vente" in words(put(visitor, market.wine, change="add"))


def test_what_changed_is_said_and_accepted(market: Market, filled: Client, now: datetime) -> None:
    Product.objects.filter(pk=market.wine.pk).update(withdrawn_at=now)
    Product.objects.filter(pk=market.cheese.pk).update(price_cents=2600)
    page = filled.get("/panier/")
    said = words(page)
    assert "Votre panier a changé. Rien n’est payé." in said
    assert "Coteaux d’Aix rouge n’est plus en vente." in said
    assert "est passé de 24,00 € à 26,00 €" in said
    assert b'action="/commande/"' not in page.content
    after = filled.post("/panier/mettre-a-jour/", follow=True)
    assert "Votre panier est à jour" in words(after)
    assert "47,50 €" in words(after)
    assert quantities() == {market.shirt.name: 1, market.cheese.name: 1}


def test_accepting_nothing_says_nothing(market: Market, visitor: Client) -> None:
    page = visitor.post("/panier/mettre-a-jour/", follow=True)
    assert "Il est vide" in words(page)


@pytest.mark.parametrize("gone", ["terms", "windows"])
def test_when_nothing_can_be_promised_the_basket_is_kept(market: Market, filled: Client, gone: str) -> None:
    if gone == "terms":
        take_terms_away()
    else:
        Hub.objects.update(hours="Jan 01 12:00-14:00")
    page = filled.get("/panier/")
    assert "Votre panier est gardé" in words(page)
    assert b'action="/commande/"' not in page.content


def test_one_chooses_the_hub(market: Market, filled: Client) -> None:
    make_satellite(cutoff_minutes=60)
    page = filled.get("/panier/", {"retrait": "tube"})
    assert "Prêt vendredi 27 novembre, dès 14 h, au point de retrait « Zone du Tubé »" in words(page)
    assert form_to(page, "/commande/").data["retrait"] == "tube"
    assert "aujourd’hui" in words(filled.get("/panier/", {"retrait": "🛸"}))


def test_the_basket_follows_its_owner(market: Market, filled: Client, alice: Resident, browse: Any) -> None:
    assert alice.user is not None
    basket = make_basket(lines=[(market.wine, 3)], resident=alice)
    phone = browse(market.town)
    sign_in(client=phone, user=alice.user)
    assert quantities()[market.wine.name] in {1, 3}
    assert "3 articles, 1 boutique" in words(phone.get("/panier/"))
    assert Basket.objects.get(resident=alice) == basket


def test_an_order_that_waits_for_its_payment_is_said(market: Market, as_alice: Client, alice: Resident) -> None:
    order = make_order(town=market.town, lines=[(market.shirt, 5)], resident=alice, payment_mode=PaymentMode.CARD)
    Basket.objects.filter(pk=basket_of(order).pk).update(resident=alice)
    said = words(as_alice.get("/panier/"))
    assert f"La commande {order.number} attend votre paiement" in said
    assert "Payer 107,50 €" in said
    assert "Votre panier a changé" not in said


def test_another_towns_cookie_opens_no_basket(
    market: Market, filled: Client, viroflay: Any, browse: Callable[[Any], Client]
) -> None:
    there = browse(viroflay)
    there.cookies = filled.cookies
    assert "Il est vide" in words(there.get("/panier/"))
    with in_town(market.town):
        assert len(quantities()) == 3


def test_a_long_name_and_many_lines(market: Market, visitor: Client) -> None:
    for number in range(20):
        product = make_product(shop=market.wine.shop, name=f"{'Très long nom de produit ' * 3}{number}")
        put(visitor, product, change="add")
    assert "20 articles, 1 boutique" in words(visitor.get("/panier/"))
