"""Where and when to collect."""

import json
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from shared.tenancy import in_town
from tenants.hubs.models import Hub, HubChange, HubKind, HubPause
from tests.factories import Market, make_order, make_satellite, take_terms_away
from tests.tenants.site.pages import words

pytestmark = pytest.mark.django_db

LIST = "/points-de-retrait/"
MAIN = "/points-de-retrait/conciergerie/"
MOST_STATEMENTS = 8


def change(now: datetime, **fields: Any) -> None:
    HubChange.objects.create(created_at=now, **fields)


def test_each_hub_says_its_week_and_its_next_days(market: Market, visitor: Client) -> None:
    make_satellite(access_notes="Badge à l’accueil", cutoff_minutes=60)
    said = words(visitor.get(LIST))
    assert "La conciergerie" in said
    assert "Lundi au samedi : 12 h–14 h et 18 h–20 h" in said
    assert "Aujourd’hui : 12 h–14 h et 18 h–20 h" in said
    assert "Vendredi 27 novembre : 14 h–18 h" in said
    assert "Badge à l’accueil" in said
    assert "au point de retrait « Zone du Tubé »" in said
    assert 'href="/points-de-retrait/tube/"' in visitor.get(LIST).content.decode()


def test_a_closed_hub_is_not_offered(market: Market, visitor: Client) -> None:
    Hub.objects.create(name="Ancien point", slug="ancien", hours="Mo 10:00-12:00", active=False)
    assert "Ancien point" not in words(visitor.get(LIST))
    assert visitor.get("/points-de-retrait/ancien/").status_code == 404


def test_no_hub_yet(market: Market, visitor: Client) -> None:
    Hub.objects.update(active=False)
    assert "Pas encore de point de retrait" in words(visitor.get(LIST))


def test_a_hub_says_everything_about_itself(market: Market, visitor: Client) -> None:
    make_satellite(
        kind=HubKind.PARTNER,
        address="12 avenue du Tubé",
        access_notes="Badge à l’accueil",
        parking="Devant, gratuit",
        phone="+33442000000",
        handed_over_by="L’équipe du foyer",
        kept_days=2,
    )
    said = words(visitor.get("/points-de-retrait/tube/"))
    for expected in (
        "Chez un partenaire de la conciergerie",
        "12 avenue du Tubé",
        "Badge à l’accueil",
        "Devant, gratuit",
        "04 42 00 00 00",
        "L’équipe du foyer",
        "Votre commande vous attend 2 jours.",
        "Vendredi : 14 h–18 h",
        "Navette du Tubé arrivée à 13 h 30",
        "Vendredi midi, 27 novembre, 14 h–18 h vendredi 27 novembre, 10 h",
    ):
        assert expected in said, expected


def test_its_next_two_weeks_have_their_exceptions_and_reasons(market: Market, visitor: Client, now: datetime) -> None:
    thursday = date(2026, 11, 26)
    change(now, hub=market.hub, kind="closure", first=thursday, last=thursday, reason="inventaire")
    change(now, kind="closure", first=date(2026, 11, 28), last=date(2026, 11, 28), reason="fête des services")
    change(now, hub=market.hub, kind="version", first=date(2026, 12, 1), hours="Mo-Sa 10:00-13:00", reason="hiver")
    said = words(visitor.get(MAIN))
    assert "Jeudi 26 novembre Fermé Inventaire" in said
    assert "Samedi 28 novembre Fermé Fête des services" in said
    assert "Mercredi 2 décembre 10 h–13 h" in said
    assert "À partir du mardi 1er décembre : Lundi au samedi : 10 h–13 h" in said
    assert "inventaire" in words(visitor.get(LIST))


def test_its_next_windows_say_when_to_order_and_what_room_is_left(market: Market, visitor: Client) -> None:
    Hub.objects.filter(pk=market.hub.pk).update(room=2)
    make_order(town=market.town, lines=[(market.wine, 1)])
    said = words(visitor.get(MAIN))
    assert "Ce soir, 18 h–20 h 14 h Plus qu’une place" in said


def test_a_badge_says_an_exceptional_closure(market: Market, visitor: Client, now: datetime) -> None:
    change(now, hub=market.hub, kind="closure", first=now.date(), last=now.date(), reason="inventaire")
    for path in (LIST, MAIN):
        assert "Fermé exceptionnellement : inventaire · rouvre demain à 12 h" in words(visitor.get(path))
    assert "Conciergerie : fermée exceptionnellement : inventaire" in words(visitor.get("/"))


def test_data_for_search_engines_is_data(market: Market, visitor: Client) -> None:
    Hub.objects.filter(pk=market.hub.pk).update(name="La </script><b>conciergerie</b>")
    page = visitor.get(MAIN).content.decode()
    assert "</script><b>" not in page
    script = BeautifulSoup(page, "html.parser").find("script", type="application/ld+json")
    assert script is not None
    data = json.loads(script.get_text())
    assert data["name"] == "La </script><b>conciergerie</b>"
    assert data["url"] == "http://istres.localhost/points-de-retrait/conciergerie/"
    assert data["address"]["addressLocality"] == "Istres"


def test_a_pause_is_said_with_its_reason_and_its_end(market: Market, visitor: Client, now: datetime) -> None:
    make_satellite()
    until = now + timedelta(days=2)
    HubPause.objects.create(hub=market.hub, reason="dégât des eaux", since=now, until=until)
    said = words(visitor.get(MAIN))
    assert "Les commandes sont suspendues à la conciergerie Dégât des eaux." in said
    assert "Les commandes reprennent jeudi 26 novembre à 9 h." in said
    assert "Premier retrait ensuite : jeudi 26 novembre à 18 h." in said
    assert "suspendues à la conciergerie" in words(visitor.get(LIST))
    assert "suspendues" not in words(visitor.get("/points-de-retrait/tube/"))


def test_a_pause_of_the_town_is_said_once_for_all(market: Market, visitor: Client, now: datetime) -> None:
    make_satellite()
    HubPause.objects.create(hub=None, reason="grève", since=now)
    said = words(visitor.get(LIST))
    assert said.count("Les commandes sont suspendues") == 1
    assert "Grève. Nous ne savons pas encore quand elles reprendront." in said
    assert "Les commandes sont suspendues" in words(visitor.get("/"))
    assert visitor.get("/panier/").status_code == 200


def test_before_the_first_terms_it_promises_nothing(market: Market, visitor: Client) -> None:
    take_terms_away()
    for path in (LIST, MAIN):
        assert "Commandez avant" not in words(visitor.get(path))


@pytest.mark.parametrize("slug", ["nulle-part", "a" * 500])
def test_what_is_no_hub_is_not_found(market: Market, visitor: Client, slug: str) -> None:
    assert visitor.get(f"/points-de-retrait/{slug}/").status_code == 404


def test_each_town_has_its_hubs(
    market: Market, visitor: Client, viroflay: Any, browse: Callable[[Any], Client]
) -> None:
    make_satellite()
    with in_town(viroflay):
        Hub.objects.update(name="La halle du marché")
    assert browse(viroflay).get("/points-de-retrait/tube/").status_code == 404
    assert "La halle du marché" in words(browse(viroflay).get(MAIN))
    assert "La halle du marché" not in words(visitor.get(MAIN))


def test_many_hubs_take_few_statements(market: Market, visitor: Client) -> None:
    for number in range(8):
        make_satellite(name=f"Point {number}", slug=f"point-{number}", room=10)
    for path in (LIST, MAIN):
        visitor.get(path)
        with CaptureQueriesContext(connection) as queries:
            visitor.get(path)
        assert len(queries) <= MOST_STATEMENTS, [query["sql"][:90] for query in queries]
