"""What the desk holds is taken to the bank: never more than there was, never twice, undone by the opposite entry."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing.ledger.checking import Kind, check_here
from billing.ledger.models import Account, Entry
from billing.ledger.queries import balance, balances, unbalanced
from billing.payments.checking_desk import differences_with_cheques
from billing.payments.cheques import in_the_drawer
from billing.payments.deposit_models import Deposit, DepositedCheque, DepositMeans
from billing.payments.deposits import (
    ChequeNotHereError,
    DepositConflictError,
    DepositDayError,
    DepositEndedError,
    DepositTooLargeError,
    DepositUndoneError,
    undo_deposit,
)
from billing.payments.drawers import can_take, lowest
from billing.payments.models import Mode
from billing.payments.services import ChequeGoneError
from billing.payments.unpaid_cheques import note_unpaid
from shared.audit.models import AuditEvent
from shared.tenancy import in_town
from tests.billing.lives import Life
from tests.billing.payments.depositing import TUESDAY, deposited, deposited_cheques, gave_back, took

PARIS = ZoneInfo("Europe/Paris")
DAY = timedelta(days=1)


@pytest.fixture(params=["istres", "viroflay"])
def town(request: pytest.FixtureRequest) -> Iterator[Any]:
    with in_town(request.getfixturevalue(request.param)) as town:
        yield town
        assert unbalanced() == []


def undone(deposit: Deposit, now: datetime, reason: str = "saisie en double") -> Deposit:
    return undo_deposit(deposit_id=deposit.pk, reason=reason, actor=None, now=now)


def test_from_the_desk_to_the_bank(town: Any, now: datetime) -> None:
    with Life("From the desk to the bank") as life:
        with life.event("paid in cash"):
            took(cents=2000, means=Mode.CASH, now=now)
        with life.event("paid by cheque"):
            cheque = took(cents=3500, means=Mode.CHEQUE, now=now)
        with life.event("paid on the terminal"):
            took(cents=1250, means=Mode.TERMINAL, now=now)
        with life.event("the cash is taken to the bank"):
            cash = deposited(town=town, cents=1500, now=now)
        with life.event("the cheque is"):
            deposited_cheques(town=town, payments=[cheque], now=now)
        with life.event("the bank credits the cards, less its fee"):
            deposited(town=town, cents=1250, fee_cents=22, means=DepositMeans.TERMINAL, now=now)
        with life.event("noted by mistake: the cash is back in the till"):
            undone(cash, now)
    report = check_here(now=now)
    # The payments of these tests are of no order: they are the orphans, and what was taken to the bank is not.
    assert (report.count(Kind.ORPHAN), report.count(Kind.ORDERS), report.count(Kind.UNBALANCED)) == (3, 0, 0)
    assert differences_with_cheques(now=now) == []


def test_who_took_it_is_written_down(in_istres: Any, now: datetime) -> None:
    took(cents=2000, means=Mode.CASH, now=now)
    deposit = deposited(town=in_istres, cents=2000, now=now, slip="BR-118", note="par Camille")
    undone(deposit, now, "pas partie")
    seen = AuditEvent.objects.filter(object_id=str(deposit.pk)).order_by("action")
    assert [(each.action, each.details["amount_cents"]) for each in seen] == [
        ("deposit.noted", 2000),
        ("deposit.undone", 2000),
    ]
    deposit.refresh_from_db()
    assert (deposit.noted_by, deposit.undone_reason, deposit.slip) == ("plateforme", "pas partie", "BR-118")


@pytest.mark.parametrize("means", [DepositMeans.CASH, DepositMeans.TERMINAL])
def test_no_more_than_there_was_on_that_day(in_istres: Any, now: datetime, means: DepositMeans) -> None:
    took(cents=2000, means=Mode(means.value), now=now)
    tomorrow = now + DAY
    took(cents=1000, means=Mode(means.value), now=tomorrow)
    with pytest.raises(DepositTooLargeError, match="que 20,00"):
        deposited(town=in_istres, cents=2001, means=means, now=tomorrow)
    with pytest.raises(DepositTooLargeError, match="que 30,00"):
        deposited(town=in_istres, cents=3001, means=means, now=tomorrow, day=TUESDAY + DAY)
    deposited(town=in_istres, cents=2500, means=means, now=tomorrow, day=TUESDAY + DAY)
    # Noted after it, made before it: what it takes is not there twice.
    with pytest.raises(DepositTooLargeError, match="que 5,00"):
        deposited(town=in_istres, cents=501, means=means, now=tomorrow)
    deposited(town=in_istres, cents=500, means=means, now=tomorrow)
    with pytest.raises(DepositTooLargeError, match="rien à remettre"):
        deposited(town=in_istres, cents=1, means=means, now=tomorrow, day=TUESDAY + DAY)
    assert balances() == {
        Account.BANK: 3000,
        Account.CUSTOMERS: -3000,
        **({Account.CASH: 0} if means is DepositMeans.CASH else {Account.CARDS: 0}),
    }


def test_what_was_given_back_since_was_not_taken_to_the_bank(in_istres: Any, now: datetime) -> None:
    payment = took(cents=2000, means=Mode.CASH, now=now)
    gave_back(payment=payment, cents=800, means=Mode.CASH, now=now + DAY)
    took(cents=5000, means=Mode.CASH, now=now + 2 * DAY)
    with pytest.raises(DepositTooLargeError, match="que 12,00"):
        deposited(town=in_istres, cents=1201, now=now + 2 * DAY)
    deposited(town=in_istres, cents=1200, now=now + 2 * DAY)


def test_midnight_is_the_town_s(in_istres: Any, now: datetime) -> None:
    late = datetime(2026, 11, 24, 23, 30, tzinfo=PARIS)
    took(cents=2000, means=Mode.CASH, now=late)
    took(cents=100, means=Mode.CASH, now=late + timedelta(hours=1))
    assert can_take(means=DepositMeans.CASH, day=TUESDAY, zone=PARIS) == 2000
    assert can_take(means=DepositMeans.CASH, day=TUESDAY + DAY, zone=PARIS) == 2100


@pytest.mark.parametrize(
    ("day", "cash", "cheques"),
    [
        (TUESDAY + DAY, "pas encore venu", "pas encore venu"),
        (TUESDAY - DAY, "rien à remettre", "que depuis"),
        (date.min, "rien à remettre", "que depuis"),
        (date.max, "pas encore venu", "pas encore venu"),
    ],
)
def test_a_day_to_come_or_before_there_was_anything(
    in_istres: Any, now: datetime, day: date, cash: str, cheques: str
) -> None:
    cheque = took(cents=2000, means=Mode.CHEQUE, now=now)
    took(cents=2000, means=Mode.CASH, now=now)
    with pytest.raises((DepositDayError, DepositTooLargeError), match=cash):
        deposited(town=in_istres, cents=100, now=now, day=day)
    with pytest.raises(DepositDayError, match=cheques):
        deposited_cheques(town=in_istres, payments=[cheque], now=now, day=day)
    assert not Deposit.objects.exists()


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"cents": 0}, ValidationError),
        ({"cents": -500}, ValidationError),
        ({"fee_cents": 5}, ValidationError),
        ({"means": DepositMeans.TERMINAL, "fee_cents": 2000}, ValidationError),
        ({"means": DepositMeans.TERMINAL, "fee_cents": -1}, ValidationError),
        ({"slip": "9" * 41}, ValidationError),
        ({"note": "…" * 300_000}, ValidationError),
        ({"means": DepositMeans.CHEQUE}, ValueError),
    ],
)
def test_nonsense_is_refused(in_istres: Any, now: datetime, change: dict[str, Any], error: type[Exception]) -> None:
    for means in (Mode.CASH, Mode.TERMINAL, Mode.CHEQUE):
        took(cents=2000, means=means, now=now)
    before = Entry.objects.count()
    with pytest.raises(error):
        deposited(**{"town": in_istres, "cents": 2000, "now": now, **change})
    assert (Entry.objects.count(), Deposit.objects.count()) == (before, 0)


def test_a_form_notes_one_deposit(in_istres: Any, now: datetime) -> None:
    cheques = [took(cents=cents, means=Mode.CHEQUE, now=now) for cents in (3500, 1200)]
    took(cents=2000, means=Mode.CASH, now=now)
    key, other = uuid4(), uuid4()
    first = deposited(town=in_istres, cents=2000, now=now, key=key)
    assert deposited(town=in_istres, cents=2000, now=now + DAY, key=key) == first
    together = deposited_cheques(town=in_istres, payments=cheques, now=now, key=other)
    assert deposited_cheques(town=in_istres, payments=cheques[::-1], now=now, key=other) == together
    others: list[dict[str, Any]] = [
        {"cents": 1999, "key": key},
        {"cents": 2000, "key": key, "slip": "BR-1"},
        {"cents": 4700, "key": other, "means": DepositMeans.TERMINAL},
    ]
    for fields in others:
        with pytest.raises(DepositConflictError, match="déjà servi"):
            deposited(town=in_istres, now=now, **fields)
    with pytest.raises(DepositConflictError, match="déjà servi"):
        deposited_cheques(town=in_istres, payments=cheques[:1], now=now, key=other)
    assert (Deposit.objects.count(), balance(account=Account.BANK)) == (2, 6700)


def test_a_cheque_is_taken_to_the_bank_once(in_istres: Any, now: datetime) -> None:
    cheques = [took(cents=cents, means=Mode.CHEQUE, now=now) for cents in (3500, 1200)]
    deposited_cheques(town=in_istres, payments=cheques[:1], now=now)
    assert list(in_the_drawer()) == cheques[1:]
    for wrong in (cheques, [], [took(cents=100, means=Mode.CASH, now=now)]):
        with pytest.raises(ChequeNotHereError):
            deposited_cheques(town=in_istres, payments=wrong, now=now)
    with pytest.raises(IntegrityError, match="payments_cheque_deposited_once"), transaction.atomic():
        DepositedCheque.objects.create(deposit=Deposit.objects.get(), payment=cheques[0])
    assert balance(account=Account.CHEQUES) == 1200


def test_a_cheque_is_not_taken_before_it_was_written(in_istres: Any, now: datetime) -> None:
    cheque = took(cents=3500, means=Mode.CHEQUE, now=now + DAY)
    with pytest.raises(DepositDayError, match="que depuis le 25\u00a0novembre 2026"):
        deposited_cheques(town=in_istres, payments=[cheque], now=now + DAY)


def test_a_cheque_at_the_bank_is_not_given_back(in_istres: Any, now: datetime) -> None:
    given, kept, part = (took(cents=3500, means=Mode.CHEQUE, now=now) for _ in range(3))
    gave_back(payment=given, cents=3500, means=Mode.CHEQUE, now=now)
    deposited_cheques(town=in_istres, payments=[kept], now=now)
    for payment, cents in ((kept, 3500), (part, 500)):
        with pytest.raises(ChequeGoneError), transaction.atomic():
            gave_back(payment=payment, cents=cents, means=Mode.CHEQUE, now=now)
    with pytest.raises(ChequeNotHereError):
        deposited_cheques(town=in_istres, payments=[given], now=now)
    assert list(in_the_drawer()) == [part]
    gave_back(payment=kept, cents=3500, means=Mode.CASH, now=now)
    assert (balance(account=Account.CHEQUES), differences_with_cheques(now=now)) == (3500, [])


def test_undone_it_is_in_the_drawer_again(in_istres: Any, now: datetime) -> None:
    cheque = took(cents=3500, means=Mode.CHEQUE, now=now)
    took(cents=2000, means=Mode.CASH, now=now)
    for deposit in (
        deposited_cheques(town=in_istres, payments=[cheque], now=now),
        deposited(town=in_istres, cents=2000, now=now),
    ):
        undone(deposit, now)
        with pytest.raises(DepositUndoneError):
            undone(deposit, now, "une autre raison")
    assert balance(account=Account.BANK) == 0
    # Noted again, as it was.
    deposited_cheques(town=in_istres, payments=[cheque], now=now)
    deposited(town=in_istres, cents=2000, now=now)
    assert (balance(account=Account.BANK), balance(account=Account.CASH)) == (5500, 0)


@pytest.mark.parametrize("reason", ["", "r" * 201])
def test_it_is_undone_for_a_reason(in_istres: Any, now: datetime, reason: str) -> None:
    took(cents=2000, means=Mode.CASH, now=now)
    deposit = deposited(town=in_istres, cents=2000, now=now)
    with pytest.raises(ValidationError):
        undone(deposit, now, reason)
    assert balance(account=Account.BANK) == 2000


def test_postgres_keeps_what_was_noted(in_istres: Any, now: datetime) -> None:
    cheque = took(cents=3500, means=Mode.CHEQUE, now=now)
    deposit = deposited_cheques(town=in_istres, payments=[cheque], now=now)
    rows, cheques = Deposit.objects.filter(pk=deposit.pk), DepositedCheque.objects.filter(deposit=deposit)
    changes: list[Callable[[], Any]] = [
        lambda: rows.update(amount_cents=1),
        lambda: rows.update(deposited_on=TUESDAY - DAY),
        lambda: cheques.update(payment=took(cents=3500, means=Mode.CHEQUE, now=now)),
        cheques.delete,
    ]
    for change in changes:
        with pytest.raises(IntegrityError, match="is noted once"), transaction.atomic():
            change()
    with pytest.raises(IntegrityError, match="with_a_reason"), transaction.atomic():
        rows.update(undone_at=now)
    undone(deposit, now)
    with pytest.raises(IntegrityError, match="is noted once"), transaction.atomic():
        rows.update(undone_reason="autre")
    with pytest.raises(IntegrityError, match="is noted once"), transaction.atomic():
        cheques.update(back_at=None)


def test_once_a_cheque_has_come_back_it_is_not_undone(in_istres: Any, now: datetime) -> None:
    cheques = [took(cents=cents, means=Mode.CHEQUE, now=now) for cents in (3500, 1200)]
    deposit = deposited_cheques(town=in_istres, payments=cheques, now=now)
    cheque = deposit.cheques.get(payment=cheques[0])
    note_unpaid(
        cheque_id=cheque.pk, town=in_istres, returned_on=TUESDAY, reason="opposition", fee_cents=0, actor=None, now=now
    )
    with pytest.raises(DepositEndedError):
        undone(deposit, now)
    assert balance(account=Account.BANK) == 1200


def test_a_cheque_that_the_ledger_has_lost_is_said(in_istres: Any, now: datetime) -> None:
    cheque = took(cents=3500, means=Mode.CHEQUE, now=now)
    deposit = deposited_cheques(town=in_istres, payments=[cheque], now=now)
    DepositedCheque.objects.filter(deposit=deposit).update(back_at=now)
    (said,) = differences_with_cheques(now=now)
    assert said.message.replace("\u00a0", " ") == (
        "Les chèques de la caisse font 35,00 €, et le compte 5112 dit 0,00 €."
    )


def test_each_town_takes_its_own(istres: Any, viroflay: Any, now: datetime) -> None:
    with in_town(istres):
        cheque = took(cents=3500, means=Mode.CHEQUE, now=now)
        took(cents=2000, means=Mode.CASH, now=now)
        deposit = deposited(town=istres, cents=500, now=now)
    with in_town(viroflay):
        with pytest.raises(DepositTooLargeError):
            deposited(town=viroflay, cents=1, now=now)
        with pytest.raises(ChequeNotHereError):
            deposited_cheques(town=viroflay, payments=[cheque], now=now)
        with pytest.raises(Deposit.DoesNotExist):
            undone(deposit, now)
        assert balances() == {}


@given(
    moves=st.lists(
        st.tuples(st.sampled_from(["take", "give", "bank", "undo"]), st.integers(0, 4), st.integers(1, 3000)),
        max_size=14,
    )
)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_noted_and_when_no_evening_lacks_what_was_taken(
    in_istres: Any, now: datetime, moves: list[tuple[str, int, int]]
) -> None:
    """Time goes forward; deposits are noted late. Beside them: how much cash each evening held, by hand."""
    savepoint = transaction.savepoint()
    came: dict[date, int] = {}
    banked: list[tuple[Deposit, date]] = []
    payments = []
    at, today = now, TUESDAY

    def evening(day: date) -> int:
        return sum(cents for when, cents in came.items() if when <= day) - sum(
            each.amount_cents for each, when in banked if when <= day
        )

    for what, step, cents in moves:
        if what == "take":
            at, today = at + step * DAY, today + step * DAY
            payments.append(took(cents=cents, means=Mode.CASH, now=at))
            came[today] = came.get(today, 0) + cents
        elif what == "give" and payments and cents <= payments[-1].amount_cents:
            payment = payments.pop()
            gave_back(payment=payment, cents=cents, means=Mode.CASH, now=at)
            came[today] = came.get(today, 0) - cents
        elif what == "bank":
            day = max(today - step * DAY, TUESDAY)
            most = min(evening(day + number * DAY) for number in range((today - day).days + 1))
            if cents <= most:
                banked.append((deposited(town=in_istres, cents=cents, now=at, day=day), day))
            else:
                with pytest.raises(DepositTooLargeError):
                    deposited(town=in_istres, cents=cents, now=at, day=day)
        elif what == "undo" and banked:
            deposit, _day = banked.pop(step % len(banked))
            undone(deposit, at)
    assert balance(account=Account.CASH) == evening(today)
    assert balance(account=Account.BANK) == sum(each.amount_cents for each, _day in banked)
    transaction.savepoint_rollback(savepoint)


@given(st.dictionaries(st.integers(1, 20), st.integers(-500, 500)), st.integers(-500, 500))
def test_the_lowest_evening(changes: dict[int, int], first: int) -> None:
    levels = [first]
    for number in range(1, 21):
        levels.append(levels[-1] + changes.get(number, 0))
    by_day = {TUESDAY + number * DAY: cents for number, cents in changes.items()}
    assert lowest(levels[-1], by_day) == min(levels)
