"""What orders do when money moves elsewhere."""

from datetime import datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from billing.payments.models import Mode
from shared.tenancy import in_town
from tenants.orders.effects import settled
from tenants.orders.fetching import arrive, collect
from tenants.orders.handing_over import Proof, hand_over
from tenants.orders.models import Order, ShopOrder
from tenants.orders.states import ShopOrderState
from tests.factories import CONCIERGE, Market, make_market, make_order

pytestmark = pytest.mark.django_db


@pytest.fixture
def handed_over(market: Market, now: datetime) -> Order:
    order = make_order(town=market.town, lines=market.everything)
    for part in order.shop_orders.order_by("pk"):
        collect(part_id=part.pk, actor=CONCIERGE, now=now)
        arrive(part_id=part.pk, actor=CONCIERGE, now=now)
    proof = Proof(code=order.code, adult_seen=True)
    return hand_over(order_id=order.pk, proof=proof, means=Mode.TERMINAL, actor=CONCIERGE, now=now)


def issued(parts: list[ShopOrder]) -> dict[str, Any]:
    return {"statement_id": "", "shop_order_ids": [str(part.pk) for part in parts]}


def test_a_statement_settles_its_merchants_parts_and_no_other(handed_over: Order, now: datetime) -> None:
    mine, *others = handed_over.shop_orders.order_by("pk")
    for _ in range(2):
        settled(payload=issued([mine]), now=now)
    mine.refresh_from_db()
    assert mine.state == ShopOrderState.SETTLED
    assert mine.events.filter(kind="settled").count() == 1
    assert {part.state for part in handed_over.shop_orders.exclude(pk=mine.pk)} == {ShopOrderState.HANDED_OVER}
    assert len(others) == 2


def test_a_statement_of_another_town_settles_nothing_here(handed_over: Order, viroflay: Any, now: datetime) -> None:
    parts = list(handed_over.shop_orders.order_by("pk"))
    with in_town(viroflay):
        make_market(town=viroflay)
        settled(payload=issued(parts), now=now)
    assert {part.state for part in handed_over.shop_orders.all()} == {ShopOrderState.HANDED_OVER}


def test_orders_are_locked_before_their_parts(handed_over: Order, now: datetime) -> None:
    """A merchant's late click locks the order, then the part: the other way round, the two block each other."""
    with CaptureQueriesContext(connection) as captured:
        settled(payload=issued(list(handed_over.shop_orders.order_by("pk"))), now=now)
    locks = [query["sql"] for query in captured if "FOR UPDATE" in query["sql"]]
    assert ['FROM "orders_order"' in sql for sql in locks] == [True, False]
