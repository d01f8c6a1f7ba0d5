"""Asking for a card payment of what is still due, before or after the order went to the shops."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from billing.payments.models import Mode, Payment, PaymentState
from billing.payments.queries import paid_cents
from billing.payments.services import prepare_card_payment, reconcile
from shared.locks import lock_one
from tenants.orders.confirming import confirm_authorised, confirm_paid
from tenants.orders.models import Order
from tenants.orders.queries import due_cents, lines_to_weigh, most_cents
from tenants.orders.substitutions.queries import supplement_cents


class NothingDueError(ValueError):
    """The order is paid."""


class OrderEndedError(ValueError):
    """The order is cancelled or handed over: there is nothing left to pay for; `str()` says so in French."""

    def __init__(self) -> None:
        super().__init__("Cette commande n’attend plus de paiement.")


def label_of(order: Order, *, supplement: bool) -> str:
    """What a payment of an order is called, on Stripe's page, receipts and entries."""
    return f"Complément, commande {order.number}" if supplement else f"Commande {order.number}"


class PaidInShopsError(ValueError):
    """The goods are paid to the merchants, and the hub's fee at the desk: no card is asked for here."""


@transaction.atomic
def ask_payment(*, order_id: UUID, now: datetime) -> Payment:
    """The card payment awaited for what the order still costs, or may cost at most; the same one until that changes.

    The supplement of a replacement that the customer has accepted is asked for with it.

    Raises NothingDueError, OrderEndedError, PaidInShopsError, Order.DoesNotExist,
    billing.payments.services.AmountTooSmallError.
    """
    order = lock_one(Order.objects.all(), pk=order_id)
    if order.cancelled_at or order.handed_over_at:
        raise OrderEndedError
    if order.is_paid_in_shops:
        raise PaidInShopsError
    due, supplement = due_cents(order), supplement_cents(order)
    if not due and not supplement:
        raise NothingDueError
    before = paid_cents(reference=order.pk)
    # What is not weighed yet has no price: the card holds the most that it may come to.
    held = due > 0 and lines_to_weigh(order).exists()
    return prepare_card_payment(
        reference=order.pk,
        amount_cents=(most_cents(order) - before if held else due) + supplement,
        held=held,
        label=label_of(order, supplement=before > 0),
        paid_before_cents=before,
        now=now,
    )


def look_at_payments(*, order_id: UUID, now: datetime) -> bool:
    """Ask Stripe what became of an order's payments, and confirm it if one succeeded or is held; True when one did.

    Never in a transaction. Raises stripe.StripeError when Stripe does not answer; the worker will hear of it anyway.
    """
    succeeded = False
    for payment in Payment.objects.filter(reference=order_id, mode=Mode.CARD).order_by("created_at", "pk"):
        seen = payment if payment.state == PaymentState.SUCCEEDED else reconcile(payment_id=payment.pk, now=now)
        if seen.state == PaymentState.SUCCEEDED:
            confirm_paid(order_id=order_id, payment_id=seen.pk, now=now)
            succeeded = True
        elif seen.is_held:
            succeeded |= confirm_authorised(order_id=order_id, payment_id=seen.pk, now=now)
    return succeeded
