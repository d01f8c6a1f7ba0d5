"""Where and when to collect."""

import pytest
from django.test import Client

from tenants.hubs.models import Hub
from tests.factories import Market, make_satellite
from tests.tenants.site.pages import words

pytestmark = pytest.mark.django_db


def test_each_hub_says_its_week_and_its_next_days(market: Market, visitor: Client) -> None:
    make_satellite(access_notes="Badge à l’accueil", cutoff_minutes=60)
    said = words(visitor.get("/points-de-retrait/"))
    assert "La conciergerie" in said
    assert "Lundi au samedi : 12 h–14 h et 18 h–20 h" in said
    assert "Aujourd’hui : 12 h–14 h et 18 h–20 h" in said
    assert "Vendredi 27 novembre : 14 h–18 h" in said
    assert "Badge à l’accueil" in said
    assert "au point de retrait « Zone du Tubé »" in said


def test_a_closed_hub_is_not_offered(market: Market, visitor: Client) -> None:
    Hub.objects.create(name="Ancien point", slug="ancien", hours="Mo 10:00-12:00", active=False)
    assert "Ancien point" not in words(visitor.get("/points-de-retrait/"))


def test_no_hub_yet(market: Market, visitor: Client) -> None:
    Hub.objects.update(active=False)
    assert "Pas encore de point de retrait" in words(visitor.get("/points-de-retrait/"))
