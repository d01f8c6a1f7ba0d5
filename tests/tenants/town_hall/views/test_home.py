"""What is set, what is missing, and today in figures."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tenants.hubs.queries import main_hub
from tenants.staff.models import StaffRole
from tests.factories import Market, make_order, make_staff, set_terms
from tests.tenants.staff.pages import Clock, text_of

pytestmark = pytest.mark.django_db


def test_a_new_town_is_told_what_is_missing(hall: Client) -> None:
    page = text_of(hall.get(reverse("town_hall:home")))
    assert "Avant d’ouvrir aux commandes 6 réglages à faire" in page
    assert "Sans commission fixée, aucune commande ne peut être passée." in page
    assert "L’adresse du point de retrait principal manque." in page


def test_a_town_that_sells_has_nothing_left_to_do(hall: Client, market: Market) -> None:
    hub = main_hub()
    assert hub is not None
    hub.address = "12 boulevard Paul-Painlevé"
    hub.save()
    make_staff(role=StaffRole.CONCIERGE)
    market.town.phone, market.town.email = "+33442000000", "conciergerie@istres.example"
    market.town.save()
    page = text_of(hall.get(reverse("town_hall:home")))
    assert "Tout est réglé" in page
    assert "à faire" not in page


def test_today_in_figures(hall: Client, market: Market, now: datetime, clock: Clock) -> None:
    make_order(town=market.town, lines=market.everything)
    cancelled = make_order(town=market.town, lines=[(market.wine, 1)])
    cancelled.shop_orders.update(state="cancelled")
    cancelled.cancelled_at = now
    cancelled.save()
    set_terms(town=market.town, now=now - timedelta(days=1))
    make_order(town=market.town, lines=[(market.shirt, 1)], now=now - timedelta(days=1))
    page = text_of(hall.get(reverse("town_hall:home")))
    assert "Commandes du jour 1" in page
    assert "Ventes du jour 60,00 €" in page
    clock.now = now.replace(hour=22, minute=59)
    assert "Commandes du jour 1" in text_of(hall.get(reverse("town_hall:home")))
    clock.now = now.replace(hour=23, minute=1)
    assert "Commandes du jour 0" in text_of(hall.get(reverse("town_hall:home"))), "the day is the town's, not UTC's"


def test_the_day_of_another_town_does_not_count(hall: Client, market: Market, viroflay: Any) -> None:
    make_order(town=market.town, lines=market.everything)
    assert "Ventes du jour 60,00 €" in text_of(hall.get(reverse("town_hall:home")))
