"""Shops, their windows, their products."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from shared.tenancy import in_town
from tenants.shops.models import Product, Shop, ShopChange, ShopKind
from tests.factories import Market, make_market, make_product, make_shop, take_terms_away
from tests.tenants.site.pages import form_to, words

pytestmark = pytest.mark.django_db

MOST_STATEMENTS = 6


def path_of(product: Product) -> str:
    return f"/boutiques/{product.shop.slug}/{product.slug}/"


def test_lists_shops_by_trade(market: Market, visitor: Client) -> None:
    said = words(visitor.get("/boutiques/"))
    assert "3 boutiques" in said
    one = visitor.get("/boutiques/", {"metier": ShopKind.WINE})
    assert "1 boutique" in words(one)
    assert b"Cave des Heures Claires" in one.content
    assert b"Atelier Mistral" not in one.content


@pytest.mark.parametrize("query", [{"metier": "🦄"}, {"page": "abc"}, {"page": "-7"}, {"page": "9" * 40}])
def test_nonsense_in_the_address_shows_the_list(market: Market, visitor: Client, query: dict[str, str]) -> None:
    response = visitor.get("/boutiques/", query)
    assert response.status_code == 200
    assert "3 boutiques" in words(response)


def test_pages_of_twenty_four(market: Market, visitor: Client) -> None:
    for number in range(30):
        make_shop(name=f"Boutique {number:02}")
    assert visitor.get("/boutiques/").content.count(b"card--shop") == 24
    assert visitor.get("/boutiques/?page=2").content.count(b"card--shop") == 9


def test_craftspeople_have_their_own_page(market: Market, visitor: Client) -> None:
    make_shop(name="Cordonnerie Paul", kind=ShopKind.COBBLER, is_craft=True)
    said = words(visitor.get("/artisans/"))
    assert "Cordonnerie Paul" in said
    assert "Atelier Mistral" not in said


def test_no_craftsperson_yet(market: Market, visitor: Client) -> None:
    assert "Aucune boutique de ce métier" in words(visitor.get("/artisans/"))


def test_a_shop_says_when_it_is_open_and_who_sells(market: Market, visitor: Client) -> None:
    shop = market.cheese.shop
    Shop.objects.filter(pk=shop.pk).update(hours="Tu-Sa 08:30-12:30,15:00-19:00", address="4 place du Marché")
    said = words(visitor.get(f"/boutiques/{shop.slug}/"))
    assert "Ouvert jusqu’à 12 h 30" in said
    assert "Mardi au samedi : 8 h 30–12 h 30 et 15 h–19 h" in said
    assert "Alpilles, SIRET" in said
    assert "24,00 €" in said


def test_a_window_with_nothing_in_it(market: Market, visitor: Client) -> None:
    shop = make_shop(name="Fleurs d’Ici", kind=ShopKind.FLOWERS)
    assert "La vitrine est vide" in words(visitor.get(f"/boutiques/{shop.slug}/"))


@pytest.mark.parametrize("gone", ["withdrawn", "not admitted"])
def test_a_shop_that_is_not_open_to_residents_is_not_found(
    market: Market, visitor: Client, now: datetime, gone: str
) -> None:
    changed = {"withdrawn_at": now} if gone == "withdrawn" else {"admitted_at": None}
    Shop.objects.filter(pk=market.cheese.shop_id).update(**changed)
    assert visitor.get(f"/boutiques/{market.cheese.shop.slug}/").status_code == 404
    assert visitor.get(path_of(market.cheese)).status_code == 404


def test_a_product_says_all_there_is_to_know(market: Market, visitor: Client) -> None:
    Product.objects.filter(pk=market.cheese.pk).update(unit="le plateau", unit_price="34,00 € le kg")
    said = words(visitor.get(path_of(market.cheese)))
    assert "24,00 € TTC, le plateau soit 34,00 € le kg" in said
    assert "Préparé sur commande, en 6 h" in said
    assert "Allergènes : lait." in said
    assert "Commandez avant 11 h, retirez dès 18 h à la conciergerie." in said
    assert "TVA 5,5 % comprise" in said
    assert "Vendu par Fromagerie des Alpilles (Alpilles)" in said


def test_alcohol_carries_its_banner(market: Market, visitor: Client) -> None:
    assert "interdite aux moins de 18 ans" in words(visitor.get(path_of(market.wine)))
    assert "18 ans" not in words(visitor.get(path_of(market.cheese)))


def test_the_stepper_stops_at_the_stock(market: Market, visitor: Client) -> None:
    page = visitor.get(path_of(market.shirt))
    assert 'max="5"' in page.content.decode()
    assert "Plus que 5" in words(page)
    assert form_to(page, "/panier/mettre/").data["product_id"] == str(market.shirt.pk)


def test_sold_out_there_is_nothing_to_add(market: Market, visitor: Client) -> None:
    Product.objects.filter(pk=market.shirt.pk).update(stock=0)
    page = visitor.get(path_of(market.shirt))
    assert "Épuisé" in words(page)
    assert b"/panier/mettre/" not in page.content


def test_before_the_first_terms_nothing_is_sold(market: Market, visitor: Client) -> None:
    take_terms_away()
    page = visitor.get(path_of(market.shirt))
    assert "n’est pas ouverte" in words(page)
    assert b"/panier/mettre/" not in page.content


def test_a_withdrawn_product_is_not_found(market: Market, visitor: Client, now: datetime) -> None:
    Product.objects.filter(pk=market.shirt.pk).update(withdrawn_at=now)
    assert visitor.get(path_of(market.shirt)).status_code == 404


def test_another_towns_shops_are_not_found(market: Market, viroflay: Any, browse: Callable[[Any], Client]) -> None:
    with in_town(viroflay):
        theirs = make_market(town=viroflay)
        shop = make_shop(name="Seulement à Viroflay")
        product = make_product(shop=shop)
    here = browse(market.town)
    assert here.get(f"/boutiques/{shop.slug}/").status_code == 404
    assert here.get(path_of(product)).status_code == 404
    assert here.get(path_of(theirs.cheese)).status_code == 404
    assert browse(viroflay).get(path_of(product)).status_code == 200


def test_names_are_escaped(market: Market, visitor: Client) -> None:
    shop = make_shop(name='<script>alert("1")</script> & fils', slug="balises", tagline='"><img src=x>')
    make_product(shop=shop, name='"><script>', slug="produit", description="<b>gras</b>")
    for path in ("/boutiques/", "/boutiques/balises/", "/boutiques/balises/produit/"):
        page = visitor.get(path).content.decode()
        assert "<script>alert" not in page
        assert "<img src=x>" not in page
        assert "<b>gras" not in page


def test_a_product_page_takes_few_statements(market: Market, visitor: Client) -> None:
    for number in range(20):
        make_product(shop=market.cheese.shop, name=f"Fromage {number}")
    visitor.get(path_of(market.cheese))
    with CaptureQueriesContext(connection) as queries:
        visitor.get(path_of(market.cheese))
    assert len(queries) <= MOST_STATEMENTS, [query["sql"][:90] for query in queries]


def test_a_list_of_fifty_takes_few_statements(market: Market, visitor: Client) -> None:
    for number in range(50):
        make_product(shop=market.cheese.shop, name=f"Fromage {number}")
        make_shop(name=f"Boutique {number}", hours="Tu-Sa 09:00-12:30,15:00-19:00")
    for path in ("/boutiques/", f"/boutiques/{market.cheese.shop.slug}/"):
        visitor.get(path)
        with CaptureQueriesContext(connection) as queries:
            visitor.get(path)
        assert len(queries) <= MOST_STATEMENTS, [query["sql"][:90] for query in queries]


def test_a_shops_exceptions_and_new_hours_are_said(market: Market, visitor: Client, now: datetime) -> None:
    shop = market.cheese.shop
    Shop.objects.filter(pk=shop.pk).update(hours="Tu-Sa 08:30-12:30")
    today, december = now.date(), date(2026, 12, 1)
    ShopChange.objects.create(shop=shop, kind="closure", first=today, last=today, reason="inventaire", created_at=now)
    ShopChange.objects.create(shop=shop, kind="version", first=december, hours="Mo-Sa 08:00-19:00", created_at=now)
    closed = "Fermé exceptionnellement : inventaire · rouvre demain à 8 h 30"
    said = words(visitor.get(f"/boutiques/{shop.slug}/"))
    assert closed in said
    assert "Aujourd’hui : fermé (inventaire)" in said
    assert "À partir du mardi 1er décembre : Lundi au samedi : 8 h–19 h" in said
    for path in ("/", "/boutiques/", "/recherche/?q=fromage"):
        assert closed in words(visitor.get(path)), path
