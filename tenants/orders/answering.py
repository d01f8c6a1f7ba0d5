"""A merchant's answer to its part of an order: yes, or no to a line, or no to all of it."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from billing.payments.models import Mode, Payment, PaymentState
from billing.payments.services import request_refund
from shared.locks import lock_one
from tenants.orders import messages
from tenants.orders.events import Actor, log
from tenants.orders.models import Line, LineState, Order, ShopOrder
from tenants.orders.moves import ForbiddenMoveError, move
from tenants.orders.states import ShopOrderState

S = ShopOrderState

# Until the concierge has the goods in hand, the merchant may still find that something is missing.
REFUSABLE = frozenset({S.PLACED, S.ACCEPTED, S.READY})


def locked_part(part_id: UUID) -> ShopOrder:
    """Lock the order, then its part: the order first, so that two merchants of one order wait for each other."""
    order_id = ShopOrder.objects.values_list("order_id", flat=True).get(pk=part_id)
    order = lock_one(Order.objects.all(), pk=order_id)
    part = lock_one(ShopOrder.objects.select_related("shop"), pk=part_id)
    part.order = order
    return part


@transaction.atomic
def accept(*, part_id: UUID, actor: Actor, now: datetime) -> ShopOrder:
    """Accept a part. Raises ForbiddenMoveError when it is not waiting for an answer; twice is once."""
    part = locked_part(part_id)
    if part.state != S.ACCEPTED:
        move(shop_order=part, to=S.ACCEPTED, actor=actor, now=now)
    return part


@transaction.atomic
def mark_ready(*, part_id: UUID, actor: Actor, now: datetime) -> ShopOrder:
    """Say that a part is packed. Raises ForbiddenMoveError; twice is once."""
    part = locked_part(part_id)
    if part.state != S.READY:
        move(shop_order=part, to=S.READY, actor=actor, now=now)
    return part


@transaction.atomic
def refuse_line(*, line_id: UUID, reason: str, actor: Actor, now: datetime) -> Line:
    """Refuse one line: it leaves the total, its customer is told, and what was paid for it is given back.

    The last line refused refuses the part; the last part refused cancels the order. Twice is once.
    Raises ForbiddenMoveError when the concierge already has the goods.
    """
    part = locked_part(Line.objects.values_list("shop_order_id", flat=True).get(pk=line_id))
    line = lock_one(Line.objects.all(), pk=line_id)
    line.shop_order = part
    if line.is_refused:
        return line
    if part.state not in REFUSABLE:
        raise ForbiddenMoveError(part, S.REFUSED)
    line.state = LineState.REFUSED
    line.refusal_reason = reason
    line.save(update_fields=["state", "refusal_reason"])
    part.total_cents -= line.amount_cents
    part.save(update_fields=["total_cents"])
    log(
        order=part.order,
        shop_order=part,
        kind="line_refused",
        actor=actor,
        now=now,
        data={"line": str(line.pk), "name": line.name, "amount_cents": line.amount_cents, "reason": reason},
    )
    refunded = _give_back(line=line, now=now)
    if not part.lines.filter(state=LineState.ORDERED).exists():
        move(shop_order=part, to=S.REFUSED, actor=actor, now=now, data={"reason": reason})
        _cancel_if_nothing_is_left(order=part.order, actor=actor, now=now)
    messages.line_refused(line=line, refunded=refunded, now=now)
    return line


def refuse(*, part_id: UUID, reason: str, actor: Actor, now: datetime) -> None:
    """Refuse every line of a part, all or none. Raises ForbiddenMoveError."""
    with transaction.atomic():
        lines = list(Line.objects.filter(shop_order_id=part_id, state=LineState.ORDERED).values_list("pk", flat=True))
        for line_id in lines:
            refuse_line(line_id=line_id, reason=reason, actor=actor, now=now)


def _give_back(*, line: Line, now: datetime) -> bool:
    payment = Payment.objects.filter(
        reference=line.shop_order.order_id, state=PaymentState.SUCCEEDED, mode=Mode.CARD
    ).first()
    if payment is None:
        return False
    request_refund(
        payment_id=payment.pk, reference=line.pk, amount_cents=line.amount_cents, reason="line_refused", now=now
    )
    return True


def _cancel_if_nothing_is_left(*, order: Order, actor: Actor, now: datetime) -> None:
    if order.shop_orders.exclude(state__in=[S.REFUSED, S.CANCELLED]).exists():
        return
    order.cancelled_at = now
    order.save(update_fields=["cancelled_at"])
    log(order=order, kind="cancelled", actor=actor, now=now, data={"reason": "every line refused"})
