"""Taking what the desk holds to the company's bank: 512 / 531, 5112 or 5115, less what the bank keeps of cards."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from billing.ledger.models import Account
from billing.ledger.services import PostingLine, credit, debit, post
from billing.payments.cheques import in_the_drawer
from billing.payments.deposit_models import Deposit, DepositedCheque, DepositMeans
from billing.payments.drawers import ACCOUNT_OF, DEPOSITED, UNDONE, can_take, lock_drawer
from billing.payments.models import Payment
from conciergeries.towns.models import Town
from shared.audit.services import name_of, record
from shared.french import full_date, money, plural
from shared.locks import lock, lock_one


class DepositError(ValueError):
    """It cannot be noted, or undone; `str()` says why in French."""


class DepositDayError(DepositError):
    """A day to come, or on which the cheque was not in the drawer."""


class DepositTooLargeError(DepositError):
    """More than the desk held."""


class ChequeNotHereError(DepositError):
    """A cheque is not in the drawer: it was taken to the bank, or given back, meanwhile."""


class DepositConflictError(DepositError):
    """The form has noted another deposit."""


class DepositUndoneError(DepositError):
    """It was undone already."""


class DepositEndedError(DepositError):
    """One of its cheques has come back unpaid: the rest is at the bank for good."""


@transaction.atomic
def note_deposit(
    *,
    key: UUID,
    town: Town,
    means: DepositMeans,
    amount_cents: int,
    deposited_on: date,
    actor: Any,
    now: datetime,
    fee_cents: int = 0,
    slip: str = "",
    note: str = "",
) -> Deposit:
    """Note cash, or cards of the terminal, taken to the bank. `key` names the wish: twice is once.

    Raises DepositDayError, DepositTooLargeError, DepositConflictError, ValidationError in French.
    """
    if means is DepositMeans.CHEQUE:
        raise ValueError("cheques are deposited one by one")
    deposit = _wished(
        key=key,
        means=means,
        amount_cents=amount_cents,
        fee_cents=fee_cents,
        deposited_on=deposited_on,
        slip=slip,
        note=note,
    )
    lock_drawer(means)
    known = _known(deposit, payment_ids=set())
    if known is not None:
        return known
    zone = check_day(deposited_on, town=town, now=now)
    most = can_take(means=means, day=deposited_on, zone=zone)
    if amount_cents > most:
        raise DepositTooLargeError(_too_much(means, most=most, day=deposited_on))
    return _note(deposit, label=f"Remise en banque, {means.label}", actor=actor, now=now)


@transaction.atomic
def deposit_cheques(
    *,
    key: UUID,
    town: Town,
    payment_ids: Collection[UUID],
    deposited_on: date,
    actor: Any,
    now: datetime,
    slip: str = "",
    note: str = "",
) -> Deposit:
    """Note the cheques of these payments taken to the bank together. `key` names the wish: twice is once.

    Raises DepositDayError, ChequeNotHereError, DepositConflictError, ValidationError in French.
    """
    wanted = set(payment_ids)
    lock_drawer(DepositMeans.CHEQUE)
    payments = lock(Payment.objects.filter(pk__in=wanted))
    deposit = _wished(
        key=key,
        means=DepositMeans.CHEQUE,
        amount_cents=sum(payment.amount_cents for payment in payments),
        fee_cents=0,
        deposited_on=deposited_on,
        slip=slip,
        note=note,
    )
    known = _known(deposit, payment_ids=wanted)
    if known is not None:
        return known
    check_day(deposited_on, town=town, now=now)
    here = set(in_the_drawer().filter(pk__in=wanted).values_list("pk", flat=True))
    if not wanted or here != wanted:
        raise ChequeNotHereError("Un de ces chèques n’est plus dans la caisse : rechargez la page.")
    for payment in payments:
        _check_here_by(payment, deposited_on, town=town)
    noted = _note(deposit, label=f"Remise en banque, {plural(len(payments), 'chèque')}", actor=actor, now=now)
    DepositedCheque.objects.bulk_create([DepositedCheque(deposit=noted, payment=payment) for payment in payments])
    return noted


@transaction.atomic
def undo_deposit(*, deposit_id: UUID, reason: str, actor: Any, now: datetime) -> Deposit:
    """Take back, by the opposite entry, what was noted by mistake: the money is in the drawer again. Once.

    Raises Deposit.DoesNotExist, DepositUndoneError, DepositEndedError.
    """
    lock_drawer(DepositMeans(Deposit.objects.values_list("means", flat=True).get(pk=deposit_id)))
    deposit = lock_one(Deposit.objects.all(), pk=deposit_id)
    if deposit.undone_at is not None:
        raise DepositUndoneError("Cette remise est déjà annulée.")
    cheques = lock(DepositedCheque.objects.filter(deposit=deposit))
    if any(cheque.back_at is not None for cheque in cheques):
        raise DepositEndedError("Un chèque de cette remise est revenu impayé : elle ne s’annule plus.")
    deposit.undone_at, deposit.undone_by, deposit.undone_reason = now, name_of(actor), reason
    deposit.full_clean(validate_unique=False)
    deposit.save(update_fields=["undone_at", "undone_by", "undone_reason"])
    DepositedCheque.objects.filter(deposit=deposit).update(back_at=now)
    post(
        kind=UNDONE,
        key=f"deposit:{deposit.pk}:undone",
        label=f"Annulé : remise en banque du {full_date(deposit.deposited_on)}, {reason}",
        reference=deposit.pk,
        piece=deposit.slip,
        postings=_postings(deposit, sign=-1),
        at=now,
    )
    details = {"name": str(deposit), "amount_cents": deposit.amount_cents, "reason": reason}
    record(actor=actor, action="deposit.undone", target=deposit, details=details, now=now)
    return deposit


def check_day(day: date, *, town: Town, now: datetime) -> ZoneInfo:
    """The town's clocks. Raises DepositDayError for a day that has not come there; before the first money came in,
    there was nothing to take.
    """
    zone = ZoneInfo(town.timezone)
    if day > now.astimezone(zone).date():
        raise DepositDayError("Ce jour n’est pas encore venu.")
    return zone


def _wished(*, key: UUID, means: DepositMeans, **fields: Any) -> Deposit:
    return Deposit(pk=key, means=means.value, **fields)


def _known(wished: Deposit, *, payment_ids: set[UUID]) -> Deposit | None:
    """What this form has noted already. Raises DepositConflictError when it says something else now."""
    known = Deposit.objects.filter(pk=wished.pk).first()
    if known is None:
        return None
    fields = ("means", "amount_cents", "fee_cents", "deposited_on", "slip", "note")
    same = all(getattr(known, field) == getattr(wished, field) for field in fields)
    if not same or set(known.cheques.values_list("payment_id", flat=True)) != payment_ids:
        raise DepositConflictError("Ce formulaire a déjà servi : rechargez la page pour noter une autre remise.")
    return known


def _note(deposit: Deposit, *, label: str, actor: Any, now: datetime) -> Deposit:
    """Save and post a deposit that was checked. The drawer is locked by the caller."""
    deposit.noted_by, deposit.noted_at = name_of(actor), now
    deposit.full_clean(validate_unique=False)
    deposit.save(force_insert=True)
    post(
        kind=DEPOSITED,
        key=f"deposit:{deposit.pk}",
        label=f"{label}, {full_date(deposit.deposited_on)}" + (f", {deposit.slip}" if deposit.slip else ""),
        reference=deposit.pk,
        piece=deposit.slip,
        postings=_postings(deposit),
        at=now,
    )
    details = {"name": str(deposit), "amount_cents": deposit.amount_cents, "slip": deposit.slip}
    record(actor=actor, action="deposit.noted", target=deposit, details=details, now=now)
    return deposit


def _postings(deposit: Deposit, sign: int = 1) -> list[PostingLine]:
    return [
        debit(Account.BANK, sign * deposit.credited_cents),
        debit(Account.BANK_FEES, sign * deposit.fee_cents),
        credit(ACCOUNT_OF[DepositMeans(deposit.means)], sign * deposit.amount_cents),
    ]


def _check_here_by(payment: Payment, day: date, *, town: Town) -> None:
    """Raises DepositDayError when a cheque was not in the drawer yet, or again, on that day."""
    zone = ZoneInfo(town.timezone)
    since = payment.closed_at.astimezone(zone).date() if payment.closed_at else day
    returned = [each.unpaid.returned_on for each in payment.deposited.filter(unpaid__isnull=False)]
    first = max([since, *returned])
    if day < first:
        amount = money(payment.amount_cents)
        raise DepositDayError(f"Le chèque de {amount} n’est dans la caisse que depuis le {full_date(first)}.")


def _too_much(means: DepositMeans, *, most: int, day: date) -> str:
    what = "la caisse" if means is DepositMeans.CASH else "le terminal"
    if not most:
        return f"Il n’y avait rien à remettre dans {what} le {full_date(day)}."
    return f"Le {full_date(day)}, il n’y avait que {money(most)} à remettre dans {what}."
