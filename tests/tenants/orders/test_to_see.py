"""Orders whose promise cannot be kept: listed until somebody has seen to them, and seen to once."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from shared.accounts.models import User
from shared.audit.models import AuditEvent
from shared.notifications.models import Message
from shared.tenancy import in_town
from tenants.hubs.models import Hub
from tenants.hubs.replanning import Decision
from tenants.orders.deciding import BadDecisionError, PromisesBrokenError, decisions_in, read_value
from tenants.orders.models import Order
from tenants.orders.moved import note_change_told, orders_to_tell
from tenants.orders.to_see import broken_to_see, orders_to_see, see_to
from tenants.residents.models import Resident
from tenants.shops.models import ShopChange
from tenants.staff.models import StaffRole
from tests.conftest import TUESDAY as NOW
from tests.factories import CONCIERGE, Market, make_market, make_order, make_resident, make_staff

pytestmark = pytest.mark.django_db

ZONE = ZoneInfo("Europe/Paris")
TODAY = date(2026, 11, 24)
EVENING = datetime(2026, 11, 24, 18, tzinfo=ZONE)
TOMORROW_NOON = datetime(2026, 11, 25, 12, tzinfo=ZONE)


@pytest.fixture
def bernard(in_istres: Any) -> User:
    return make_staff(role=StaffRole.TOWN_HALL, name="Bernard Faure")


@pytest.fixture
def alice(market: Market) -> Resident:
    return make_resident(name="Alice Martin")


@pytest.fixture
def order(market: Market, alice: Resident) -> Order:
    """Three shops, for six this evening; the dairy then closes."""
    made = make_order(town=market.town, lines=market.everything, resident=alice)
    close(market)
    return made


def close(market: Market) -> None:
    shop = market.cheese.shop
    ShopChange.objects.create(shop=shop, kind="closure", first=TODAY, last=TODAY, reason="malade", created_at=NOW)


def decide(market: Market, user: User, decided: dict[UUID, Decision], now: datetime = NOW) -> list[Order]:
    done = see_to(town=market.town, decided=decided, user=user, channel="town_hall", now=now)
    return [each.order for each in done]


def test_each_is_listed_with_what_is_proposed(market: Market, order: Order) -> None:
    assert orders_to_see(town=market.town, now=NOW) == [order]
    [broken] = broken_to_see(town=market.town, now=NOW)
    assert (broken.window and broken.window.start) == TOMORROW_NOON
    assert broken.said.beginning == (
        f"Le retrait de votre commande {order.number}, prévu mardi 24\u00a0novembre de 18\u00a0h à 20\u00a0h, ne peut "
        "pas être assuré\u00a0: la boutique Fromagerie des Alpilles sera fermée au passage de la tournée."
    )
    assert broken.value.startswith(str(market.hub.pk))
    assert not broken.is_left


def test_seen_to_it_moves_and_everybody_is_told(market: Market, bernard: User, order: Order) -> None:
    [broken] = broken_to_see(town=market.town, now=NOW)
    assert decide(market, bernard, {order.pk: read_value(broken.value)}) == [order]
    moved = Order.objects.get()
    assert moved.window_start == TOMORROW_NOON
    assert orders_to_see(town=market.town, now=NOW) == []
    assert Message.objects.get(template="orders/moved").to == order.customer_email
    merchants = set(Message.objects.filter(template="orders/refetched").values_list("to", flat=True))
    assert "alpilles@boutique.example" in merchants
    assert AuditEvent.objects.get(action="order.moved").actor_label == "Bernard Faure"
    # The second of two clicks.
    assert decide(market, bernard, {order.pk: read_value(broken.value)}) == []
    assert Message.objects.filter(template="orders/moved").count() == 1


def test_by_another_round_the_customer_notices_nothing(market: Market, bernard: User, alice: Resident) -> None:
    """The cellar closes in the afternoon only: the round of the morning fetches it in time."""
    order = make_order(town=market.town, lines=[(market.wine, 1)], resident=alice)
    ShopChange.objects.create(
        shop=market.wine.shop, kind="closure", first=TODAY, last=TODAY, hours="15:00-19:00", created_at=NOW
    )
    [broken] = broken_to_see(town=market.town, now=NOW)
    assert not broken.is_felt
    assert broken.choices[0].label == "la même heure, par une autre tournée"
    assert decide(market, bernard, {order.pk: read_value(broken.value)}) == [order]
    assert orders_to_see(town=market.town, now=NOW) == []
    assert order.events.filter(kind="rerouted").exists()
    assert not Message.objects.filter(template="orders/moved").exists()
    assert Message.objects.get(template="orders/refetched").to == "heures-claires@boutique.example"
    assert AuditEvent.objects.filter(action="order.rerouted").count() == 1


def test_who_is_to_be_called_is_called_then_given_a_date(market: Market, bernard: User, order: Order) -> None:
    for _twice in range(2):
        decide(market, bernard, {order.pk: None}, now=NOW + timedelta(minutes=1))
    assert list(orders_to_tell()) == [order]
    assert Message.objects.filter(template="orders/moved").count() == 1
    # Still there, and left for later: nothing is lost while nobody has found a date.
    [broken] = broken_to_see(town=market.town, now=NOW)
    assert broken.is_left
    assert broken.value == ""
    note_change_told(order_id=order.pk, actor=CONCIERGE, now=NOW + timedelta(minutes=5))
    assert orders_to_see(town=market.town, now=NOW) == [order]
    assert decide(market, bernard, {order.pk: (market.hub.pk, TOMORROW_NOON)}, now=NOW + timedelta(minutes=9))
    assert orders_to_see(town=market.town, now=NOW) == []


def test_a_window_gone_in_between_is_said_and_nothing_is_done(market: Market, bernard: User, order: Order) -> None:
    second = make_order(town=market.town, lines=[(market.shirt, 1)])
    [broken] = broken_to_see(town=market.town, now=NOW)
    decided = {order.pk: read_value(broken.value)}
    Hub.objects.update(room=0)
    with pytest.raises(PromisesBrokenError) as raised:
        decide(market, bernard, decided)
    [listed] = raised.value.broken
    assert (listed.order, listed.is_gone) == (order, True)
    assert Order.objects.get(pk=order.pk).window_start == EVENING
    assert Order.objects.get(pk=second.pk).window_start == second.window_start


def test_an_order_that_left_the_list_is_said(market: Market, bernard: User, order: Order) -> None:
    other = make_order(town=market.town, lines=[(market.cheese, 1)])
    assert orders_to_see(town=market.town, now=NOW) == [order]
    for decision in (None, (market.hub.pk, TOMORROW_NOON + timedelta(days=2))):
        with pytest.raises(PromisesBrokenError) as raised:
            decide(market, bernard, {other.pk: decision})
        [listed] = raised.value.broken
        assert (listed.order, listed.is_left) == (order, True)


def test_overbooked_knowingly_is_not_to_be_seen(market: Market) -> None:
    for _ in range(2):
        make_order(town=market.town, lines=[(market.shirt, 1)])
    Hub.objects.update(room=1)
    assert orders_to_see(town=market.town, now=NOW) == []


@pytest.mark.parametrize(
    "posted",
    [
        {"decision-x": "call"},
        {"decision-6f1e2d3c-0000-4000-8000-000000000000": "demain"},
        {"decision-6f1e2d3c-0000-4000-8000-000000000000": "|2026-11-25T12:00:00+00:00"},
        {"decision-6f1e2d3c-0000-4000-8000-000000000000": ("6f1e2d3c-0000-4000-8000-000000000000|2026-11-25T12:00:00")},
    ],
)
def test_nonsense_is_refused(posted: dict[str, str]) -> None:
    with pytest.raises(BadDecisionError):
        decisions_in(posted)


def test_another_towns_list_is_its_own(market: Market, bernard: User, order: Order, viroflay: Any) -> None:
    with in_town(viroflay):
        theirs = make_market(town=viroflay)
        make_order(town=viroflay, lines=theirs.everything)
        assert broken_to_see(town=viroflay, now=NOW) == []
        bruno = make_staff(role=StaffRole.TOWN_HALL, name="Bruno Tran")
        with pytest.raises(PromisesBrokenError):
            see_to(town=viroflay, decided={order.pk: None}, user=bruno, channel="town_hall", now=NOW)
    assert orders_to_see(town=market.town, now=NOW) == [order]
