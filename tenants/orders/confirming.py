"""An order paid by card is confirmed when its payment succeeds, and let go when it never does."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID, uuid5

from django.db import transaction
from django.db.models import Q

from billing.payments.models import Mode, Payment, PaymentState
from billing.payments.queries import held_cents, paid_cents
from billing.payments.services import expire_payment, request_refund, request_void
from shared.locks import lock, lock_one
from shared.outbox.services import record_effect
from tenants.orders import messages, stock
from tenants.orders.capturing import AUTHORISED, let_hold_go, take_what_is_known
from tenants.orders.events import PLATFORM, Actor, log
from tenants.orders.models import BasketLine, Line, Order, ShopOrder
from tenants.orders.queries import owed_cents
from tenants.orders.states import ENDED_WITHOUT_GOODS, ShopOrderState
from tenants.orders.substitutions.approving import approve_what_is_paid
from tenants.orders.transitions import move
from tenants.shops.models import Product

S = ShopOrderState

# {"order_id"}: the order goes to its shops; its customer and its merchants are written to.
CONFIRMED = "orders.confirmed"


def announce(*, order: Order, now: datetime) -> None:
    """Have the customer and the merchants told, after the commit: writing several mails is not the customer's wait."""
    record_effect(kind=CONFIRMED, payload={"order_id": str(order.pk)}, now=now)


@transaction.atomic
def confirm_paid(*, order_id: UUID, payment_id: UUID, now: datetime) -> bool:
    """Take note of a payment that succeeded, and send its order to the shops; False when that was done before.

    What arrives for an order let go meanwhile is given back whole (its goods may be gone), and so is what comes on
    top of the order's total: paid twice, or for a line that was refused while the customer was paying.
    """
    order = lock_one(Order.objects.all(), pk=order_id)
    payment = Payment.objects.get(pk=payment_id, reference=order.pk)
    if payment.state != PaymentState.SUCCEEDED or _is_noted(order=order, payment=payment):
        return False
    data = {"amount_cents": payment.amount_cents, "payment": str(payment.pk)}
    log(order=order, kind="paid", actor=PLATFORM, now=now, data=data)
    if not order.confirmed_at and not order.cancelled_at:
        _send_to_shops(order, now=now)
    if not order.cancelled_at:
        approve_what_is_paid(order=order, actor=PLATFORM, now=now)
    if payment.authorised_at is not None and not order.cancelled_at:
        messages.taken(order=order, payment=payment, now=now)
    _give_back_excess(order=order, payment=payment, now=now)
    return True


@transaction.atomic
def confirm_authorised(*, order_id: UUID, payment_id: UUID, now: datetime) -> bool:
    """Take note that a card holds what an order may come to at most, and send it to the shops; whether it does.

    What is held for an order let go meanwhile, or paid otherwise, is let go at once: nothing was taken.
    """
    order = lock_one(Order.objects.all(), pk=order_id)
    payment = Payment.objects.get(pk=payment_id, reference=order.pk)
    if not payment.is_held:
        return False
    others = held_cents(reference=order.pk) - payment.amount_cents + paid_cents(reference=order.pk)
    if order.cancelled_at or others >= owed_cents(order):
        request_void(payment_id=payment.pk, now=now)
        return False
    if _is_noted(order=order, payment=payment, kind=AUTHORISED):
        return True
    data = {"amount_cents": payment.amount_cents, "payment": str(payment.pk)}
    log(order=order, kind=AUTHORISED, actor=PLATFORM, now=now, data=data)
    if not order.confirmed_at:
        _send_to_shops(order, now=now)
    take_what_is_known(order=order, now=now)
    return True


def _send_to_shops(order: Order, *, now: datetime) -> None:
    for part in lock(ShopOrder.objects.filter(order=order, state=S.AWAITING_PAYMENT).select_related("shop")):
        part.order = order
        move(shop_order=part, to=S.PLACED, actor=PLATFORM, now=now)
    order.confirmed_at = now
    order.save(update_fields=["confirmed_at"])
    _empty_basket(order)
    announce(order=order, now=now)


def _is_noted(*, order: Order, payment: Payment, kind: str = "paid") -> bool:
    return order.events.filter(kind=kind, data__payment=str(payment.pk)).exists()


def _empty_basket(order: Order) -> None:
    """Take what was paid out of the basket; what was added since stays."""
    if order.basket_id is not None:
        ordered = Line.objects.filter(shop_order__order=order).values("product")
        BasketLine.objects.filter(basket_id=order.basket_id, product__in=ordered).delete()


def _give_back_excess(*, order: Order, payment: Payment, now: datetime) -> None:
    owed = 0 if order.cancelled_at else owed_cents(order)
    excess = min(paid_cents(reference=order.pk) - owed, payment.refundable_cents)
    if excess <= 0:
        return
    late = "commande annulée avant le paiement" if order.cancelled_at else "payé en trop"
    # A cause of its own: a later cancellation gives back the rest under the order's.
    cause = uuid5(order.pk, f"excess {payment.pk}")
    request_refund(payment_id=payment.pk, reference=cause, amount_cents=excess, reason=late, now=now)
    log(order=order, kind="excess_refunded", actor=PLATFORM, now=now, data={"amount_cents": excess})


@transaction.atomic
def let_go(*, order_id: UUID, actor: Actor, reason: str, now: datetime) -> bool:
    """Cancel an order that was never paid: its goods go back on sale, its basket stays. False when it was paid."""
    order = lock_one(Order.objects.all(), pk=order_id)
    if order.confirmed_at or order.cancelled_at:
        return False
    paid = Q(state=PaymentState.SUCCEEDED) | Q(state=PaymentState.AUTHORISED, void_asked_at=None)
    if Payment.objects.filter(paid, reference=order.pk).exists():
        # Paid or held, and not yet confirmed: the confirmation is on its way.
        return False
    parts, products = lock_whole(order)
    withdraw(order=order, parts=parts, products=products, actor=actor, reason=reason, now=now)
    return True


def lock_whole(order: Order) -> tuple[list[ShopOrder], dict[UUID, Product]]:
    """Lock the living parts of a *locked* order, then the products they want."""
    parts = living_parts([order])
    wanted = Line.objects.filter(shop_order__in=parts).order_by().values_list("product_id", flat=True)
    return parts, stock.lock_products(wanted)


def living_parts(orders: list[Order]) -> list[ShopOrder]:
    """Lock the parts of *locked* orders that still bring goods."""
    parts = lock(
        ShopOrder.objects.filter(order__in=orders)
        .exclude(state__in=ENDED_WITHOUT_GOODS)
        .select_related("shop")
        .prefetch_related("lines")
    )
    by_id = {order.pk: order for order in orders}
    for part in parts:
        part.order = by_id[part.order_id]
    return parts


def withdraw(
    *,
    order: Order,
    parts: list[ShopOrder],
    products: Mapping[UUID, Product],
    actor: Actor,
    reason: str,
    now: datetime,
) -> None:
    """Cancel a locked order's living parts, put their goods back on sale, and stop waiting for its payment."""
    own = [part for part in parts if part.order_id == order.pk]
    lines = [line for part in own for line in part.lines.all()]
    for part in own:
        move(shop_order=part, to=S.CANCELLED, actor=actor, now=now)
    stock.give_back(products=products, quantities=stock.quantities_of(lines))
    order.cancelled_at = now
    order.save(update_fields=["cancelled_at"])
    log(order=order, kind="cancelled", actor=actor, now=now, data={"reason": reason})
    for payment in Payment.objects.filter(reference=order.pk, state=PaymentState.PENDING, mode=Mode.CARD):
        expire_payment(payment_id=payment.pk, now=now)
    let_hold_go(order=order, now=now)
