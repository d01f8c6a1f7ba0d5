"""A ceiling held on a card: taken once, when the price is known, or let go. An authorisation is not money."""

from datetime import datetime
from uuid import UUID

import stripe
from django.db import connection, transaction

from billing.ledger.services import NotInTransactionError
from billing.payments.checkout import MIN_CARD_CENTS
from billing.payments.gateway import REFUSALS, account_here, reason_of
from billing.payments.models import Payment, PaymentState
from billing.payments.reconciliation import apply, reconcile, seen_of_hold
from shared.locks import lock_one
from shared.outbox.services import record_effect

SEND_CAPTURE = "payments.send_capture"
SEND_VOID = "payments.send_void"


class AboveCeilingError(ValueError):
    """More than the customer authorised."""


def request_capture(*, payment_id: UUID, amount_cents: int, now: datetime) -> bool:
    """Ask, in the caller's transaction, that so much of a held payment be taken, and the rest let go; once.

    False when it was asked before, or nothing is held. Less than a card can pay is not taken: all of it is let go,
    and it is due otherwise. Raises AboveCeilingError, NotInTransactionError.
    """
    payment = _lock_held(payment_id)
    if payment is None:
        return False
    if amount_cents > payment.amount_cents:
        raise AboveCeilingError(f"payment {payment_id}: {amount_cents} of {payment.amount_cents}")
    if amount_cents < MIN_CARD_CENTS:
        return request_void(payment_id=payment_id, now=now)
    payment.capture_cents = amount_cents
    payment.capture_key = _key(payment)
    payment.capture_asked_at = now
    payment.save(update_fields=["capture_cents", "capture_key", "capture_asked_at"])
    record_effect(kind=SEND_CAPTURE, payload={"payment_id": str(payment.pk)}, now=now)
    return True


def request_void(*, payment_id: UUID, now: datetime) -> bool:
    """Ask, in the caller's transaction, that a held payment be let go: nothing is taken.

    False when it is being taken already (it is then given back), or nothing is held. Raises NotInTransactionError.
    """
    payment = _lock_held(payment_id)
    if payment is None:
        return False
    payment.void_asked_at = now
    payment.save(update_fields=["void_asked_at"])
    record_effect(kind=SEND_VOID, payload={"payment_id": str(payment.pk)}, now=now)
    return True


def _lock_held(payment_id: UUID) -> Payment | None:
    """The payment if a card holds it and nobody has asked for anything yet."""
    if not connection.in_atomic_block:
        raise NotInTransactionError(str(payment_id))
    payment = lock_one(Payment.objects.all(), pk=payment_id)
    return payment if payment.is_held and payment.capture_asked_at is None else None


def _key(payment: Payment) -> str:
    return f"capture-{payment.pk}-{payment.capture_attempt}"


def send_capture(*, payment_id: UUID, now: datetime) -> None:
    """Take what was asked of a held payment. Never in a transaction; as often as one likes.

    Raises stripe.StripeError when Stripe cannot be reached, or refuses though the card still holds it: try again later.
    """
    payment = Payment.objects.get(pk=payment_id)
    if payment.state != PaymentState.AUTHORISED or payment.capture_asked_at is None:
        return
    try:
        intent = account_here().client.v1.payment_intents.capture(
            payment.stripe_intent_id or "",
            {"amount_to_capture": payment.capture_cents or 0},
            {"idempotency_key": payment.capture_key or ""},
        )
    except REFUSALS as error:
        # It is taken already, or let go: what is there now tells.
        if reconcile(payment_id=payment_id, now=now).state == PaymentState.AUTHORISED:
            _note_refusal(payment_id, error)
            raise
        return
    apply(payment_id=payment_id, seen=seen_of_hold(payment=payment, intent=intent), now=now)


def _note_refusal(payment_id: UUID, error: stripe.StripeError) -> None:
    with transaction.atomic():
        payment = lock_one(Payment.objects.all(), pk=payment_id)
        payment.failure = reason_of(error)
        # The refusal is remembered under its key: the next try needs another.
        payment.capture_attempt += 1
        payment.capture_key = _key(payment)
        payment.save(update_fields=["failure", "capture_attempt", "capture_key"])


def send_void(*, payment_id: UUID, now: datetime) -> None:
    """Let a held payment go. Never in a transaction; as often as one likes.

    Raises stripe.StripeError when Stripe cannot be reached: try again later.
    """
    payment = Payment.objects.get(pk=payment_id)
    if payment.state != PaymentState.AUTHORISED or payment.void_asked_at is None:
        return
    try:
        intent = account_here().client.v1.payment_intents.cancel(
            payment.stripe_intent_id or "",
            {"cancellation_reason": "requested_by_customer"},
            {"idempotency_key": f"void-{payment.pk}"},
        )
    except REFUSALS:
        if reconcile(payment_id=payment_id, now=now).state == PaymentState.AUTHORISED:
            raise
        return
    apply(payment_id=payment_id, seen=seen_of_hold(payment=payment, intent=intent), now=now)
