"""Full windows on the telephone, and hubs that not everybody may choose."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from shared.accounts.models import User
from shared.audit.models import AuditEvent
from shared.tenancy import in_town
from tenants.desk import windows
from tenants.hubs.models import Hub, HubKind, HubMember
from tenants.orders.models import Order
from tenants.residents.models import Resident
from tests.conftest import TUESDAY as NOW
from tests.factories import Market, make_market, make_order, make_resident, make_satellite
from tests.tenants.staff.pages import text_of

pytestmark = pytest.mark.django_db


def _call(desk: Client, who: Resident, market: Market) -> str:
    call = str(desk.post(reverse("desk:phone_order"), {"resident": who.pk})["Location"])
    assert desk.post(call, {"verb": "add", "product": market.wine.pk, "quantity": 1}).status_code == 302
    return call


def _choices(desk: Client, call: str) -> list[tuple[str, str]]:
    page = desk.get(call).content.decode().replace("\u00a0", " ")
    return re.findall(r'<option value="([^"]+\|[^"]+)"[^>]*>([^<]+)<', page)


def _wish(window: str, **more: str) -> dict[str, str]:
    return {"verb": "review", "window": window, "channel": "phone", "note": "", **more}


@pytest.fixture
def full(market: Market, alice: Resident) -> str:
    """The value of the evening's window, which is full."""
    Hub.objects.filter(pk=market.hub.pk).update(room=1)
    order = make_order(town=market.town, lines=[(market.wine, 1)], resident=alice)
    slots = windows.slots(town=market.town, products=[market.wine], now=NOW)
    return next(slot.value for slot in slots if slot.full and slot.window.start == order.window_start)


def test_places_are_said(desk: Client, market: Market, simone: Resident, full: str) -> None:
    said = dict(_choices(desk, _call(desk, simone, market)))
    assert said[full].endswith(", complet")
    assert next(words for value, words in said.items() if value != full).endswith(", 1 place")


def test_without_limits_no_places_are_said(desk: Client, market: Market, simone: Resident) -> None:
    call = _call(desk, simone, market)
    assert not [words for _value, words in _choices(desk, call) if "place" in words or "complet" in words]
    assert "Prendre quand même" not in text_of(desk.get(call))


def test_a_full_window_is_taken_knowingly(desk: Client, market: Market, simone: Resident, full: str) -> None:
    call = _call(desk, simone, market)
    page = text_of(desk.post(call, _wish(full)), 422)
    assert "Ce créneau est complet : cochez cette case, ou choisissez-en un autre." in page
    answer = desk.post(call, _wish(full, overbook="on"))
    assert answer.status_code == 302
    assert "vous prenez cette commande quand même" in text_of(desk.get(answer["Location"]))
    for _double_click in range(2):
        placed = desk.post(answer["Location"])
    order = Order.objects.get(resident=simone)
    assert placed["Location"] == reverse("desk:placed", args=[order.pk])
    trail = AuditEvent.objects.get(action="order.overbooked")
    assert (trail.actor_label, trail.details["order"]) == ("Camille Roux", order.number)
    assert "Prise au-delà des places du créneau" in text_of(desk.get(reverse("desk:order", args=[order.pk])))


def test_the_tick_of_another_window_is_forgotten(desk: Client, market: Market, simone: Resident, full: str) -> None:
    call = _call(desk, simone, market)
    free = next(value for value, _words in _choices(desk, call) if value != full)
    review = desk.post(call, _wish(free, overbook="on"))["Location"]
    desk.post(review)
    assert not AuditEvent.objects.filter(action="order.overbooked").exists()


def test_filled_while_reading_it_back(desk: Client, market: Market, simone: Resident, alice: Resident) -> None:
    Hub.objects.filter(pk=market.hub.pk).update(room=1)
    call = _call(desk, simone, market)
    first = _choices(desk, call)[0][0]
    review = desk.post(call, _wish(first))["Location"]
    make_order(town=market.town, lines=[(market.wine, 1)], resident=alice)
    answer = desk.post(review)
    assert answer["Location"] == call
    assert "Ce retrait n’est plus possible : choisissez-en un autre." in text_of(desk.get(call))
    assert desk.get(review).status_code == 302


def test_a_restricted_hub_is_offered_to_its_members(
    desk: Client, market: Market, simone: Resident, alice: Resident
) -> None:
    base = make_satellite(name="Base aérienne", slug="base", kind=HubKind.RESTRICTED)
    HubMember.objects.create(hub=base, resident=simone, since=NOW)
    mine = [value for value, _words in _choices(desk, _call(desk, simone, market)) if value.startswith(str(base.pk))]
    assert mine
    hers = _call(desk, alice, market)
    assert not [value for value, _words in _choices(desk, hers) if value.startswith(str(base.pk))]
    assert "n’est plus possible avec ces produits" in text_of(desk.post(hers, _wish(mine[0])), 422)


def test_a_member_no_more_is_told(desk: Client, market: Market, simone: Resident) -> None:
    base = make_satellite(name="Base aérienne", slug="base", kind=HubKind.RESTRICTED)
    member = HubMember.objects.create(hub=base, resident=simone, since=NOW)
    call = _call(desk, simone, market)
    mine = next(value for value, _words in _choices(desk, call) if value.startswith(str(base.pk)))
    review = desk.post(call, _wish(mine))["Location"]
    member.delete()
    assert desk.post(review)["Location"] == call
    assert "réservé à ses membres" in text_of(desk.get(call))


def test_members_of_another_town_are_not_ours(market: Market, camille: User, viroflay: Any) -> None:
    base = make_satellite(name="Base aérienne", slug="base", kind=HubKind.RESTRICTED)
    with in_town(viroflay):
        theirs = make_market(town=viroflay)
        bruno = make_resident(name="Bruno Tran")
        HubMember.objects.create(hub=make_satellite(kind=HubKind.RESTRICTED), resident=bruno, since=NOW)
        found = windows.slots(town=viroflay, products=[theirs.wine], now=NOW, resident=bruno)
        assert {slot.hub.name for slot in found} == {theirs.hub.name, "Zone du Tubé"}
    found = windows.slots(town=market.town, products=[market.wine], now=NOW, resident=bruno)
    assert base not in {slot.hub for slot in found}
