"""Asking for a payment by card: Stripe's page, opened once, closed when it is no longer wanted."""

from datetime import datetime, timedelta
from typing import cast
from uuid import UUID

import stripe
from django.db import IntegrityError, connection, transaction
from stripe.params.checkout import SessionCreateParams

from billing.ledger.services import NotInTransactionError
from billing.payments import facts
from billing.payments.gateway import CURRENCY, REFUSALS, StripeAccount, account_here, metadata
from billing.payments.models import Mode, Payment, PaymentState
from billing.payments.queries import paid_and_held
from billing.payments.reconciliation import close, reconcile
from shared.french import NBSP, money
from shared.locks import lock, lock_one
from shared.outbox.services import record_effect

EXPIRE_SESSION = "payments.expire_session"

# Stripe takes no card payment in euro below it.
MIN_CARD_CENTS = 50
# Stripe wants 30 minutes at least, counted when it hears the call. What is paid for is kept aside as long, no longer:
# it is the one time in which a customer pays («une demi-heure» on the pages).
PAGE_LIFETIME = timedelta(minutes=35)
# A call whose answer was lost is repeated with its key and its very parameters, while they still leave Stripe its 30
# minutes, the SDK's own tries included.
REPEATABLE_FOR = timedelta(minutes=3)
# The page is closed by us if Stripe has not told us that it closed.
GRACE = timedelta(minutes=2)


class AlreadyPaidError(ValueError):
    """What the payment is for is paid, or more of it is than the caller knew."""


class AmountTooSmallError(ValueError):
    """Less than a card can pay; `str()` says so in French."""

    def __init__(self) -> None:
        super().__init__(f"Une carte ne peut pas payer moins de {money(MIN_CARD_CENTS)}{NBSP}: payez au comptoir.")


class PaymentClosedError(ValueError):
    """The payment is no longer awaited; its `state` says how it ended."""

    def __init__(self, payment: Payment) -> None:
        super().__init__(f"payment {payment.pk} is {payment.state}")
        self.state = PaymentState(payment.state)


def prepare_card_payment(
    *, reference: UUID, amount_cents: int, label: str, now: datetime, paid_before_cents: int = 0, held: bool = False
) -> Payment:
    """Write down, in the caller's transaction, that a card payment is awaited. Calling it again gives the same one.

    `paid_before_cents` is what the caller knows to be paid already: the rest is a supplement, a payment of its own
    that the customer authenticates. Another amount replaces the payment awaited so far, whose page is closed. `held`:
    the amount is a ceiling that the card holds; what is taken of it is known later (`billing.payments.holding`). Raises
    NotInTransactionError, AlreadyPaidError when another sum is paid than the caller knows or a card holds it already,
    AmountTooSmallError.
    """
    if not connection.in_atomic_block:
        raise NotInTransactionError(str(reference))
    if paid_and_held(reference=reference) != (paid_before_cents, 0):
        raise AlreadyPaidError(str(reference))
    if amount_cents < MIN_CARD_CENTS:
        raise AmountTooSmallError
    awaited = _awaited(reference)
    ceiling_cents = amount_cents if held else None
    asked = (amount_cents, ceiling_cents)
    if awaited is not None and (_asked(awaited) != asked or awaited.expiry_asked_at is not None):
        abandon(payment=awaited, now=now)
        awaited = None
    if awaited is not None:
        return awaited
    try:
        with transaction.atomic():
            return _create(
                reference=reference,
                amount_cents=amount_cents,
                ceiling_cents=ceiling_cents,
                label=label,
                supplement=paid_before_cents > 0,
                now=now,
            )
    except IntegrityError:
        # A second click, in another transaction that committed first.
        concurrent = _awaited(reference)
        if concurrent is None or _asked(concurrent) != asked:
            raise
        return concurrent


def _asked(payment: Payment) -> tuple[int, int | None]:
    return payment.amount_cents, payment.ceiling_cents


def _awaited(reference: UUID) -> Payment | None:
    rows = lock(Payment.objects.filter(reference=reference, state=PaymentState.PENDING))
    return rows[0] if rows else None


def _create(
    *, reference: UUID, amount_cents: int, ceiling_cents: int | None, label: str, supplement: bool, now: datetime
) -> Payment:
    payment = Payment(
        reference=reference,
        amount_cents=amount_cents,
        ceiling_cents=ceiling_cents,
        label=label,
        supplement=supplement,
        mode=Mode.CARD,
        state=PaymentState.PENDING,
        created_at=now,
    )
    payment.idempotency_key = _key(payment)
    payment.save(force_insert=True)
    return payment


def _key(payment: Payment) -> str:
    return f"payment-{payment.pk}-{payment.checkout_attempt}"


def open_checkout(*, payment_id: UUID, success_url: str, cancel_url: str, customer_email: str, now: datetime) -> str:
    """Give the address of Stripe's page for an awaited payment, opening it if it is not open. Never in a transaction.

    Raises PaymentClosedError when the payment is over or being closed; stripe.StripeError when Stripe cannot be
    reached or refuses: the same call may then be made again.
    """
    account = account_here()
    with transaction.atomic():
        payment = _lock(payment_id)
        if payment.state != PaymentState.PENDING or payment.expiry_asked_at is not None:
            raise PaymentClosedError(payment)
        if payment.url:
            return payment.url
        _write_request(payment, success_url=success_url, cancel_url=cancel_url, customer_email=customer_email, now=now)
    session = _create_session(account, payment)
    with transaction.atomic():
        payment = _lock(payment_id)
        _keep_session(payment, session)
        if payment.state == PaymentState.PENDING and payment.expiry_asked_at is None:
            return payment.url
        # Closed while Stripe was answering: nobody gets to see the page.
        if payment.state not in {PaymentState.SUCCEEDED, PaymentState.AUTHORISED}:
            record_effect(kind=EXPIRE_SESSION, payload={"payment_id": str(payment.pk)}, now=now)
    raise PaymentClosedError(payment)


def _lock(payment_id: UUID) -> Payment:
    return lock_one(Payment.objects.all(), pk=payment_id)


def _write_request(payment: Payment, *, success_url: str, cancel_url: str, customer_email: str, now: datetime) -> None:
    """Fix the parameters of the call before it is made; keep those of a call that may have been heard."""
    if payment.checkout_requested_at is not None:
        if now - payment.checkout_requested_at < REPEATABLE_FOR:
            return
        payment.checkout_attempt += 1
        payment.idempotency_key = _key(payment)
    ids = metadata(payment=payment.pk, reference=payment.reference)
    payment.expires_at = now + PAGE_LIFETIME
    request: SessionCreateParams = {
        "mode": "payment",
        "locale": "fr",
        "allowed_payment_method_types": ["card"],
        "client_reference_id": str(payment.reference),
        "line_items": [
            {
                "quantity": 1,
                "price_data": {
                    "currency": CURRENCY,
                    "unit_amount": payment.amount_cents,
                    "product_data": {"name": payment.label},
                },
            }
        ],
        "success_url": success_url,
        "cancel_url": cancel_url,
        "expires_at": int(payment.expires_at.timestamp()),
        "metadata": ids,
        "payment_intent_data": {"metadata": ids, "description": payment.label},
    }
    if payment.ceiling_cents is not None:
        request["payment_intent_data"]["capture_method"] = "manual"
    if customer_email:
        request["customer_email"] = customer_email
    payment.checkout_request = dict(request)
    payment.checkout_requested_at = now
    payment.save()
    # Whatever becomes of the customer, the webhooks and this process, the payment is looked at when its page ends.
    record_effect(
        kind=EXPIRE_SESSION,
        payload={"payment_id": str(payment.pk)},
        now=now,
        due_at=payment.expires_at + GRACE,
    )


def _create_session(account: StripeAccount, payment: Payment) -> stripe.checkout.Session:
    """Open the page, or get the page that the same call opened when its answer was lost."""
    try:
        return account.client.v1.checkout.sessions.create(
            cast("SessionCreateParams", payment.checkout_request),
            {"idempotency_key": payment.idempotency_key},
        )
    except REFUSALS:
        # A refusal is remembered under its key: the next try needs another.
        with transaction.atomic():
            fresh = _lock(payment.pk)
            fresh.checkout_attempt += 1
            fresh.idempotency_key = _key(fresh)
            fresh.checkout_requested_at = None
            fresh.save()
        raise


def _keep_session(payment: Payment, session: stripe.checkout.Session) -> None:
    payment.stripe_session_id = session.id
    payment.url = session.url or ""
    payment.save(update_fields=["stripe_session_id", "url"])


def abandon(*, payment: Payment, now: datetime) -> None:
    """Stop waiting for a payment that another one replaces. `payment` is locked by the caller.

    If its page is paid all the same before it closes, the payment succeeds: money that arrives is never ignored.
    """
    close(payment=payment, state=PaymentState.CANCELLED, now=now)
    if payment.checkout_requested_at is not None:
        record_effect(kind=EXPIRE_SESSION, payload={"payment_id": str(payment.pk)}, now=now)


def expire_payment(*, payment_id: UUID, now: datetime) -> None:
    """Ask that an awaited payment be closed. Its end is told by «payment.failed», or «payment.succeeded» if the
    customer was quicker: Stripe decides which. Does nothing to a payment that is over.
    """
    with transaction.atomic():
        payment = _lock(payment_id)
        if payment.state != PaymentState.PENDING or payment.expiry_asked_at is not None:
            return
        if payment.checkout_requested_at is None:
            _give_up(payment, now=now)
            return
        payment.expiry_asked_at = now
        payment.save(update_fields=["expiry_asked_at"])
        record_effect(kind=EXPIRE_SESSION, payload={"payment_id": str(payment.pk)}, now=now)


def _give_up(payment: Payment, *, now: datetime) -> None:
    """Close a *locked* payment that has no page at Stripe, and say so."""
    close(payment=payment, state=PaymentState.CANCELLED, now=now)
    payload = {"payment_id": str(payment.pk), "reference": str(payment.reference), "state": payment.state}
    record_effect(kind=facts.PAYMENT_FAILED, payload=payload, now=now)


def expire_session(*, payment_id: UUID, now: datetime) -> None:
    """Close a payment's page at Stripe, if it is open, and take note of how the payment ended."""
    payment = Payment.objects.get(pk=payment_id)
    if payment.state not in {PaymentState.PENDING, PaymentState.CANCELLED} or payment.checkout_requested_at is None:
        return
    account = account_here()
    if payment.stripe_session_id is None:
        # The answer that named the page was lost: the same call gives it again.
        try:
            session = _create_session(account, payment)
        except REFUSALS:
            # Stripe remembers no such call, and it is too late to make it: there is no page. If there was one after
            # all, and somebody paid on it, its own event says so.
            with transaction.atomic():
                payment = _lock(payment_id)
                if payment.state == PaymentState.PENDING:
                    _give_up(payment, now=now)
            return
        with transaction.atomic():
            payment = _lock(payment_id)
            _keep_session(payment, session)
    session_id = cast("str", payment.stripe_session_id)
    try:
        account.client.v1.checkout.sessions.expire(session_id)
    except stripe.InvalidRequestError:
        # It is closed already, paid perhaps: what follows tells.
        reconcile(payment_id=payment_id, now=now)
        return
    reconcile(payment_id=payment_id, now=now)
