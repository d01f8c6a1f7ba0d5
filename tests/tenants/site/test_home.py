"""The town's front window."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from shared.tenancy import in_town
from tenants.hubs.models import Hub
from tenants.shops.models import Shop
from tests.factories import Market, make_basket, make_market, make_shop, take_terms_away
from tests.tenants.site.pages import words

pytestmark = pytest.mark.django_db

MOST_STATEMENTS = 6


def test_promises_shows_shops_and_says_whom_to_call(market: Market, visitor: Client) -> None:
    response = visitor.get("/")
    said = words(response)
    assert "Commandez avant 14 h, retirez dès 18 h à la conciergerie." in said
    assert "Conciergerie : fermée · rouvre à 12 h" in said
    assert "Fromagerie des Alpilles" in said
    assert "Lundi au samedi, 12 h–14 h et 18 h–20 h" in said
    assert response.content.count(b"<h1") == 1


def test_shows_a_few_shops_and_how_many_there_are(market: Market, visitor: Client) -> None:
    for number in range(10):
        make_shop(name=f"Boutique {number}")
    page = visitor.get("/")
    assert page.content.count(b'class="card card--shop"') == 8
    assert "Toutes les boutiques (13)" in words(page)


def test_before_the_first_shop_it_says_so(market: Market, visitor: Client) -> None:
    Shop.objects.update(admitted_at=None)
    said = words(visitor.get("/"))
    assert "Les premières vitrines arrivent" in said
    assert "ouvre bientôt" in said
    assert "Fromagerie des Alpilles" not in said


def test_before_the_first_terms_it_promises_nothing(market: Market, visitor: Client) -> None:
    take_terms_away()
    said = words(visitor.get("/"))
    assert "ouvre bientôt" in said
    assert "Commandez avant" not in said


def test_a_hub_that_never_opens_promises_nothing(market: Market, visitor: Client) -> None:
    Hub.objects.update(hours="Jan 01 12:00-14:00")
    said = words(visitor.get("/"))
    assert "Pas de retrait dans les deux semaines" in said


def test_a_town_with_nothing_at_all_still_has_a_home(viroflay: Any, browse: Callable[[Any], Client]) -> None:
    with in_town(viroflay):
        Hub.objects.all().delete()
    said = words(browse(viroflay).get("/"))
    assert "La Conciergerie de Viroflay" in said
    assert "Les premières vitrines arrivent" in said


def test_each_town_shows_its_own(market: Market, viroflay: Any, browse: Callable[[Any], Client]) -> None:
    with in_town(viroflay):
        make_shop(name="Boulangerie du Chemin")
    assert "Boulangerie du Chemin" not in words(browse(market.town).get("/"))
    elsewhere = words(browse(viroflay).get("/"))
    assert "Boulangerie du Chemin" in elsewhere
    assert "Fromagerie des Alpilles" not in elsewhere


def test_takes_few_statements(market: Market, visitor: Client, now: datetime) -> None:
    for number in range(50):
        make_shop(name=f"Boutique {number}", hours="Tu-Sa 09:00-12:30,15:00-19:00")
    visitor.get("/")
    with CaptureQueriesContext(connection) as queries:
        assert visitor.get("/").status_code == 200
    assert len(queries) <= MOST_STATEMENTS, [query["sql"][:90] for query in queries]


def test_takes_few_statements_for_somebody_with_a_basket(market: Market, as_alice: Client, now: datetime) -> None:
    as_alice.post("/panier/mettre/", {"product_id": str(market.wine.pk), "change": "add"})
    as_alice.get("/")
    with CaptureQueriesContext(connection) as queries:
        assert "Panier · 1 article" in words(as_alice.get("/"))
    # The visitor's own: account, roles, basket.
    assert len(queries) <= MOST_STATEMENTS + 4, [query["sql"][:90] for query in queries]


def test_a_basket_that_is_not_of_this_town_counts_nothing(
    market: Market, viroflay: Any, browse: Callable[[Any], Client]
) -> None:
    with in_town(viroflay):
        theirs = make_market(town=viroflay)
        basket = make_basket(lines=[(theirs.wine, 2)])
    client = browse(market.town)
    client.post("/panier/mettre/", {"product_id": str(market.wine.pk), "change": "add"})
    session = client.session
    session["basket"] = str(basket.pk)
    session.save()
    assert "Panier vide" in words(client.get("/"))
