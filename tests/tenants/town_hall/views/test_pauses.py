"""Pausing orders of the town, of a hub or of a shop, and taking them again."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from shared.tenancy import in_town
from tenants.hubs.models import HubPause
from tenants.shops.models import ShopPause
from tenants.staff.models import StaffRole
from tests.factories import Market, make_staff
from tests.tenants.staff.pages import signed_in, text_of

pytestmark = pytest.mark.django_db


def _pause(hall: Client, scope: str, reason: str = "Inondation", **more: str) -> Any:
    return hall.post(reverse("town_hall:add_pause"), {"scope": scope, "reason": reason, **more})


def test_the_town_a_hub_and_a_shop_are_paused_listed_and_resumed(hall: Client, market: Market) -> None:
    listed = reverse("town_hall:pauses")
    assert "Tout est ouvert aux commandes" in text_of(hall.get(listed))
    scopes = ("commune", f"point:{market.hub.pk}", f"boutique:{market.cheese.shop_id}")
    for scope in scopes:
        assert _pause(hall, scope)["Location"] == listed
        assert "déjà en pause (« Inondation »)" in text_of(_pause(hall, scope), 422)
    page = text_of(hall.get(listed))
    for name in ("Toute la commune", "La conciergerie", "Fromagerie des Alpilles"):
        assert f"{name} Inondation depuis mardi 24 novembre à 9 h, jusqu’à nouvel ordre" in page
    assert "de toute la commune sont en pause" in text_of(hall.get(reverse("town_hall:hubs")))
    for pause in HubPause.objects.all():
        assert hall.post(reverse("town_hall:lift_pause", args=[pause.pk]))["Location"] == listed
    hall.post(reverse("town_hall:lift_shop_pause", args=[ShopPause.objects.get().pk]))
    assert "Tout est ouvert aux commandes" in text_of(hall.get(listed))
    journal = text_of(hall.get(reverse("town_hall:journal")))
    assert "a mis les commandes en pause" in journal
    assert "a repris les commandes" in journal


@pytest.mark.parametrize(
    ("sent", "why"),
    [
        ({"reason": ""}, "Ce champ est obligatoire."),
        ({"scope": "point:x"}, "choix"),
        ({"scope": ""}, "obligatoire"),
        ({"until_day": "2026-11-23"}, "est déjà passée"),
        ({"until_day": "2026-11-24", "until_time": "08:59"}, "est déjà passée"),
        ({"until_day": "2036-11-24"}, "plus d’un an"),
        ({"until_time": "12:00"}, "Dites aussi de quel jour."),
    ],
)
def test_what_is_wrong_is_said(hall: Client, market: Market, sent: dict[str, str], why: str) -> None:
    assert why in text_of(_pause(hall, **{"scope": "commune", **sent}), 422)
    assert not HubPause.objects.exists()


def test_an_end_is_by_the_towns_clock(hall: Client, market: Market) -> None:
    _pause(hall, "commune", until_day="2026-11-24", until_time="18:30")
    assert "jusqu’à mardi 24 novembre à 18 h 30" in text_of(hall.get(reverse("town_hall:pauses")))


def test_chloe_and_the_other_town_lift_nothing(hall: Client, market: Market, viroflay: Any) -> None:
    _pause(hall, "commune")
    _pause(hall, f"boutique:{market.cheese.shop_id}")
    lift = reverse("town_hall:lift_pause", args=[HubPause.objects.get().pk])
    lift_shop = reverse("town_hall:lift_shop_pause", args=[ShopPause.objects.get().pk])
    chloe = signed_in(town=market.town, user=make_staff(name="Chloé"))
    with in_town(viroflay):
        bruno = signed_in(town=viroflay, user=make_staff(role=StaffRole.TOWN_HALL, name="Bruno"))
    for page in (lift, lift_shop):
        assert chloe.post(page).status_code == 403
        assert bruno.post(page).status_code == 404
        assert hall.get(page).status_code == 405
    # Nor does Bruno pause a shop of Istres.
    assert "choix" in text_of(_pause(bruno, f"boutique:{market.cheese.shop_id}"), 422)
    with in_town(market.town):
        assert HubPause.objects.filter(lifted_at=None).count() == 1
