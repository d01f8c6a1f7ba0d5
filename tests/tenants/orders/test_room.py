"""Places in windows and parcels in rounds: kept while a payment is awaited, given back after, overbooked knowingly."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from shared.tenancy import in_town
from tenants.hubs.models import Hub, HubKind, HubMember, Round
from tenants.hubs.promise import Promise
from tenants.orders import placing
from tenants.orders.cancelling import cancel
from tenants.orders.events import CUSTOMER
from tenants.orders.models import Channel, Order, PaymentMode
from tenants.orders.promising import prospects
from tenants.residents.models import Resident
from tests.conftest import TUESDAY as NOW
from tests.factories import (
    CONCIERGE,
    Market,
    first_window,
    make_basket,
    make_market,
    make_order,
    make_resident,
    make_satellite,
    pay_by_card,
    run_effects,
)

pytestmark = pytest.mark.django_db


def promised(market: Market, hub: Hub | None = None) -> Promise:
    return prospects(town=market.town, products=[market.shirt], now=NOW).at(hub or market.hub)


def room_left(market: Market) -> int | None:
    """How many more orders the window that all these tests want still takes; zero when it is not promised."""
    window = promised(market).window_at(first_window(town=market.town, now=NOW).start)
    return window.room if window else 0


def order(market: Market, *, mode: PaymentMode = PaymentMode.CARD, **more: Any) -> Order:
    return make_order(town=market.town, lines=[(market.shirt, 1)], payment_mode=mode, **more)


def wish(market: Market, start: datetime, **more: Any) -> placing.Wish:
    facts: dict[str, Any] = {
        "hub": market.hub,
        "window_start": start,
        "payment_mode": PaymentMode.DESK,
        "channel": Channel.PHONE,
        "token": uuid4(),
    }
    return placing.Wish(**facts | more)


def place(market: Market, start: datetime, *, resident: Resident | None = None, **more: Any) -> Order:
    resident = resident or make_resident()
    asked = wish(market, start, **more)
    actor = CUSTOMER if asked.channel == Channel.WEB else CONCIERGE
    basket = make_basket(lines=[(market.shirt, 1)])
    return placing.place_order(town=market.town, basket=basket, resident=resident, wish=asked, actor=actor, now=NOW)


def expire(_order: Order) -> None:
    run_effects(now=NOW + placing.PAYMENT_TIME, kinds=[placing.EXPIRE])


def call_off(order: Order) -> None:
    cancel(order_id=order.pk, actor=CUSTOMER, now=NOW)


@pytest.fixture
def tight(market: Market) -> Market:
    """A hub that takes two orders a window."""
    Hub.objects.filter(pk=market.hub.pk).update(room=2)
    return market


def test_an_awaited_payment_keeps_its_place(tight: Market) -> None:
    assert room_left(tight) == 2
    order(tight)
    assert room_left(tight) == 1
    pay_by_card(order=order(tight))
    start = first_window(town=tight.town, now=NOW).start
    assert promised(tight).earliest
    assert all(window.room == 2 for window in promised(tight).windows)
    assert start not in {one.window_start for one in Order.objects.order_by("pk")}


@pytest.mark.parametrize("give_back", [expire, call_off])
def test_a_place_is_given_back(tight: Market, give_back: Callable[[Order], None]) -> None:
    start = first_window(town=tight.town, now=NOW).start
    mine = order(tight)
    order(tight, mode=PaymentMode.DESK)
    with pytest.raises(placing.WindowGoneError):
        place(tight, start)
    give_back(mine)
    assert place(tight, start).window_start == start


@pytest.mark.parametrize("give_back", [expire, call_off])
def test_so_is_a_parcels(market: Market, give_back: Callable[[Order], None]) -> None:
    start = first_window(town=market.town, products=[market.shirt], now=NOW).start
    # Every round that could be in time takes one parcel.
    Round.objects.update(room=1)
    found = [order(market)]
    while found[-1].window_start == start:
        found.append(order(market))
    taken = [each for each in found if each.window_start == start]
    with pytest.raises(placing.WindowGoneError):
        place(market, start)
    give_back(taken[0])
    assert place(market, start).window_start == start


def test_what_was_paid_keeps_its_place_when_its_time_is_over(tight: Market) -> None:
    mine = order(tight)
    pay_by_card(order=mine)
    expire(mine)
    assert room_left(tight) == 1


def test_another_form_of_the_same_basket_takes_no_second_place(tight: Market) -> None:
    start = first_window(town=tight.town, now=NOW).start
    basket, resident = make_basket(lines=[(tight.shirt, 1)]), make_resident()
    for _form in range(3):
        asked = wish(tight, start, channel=Channel.WEB, payment_mode=PaymentMode.CARD)
        placing.place_order(town=tight.town, basket=basket, resident=resident, wish=asked, actor=CUSTOMER, now=NOW)
    assert room_left(tight) == 1


def test_the_desk_overbooks_knowingly(tight: Market) -> None:
    start = first_window(town=tight.town, now=NOW).start
    for _ in range(2):
        place(tight, start)
    with pytest.raises(placing.WindowGoneError):
        place(tight, start)
    more = place(tight, start, overbook=True)
    assert more.window_start == start
    assert more.events.get(kind="overbooked").actor == str(CONCIERGE)
    assert all(part.collection_departs_at for part in more.shop_orders.all())


def test_a_full_round_may_be_overbooked_too(market: Market) -> None:
    start = first_window(town=market.town, products=[market.shirt], now=NOW).start
    Round.objects.update(room=0)
    with pytest.raises(placing.WindowGoneError):
        place(market, start)
    assert place(market, start, overbook=True).events.filter(kind="overbooked").exists()


def test_what_has_room_is_not_overbooked(tight: Market) -> None:
    made = place(tight, first_window(town=tight.town, now=NOW).start, overbook=True)
    assert not made.events.filter(kind="overbooked").exists()


def test_overbooking_opens_no_closed_door(tight: Market) -> None:
    start = first_window(town=tight.town, now=NOW).start
    for other in (start + timedelta(hours=1), start - timedelta(days=7), start + timedelta(days=60)):
        with pytest.raises(placing.WindowGoneError):
            place(tight, other, overbook=True)


def test_the_site_never_overbooks(market: Market) -> None:
    with pytest.raises(ValueError, match="overbooked by web"):
        wish(market, NOW, channel=Channel.WEB, overbook=True)


@pytest.fixture
def base(market: Market) -> Hub:
    """The air base, for those who live or work there."""
    return make_satellite(name="Base aérienne", slug="base", kind=HubKind.RESTRICTED)


@pytest.mark.parametrize("channel", [Channel.WEB, Channel.PHONE])
def test_a_restricted_hub_is_for_its_members(market: Market, base: Hub, channel: Channel) -> None:
    alice, chloe = make_resident(), make_resident(name="Chloé Petit")
    HubMember.objects.create(hub=base, resident=alice, since=NOW)
    window = promised(market, base).earliest
    assert window
    more = {"hub": base, "channel": channel, "overbook": channel == Channel.PHONE}
    with pytest.raises(placing.NotAMemberError):
        place(market, window.start, resident=chloe, **more)
    assert not Order.objects.exists()
    assert place(market, window.start, resident=alice, **more).hub == base


def test_a_member_elsewhere_is_none_here(market: Market, base: Hub, viroflay: Any) -> None:
    with in_town(viroflay):
        theirs = make_market(town=viroflay)
        camp = make_satellite(name="Camp", slug="camp", kind=HubKind.RESTRICTED)
        bruno = make_resident(name="Bruno Tran")
        HubMember.objects.create(hub=camp, resident=bruno, since=NOW)
        window = promised(theirs, camp).earliest
        assert window
        assert place(theirs, window.start, resident=bruno, hub=camp).hub == camp
        with pytest.raises(placing.WindowGoneError):
            place(theirs, window.start, resident=bruno, hub=base)
    window = promised(market, base).earliest
    assert window
    with pytest.raises(placing.NotAMemberError):
        place(market, window.start, hub=base)
