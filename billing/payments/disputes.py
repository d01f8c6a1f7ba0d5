"""Payments that a customer contests at the bank: what it takes and gives back is posted as Stripe's balance counts it,
whatever the order in which its events come.
"""

from datetime import UTC, datetime
from uuid import UUID

import stripe
from django.db import transaction

from billing.ledger.models import Account
from billing.ledger.services import credit, debit, post
from billing.payments import facts
from billing.payments.fees import post_fee
from billing.payments.gateway import CURRENCY, account_here
from billing.payments.mismatches import AmountMismatchError
from billing.payments.models import DISPUTE_TRANSITIONS, Dispute, DisputeState, Payment
from billing.payments.reconciliation import ForeignObjectError, reconcile
from shared.locks import lock_one
from shared.outbox.services import record_effect

# Stripe's inquiries (warning_…) have taken nothing yet; «prevented» is a dispute that Stripe settled before it was one.
_STATES = {
    "won": DisputeState.WON,
    "lost": DisputeState.LOST,
    "warning_closed": DisputeState.CLOSED,
    "prevented": DisputeState.CLOSED,
}
_ANSWERED = frozenset({"under_review", "warning_under_review"})


def refresh_dispute(*, payment_id: UUID, stripe_dispute_id: str, now: datetime) -> Dispute:
    """Fetch a dispute that an event tells of, and take note of what it has become. Never in a transaction; as often as
    one likes.

    Raises Payment.DoesNotExist, ForeignObjectError, AmountMismatchError, stripe.StripeError.
    """
    payment = Payment.objects.get(pk=payment_id)
    seen = account_here().client.v1.disputes.retrieve(stripe_dispute_id)
    intent_id = seen.payment_intent if isinstance(seen.payment_intent, str) else None
    if payment.stripe_intent_id is None and intent_id is not None:
        # The dispute is known before the payment: who says so is checked on the way.
        payment = reconcile(payment_id=payment_id, intent_id=intent_id, now=now)
    if intent_id is None or intent_id != payment.stripe_intent_id:
        raise ForeignObjectError(f"dispute {stripe_dispute_id} is not about payment {payment_id}")
    _check_currency(seen, payment_id=payment_id)
    with transaction.atomic():
        return _apply(payment_id=payment_id, seen=seen, now=now)


def _check_currency(seen: stripe.Dispute, *, payment_id: UUID) -> None:
    for currency in (seen.currency, *(movement.currency for movement in seen.balance_transactions)):
        if currency != CURRENCY:
            raise AmountMismatchError(payment_id=payment_id, cents=seen.amount, currency=currency)


def _apply(*, payment_id: UUID, seen: stripe.Dispute, now: datetime) -> Dispute:
    payment = lock_one(Payment.objects.all(), pk=payment_id)
    due = seen.evidence_details.due_by
    dispute, opened = Dispute.objects.get_or_create(
        stripe_id=seen.id,
        defaults={
            "payment": payment,
            "amount_cents": seen.amount,
            "reason": seen.reason[:60],
            "opened_at": datetime.fromtimestamp(seen.created, tz=UTC),
        },
    )
    dispute = lock_one(Dispute.objects.all(), pk=dispute.pk)
    dispute.answered = seen.status in _ANSWERED
    dispute.evidence_due_at = datetime.fromtimestamp(due, tz=UTC) if due else None
    if dispute.decided_at is None:
        # What comes back once it is decided stays on 4675, where the nightly check shows it.
        dispute.withdrawn_cents = max(-sum(movement.amount for movement in seen.balance_transactions), 0)
    state = _STATES.get(seen.status, DisputeState.OPEN)
    closes = state in DISPUTE_TRANSITIONS[DisputeState(dispute.state)]
    if closes:
        dispute.state = state
        dispute.closed_at = None if state is DisputeState.OPEN else now
    dispute.save()
    for movement in seen.balance_transactions:
        _post_movement(movement, of=seen.id, payment=payment, now=now)
    payload = {"dispute_id": str(dispute.pk), "reference": str(payment.reference), "payment_id": str(payment.pk)}
    if opened:
        record_effect(kind=facts.DISPUTE_OPENED, payload=payload, now=now)
    if closes and state is not DisputeState.OPEN:
        record_effect(kind=facts.DISPUTE_CLOSED, payload={**payload, "state": state.value}, now=now)
    return dispute


def _post_movement(movement: stripe.BalanceTransaction, *, of: str, payment: Payment, now: datetime) -> None:
    """What the bank took (below zero) or gave back, under the movement's own name; then Stripe's fee for it."""
    taken = -movement.amount
    if taken:
        post(
            kind="dispute_withdrawn" if taken > 0 else "dispute_reinstated",
            key=f"stripe:{movement.id}:dispute",
            label=f"Contestation, {payment.label}",
            reference=payment.reference,
            piece=of,
            postings=[debit(Account.DISPUTES, taken), credit(Account.STRIPE, taken)],
            at=now,
            stripe_id=of,
        )
    label = f"Frais Stripe, contestation, {payment.label}"
    post_fee(movement=movement, of=of, label=label, reference=payment.reference, now=now)
