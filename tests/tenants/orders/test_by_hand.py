"""Moving one order by hand."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from shared.notifications.models import Message
from shared.tenancy import in_town
from tenants.hubs.models import Hub, HubKind, HubMember
from tenants.orders.by_hand import CannotMoveError, Wanted, hubs_for, move_order, places_for
from tenants.orders.cancelling import cancel
from tenants.orders.fetching import arrive, collect
from tenants.orders.models import Order, PaymentMode
from tenants.orders.moved import orders_to_tell
from tenants.orders.placing import WindowGoneError
from tenants.residents.models import Resident
from tests.conftest import TUESDAY as NOW
from tests.factories import CONCIERGE, Market, make_market, make_order, make_resident, make_satellite

pytestmark = pytest.mark.django_db

ZONE = ZoneInfo("Europe/Paris")
EVENING = datetime(2026, 11, 24, 18, tzinfo=ZONE)
TOMORROW_NOON = datetime(2026, 11, 25, 12, tzinfo=ZONE)
FRIDAY = datetime(2026, 11, 27, 14, tzinfo=ZONE)


@pytest.fixture
def alice(market: Market) -> Resident:
    return make_resident(name="Alice Martin")


@pytest.fixture
def order(market: Market, alice: Resident) -> Order:
    """For six this evening."""
    return make_order(town=market.town, lines=market.everything, resident=alice)


def move(
    market: Market, order: Order, *, hub: Hub | None = None, start: datetime = TOMORROW_NOON, **more: Any
) -> Order:
    wanted = Wanted(hub_id=(hub or market.hub).pk, start=start, **more)
    moved, _said = move_order(town=market.town, order_id=order.pk, wanted=wanted, actor=CONCIERGE, now=NOW)
    return moved


def test_as_its_customer_asked(market: Market, order: Order) -> None:
    for _twice in range(2):
        assert move(market, order).window_start == TOMORROW_NOON
    event = order.events.get(kind="moved")
    assert (event.data["by"], event.actor) == ("agreed", CONCIERGE.label)
    letter = Message.objects.get(template="orders/moved")
    assert "Comme convenu avec vous, le retrait de votre commande A0-00" in letter.text.replace("\n", " ")
    assert Message.objects.filter(template="orders/refetched").count() == 3
    departures = {part.collection_departs_at for part in Order.objects.get().shop_orders.all()}
    assert all(departs and departs < TOMORROW_NOON for departs in departures)


@pytest.mark.parametrize("agreed", [True, False])
def test_who_agreed_by_telephone_is_not_called_again(market: Market, *, agreed: bool) -> None:
    simone = make_resident(name="Simone Roche", account=False)
    order = make_order(town=market.town, lines=[(market.shirt, 1)], resident=simone)
    move(market, order, agreed=agreed, reason="" if agreed else "le vélo est en panne")
    assert list(orders_to_tell()) == ([] if agreed else [order])
    assert not Message.objects.filter(template="orders/moved").exists()


def test_its_staffs_reason_is_what_people_read(market: Market, order: Order) -> None:
    move(market, order, agreed=False, reason="Noël arrive.")
    assert "assuré\u00a0: Noël arrive." in Message.objects.get(template="orders/moved").text


def test_a_window_that_cannot_be_promised_is_refused(market: Market, order: Order) -> None:
    for start in (EVENING + timedelta(hours=1), TOMORROW_NOON - timedelta(days=7), TOMORROW_NOON + timedelta(days=60)):
        with pytest.raises(WindowGoneError):
            move(market, order, start=start)
    with pytest.raises(WindowGoneError):
        move(market, order, hub=Hub(pk=uuid4()))
    assert Order.objects.get().window_start == EVENING


def test_a_full_window_only_knowingly(market: Market, order: Order) -> None:
    Hub.objects.update(room=0)
    with pytest.raises(WindowGoneError):
        move(market, order)
    assert move(market, order, overbook=True).window_start == TOMORROW_NOON
    assert order.events.filter(kind="overbooked").count() == 1


def test_what_is_full_is_said(market: Market, order: Order) -> None:
    Hub.objects.update(room=1)
    make_order(town=market.town, lines=[(market.shirt, 1)])
    places = places_for(order, town=market.town, now=NOW)
    full = [window.start for _hub, window, is_full in places if is_full]
    # Its own window, which it leaves, is not proposed.
    assert EVENING not in [window.start for _hub, window, _is_full in places]
    assert [start.hour for start in full] == [12]


def test_over_or_not_paid_it_stays(market: Market, order: Order, alice: Resident) -> None:
    unpaid = make_order(town=market.town, lines=[(market.shirt, 1)], resident=alice, payment_mode=PaymentMode.CARD)
    with pytest.raises(CannotMoveError, match="attend son paiement"):
        move(market, unpaid)
    cancel(order_id=order.pk, actor=CONCIERGE, now=NOW)
    with pytest.raises(CannotMoveError, match="est annulée"):
        move(market, order)
    assert not Message.objects.filter(template="orders/moved").exists()


def test_what_waits_at_the_counter_may_wait_longer(market: Market, order: Order) -> None:
    for part in order.shop_orders.order_by("pk"):
        collect(part_id=part.pk, actor=CONCIERGE, now=NOW)
        arrive(part_id=part.pk, actor=CONCIERGE, now=NOW)
    assert move(market, order).window_start == TOMORROW_NOON
    # No round goes for it again.
    assert not Message.objects.filter(template="orders/refetched").exists()


def test_hubs_are_those_its_customer_may_use(market: Market, order: Order, alice: Resident) -> None:
    park, base = make_satellite(), make_satellite(name="Base aérienne", slug="base", kind=HubKind.RESTRICTED)
    assert hubs_for(order, now=NOW) == [market.hub, park]
    with pytest.raises(WindowGoneError):
        move(market, order, hub=base, start=FRIDAY)
    HubMember.objects.create(hub=base, resident=alice, since=NOW)
    moved = move(market, order, hub=base, start=FRIDAY)
    assert (moved.hub, moved.run_departs_at) == (base, FRIDAY - timedelta(minutes=90))
    assert hubs_for(moved, now=NOW)[0] == base
    # The van has left: the goods go where they go.
    assert hubs_for(moved, now=FRIDAY) == [base]


def test_another_towns_order_is_not_there(market: Market, viroflay: Any) -> None:
    with in_town(viroflay):
        theirs = make_market(town=viroflay)
        other = make_order(town=viroflay, lines=[(theirs.shirt, 1)])
    with pytest.raises(Order.DoesNotExist):
        move(market, other)
    with pytest.raises(WindowGoneError):
        move(market, other, hub=theirs.hub)
