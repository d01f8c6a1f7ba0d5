"""What orders do when money moves: payments and settlements, floors below, say so by the outbox."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from billing.payments.facts import (
    AUTHORISATION_ENDING,
    AUTHORISATION_LAPSED,
    PAYMENT_AUTHORISED,
    PAYMENT_FAILED,
    PAYMENT_SUCCEEDED,
)
from billing.settlements.counting import sales_of
from billing.settlements.facts import STATEMENT_ISSUED
from billing.settlements.models import SaleKind, Statement
from shared.locks import lock
from shared.outbox.registry import handles
from tenants.orders import messages
from tenants.orders.capturing import note_lapse, take_before_it_ends
from tenants.orders.confirming import CONFIRMED, confirm_authorised, confirm_paid, let_go
from tenants.orders.events import PLATFORM
from tenants.orders.models import Order, ShopOrder
from tenants.orders.paying import look_at_payments
from tenants.orders.placing import EXPIRE
from tenants.orders.states import ShopOrderState
from tenants.orders.transitions import move

# So that orders are locked for an instant, and a statement of thousands never fills the memory.
SETTLED_AT_ONCE = 200


@handles(PAYMENT_SUCCEEDED)
def payment_succeeded(*, payload: dict[str, Any], now: datetime) -> None:
    confirm_paid(order_id=UUID(payload["reference"]), payment_id=UUID(payload["payment_id"]), now=now)


@handles(PAYMENT_AUTHORISED)
def payment_authorised(*, payload: dict[str, Any], now: datetime) -> None:
    confirm_authorised(order_id=UUID(payload["reference"]), payment_id=UUID(payload["payment_id"]), now=now)


@handles(AUTHORISATION_ENDING)
def authorisation_ending(*, payload: dict[str, Any], now: datetime) -> None:
    take_before_it_ends(order_id=UUID(payload["reference"]), payment_id=UUID(payload["payment_id"]), now=now)


@handles(AUTHORISATION_LAPSED)
def authorisation_lapsed(*, payload: dict[str, Any], now: datetime) -> None:
    note_lapse(order_id=UUID(payload["reference"]), payment_id=UUID(payload["payment_id"]), now=now)


@handles(PAYMENT_FAILED)
def payment_failed(*, payload: dict[str, Any], now: datetime) -> None:
    """The payment page expired or was given up: the goods go back on sale; the basket is still there."""
    let_go(order_id=UUID(payload["reference"]), actor=PLATFORM, reason="payment failed", now=now)


@handles(EXPIRE)
def unpaid_too_long(*, payload: dict[str, Any], now: datetime) -> None:
    """Stripe is asked first: its events may be late or lost, and what is paid is an order. No answer: asked again."""
    order_id = UUID(payload["order_id"])
    if not look_at_payments(order_id=order_id, now=now):
        let_go(order_id=order_id, actor=PLATFORM, reason="not paid in time", now=now)


@handles(CONFIRMED)
def order_confirmed(*, payload: dict[str, Any], now: datetime) -> None:
    messages.confirmed(order_id=UUID(payload["order_id"]), now=now)


@handles(STATEMENT_ISSUED)
def settled(*, payload: dict[str, Any], now: datetime) -> None:
    """The merchant's statement covers these parts: they are settled, some at a time, however many there are."""
    statement = Statement.objects.get(pk=payload["statement_id"])
    sold = sales_of(statement).filter(kind=SaleKind.SALE).order_by().values("shop_order_id")
    parts = ShopOrder.objects.filter(pk__in=sold, state=ShopOrderState.HANDED_OVER).order_by("pk")
    while some := list(parts.values_list("pk", flat=True)[:SETTLED_AT_ONCE]):
        settle_parts(some, now=now)


@transaction.atomic
def settle_parts(keys: list[UUID], *, now: datetime) -> None:
    """Note that these parts, if they are handed over, are settled."""
    parts = ShopOrder.objects.filter(pk__in=keys, state=ShopOrderState.HANDED_OVER)
    # Orders before parts, as everybody locks them: writing a part's event takes its order too.
    lock(Order.objects.filter(pk__in=parts.order_by().values("order")))
    for part in lock(parts.select_related("order", "shop")):
        move(shop_order=part, to=ShopOrderState.SETTLED, actor=PLATFORM, now=now)
