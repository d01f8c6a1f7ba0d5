"""Money taken and given back over the counter."""

from datetime import datetime
from typing import Any, Never
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F

from billing.ledger.models import Account
from billing.ledger.services import credit, debit, post
from billing.payments.checkout import AlreadyPaidError, abandon
from billing.payments.cheques import is_lost, is_unpaid, means_to_give
from billing.payments.models import DESK_MODES, Mode, Payment, PaymentState, Refund, RefundState
from billing.payments.refunds import RefundClosedError, succeed
from shared.audit.services import name_of, record
from shared.locks import lock, lock_one

ACCOUNT_OF_MODE = {Mode.CASH: Account.CASH, Mode.CHEQUE: Account.CHEQUES, Mode.TERMINAL: Account.CARDS}
# A customer who does not come back to the desk is wired what they are owed.
GIVEN_OUT_OF = {**ACCOUNT_OF_MODE, Mode.TRANSFER: Account.BANK}

# A shop may not take more in cash from a resident of France (code monétaire et financier, D112-3).
CASH_LIMIT_CENTS = 100_000


class CashLimitError(ValueError):
    """More cash than the law lets a shop take."""


class NotADeskMeansError(ValueError):
    """The means of payment is not one that changes hands at the desk."""


class ChequeGoneError(NotADeskMeansError):
    """There is no cheque to give back: it is at the bank, or the refund is not of all of it."""


class ChequeNotPaidError(NotADeskMeansError):
    """Money is asked for a cheque that brought none; `str()` says in French what is given instead."""


def take_at_desk(
    *,
    reference: UUID,
    amount_cents: int,
    means: Mode,
    actor: Any,
    now: datetime,
    label: str = "",
    paid_before_cents: int = 0,
) -> Payment:
    """Record that the concierge took a payment; a card payment awaited online for the same thing is given up.

    `paid_before_cents` is what the caller knows to be paid already: the rest is a supplement. No «payment.succeeded»
    is told: the caller knows. Raises AlreadyPaidError when another sum is paid than the caller knows (a second click
    included) or a card holds what is to be paid, CashLimitError, NotADeskMeansError.
    """
    if means not in DESK_MODES:
        raise NotADeskMeansError(means)
    check_cash(means=means, amount_cents=amount_cents)
    with transaction.atomic():
        payments = lock(Payment.objects.filter(reference=reference))
        if sum(payment.refundable_cents for payment in payments) != paid_before_cents or any(
            payment.is_held for payment in payments
        ):
            raise AlreadyPaidError(str(reference))
        for payment in payments:
            if payment.state == PaymentState.PENDING:
                abandon(payment=payment, now=now)
        payment = _record(
            reference=reference,
            amount_cents=amount_cents,
            means=means,
            actor=actor,
            label=label,
            supplement=paid_before_cents > 0,
            now=now,
        )
        post(
            kind="paid_at_desk",
            key=f"payment:{payment.pk}:taken",
            label=f"{str(means.label).capitalize()}, {payment.label}",
            reference=reference,
            piece=payment.label,
            postings=[debit(ACCOUNT_OF_MODE[means], amount_cents), credit(Account.CUSTOMERS, amount_cents)],
            at=now,
        )
        record(
            actor=_user(actor),
            action="payment.taken",
            target=payment,
            details={
                "means": means.value,
                "amount_cents": amount_cents,
                "reference": str(reference),
                "by": name_of(actor),
            },
            now=now,
        )
        return payment


def check_cash(*, means: Mode, amount_cents: int) -> None:
    """Raises CashLimitError."""
    if means is Mode.CASH and amount_cents > CASH_LIMIT_CENTS:
        raise CashLimitError("La loi limite les paiements en espèces à 1\u00a0000\u00a0€.")


def _record(
    *, reference: UUID, amount_cents: int, means: Mode, actor: Any, label: str, supplement: bool, now: datetime
) -> Payment:
    try:
        with transaction.atomic():
            return Payment.objects.create(
                reference=reference,
                amount_cents=amount_cents,
                label=label or "paiement au comptoir",
                supplement=supplement,
                mode=means,
                state=PaymentState.SUCCEEDED,
                created_at=now,
                closed_at=now,
                actor_label=name_of(actor),
            )
    except IntegrityError as error:
        # Two clicks, or two concierges, at the same instant: PostgreSQL let one through.
        paid = Payment.objects.filter(
            reference=reference, state=PaymentState.SUCCEEDED, refunded_cents__lt=F("amount_cents")
        )
        if paid.exists():
            raise AlreadyPaidError(str(reference)) from error
        raise


def refund_at_desk(*, refund_id: UUID, means: Mode, actor: Any, now: datetime) -> Refund:
    """Record that a refund of a payment taken at the desk was given back, over the counter or by transfer.

    Raises RefundClosedError when it was given already or the payment goes back to a card by itself,
    NotADeskMeansError, ChequeGoneError, ChequeNotPaidError, CashLimitError.
    """
    if means not in GIVEN_OUT_OF:
        raise NotADeskMeansError(means)
    with transaction.atomic():
        asked = Refund.objects.get(pk=refund_id)
        payment = lock_one(Payment.objects.all(), pk=asked.payment_id)
        refund = lock_one(Refund.objects.select_related("payment"), pk=refund_id)
        if refund.state != RefundState.PENDING or payment.mode == Mode.CARD:
            raise RefundClosedError(str(refund_id))
        lost = is_lost(payment)
        if means not in means_to_give(refund):
            _refuse_means(refund, lost=lost)
        check_cash(means=means, amount_cents=refund.amount_cents)
        refund.mode = means
        refund.actor_label = name_of(actor)
        succeed(refund=refund, payment=payment, source=Account.LOSSES if lost else GIVEN_OUT_OF[means], now=now)
        record(
            actor=_user(actor),
            action="refund.given",
            target=refund,
            details={
                "means": means.value,
                "amount_cents": refund.amount_cents,
                "reference": str(refund.reference),
                "by": name_of(actor),
            },
            now=now,
        )
        return refund


def _refuse_means(refund: Refund, *, lost: bool) -> Never:
    if lost:
        raise ChequeNotPaidError("Son chèque n’a jamais été payé\u00a0: ne rendez pas d’argent.")
    if is_unpaid(refund.payment):
        raise ChequeNotPaidError(
            "Son chèque est revenu impayé\u00a0: ne rendez pas d’argent. Rendez le chèque si tout est remboursé\u00a0; "
            "sinon, la mairie note d’abord comment il est réglé."
        )
    raise ChequeGoneError(str(refund.pk))


def _user(actor: Any) -> Any:
    """The account behind an actor, for the audit trail; None when only a name is known (it is in the details)."""
    return None if isinstance(actor, str) else actor
