"""Learning from Stripe what became of a payment. Events are only a wake-up: the object is fetched, and states never
go backwards.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import stripe
from django.db import transaction

from billing.ledger.models import Account
from billing.ledger.services import credit, debit, post
from billing.payments import facts
from billing.payments.fees import PAYMENT_FEE
from billing.payments.gateway import CURRENCY, StripeAccount, account_here
from billing.payments.mismatches import AmountMismatchError, note_mismatch
from billing.payments.models import PAYMENT_TRANSITIONS, Mode, Payment, PaymentState
from shared.locks import lock_one
from shared.outbox.services import record_effect
from shared.tenancy import current_schema

# For how long a card holds an authorisation when Stripe does not say.
HELD_FOR = timedelta(days=7)
# What is not taken a day before a card lets go of it is taken then, at the price known by then.
TAKEN_BEFORE_END = timedelta(days=1)


class ForeignObjectError(ValueError):
    """What Stripe showed belongs to another payment, or to another town."""


class ForbiddenPaymentStepError(ValueError):
    """A payment cannot go from its state to that one."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What Stripe says of a payment; `state` is None while it may still go either way.

    Of a payment that a card holds: until when, then what was taken of it.
    """

    state: PaymentState | None
    session_id: str | None
    intent_id: str | None
    failure: str = ""
    capture_before: datetime | None = None
    taken_cents: int | None = None


def reconcile(
    *, payment_id: UUID, now: datetime, session_id: str | None = None, intent_id: str | None = None
) -> Payment:
    """Fetch from Stripe what a payment has become, and take note. Never in a transaction; as often as one likes.

    `session_id` or `intent_id` say where to look when an event tells of them before our own call has answered.
    Another amount or currency than was asked for is written down for people to look at, and the payment left as it is.
    Raises Payment.DoesNotExist, ForeignObjectError, stripe.StripeError.
    """
    payment = Payment.objects.get(pk=payment_id)
    if payment.mode != Mode.CARD or payment.state == PaymentState.SUCCEEDED:
        return payment
    session_id = session_id or payment.stripe_session_id
    intent_id = intent_id or payment.stripe_intent_id
    try:
        if session_id is not None and (payment.authorised_at is None or intent_id is None):
            seen = _look_at_session(account_here(), payment, session_id)
        elif intent_id is not None:
            seen = _look_at_intent(account_here(), payment, intent_id)
        else:
            return payment
    except AmountMismatchError as error:
        note_mismatch(error=error, now=now)
        return payment
    return apply(payment_id=payment_id, seen=seen, now=now)


def _look_at_session(account: StripeAccount, payment: Payment, session_id: str) -> Seen:
    session = account.client.v1.checkout.sessions.retrieve(
        session_id, {"expand": ["payment_intent.latest_charge" if _is_to_hold(payment) else "payment_intent"]}
    )
    _check_ours(payment, session.metadata)
    intent = session.payment_intent if isinstance(session.payment_intent, stripe.PaymentIntent) else None
    if _is_to_hold(payment) and session.status == "complete" and intent is not None:
        return _held(payment, intent, session_id=session.id)
    state: PaymentState | None = None
    if session.status == "expired":
        state = PaymentState.EXPIRED
    elif session.status == "complete" and session.payment_status == "paid":
        _check_amount(payment, session.amount_total, session.currency)
        state = PaymentState.SUCCEEDED
    elif session.status == "complete" and intent is not None and _is_lost(intent):
        state = PaymentState.FAILED
    return Seen(
        state=state,
        session_id=session.id,
        intent_id=intent.id if intent is not None else None,
        failure=_failure(intent),
    )


def _look_at_intent(account: StripeAccount, payment: Payment, intent_id: str) -> Seen:
    intent = account.client.v1.payment_intents.retrieve(
        intent_id, {"expand": ["latest_charge"]} if _is_to_hold(payment) else {}
    )
    _check_ours(payment, intent.metadata)
    if _is_to_hold(payment):
        return _held(payment, intent, session_id=None)
    state: PaymentState | None = None
    if intent.status == "succeeded":
        _check_amount(payment, intent.amount_received, intent.currency)
        state = PaymentState.SUCCEEDED
    elif intent.status == "canceled":
        state = PaymentState.FAILED
    return Seen(state=state, session_id=None, intent_id=intent.id, failure=_failure(intent))


def _is_to_hold(payment: Payment) -> bool:
    return payment.ceiling_cents is not None


def _held(payment: Payment, intent: stripe.PaymentIntent, *, session_id: str | None) -> Seen:
    return replace(seen_of_hold(payment=payment, intent=intent), session_id=session_id)


def seen_of_hold(*, payment: Payment, intent: stripe.PaymentIntent) -> Seen:
    """What an intent says of a payment that a card is to hold. Raises AmountMismatchError.

    Whatever was taken of it counts, our own call or not: it is the customer's money, and what is too much goes back.
    """
    state: PaymentState | None = None
    taken = None
    if intent.status == "requires_capture":
        _check_amount(payment, intent.amount_capturable, intent.currency)
        state = PaymentState.AUTHORISED
    elif intent.status == "succeeded":
        taken = intent.amount_received
        if intent.currency != CURRENCY or not 0 < taken <= (payment.ceiling_cents or 0):
            raise AmountMismatchError(payment_id=payment.pk, cents=taken, currency=intent.currency)
        state = PaymentState.SUCCEEDED
    elif intent.status == "canceled":
        state = PaymentState.FAILED
    return Seen(
        state=state,
        session_id=None,
        intent_id=intent.id,
        failure=_failure(intent) or (intent.cancellation_reason or ""),
        capture_before=_capture_before(intent),
        taken_cents=taken,
    )


def _capture_before(intent: stripe.PaymentIntent) -> datetime | None:
    charge = intent.latest_charge
    details = charge.payment_method_details if isinstance(charge, stripe.Charge) else None
    card = details.card if details is not None else None
    # Absent once nothing is held any more.
    until = getattr(card, "capture_before", None)
    return datetime.fromtimestamp(until, tz=UTC) if until else None


def _check_ours(payment: Payment, metadata: stripe.StripeObject | None) -> None:
    found = dict(metadata.to_dict()) if metadata is not None else {}
    if (found.get("town"), found.get("payment")) != (current_schema(), str(payment.pk)):
        raise ForeignObjectError(f"payment {payment.pk} is not the one that Stripe shows")


def _check_amount(payment: Payment, cents: int | None, currency: str | None) -> None:
    if (cents, currency) != (payment.amount_cents, CURRENCY):
        raise AmountMismatchError(payment_id=payment.pk, cents=cents or 0, currency=currency or "")


def _is_lost(intent: stripe.PaymentIntent) -> bool:
    return intent.status in {"requires_payment_method", "canceled"}


def _failure(intent: stripe.PaymentIntent | None) -> str:
    error = intent.last_payment_error if intent is not None else None
    return ((error.message if error is not None else None) or "")[:300]


def apply(*, payment_id: UUID, seen: Seen, now: datetime) -> Payment:
    """Take note of what Stripe says: once, in one transaction, never backwards."""
    with transaction.atomic():
        payment = lock_one(Payment.objects.all(), pk=payment_id)
        if payment.state == PaymentState.SUCCEEDED:
            return payment
        if seen.state is PaymentState.AUTHORISED and payment.authorised_at is not None:
            # Read before what became of it since.
            return payment
        of_another_page = payment.stripe_session_id is not None and seen.session_id not in {
            None,
            payment.stripe_session_id,
        }
        if of_another_page and seen.state not in {PaymentState.SUCCEEDED, PaymentState.AUTHORISED}:
            # A page we lost track of has closed; the one the customer has is still open.
            return payment
        payment.stripe_session_id = seen.session_id or payment.stripe_session_id
        payment.stripe_intent_id = seen.intent_id or payment.stripe_intent_id
        payment.failure = seen.failure or payment.failure
        payment.save(update_fields=["stripe_session_id", "stripe_intent_id", "failure"])
        state = seen.state
        if state is PaymentState.FAILED and payment.state == PaymentState.AUTHORISED:
            # A hold does not fail: it was let go, because we asked or before we did.
            state = PaymentState.CANCELLED if payment.void_asked_at else PaymentState.EXPIRED
        if state is None or state not in PAYMENT_TRANSITIONS[PaymentState(payment.state)]:
            return payment
        was_held = payment.state == PaymentState.AUTHORISED
        payload = {"payment_id": str(payment.pk), "reference": str(payment.reference)}
        if state is PaymentState.AUTHORISED:
            _hold(payment, until=seen.capture_before, payload=payload, now=now)
            return payment
        close(payment=payment, state=state, now=now)
        if state is PaymentState.SUCCEEDED:
            _take(payment, cents=seen.taken_cents)
            _post_capture(payment, now)
            record_effect(kind=facts.PAYMENT_SUCCEEDED, payload=payload, now=now)
            record_effect(kind=PAYMENT_FEE, payload={"payment_id": str(payment.pk)}, now=now)
        elif was_held:
            if state is PaymentState.EXPIRED:
                record_effect(kind=facts.AUTHORISATION_LAPSED, payload=payload, now=now)
        else:
            record_effect(kind=facts.PAYMENT_FAILED, payload={**payload, "state": payment.state}, now=now)
        return payment


def close(*, payment: Payment, state: PaymentState, now: datetime) -> None:
    """Move a payment, locked by the caller, to the state it ends in. Raises ForbiddenPaymentStepError."""
    if state not in PAYMENT_TRANSITIONS[PaymentState(payment.state)]:
        raise ForbiddenPaymentStepError(f"payment {payment.pk}: {payment.state} to {state}")
    payment.state = state
    payment.closed_at = now
    payment.save(update_fields=["state", "closed_at"])


def _hold(payment: Payment, *, until: datetime | None, payload: dict[str, str], now: datetime) -> None:
    """Note that the card holds the ceiling: an authorisation is not money, and nothing is posted."""
    payment.state = PaymentState.AUTHORISED
    payment.authorised_at = now
    payment.closed_at = None
    payment.capture_before = until or now + HELD_FOR
    # A card that was refused before this one matters no more.
    payment.failure = ""
    payment.save(update_fields=["state", "authorised_at", "closed_at", "capture_before", "failure"])
    record_effect(kind=facts.PAYMENT_AUTHORISED, payload=payload, now=now)
    record_effect(
        kind=facts.AUTHORISATION_ENDING, payload=payload, now=now, due_at=payment.capture_before - TAKEN_BEFORE_END
    )


def _take(payment: Payment, *, cents: int | None) -> None:
    """What a payment of a ceiling comes to is what was taken of it."""
    if payment.ceiling_cents is not None and cents is not None:
        payment.amount_cents = cents
        payment.save(update_fields=["amount_cents"])


def _post_capture(payment: Payment, now: datetime) -> None:
    post(
        kind="card_captured",
        key=f"payment:{payment.pk}:captured",
        label=f"Carte, {payment.label}",
        reference=payment.reference,
        piece=payment.label,
        postings=[debit(Account.STRIPE, payment.amount_cents), credit(Account.CUSTOMERS, payment.amount_cents)],
        at=now,
        stripe_id=payment.stripe_intent_id,
    )
