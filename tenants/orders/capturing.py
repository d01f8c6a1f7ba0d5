"""When what a card holds for an order is taken, or let go: once every weight is known, or a day before it ends."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F

from billing.payments.models import Payment
from billing.payments.queries import held_payment, paid_cents
from billing.payments.services import request_capture, request_void
from shared.locks import lock, lock_one
from tenants.orders import messages
from tenants.orders.events import PLATFORM, log
from tenants.orders.models import Line, Order
from tenants.orders.queries import due_cents, lines_to_weigh, owed_cents, proposals

# Events of an order: its card holds the ceiling; what is known is taken before the hold ends; the hold was let go.
AUTHORISED = "authorised"
TAKEN_EARLY = "taken_early"
LAPSED = "authorisation_lapsed"


def take_what_is_known(*, order: Order, now: datetime) -> bool:
    """Ask for the price of a *locked* order once every weight is known, or let the card go if nothing is left; once.

    False while a weight is awaited, or a customer's answer to a replacement, and when no card holds anything.
    """
    payment = held_payment(reference=order.pk)
    if payment is None:
        return False
    if order.cancelled_at:
        return request_void(payment_id=payment.pk, now=now)
    if lines_to_weigh(order).exists() or proposals().filter(line__shop_order__order=order).exists():
        return False
    return _take(order=order, payment=payment, now=now)


def _take(*, order: Order, payment: Payment, now: datetime) -> bool:
    cents = min(max(owed_cents(order) - paid_cents(reference=order.pk), 0), payment.amount_cents)
    return request_capture(payment_id=payment.pk, amount_cents=cents, now=now)


def let_hold_go(*, order: Order, now: datetime) -> None:
    """Ask that a card hold nothing any more for a *locked* order that is over; what is being taken is given back."""
    payment = held_payment(reference=order.pk)
    if payment is not None:
        request_void(payment_id=payment.pk, now=now)


@transaction.atomic
def take_before_it_ends(*, order_id: UUID, payment_id: UUID, now: datetime) -> bool:
    """Take what an order comes to as far as is known, a day before its card lets go of it; twice is once.

    What is not weighed is taken at its estimate, which it never exceeds from then on: weighed less, the difference
    is given back; weighed more, it is the merchant's (decision 0017). False when nothing was left to do.
    """
    order = lock_one(Order.objects.all(), pk=order_id)
    payment = held_payment(reference=order.pk)
    if payment is None or payment.pk != payment_id or payment.capture_asked_at is not None:
        return False
    waiting = lock(Line.objects.filter(pk__in=lines_to_weigh(order).order_by().values("pk")))
    Line.objects.filter(pk__in=[line.pk for line in waiting]).update(ceiling_cents=F("weight_cents"))
    taken = _take(order=order, payment=payment, now=now)
    if waiting:
        data = {"lines": sorted(line.name for line in waiting), "amount_cents": owed_cents(order)}
        log(order=order, kind=TAKEN_EARLY, actor=PLATFORM, now=now, data=data)
    return taken


@transaction.atomic
def note_lapse(*, order_id: UUID, payment_id: UUID, now: datetime) -> bool:
    """Take note that the card let go of what it held for an order: it is to be paid again. Twice is once.

    Nothing else is lost: the order goes on, its customer is told how to pay, and the staff see it.
    """
    order = lock_one(Order.objects.all(), pk=order_id)
    payment = Payment.objects.get(pk=payment_id, reference=order.pk)
    known = order.events.filter(kind=LAPSED, data__payment=str(payment.pk))
    if order.cancelled_at or known.exists():
        return False
    data = {"amount_cents": payment.amount_cents, "payment": str(payment.pk), "reason": payment.failure}
    log(order=order, kind=LAPSED, actor=PLATFORM, now=now, data=data)
    if due_cents(order):
        messages.lapsed(order=order, now=now)
    return True
