"""Cancelling in time: until a shop has begun, the customer changes their mind freely."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from billing.payments.models import Mode, Payment, PaymentState
from billing.payments.services import request_refund
from shared.locks import lock, lock_one
from tenants.orders import messages
from tenants.orders.confirming import let_go, release
from tenants.orders.events import Actor, log
from tenants.orders.models import Order, ShopOrder
from tenants.orders.states import ENDED_WITHOUT_GOODS, ShopOrderState

S = ShopOrderState


class TooLateToCancelError(ValueError):
    """A shop has begun to prepare the order."""


def can_cancel(order: Order) -> bool:
    """Whether no shop has begun, as far as the loaded parts say."""
    states = {part.state for part in order.shop_orders.all()} - ENDED_WITHOUT_GOODS
    return bool(states) and states <= {S.AWAITING_PAYMENT, S.PLACED}


@transaction.atomic
def cancel(*, order_id: UUID, actor: Actor, now: datetime) -> int:
    """Cancel an order no shop has begun; returns the cents that go back to the card. Twice is once.

    Raises TooLateToCancelError.
    """
    order = lock_one(Order.objects.all(), pk=order_id)
    if order.cancelled_at:
        return 0
    parts = lock(ShopOrder.objects.filter(order=order).exclude(state__in=ENDED_WITHOUT_GOODS))
    if any(part.state not in {S.AWAITING_PAYMENT, S.PLACED} for part in parts):
        raise TooLateToCancelError("Un commerçant prépare déjà cette commande : appelez la conciergerie.")
    if order.confirmed_at is None:
        let_go(order_id=order.pk, actor=actor, reason="cancelled", now=now)
        return 0
    release(order=order, actor=actor, now=now)
    refunded = _give_all_back(order=order, now=now)
    log(order=order, kind="cancelled", actor=actor, now=now, data={"refunded_cents": refunded})
    for part in parts:
        part.order = order
        messages.cancelled_to_merchant(part=part, now=now)
    messages.cancelled(order=order, refunded_cents=refunded, now=now)
    return refunded


def _give_all_back(*, order: Order, now: datetime) -> int:
    given = 0
    for payment in Payment.objects.filter(reference=order.pk, state=PaymentState.SUCCEEDED):
        # What earlier refusals already send back is not sent twice.
        left = payment.refundable_cents
        if left:
            request_refund(payment_id=payment.pk, reference=order.pk, amount_cents=left, reason="cancelled", now=now)
            given += left
    return given
