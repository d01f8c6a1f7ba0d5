"""Loading what a promise depends on: the room that is left, and how many statements it takes."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shared.calendars import ChangeKind
from shared.tenancy import in_town
from tenants.hubs.models import Hub, HubChange, HubPause, Round
from tenants.orders.cancelling import cancel
from tenants.orders.events import CUSTOMER
from tenants.orders.models import Order, PaymentMode
from tenants.orders.promising import prospects
from tenants.shops.models import Product, Shop, ShopChange
from tests.factories import Market, make_market, make_order, make_product, make_satellite, make_shop

pytestmark = pytest.mark.django_db

MOST_STATEMENTS = 8


@pytest.fixture
def counted(market: Market) -> Market:
    """Five orders a window, ten parcels a round."""
    Hub.objects.update(room=5)
    Round.objects.update(room=10)
    market.hub.refresh_from_db()
    return market


def room(market: Market, now: datetime, *products: Product, **more: Any) -> tuple[int | None, int | None]:
    """The room of the soonest window, and that of the trip that fetches for it."""
    said = prospects(town=market.town, products=products or [market.shirt], now=now, **more).at(market.hub)
    window = said.earliest
    assert window is not None
    trip = window.collections[0]
    return window.room, (trip.round.room or 0) - trip.round.taken.get(trip.departure, 0)


def order(market: Market, *products: Product, mode: PaymentMode = PaymentMode.DESK) -> Order:
    return make_order(town=market.town, lines=[(product, 1) for product in products], payment_mode=mode)


def test_an_order_takes_a_place_and_a_parcel_a_shop(counted: Market, now: datetime) -> None:
    assert room(counted, now) == (5, 10)
    order(counted, counted.shirt, counted.wine)
    assert room(counted, now) == (4, 8)


def test_an_awaited_payment_holds_its_place_and_a_cancelled_order_none(counted: Market, now: datetime) -> None:
    waiting = order(counted, counted.shirt, mode=PaymentMode.CARD)
    assert room(counted, now) == (4, 9)
    cancel(order_id=waiting.pk, actor=CUSTOMER, now=now)
    assert room(counted, now) == (5, 10)


def test_orders_besides_keep_places_that_are_one_s_own(counted: Market, now: datetime) -> None:
    mine, other = order(counted, counted.shirt), order(counted, counted.wine, counted.shirt)
    assert room(counted, now) == (3, 7)
    assert room(counted, now, besides=[mine.pk]) == (4, 8)
    assert room(counted, now, besides=[mine.pk, other.pk]) == (5, 10)


def test_a_window_that_has_begun_is_counted_no_more(counted: Market, now: datetime) -> None:
    placed = order(counted, counted.shirt)
    later = placed.window_start + timedelta(minutes=1)
    with CaptureQueriesContext(connection) as queries:
        found = prospects(town=counted.town, products=[], now=later)
    assert found.questions[counted.hub.pk].hub.taken == {}
    assert len(queries) <= MOST_STATEMENTS


def test_what_another_town_holds_takes_no_room_here(counted: Market, viroflay: Any, now: datetime) -> None:
    with in_town(viroflay):
        elsewhere = make_market(town=viroflay)
        Hub.objects.update(room=5)
        order(elsewhere, elsewhere.shirt)
    with in_town(counted.town):
        assert room(counted, now) == (5, 10)


def statements(market: Market, now: datetime, products: list[Product]) -> int:
    """How many it takes to load the prospects, and to ask every hub."""
    with CaptureQueriesContext(connection) as queries:
        found = prospects(town=market.town, products=products, now=now)
        promises = [found.at(hub) for hub in found.hubs]
    assert any(said.windows for said in promises)
    return len(queries)


def test_eight_hubs_take_as_many_statements_as_one(counted: Market, now: datetime) -> None:
    """Ten products of six shops, every hub and round with room, closures, pauses: all of it, loaded in a few."""
    products = list(Product.objects.select_related("shop").order_by("pk"))
    before = statements(counted, now, products)
    day = date(2026, 11, 26)
    closure = {"kind": ChangeKind.CLOSURE, "first": day, "last": day, "created_at": now}
    for number in range(7):
        hub = make_satellite(name=f"Point {number}", slug=f"point-{number}", hours="Mo-Sa 14:00-18:00", room=8)
        Round.objects.filter(hub=hub).update(hours="Mo-Sa 12:30-13:30", room=20)
        HubChange.objects.create(hub=hub, **closure)
        HubPause.objects.create(hub=hub, reason="Travaux", since=now - timedelta(hours=2), until=now)
    for number in range(3):
        shop = make_shop(name=f"Boutique {number}", hours="Mo-Sa 09:00-19:00")
        ShopChange.objects.create(shop=shop, **closure)
        products += [make_product(shop=shop, name=f"Produit {number} {letter}") for letter in "ab"]
    order(counted, *products[-2:])
    assert Shop.objects.count() == 6
    assert statements(counted, now, products) == before <= MOST_STATEMENTS
