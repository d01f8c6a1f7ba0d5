"""What orders do when money moves elsewhere."""

from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from billing.payments.gateway import current_town
from billing.payments.models import Mode
from billing.settlements.calendar import day_in
from billing.settlements.settling import settle_period
from shared.tenancy import in_town
from tenants.orders.effects import settled
from tenants.orders.fetching import arrive, collect
from tenants.orders.handing_over import Proof, hand_over
from tenants.orders.models import Order
from tenants.orders.states import ShopOrderState
from tests.billing.settlements.selling import sell
from tests.factories import CONCIERGE, Market, make_order

pytestmark = pytest.mark.django_db


@pytest.fixture
def handed_over(market: Market, now: datetime) -> Order:
    order = make_order(town=market.town, lines=market.everything)
    for part in order.shop_orders.order_by("pk"):
        collect(part_id=part.pk, actor=CONCIERGE, now=now)
        arrive(part_id=part.pk, actor=CONCIERGE, now=now)
    proof = Proof(code=order.code, adult_seen=True)
    return hand_over(order_id=order.pk, proof=proof, means=Mode.TERMINAL, actor=CONCIERGE, now=now)


def statement_of(merchant: UUID, now: datetime) -> dict[str, Any]:
    """Settle a merchant in the current town, and give what the statement's effect says."""
    town = current_town()
    statement = settle_period(town=town, merchant_id=merchant, period_end=day_in(town, now), now=now)
    assert statement is not None
    return {"statement_id": str(statement.pk)}


def test_a_statement_settles_its_merchants_parts_and_no_other(handed_over: Order, now: datetime) -> None:
    mine, *others = handed_over.shop_orders.order_by("pk")
    payload = statement_of(mine.shop.merchant_id, now)
    for _ in range(2):
        settled(payload=payload, now=now)
    mine.refresh_from_db()
    assert mine.state == ShopOrderState.SETTLED
    assert mine.events.filter(kind="settled").count() == 1
    assert {part.state for part in handed_over.shop_orders.exclude(pk=mine.pk)} == {ShopOrderState.HANDED_OVER}
    assert len(others) == 2


def test_a_statement_of_another_town_settles_nothing_here(handed_over: Order, viroflay: Any, now: datetime) -> None:
    """Not even when the same merchant sold an order of the same key there."""
    mine = handed_over.shop_orders.order_by("pk")[0]
    merchant = mine.shop.merchant_id
    with in_town(viroflay):
        sell(merchant=merchant, shop_order=mine.pk, at=now)
        settled(payload=statement_of(merchant, now), now=now)
    assert {part.state for part in handed_over.shop_orders.all()} == {ShopOrderState.HANDED_OVER}


def test_orders_are_locked_before_their_parts(handed_over: Order, now: datetime) -> None:
    """A merchant's late click locks the order, then the part: the other way round, the two block each other."""
    payload = statement_of(handed_over.shop_orders.order_by("pk")[0].shop.merchant_id, now)
    with CaptureQueriesContext(connection) as captured:
        settled(payload=payload, now=now)
    locks = [query["sql"] for query in captured if "FOR UPDATE" in query["sql"]]
    assert ['FROM "orders_order"' in sql for sql in locks] == [True, False]
