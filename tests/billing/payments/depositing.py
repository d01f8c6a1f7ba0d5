"""What the desk took, for those who take it to the bank."""

from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from billing.payments.deposit_models import Deposit, DepositMeans
from billing.payments.deposits import deposit_cheques, note_deposit
from billing.payments.models import Mode, Payment
from billing.payments.services import refund_at_desk, request_refund, take_at_desk

TUESDAY = date(2026, 11, 24)


def took(*, cents: int, means: Mode, now: datetime, label: str = "Commande IST-4821") -> Payment:
    return take_at_desk(reference=uuid4(), amount_cents=cents, means=means, actor="Camille", now=now, label=label)


def gave_back(*, payment: Payment, cents: int, means: Mode, now: datetime) -> None:
    asked = request_refund(
        payment_id=payment.pk, reference=uuid4(), amount_cents=cents, reason="ligne refusée", now=now
    )
    refund_at_desk(refund_id=asked.pk, means=means, actor="Camille", now=now)


def deposited(
    *,
    town: Any,
    cents: int,
    now: datetime,
    means: DepositMeans = DepositMeans.CASH,
    day: date = TUESDAY,
    key: UUID | None = None,
    **fields: Any,
) -> Deposit:
    return note_deposit(
        key=key or uuid4(),
        town=town,
        means=means,
        amount_cents=cents,
        deposited_on=day,
        actor=None,
        now=now,
        **fields,
    )


def deposited_cheques(
    *, town: Any, payments: list[Payment], now: datetime, day: date = TUESDAY, key: UUID | None = None
) -> Deposit:
    return deposit_cheques(
        key=key or uuid4(),
        town=town,
        payment_ids=[payment.pk for payment in payments],
        deposited_on=day,
        actor=None,
        now=now,
    )
