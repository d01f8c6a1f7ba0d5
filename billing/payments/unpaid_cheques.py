"""Cheques that the bank sends back unpaid: 5112 / 512, then taken to the bank again, paid otherwise, or lost."""

from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from billing.ledger.models import Account
from billing.ledger.services import credit, debit, post
from billing.payments.cheques import in_the_drawer
from billing.payments.deposit_models import ChequeMadeGood, DepositedCheque, DepositMeans, MadeGoodBy, UnpaidCheque
from billing.payments.deposits import DepositDayError, DepositError, check_day
from billing.payments.desk import check_cash
from billing.payments.drawers import can_take, lock_drawer
from billing.payments.models import Mode, Payment, RefundState
from conciergeries.towns.models import Town
from shared.audit.services import name_of, record
from shared.french import full_date, money
from shared.locks import lock_one

_INTO = {
    MadeGoodBy.CASH: Account.CASH,
    MadeGoodBy.TERMINAL: Account.CARDS,
    MadeGoodBy.TRANSFER: Account.BANK,
    MadeGoodBy.LOSS: Account.LOSSES,
}
# What is in a drawer of the desk, and may have been taken to the bank since.
_DRAWERS = {MadeGoodBy.CASH: DepositMeans.CASH, MadeGoodBy.TERMINAL: DepositMeans.TERMINAL}


class NotAtTheBankError(DepositError):
    """The cheque is not at the bank: its deposit was undone, or it has come back already."""


class ChequeEndedError(DepositError):
    """The cheque was taken to the bank again, given back or made good meanwhile."""


class MadeGoodUndoneError(DepositError):
    """It was undone already."""


@transaction.atomic
def note_unpaid(
    *,
    cheque_id: UUID,
    town: Town,
    returned_on: date,
    reason: str,
    fee_cents: int,
    actor: Any,
    now: datetime,
) -> UnpaidCheque:
    """Note that the bank sent a cheque back unpaid, and what it took for that. The same again is once.

    Raises DepositedCheque.DoesNotExist, NotAtTheBankError, DepositDayError, ValidationError in French.
    """
    lock_drawer(DepositMeans.CHEQUE)
    cheque = lock_one(DepositedCheque.objects.select_related("deposit", "payment"), pk=cheque_id)
    known = UnpaidCheque.objects.filter(cheque=cheque).first()
    if known is not None and (known.returned_on, known.reason, known.fee_cents) == (returned_on, reason, fee_cents):
        return known
    if cheque.back_at is not None:
        raise NotAtTheBankError("Ce chèque n’est pas à la banque : il en est déjà revenu.")
    check_day(returned_on, town=town, now=now)
    if returned_on < cheque.deposit.deposited_on:
        raise DepositDayError(f"Ce chèque n’a été remis que le {full_date(cheque.deposit.deposited_on)}.")
    unpaid = UnpaidCheque(
        cheque=cheque,
        returned_on=returned_on,
        reason=reason,
        fee_cents=fee_cents,
        noted_by=name_of(actor),
        noted_at=now,
    )
    unpaid.full_clean(validate_unique=False)
    unpaid.save(force_insert=True)
    cheque.back_at = now
    cheque.save(update_fields=["back_at"])
    amount = cheque.payment.amount_cents
    post(
        kind="cheque_unpaid",
        key=f"cheque:{cheque.pk}:unpaid",
        label=f"Chèque revenu impayé, {cheque.payment.label}",
        reference=unpaid.pk,
        piece=cheque.payment.label,
        postings=[
            debit(Account.CHEQUES, amount),
            debit(Account.BANK_FEES, fee_cents),
            credit(Account.BANK, amount + fee_cents),
        ],
        at=now,
    )
    _record("cheque.unpaid", unpaid, reason=reason, actor=actor, now=now)
    return unpaid


@transaction.atomic
def make_good(*, key: UUID, unpaid_id: UUID, how: MadeGoodBy, note: str, actor: Any, now: datetime) -> ChequeMadeGood:
    """Note that an unpaid cheque was paid otherwise, or is lost to the company. `key` names the wish: twice is once.

    Raises UnpaidCheque.DoesNotExist, ChequeEndedError, CashLimitError.
    """
    lock_drawer(DepositMeans.CHEQUE)
    unpaid = lock_one(UnpaidCheque.objects.select_related("cheque__payment"), pk=unpaid_id)
    known = ChequeMadeGood.objects.filter(pk=key, unpaid=unpaid).first()
    if known is not None and (known.how, known.note, known.undone_at) == (how.value, note, None):
        return known
    # Who gives the cheque back locks its payment first.
    payment = lock_one(Payment.objects.all(), pk=unpaid.cheque.payment_id)
    if known is not None or not in_the_drawer().filter(pk=payment.pk).exists():
        raise ChequeEndedError("Ce chèque n’est plus dans la caisse : il est réglé, rendu, ou de nouveau en banque.")
    if how is MadeGoodBy.CASH:
        check_cash(means=Mode.CASH, amount_cents=payment.amount_cents)
    made = ChequeMadeGood(pk=key, unpaid=unpaid, how=how.value, note=note, noted_by=name_of(actor), noted_at=now)
    made.full_clean(validate_unique=False)
    made.save(force_insert=True)
    post(
        kind="cheque_made_good",
        key=f"made_good:{made.pk}",
        label=f"Chèque impayé, {how.label}, {payment.label}",
        reference=made.pk,
        piece=payment.label,
        postings=[debit(_INTO[how], payment.amount_cents), credit(Account.CHEQUES, payment.amount_cents)],
        at=now,
    )
    _record("cheque.made_good", unpaid, how=how.value, actor=actor, now=now)
    return made


@transaction.atomic
def undo_made_good(*, made_good_id: UUID, town: Town, reason: str, actor: Any, now: datetime) -> ChequeMadeGood:
    """Take back what was noted of an unpaid cheque: it is to be decided again. Once.

    Raises ChequeMadeGood.DoesNotExist, MadeGoodUndoneError, ChequeEndedError when its cash or its card is at the bank,
    or a refund has made its loss less.
    """
    how = MadeGoodBy(ChequeMadeGood.objects.values_list("how", flat=True).get(pk=made_good_id))
    for means in sorted({DepositMeans.CHEQUE, _DRAWERS.get(how, DepositMeans.CHEQUE)}):
        lock_drawer(means)
    made = lock_one(ChequeMadeGood.objects.select_related("unpaid__cheque__payment"), pk=made_good_id)
    if made.undone_at is not None:
        raise MadeGoodUndoneError("C’est déjà annulé.")
    # Who gives a refund of it locks its payment first.
    payment = lock_one(Payment.objects.all(), pk=made.unpaid.cheque.payment_id)
    if payment.refunds.filter(mode=Mode.CHEQUE, state=RefundState.SUCCEEDED).exists():
        raise ChequeEndedError("Un remboursement sans argent a déjà réduit cette perte : elle ne s’annule plus.")
    amount = payment.amount_cents
    if how in _DRAWERS:
        zone = ZoneInfo(town.timezone)
        left = can_take(means=_DRAWERS[how], day=now.astimezone(zone).date(), zone=zone)
        if left < amount:
            raise ChequeEndedError(f"Il ne reste que {money(left)} à remettre : annulez d’abord la remise en banque.")
    made.undone_at, made.undone_by, made.undone_reason = now, name_of(actor), reason
    made.full_clean(validate_unique=False)
    made.save(update_fields=["undone_at", "undone_by", "undone_reason"])
    post(
        kind="cheque_made_good_undone",
        key=f"made_good:{made.pk}:undone",
        label=f"Annulé : chèque impayé {how.label}, {reason}",
        reference=made.pk,
        piece=made.unpaid.cheque.payment.label,
        postings=[debit(Account.CHEQUES, amount), credit(_INTO[how], amount)],
        at=now,
    )
    _record("cheque.made_good_undone", made.unpaid, reason=reason, actor=actor, now=now)
    return made


def _record(action: str, unpaid: UnpaidCheque, *, actor: Any, now: datetime, **details: Any) -> None:
    payment = unpaid.cheque.payment
    said = {"name": payment.label, "amount_cents": payment.amount_cents, **details}
    record(actor=actor, action=action, target=unpaid, details=said, now=now)
