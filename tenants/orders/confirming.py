"""An order paid by card is confirmed when its payment succeeds, and let go when it never does."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F

from billing.payments.models import Mode, Payment, PaymentState
from billing.payments.services import expire_payment, request_refund
from shared.locks import lock, lock_one
from tenants.orders import messages
from tenants.orders.events import PLATFORM, Actor, log
from tenants.orders.models import BasketLine, Line, Order, ShopOrder
from tenants.orders.moves import move
from tenants.orders.states import ShopOrderState
from tenants.shops.models import Product

S = ShopOrderState


@transaction.atomic
def confirm_paid(*, order_id: UUID, payment_id: UUID, now: datetime) -> bool:
    """Send a paid order to its shops; False when that was done before.

    A payment that arrives for an order let go meanwhile is given back whole: the goods may be gone.
    """
    order = lock_one(Order.objects.all(), pk=order_id)
    payment = Payment.objects.get(pk=payment_id, reference=order.pk)
    if payment.state != PaymentState.SUCCEEDED or order.confirmed_at:
        return False
    if order.cancelled_at:
        left = payment.refundable_cents
        if left:
            request_refund(
                payment_id=payment.pk, reference=order.pk, amount_cents=left, reason="paid_after_cancelling", now=now
            )
            log(order=order, kind="late_payment_refunded", actor=PLATFORM, now=now, data={"amount_cents": left})
        return False
    for part in lock(ShopOrder.objects.filter(order=order, state=S.AWAITING_PAYMENT)):
        move(shop_order=part, to=S.PLACED, actor=PLATFORM, now=now)
    order.confirmed_at = now
    order.save(update_fields=["confirmed_at"])
    log(order=order, kind="paid", actor=PLATFORM, now=now, data={"amount_cents": payment.amount_cents})
    _empty_basket(order)
    messages.confirmed(order=order, now=now)
    messages.to_merchants(order=order, now=now)
    return True


def _empty_basket(order: Order) -> None:
    """Take what was paid out of the basket; what was added since stays."""
    ordered = Line.objects.filter(shop_order__order=order).values("product")
    BasketLine.objects.filter(basket_id=order.basket_id, product__in=ordered).delete()


@transaction.atomic
def let_go(*, order_id: UUID, actor: Actor, reason: str, now: datetime) -> bool:
    """Cancel an order that was never paid: its goods go back on sale, its basket stays. False when it was paid."""
    order = lock_one(Order.objects.all(), pk=order_id)
    if order.confirmed_at or order.cancelled_at:
        return False
    if Payment.objects.filter(reference=order.pk, state=PaymentState.SUCCEEDED).exists():
        # Paid, and not yet confirmed: the confirmation is on its way.
        return False
    release(order=order, actor=actor, now=now)
    log(order=order, kind="cancelled", actor=actor, now=now, data={"reason": reason})
    for payment in Payment.objects.filter(reference=order.pk, state=PaymentState.PENDING):
        expire_payment(payment_id=payment.pk, now=now)
    return True


def release(*, order: Order, actor: Actor, now: datetime) -> None:
    """Cancel every living part of a *locked* order and put its goods back on sale."""
    for part in lock(ShopOrder.objects.filter(order=order).exclude(state__in=[S.REFUSED, S.CANCELLED])):
        move(shop_order=part, to=S.CANCELLED, actor=actor, now=now)
    for line in Line.objects.filter(shop_order__order=order, state="ordered", product__made_to_order=False):
        Product.objects.filter(pk=line.product_id).update(stock=F("stock") + line.quantity)
    order.cancelled_at = now
    order.save(update_fields=["cancelled_at"])
