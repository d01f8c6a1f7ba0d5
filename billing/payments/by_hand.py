"""Giving back by hand what a card could not take: its account is closed, and the customer is owed all the same."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from billing.ledger.models import Account
from billing.payments.desk import NotADeskMeansError, check_cash
from billing.payments.models import Mode, Refund, RefundState
from billing.payments.queries import is_contested
from billing.payments.refunds import RefundClosedError, lock_refund, request_refund, succeed
from billing.payments.resuming import failed_refunds
from shared.audit.services import name_of, record

_OUT_OF = {Mode.CASH: Account.CASH, Mode.TRANSFER: Account.BANK}
BY_HAND_MODES = tuple(_OUT_OF)


class PaymentContestedError(ValueError):
    """A bank is giving the payment back to its customer, or has: nobody gives it a second time."""


@transaction.atomic
def give_by_hand(*, refund_id: UUID, means: Mode, actor: Any, now: datetime, note: str = "") -> Refund:
    """Record that the amount of a refund that failed was given in cash, or wired; `note` says which transfer.

    Another refund takes its place, for the same cause: of two clicks, or of this and another try by card, one counts.
    Raises Refund.DoesNotExist, RefundClosedError when it went otherwise meanwhile, CashLimitError, NotADeskMeansError,
    PaymentContestedError while a bank may give it back itself.
    """
    if means not in _OUT_OF:
        raise NotADeskMeansError(means)
    payment, failed = lock_refund(refund_id)
    if is_contested(payment_id=payment.pk):
        raise PaymentContestedError(str(payment.pk))
    if failed.state != RefundState.FAILED or not failed_refunds().filter(pk=failed.pk).exists():
        raise RefundClosedError(str(refund_id))
    check_cash(means=means, amount_cents=failed.amount_cents)
    given = request_refund(
        payment_id=payment.pk,
        reference=failed.reference,
        amount_cents=failed.amount_cents,
        reason=failed.reason,
        means=means,
        now=now,
    )
    given.actor_label = name_of(actor)
    payment.refresh_from_db()
    succeed(refund=given, payment=payment, source=_OUT_OF[means], now=now)
    details = {
        "name": payment.label,
        "amount_cents": given.amount_cents,
        "means": means.value,
        "note": note,
        "refund": str(failed.pk),
    }
    record(actor=actor, action="refund.given_by_hand", target=given, details=details, now=now)
    return given
