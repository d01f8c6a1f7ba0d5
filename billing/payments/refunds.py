"""Giving money back: asked for with its cause, sent to Stripe after, never more than was paid."""

from datetime import datetime, timedelta
from uuid import UUID

import stripe
from django.db import connection, transaction
from stripe.params import RefundCreateParams

from billing.ledger.models import Account
from billing.ledger.services import NotInTransactionError, credit, debit, post
from billing.payments import facts
from billing.payments.gateway import REFUSALS, StripeAccount, account_here, metadata, reason_of
from billing.payments.models import REFUND_TRANSITIONS, Mode, Payment, PaymentState, Refund, RefundState
from billing.payments.queries import is_contested
from billing.payments.reconciliation import ForeignObjectError
from shared.locks import lock, lock_one
from shared.outbox.services import record_effect
from shared.tenancy import current_schema

SEND_REFUND = "payments.send_refund"
# Stripe has not the money today; asked again later, it may.
LATER = frozenset({"balance_insufficient"})
# Stripe's own word for it.
CONTESTED = "charge_for_pending_refund_disputed"
# Some banks answer in days. Their answer comes by an event; should it be lost, we ask.
ASK_AGAIN_AFTER = timedelta(hours=6)


class NotPaidError(ValueError):
    """There is nothing to give back: the payment did not succeed."""


class RefundTooLargeError(ValueError):
    """More than what is left of the payment."""

    def __init__(self, *, asked: int, left: int) -> None:
        super().__init__(f"{asked} asked, {left} left")
        self.asked = asked
        self.left = left


class RefundConflictError(ValueError):
    """This cause already has a refund of another amount."""


class RefundClosedError(ValueError):
    """The refund is over, or does not go through the desk."""


def request_refund(
    *,
    payment_id: UUID,
    reference: UUID,
    amount_cents: int,
    reason: str,
    now: datetime,
    means: Mode | None = None,
) -> Refund:
    """Ask, in the caller's transaction, that part of a payment go back; `reference` is the cause (a line, an order).

    It goes back as it came, unless other `means` are given. By card it is sent to Stripe once the transaction commits;
    otherwise it waits for whoever gives it (`refund_at_desk`).
    Asking again for the same cause and amount gives the same refund. Raises NotInTransactionError, NotPaidError,
    RefundTooLargeError, RefundConflictError.
    """
    if not connection.in_atomic_block:
        raise NotInTransactionError(str(reference))
    if amount_cents <= 0:
        raise ValueError("a refund is a positive number of cents")
    payment = lock_one(Payment.objects.all(), pk=payment_id)
    known = Refund.objects.filter(payment=payment, reference=reference).exclude(state=RefundState.FAILED).first()
    if known is not None:
        if known.amount_cents != amount_cents:
            raise RefundConflictError(str(reference))
        return known
    if payment.state != PaymentState.SUCCEEDED:
        raise NotPaidError(str(payment_id))
    if amount_cents > payment.refundable_cents:
        raise RefundTooLargeError(asked=amount_cents, left=payment.refundable_cents)
    payment.refunded_cents += amount_cents
    payment.save(update_fields=["refunded_cents"])
    refund = Refund(
        payment=payment,
        reference=reference,
        amount_cents=amount_cents,
        reason=reason[:200],
        mode=means or payment.mode,
        created_at=now,
    )
    refund.idempotency_key = _key(refund)
    refund.save(force_insert=True)
    if refund.mode == Mode.CARD:
        record_effect(kind=SEND_REFUND, payload={"refund_id": str(refund.pk)}, now=now)
    return refund


def give_back(*, reference: UUID, cause: UUID, amount_cents: int, reason: str, now: datetime) -> list[Refund]:
    """Ask, in the caller's transaction, that an amount paid for one thing go back, over whatever payments it came by.

    The most recent payment first: what came on top goes first, and none gets back more than it brought. The same
    cause again gives the same refunds. Raises RefundTooLargeError, RefundConflictError, NotInTransactionError.
    """
    if not connection.in_atomic_block:
        raise NotInTransactionError(str(reference))
    payments = lock(Payment.objects.filter(reference=reference, state=PaymentState.SUCCEEDED))
    asked = list(
        Refund.objects.filter(payment__in=payments, reference=cause)
        .exclude(state=RefundState.FAILED)
        .order_by("created_at", "pk")
    )
    if asked:
        if sum(refund.amount_cents for refund in asked) != amount_cents:
            raise RefundConflictError(str(cause))
        return asked
    left = sum(payment.refundable_cents for payment in payments)
    if amount_cents > left:
        raise RefundTooLargeError(asked=amount_cents, left=left)
    refunds = []
    for payment in sorted(payments, key=lambda each: (each.created_at, each.pk), reverse=True):
        part = min(amount_cents, payment.refundable_cents)
        if part:
            refunds.append(
                request_refund(payment_id=payment.pk, reference=cause, amount_cents=part, reason=reason, now=now)
            )
            amount_cents -= part
    return refunds


def _key(refund: Refund) -> str:
    return f"refund-{refund.pk}-{refund.attempt}"


def send_refund(*, refund_id: UUID, now: datetime) -> None:
    """Ask Stripe for a refund that was requested. Never in a transaction; as often as one likes.

    Raises stripe.StripeError when Stripe cannot be reached, or has not the money yet: try again later.
    """
    with transaction.atomic():
        refund = lock_one(Refund.objects.select_related("payment"), pk=refund_id)
        if refund.state != RefundState.PENDING or refund.mode != Mode.CARD:
            return
        tried_before = refund.sent_at is not None
        contested = not tried_before and is_contested(payment_id=refund.payment_id)
        if not tried_before and not contested:
            refund.sent_at = now
            refund.save(update_fields=["sent_at"])
    if contested:
        # The bank is giving the money back, or has: ours would be the second time.
        _fail_by_id(refund_id=refund_id, failure=CONTESTED, now=now)
        return
    account = account_here()
    try:
        sent = (_find(account, refund) if tried_before else None) or account.client.v1.refunds.create(
            _request(refund), {"idempotency_key": refund.idempotency_key}
        )
    except REFUSALS as error:
        _refused(refund_id=refund_id, error=error, now=now)
        return
    refund = _apply(refund_id=refund_id, seen=sent, now=now)
    if refund.state == RefundState.PENDING:
        with transaction.atomic():
            record_effect(
                kind=SEND_REFUND, payload={"refund_id": str(refund_id)}, now=now, due_at=now + ASK_AGAIN_AFTER
            )


def _request(refund: Refund) -> RefundCreateParams:
    return {
        "payment_intent": refund.payment.stripe_intent_id or "",
        "amount": refund.amount_cents,
        "reason": "requested_by_customer",
        "metadata": metadata(refund=refund.pk, payment=refund.payment_id, reference=refund.reference),
    }


def _find(account: StripeAccount, refund: Refund) -> stripe.Refund | None:
    """The refund at Stripe, if an earlier try was heard: Stripe forgets idempotency keys after a day, we do not."""
    if refund.stripe_refund_id:
        return account.client.v1.refunds.retrieve(refund.stripe_refund_id)
    intent = refund.payment.stripe_intent_id or ""
    known = account.client.v1.refunds.list({"payment_intent": intent, "limit": 100})
    return next((each for each in known.auto_paging_iter() if _ids(each).get("refund") == str(refund.pk)), None)


def _ids(refund: stripe.Refund) -> dict[str, str]:
    return dict(refund.metadata.to_dict()) if refund.metadata is not None else {}


def _refused(*, refund_id: UUID, error: stripe.StripeError, now: datetime) -> None:
    """Stripe said no: later, if it only lacks the money today; never, otherwise."""
    if error.code not in LATER:
        _fail_by_id(refund_id=refund_id, failure=reason_of(error), now=now)
        return
    with transaction.atomic():
        refund = lock_one(Refund.objects.all(), pk=refund_id)
        # The refusal is remembered under its key: the next try needs another.
        refund.attempt += 1
        refund.idempotency_key = _key(refund)
        refund.failure = reason_of(error)
        refund.save(update_fields=["attempt", "idempotency_key", "failure"])
    raise error


def refresh_refund(*, refund_id: UUID, stripe_refund_id: str, now: datetime) -> None:
    """Fetch a refund that an event tells of, and take note of what it has become.

    Raises Refund.DoesNotExist, ForeignObjectError.
    """
    Refund.objects.get(pk=refund_id)
    seen = account_here().client.v1.refunds.retrieve(stripe_refund_id)
    ids = _ids(seen)
    if (ids.get("town"), ids.get("refund")) != (current_schema(), str(refund_id)):
        raise ForeignObjectError(f"refund {refund_id} is not the one that Stripe shows")
    _apply(refund_id=refund_id, seen=seen, now=now)


def _apply(*, refund_id: UUID, seen: stripe.Refund, now: datetime) -> Refund:
    with transaction.atomic():
        payment, refund = lock_refund(refund_id)
        if refund.stripe_refund_id is None:
            refund.stripe_refund_id = seen.id
            refund.save(update_fields=["stripe_refund_id"])
        if seen.status == "succeeded" and refund.state == RefundState.PENDING:
            succeed(refund=refund, payment=payment, source=Account.STRIPE, now=now)
        elif seen.status in {"failed", "canceled"}:
            _fail(refund=refund, payment=payment, failure=seen.failure_reason or seen.status or "", now=now)
        return refund


def lock_refund(refund_id: UUID) -> tuple[Payment, Refund]:
    """The payment first, then its refund: the order in which everybody locks them. Raises Refund.DoesNotExist."""
    payment_id = Refund.objects.values_list("payment_id", flat=True).get(pk=refund_id)
    payment = lock_one(Payment.objects.all(), pk=payment_id)
    return payment, lock_one(Refund.objects.all(), pk=refund_id)


def succeed(*, refund: Refund, payment: Payment, source: Account, now: datetime) -> None:
    """The customer has the money back, out of `source`. Both rows are locked by the caller."""
    _move(refund, RefundState.SUCCEEDED, now)
    post(
        kind="refunded",
        key=f"refund:{refund.pk}:done",
        label=f"Remboursement, {payment.label}",
        reference=payment.reference,
        piece=payment.label,
        postings=[debit(Account.CUSTOMERS, refund.amount_cents), credit(source, refund.amount_cents)],
        at=now,
        stripe_id=refund.stripe_refund_id,
    )
    record_effect(kind=facts.REFUND_SUCCEEDED, payload=_payload(refund), now=now)


def _fail_by_id(*, refund_id: UUID, failure: str, now: datetime) -> None:
    with transaction.atomic():
        payment, refund = lock_refund(refund_id)
        _fail(refund=refund, payment=payment, failure=failure, now=now)


def _fail(*, refund: Refund, payment: Payment, failure: str, now: datetime) -> None:
    """The money did not go, or came back: it can be asked for again."""
    if RefundState.FAILED not in REFUND_TRANSITIONS[RefundState(refund.state)]:
        return
    came_back = refund.state == RefundState.SUCCEEDED
    refund.failure = failure[:300]
    _move(refund, RefundState.FAILED, now)
    payment.refunded_cents -= refund.amount_cents
    payment.save(update_fields=["refunded_cents"])
    if came_back:
        post(
            kind="refund_came_back",
            key=f"refund:{refund.pk}:came_back",
            label=f"Remboursement revenu, {payment.label}",
            reference=payment.reference,
            piece=payment.label,
            postings=[debit(Account.STRIPE, refund.amount_cents), credit(Account.CUSTOMERS, refund.amount_cents)],
            at=now,
            stripe_id=refund.stripe_refund_id,
        )
    record_effect(kind=facts.REFUND_FAILED, payload={**_payload(refund), "failure": refund.failure}, now=now)


def _move(refund: Refund, state: RefundState, now: datetime) -> None:
    refund.state = state
    refund.closed_at = now
    refund.save(update_fields=["state", "closed_at", "mode", "actor_label", "failure"])


def _payload(refund: Refund) -> dict[str, str | int]:
    return {
        "refund_id": str(refund.pk),
        "reference": str(refund.reference),
        "payment_id": str(refund.payment_id),
        "amount_cents": refund.amount_cents,
    }
