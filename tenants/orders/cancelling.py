"""Cancelling in time: until a shop has begun, the customer changes their mind freely."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from billing.payments.models import Payment, PaymentState
from billing.payments.queries import held_cents
from billing.payments.services import request_refund
from shared.locks import lock_one
from tenants.orders import messages
from tenants.orders.confirming import lock_whole, withdraw
from tenants.orders.events import Actor, log
from tenants.orders.models import Order
from tenants.orders.states import ENDED_WITHOUT_GOODS, ShopOrderState

S = ShopOrderState

# No shop has begun.
CANCELLABLE = frozenset({S.AWAITING_PAYMENT, S.PLACED})


class TooLateToCancelError(ValueError):
    """A shop has begun to prepare the order; `str()` says so in French."""


def can_cancel(order: Order) -> bool:
    """Whether no shop has begun, as far as the loaded parts say."""
    states = {part.state for part in order.shop_orders.all()} - ENDED_WITHOUT_GOODS
    return bool(states) and states <= CANCELLABLE


@transaction.atomic
def cancel(*, order_id: UUID, actor: Actor, now: datetime) -> int:
    """Cancel an order no shop has begun; returns the cents that go back to the customer. Twice is once.

    Raises TooLateToCancelError.
    """
    order = lock_one(Order.objects.all(), pk=order_id)
    if order.cancelled_at:
        return 0
    parts, products = lock_whole(order)
    if any(part.state not in CANCELLABLE for part in parts):
        raise TooLateToCancelError("Un commerçant prépare déjà cette commande : appelez la conciergerie.")
    released = held_cents(reference=order.pk)
    was_confirmed = order.confirmed_at is not None
    withdraw(order=order, parts=parts, products=products, actor=actor, reason="cancelled", now=now)
    refunded = _give_all_back(order=order, now=now)
    if refunded:
        log(order=order, kind="refund_asked", actor=actor, now=now, data={"amount_cents": refunded})
    if was_confirmed:
        messages.cancelled_to_merchants(order=order, parts=parts, now=now)
        messages.cancelled(order=order, refunded_cents=refunded, released_cents=released, now=now)
    return refunded


def _give_all_back(*, order: Order, now: datetime) -> int:
    given = 0
    for payment in Payment.objects.filter(reference=order.pk, state=PaymentState.SUCCEEDED).order_by("pk"):
        # What earlier refusals already send back is not sent twice.
        left = payment.refundable_cents
        if left:
            reason = "commande annulée"
            request_refund(payment_id=payment.pk, reference=order.pk, amount_cents=left, reason=reason, now=now)
            given += left
    return given
