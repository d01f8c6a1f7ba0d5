"""The orders of a merchant that leaves: honoured to the end, or refused and given back."""

from datetime import date
from typing import Any

import pytest

from tenants.orders.confirming import CONFIRMED
from tenants.orders.fetching import collect
from tenants.orders.models import Order, ShopOrder
from tenants.orders.states import ShopOrderState
from tenants.shops.departures import Ground, OrdersThen
from tenants.shops.leaving import LEFT, announce_departure, come_back
from tests.conftest import TUESDAY
from tests.factories import CONCIERGE, Market, make_market, make_order, run_effects

pytestmark = pytest.mark.django_db

S = ShopOrderState


@pytest.fixture
def market(in_istres: Any) -> Market:
    return make_market(town=in_istres)


def _leave(market: Market, then: OrdersThen) -> None:
    announce_departure(
        town=market.town,
        shop_id=market.cheese.shop_id,
        ground=Ground.BREACH,
        reason="Chaîne du froid rompue.",
        leaves_on=date(2026, 11, 24),
        orders_then=then,
        actor=None,
        now=TUESDAY,
    )


def _states(order: Order) -> dict[str, str]:
    return dict(ShopOrder.objects.filter(order=order).values_list("shop__name", "state"))


def test_honoured_to_the_end_nothing_is_refused(market: Market) -> None:
    order = make_order(town=market.town, lines=[(market.cheese, 1)])
    _leave(market, OrdersThen.FINISHED)
    run_effects(now=TUESDAY)
    assert set(_states(order).values()) == {S.PLACED}


def test_refused_the_other_shop_s_part_goes_on(market: Market) -> None:
    order = make_order(town=market.town, lines=[(market.cheese, 1), (market.shirt, 1)])
    collected = make_order(town=market.town, lines=[(market.cheese, 1)])
    collect(part_id=collected.shop_orders.get().pk, actor=CONCIERGE, now=TUESDAY)
    _leave(market, OrdersThen.REFUSED)
    run_effects(now=TUESDAY, kinds=[LEFT])
    run_effects(now=TUESDAY, kinds=[LEFT])
    assert _states(order) == {market.cheese.shop.name: S.REFUSED, market.shirt.shop.name: S.PLACED}
    assert set(_states(collected).values()) == {S.COLLECTED}, "the concierge has the goods"
    [refused] = order.events.filter(kind="line_refused")
    assert refused.data["reason"] == "Le commerçant a quitté la conciergerie."


def test_an_order_confirmed_once_its_merchant_had_left_is_refused_too(market: Market) -> None:
    order = make_order(town=market.town, lines=[(market.cheese, 1)])
    _leave(market, OrdersThen.REFUSED)
    run_effects(now=TUESDAY, kinds=[CONFIRMED])
    assert set(_states(order).values()) == {S.REFUSED}


def test_back_before_the_worker_looked_it_keeps_its_orders(market: Market) -> None:
    order = make_order(town=market.town, lines=[(market.cheese, 1)])
    _leave(market, OrdersThen.REFUSED)
    come_back(town=market.town, shop_id=market.cheese.shop_id, actor=None, now=TUESDAY)
    run_effects(now=TUESDAY, kinds=[LEFT])
    assert set(_states(order).values()) == {S.PLACED}
