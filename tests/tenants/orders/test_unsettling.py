"""A merchant's change under its orders: it sees them first, the town is told, and nothing is moved."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from shared.calendars import ChangeKind
from shared.changing import ChangeFacts
from shared.notifications.models import Message
from shared.tenancy import in_town
from tenants.orders.answering import accept, mark_ready
from tenants.orders.events import Actor
from tenants.orders.models import Order, PaymentMode, ShopOrder
from tenants.orders.to_see import orders_to_see
from tenants.orders.unsettling import OrdersUnsettledError, Unsettled, change_shop_times
from tenants.residents.models import Resident
from tenants.shops.changes import add_change, remove_change, set_hours
from tenants.shops.models import Product, Shop, ShopChange
from tenants.staff.models import StaffRole
from tests.conftest import TUESDAY as NOW
from tests.factories import Market, make_market, make_order, make_resident, make_staff

pytestmark = pytest.mark.django_db

MERCHANT = Actor("Amandine Roux", "portal")
CLOSED_TODAY = ChangeFacts(kind=ChangeKind.CLOSURE, first=date(2026, 11, 24), last=date(2026, 11, 24), reason="malade")


@pytest.fixture
def alice(market: Market) -> Resident:
    return make_resident(name="Alice Martin")


@pytest.fixture
def order(market: Market, alice: Resident) -> Order:
    """Three shops, for six this evening."""
    return make_order(town=market.town, lines=market.everything, resident=alice)


def closing(market: Market, shop: Shop, facts: ChangeFacts = CLOSED_TODAY) -> Any:
    return lambda: add_change(town=market.town, shop_id=shop.pk, facts=facts, actor=None, now=NOW)


def shown(market: Market, shop: Shop, change: Any, seen: list[UUID] | None = None) -> list[Unsettled]:
    """What the merchant is shown instead of saving."""
    with pytest.raises(OrdersUnsettledError) as raised:
        change_shop_times(town=market.town, shop_id=shop.pk, change=change, seen=seen or [], actor=MERCHANT, now=NOW)
    return raised.value.found


def save(market: Market, shop: Shop, change: Any) -> None:
    seen = [each.part.pk for each in shown(market, shop, change)]
    change_shop_times(town=market.town, shop_id=shop.pk, change=change, seen=seen, actor=MERCHANT, now=NOW)


def test_it_is_shown_its_own_parts_and_nothing_is_saved(market: Market, order: Order) -> None:
    dairy = market.cheese.shop
    [found] = shown(market, dairy, closing(market, dairy))
    assert found.part == order.shop_orders.get(shop=dairy)
    assert not ShopChange.objects.exists()
    assert orders_to_see(town=market.town, now=NOW) == []


def test_saved_the_order_waits_for_the_town(market: Market, order: Order) -> None:
    make_staff(role=StaffRole.TOWN_HALL, email="mairie@istres.example")
    dairy = market.cheese.shop
    save(market, dairy, closing(market, dairy))
    assert ShopChange.objects.count() == 1
    kept = Order.objects.get()
    assert (kept.window_start, kept.hub) == (order.window_start, order.hub)
    assert orders_to_see(town=market.town, now=NOW) == [order]
    event = order.events.get(kind="unsettled")
    assert (event.actor, event.channel, event.shop_order) == (
        "Amandine Roux",
        "portal",
        order.shop_orders.get(shop=dairy),
    )
    [letter] = Message.objects.filter(template="orders/unsettled")
    assert letter.to == "mairie@istres.example"
    assert letter.subject == "1\u00a0retrait à revoir\u00a0: Fromagerie des Alpilles change ses heures ou ses délais"
    assert order.number in letter.text
    assert f"http://{market.town.host}" in letter.text
    assert "/mairie/retraits-a-revoir/" in letter.text
    assert "Alice" not in letter.text
    assert not Message.objects.filter(template="orders/moved").exists()


@pytest.mark.parametrize(("concierge", "to"), [(True, "camille@istres.example"), (False, "contact@default.example")])
def test_with_nobody_at_the_town_hall(market: Market, order: Order, *, concierge: bool, to: str) -> None:
    if concierge:
        make_staff(email="camille@istres.example")
    save(market, market.wine.shop, closing(market, market.wine.shop))
    letter = Message.objects.get(template="orders/unsettled")
    assert letter.to == to
    assert "/comptoir/retraits-a-revoir/" in letter.text


def test_an_order_placed_meanwhile_is_shown_too(market: Market, order: Order, alice: Resident) -> None:
    dairy = market.cheese.shop
    change = closing(market, dairy)
    seen = [each.part.pk for each in shown(market, dairy, change)]
    another = make_order(town=market.town, lines=[(market.cheese, 1)], resident=alice)
    found = shown(market, dairy, change, seen)
    assert {each.part.order for each in found} == {order, another}


def test_what_is_not_paid_is_the_towns_and_not_the_merchants(market: Market) -> None:
    unpaid = make_order(town=market.town, lines=market.everything, payment_mode=PaymentMode.CARD)
    dairy = market.cheese.shop
    _change, told = change_shop_times(
        town=market.town, shop_id=dairy.pk, change=closing(market, dairy), actor=MERCHANT, now=NOW
    )
    assert told == []
    assert orders_to_see(town=market.town, now=NOW) == [unpaid]
    assert Message.objects.filter(template="orders/unsettled").exists()


def test_two_shops_close_one_after_the_other(market: Market, order: Order) -> None:
    """The second is told too, though the order cannot be kept already."""
    for shop in (market.cheese.shop, market.wine.shop):
        save(market, shop, closing(market, shop))
    assert order.events.filter(kind="unsettled").count() == 2
    assert orders_to_see(town=market.town, now=NOW) == [order]


def test_other_days_and_other_shops_are_nobodys_business(market: Market, order: Order) -> None:
    tomorrow = ChangeFacts(kind=ChangeKind.CLOSURE, first=date(2026, 11, 25), last=date(2026, 11, 25), reason="congé")
    dairy = market.cheese.shop
    for change in (closing(market, dairy, tomorrow), lambda: Product.objects.update(allergens="lait, noix")):
        change_shop_times(town=market.town, shop_id=dairy.pk, change=change, actor=MERCHANT, now=NOW)
    assert not Message.objects.filter(template="orders/unsettled").exists()


def test_taking_the_closure_back_settles_it(market: Market, order: Order) -> None:
    dairy = market.cheese.shop
    save(market, dairy, closing(market, dairy))
    change = ShopChange.objects.get()
    change_shop_times(
        town=market.town,
        shop_id=dairy.pk,
        change=lambda: remove_change(town=market.town, change_id=change.pk, actor=None, now=NOW),
        actor=MERCHANT,
        now=NOW,
    )
    assert orders_to_see(town=market.town, now=NOW) == []


def test_a_closure_noted_after_the_round_left_is_seen_to_as_well(market: Market, order: Order) -> None:
    """The concierge came back without it."""
    dairy, part = market.cheese.shop, order.shop_orders.get(shop=market.cheese.shop)
    assert part.collection_departs_at
    later = part.collection_departs_at + timedelta(minutes=20)
    with pytest.raises(OrdersUnsettledError):
        change_shop_times(town=market.town, shop_id=dairy.pk, change=closing(market, dairy), actor=MERCHANT, now=later)


def slower(market: Market) -> Any:
    """The cheese takes two days instead of six hours."""
    return lambda: Product.objects.filter(pk=market.cheese.pk).update(lead_hours=48)


def test_a_longer_delay_unsettles_what_is_not_ready(market: Market, order: Order) -> None:
    dairy = market.cheese.shop
    [found] = shown(market, dairy, slower(market))
    assert found.loss == "not_ready"
    part = order.shop_orders.get(shop=dairy)
    accept(part_id=part.pk, actor=MERCHANT, now=NOW)
    assert shown(market, dairy, slower(market))
    mark_ready(part_id=part.pk, actor=MERCHANT, now=NOW)
    change_shop_times(town=market.town, shop_id=dairy.pk, change=slower(market), actor=MERCHANT, now=NOW)
    assert orders_to_see(town=market.town, now=NOW) == []


@pytest.mark.parametrize(
    "change",
    [
        # Open from four: there is no time left to prepare before the round.
        lambda market: set_hours(
            town=market.town,
            shop_id=market.wine.shop_id,
            hours="Mo-Sa 16:30-19:00",
            preparation_minutes=60,
            actor=None,
            now=NOW,
        ),
        lambda market: Product.objects.filter(pk=market.wine.pk).update(weekday_bits=0b0110001),
    ],
    ids=["hours", "days"],
)
def test_hours_and_days_that_leave_no_time(market: Market, order: Order, change: Any) -> None:
    [found] = shown(market, market.wine.shop, lambda: change(market))
    assert (found.loss, found.part.shop) == ("not_ready", market.wine.shop)


def test_another_towns_orders_are_not_seen(market: Market, order: Order, viroflay: Any) -> None:
    with in_town(viroflay):
        theirs = make_market(town=viroflay)
        make_order(town=viroflay, lines=theirs.everything)
    save(market, market.cheese.shop, closing(market, market.cheese.shop))
    with in_town(viroflay):
        assert orders_to_see(town=viroflay, now=NOW) == []
        assert not Message.objects.filter(template="orders/unsettled").exists()
        assert not ShopOrder.objects.filter(events__kind="unsettled").exists()
