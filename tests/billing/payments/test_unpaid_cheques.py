"""Cheques that come back unpaid: owed again, then taken to the bank again, paid otherwise, given back or lost."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from billing.ledger.checking import Kind, check_here
from billing.ledger.models import Account, Entry
from billing.ledger.queries import balance, balances, unbalanced
from billing.payments.checking_desk import differences_with_cheques
from billing.payments.cheques import in_the_drawer, unpaid_in_the_drawer
from billing.payments.deposit_models import ChequeMadeGood, DepositedCheque, MadeGoodBy, UnpaidCheque
from billing.payments.deposits import ChequeNotHereError, DepositDayError
from billing.payments.models import Mode, Payment
from billing.payments.services import CashLimitError, ChequeNotPaidError
from billing.payments.unpaid_cheques import (
    ChequeEndedError,
    MadeGoodUndoneError,
    NotAtTheBankError,
    make_good,
    note_unpaid,
    undo_made_good,
)
from shared.audit.models import AuditEvent
from shared.tenancy import in_town
from tests.billing.lives import Life
from tests.billing.payments.depositing import TUESDAY, deposited, deposited_cheques, gave_back, took

FRIDAY = TUESDAY + timedelta(days=3)
LATER = timedelta(days=3)


@pytest.fixture(params=["istres", "viroflay"])
def town(request: pytest.FixtureRequest) -> Iterator[Any]:
    with in_town(request.getfixturevalue(request.param)) as town:
        yield town
        assert unbalanced() == []


@pytest.fixture
def friday(now: datetime) -> datetime:
    return now + LATER


def came_back(payment: Payment, town: Any, now: datetime, *, fee: int = 0, day: date = FRIDAY) -> UnpaidCheque:
    cheque = DepositedCheque.objects.get(payment=payment, back_at=None)
    return note_unpaid(
        cheque_id=cheque.pk, town=town, returned_on=day, reason="sans provision", fee_cents=fee, actor=None, now=now
    )


def made_good(unpaid: UnpaidCheque, how: MadeGoodBy, now: datetime, *, key: UUID | None = None) -> ChequeMadeGood:
    return make_good(key=key or uuid4(), unpaid_id=unpaid.pk, how=how, note="", actor=None, now=now)


def unpaid_cheque(town: Any, now: datetime, cents: int = 3500) -> tuple[Payment, UnpaidCheque]:
    payment = took(cents=cents, means=Mode.CHEQUE, now=now)
    deposited_cheques(town=town, payments=[payment], now=now)
    return payment, came_back(payment, town, now + LATER)


def test_a_cheque_comes_back_unpaid(town: Any, now: datetime, friday: datetime) -> None:
    with Life("A cheque that comes back unpaid") as life:
        with life.event("paid by cheque"):
            payment = took(cents=3500, means=Mode.CHEQUE, now=now)
        with life.event("taken to the bank"):
            deposited_cheques(town=town, payments=[payment], now=now)
        with life.event("unpaid: the bank takes it back, and a fee"):
            came_back(payment, town, friday, fee=800)
        with life.event("presented again"):
            deposited_cheques(town=town, payments=[payment], now=friday, day=FRIDAY)
        with life.event("unpaid again"):
            unpaid = came_back(payment, town, friday)
        with life.event("its customer pays in cash"):
            made = made_good(unpaid, MadeGoodBy.CASH, friday)
        with life.event("a mistake: it was not paid"):
            undo_made_good(made_good_id=made.pk, town=town, reason="erreur", actor=None, now=friday)
        with life.event("given up: the company's loss"):
            made_good(unpaid, MadeGoodBy.LOSS, friday)
        with life.event("a line refunded: no money, the loss is less"):
            gave_back(payment=payment, cents=1000, means=Mode.CHEQUE, now=friday)
        with life.event("the rest refunded: nothing is lost"):
            gave_back(payment=payment, cents=2500, means=Mode.CHEQUE, now=friday)
    assert {account: cents for account, cents in balances().items() if cents} == {
        Account.BANK: -800,
        Account.BANK_FEES: 800,
    }
    report = check_here(now=friday)
    # The payment of these tests is of no order: it and its refunds are the only orphans.
    assert (report.count(Kind.ORPHAN), report.count(Kind.UNBALANCED)) == (3, 0)
    assert differences_with_cheques(now=friday) == []


def test_it_is_owed_until_something_is_decided(in_istres: Any, now: datetime, friday: datetime) -> None:
    payment, unpaid = unpaid_cheque(in_istres, now)
    assert (list(in_the_drawer()), list(unpaid_in_the_drawer())) == ([payment], [unpaid])
    deposited_cheques(town=in_istres, payments=[payment], now=friday, day=FRIDAY)
    assert (list(in_the_drawer()), list(unpaid_in_the_drawer())) == ([], [])
    again = came_back(payment, in_istres, friday + timedelta(hours=1))
    assert list(unpaid_in_the_drawer()) == [again]
    made_good(again, MadeGoodBy.TRANSFER, friday)
    assert (list(in_the_drawer()), list(unpaid_in_the_drawer())) == ([], [])


@pytest.mark.parametrize(
    ("how", "account"),
    [
        (MadeGoodBy.CASH, Account.CASH),
        (MadeGoodBy.TERMINAL, Account.CARDS),
        (MadeGoodBy.TRANSFER, Account.BANK),
        (MadeGoodBy.LOSS, Account.LOSSES),
    ],
)
def test_each_ending_has_its_account(
    in_istres: Any, now: datetime, friday: datetime, how: MadeGoodBy, account: Account
) -> None:
    _payment, unpaid = unpaid_cheque(in_istres, now)
    key = uuid4()
    made = made_good(unpaid, how, friday, key=key)
    assert made_good(unpaid, how, friday, key=key) == made
    assert {number: cents for number, cents in balances().items() if cents} == {account: 3500, Account.CUSTOMERS: -3500}
    for wrong in (uuid4(), key):
        with pytest.raises(ChequeEndedError):
            make_good(key=wrong, unpaid_id=unpaid.pk, how=how, note="autre", actor=None, now=friday)
    seen = AuditEvent.objects.get(action="cheque.made_good")
    assert (seen.details["name"], seen.details["amount_cents"]) == ("Commande IST-4821", 3500)


def test_it_may_be_given_back_to_who_wrote_it(in_istres: Any, now: datetime, friday: datetime) -> None:
    payment, unpaid = unpaid_cheque(in_istres, now)
    gave_back(payment=payment, cents=3500, means=Mode.CHEQUE, now=friday)
    with pytest.raises(ChequeEndedError):
        made_good(unpaid, MadeGoodBy.LOSS, friday)
    assert (balance(account=Account.CHEQUES), list(unpaid_in_the_drawer())) == (0, [])


MONEY = [Mode.CASH, Mode.TERMINAL, Mode.TRANSFER]


@pytest.mark.parametrize("means", MONEY)
@pytest.mark.parametrize("cents", [1000, 3500])
def test_no_money_is_given_while_it_is_unpaid(
    town: Any, now: datetime, friday: datetime, means: Mode, cents: int
) -> None:
    payment, unpaid = unpaid_cheque(town, now)
    with pytest.raises(ChequeNotPaidError, match="revenu impayé"), transaction.atomic():
        gave_back(payment=payment, cents=cents, means=means, now=friday)
    made_good(unpaid, MadeGoodBy.CASH, friday)
    # Paid otherwise, it is money again.
    gave_back(payment=payment, cents=cents, means=means, now=friday)


def test_part_of_it_waits_until_something_is_decided(town: Any, now: datetime, friday: datetime) -> None:
    payment, unpaid = unpaid_cheque(town, now)
    with pytest.raises(ChequeNotPaidError, match="note d’abord"), transaction.atomic():
        gave_back(payment=payment, cents=1000, means=Mode.CHEQUE, now=friday)
    made_good(unpaid, MadeGoodBy.LOSS, friday)
    gave_back(payment=payment, cents=1000, means=Mode.CHEQUE, now=friday)
    assert (balance(account=Account.LOSSES), balance(account=Account.CUSTOMERS)) == (2500, -2500)


@pytest.mark.parametrize("means", MONEY)
@pytest.mark.parametrize("cents", [1000, 3500])
def test_no_money_is_given_of_what_is_lost(town: Any, now: datetime, friday: datetime, means: Mode, cents: int) -> None:
    payment, unpaid = unpaid_cheque(town, now)
    made = made_good(unpaid, MadeGoodBy.LOSS, friday)
    with pytest.raises(ChequeNotPaidError, match="jamais été payé"), transaction.atomic():
        gave_back(payment=payment, cents=cents, means=means, now=friday)
    undo_made_good(made_good_id=made.pk, town=town, reason="il paie", actor=None, now=friday)
    made_good(unpaid, MadeGoodBy.TERMINAL, friday)
    gave_back(payment=payment, cents=cents, means=means, now=friday)
    assert balance(account=Account.LOSSES) == 0


def test_a_loss_made_less_by_a_refund_is_not_undone(town: Any, now: datetime, friday: datetime) -> None:
    payment, unpaid = unpaid_cheque(town, now)
    made = made_good(unpaid, MadeGoodBy.LOSS, friday)
    gave_back(payment=payment, cents=1000, means=Mode.CHEQUE, now=friday)
    with pytest.raises(ChequeEndedError, match="réduit cette perte"):
        undo_made_good(made_good_id=made.pk, town=town, reason="erreur", actor=None, now=friday)
    assert balance(account=Account.LOSSES) == 2500
    assert differences_with_cheques(now=friday) == []


def test_the_same_return_is_noted_once(in_istres: Any, now: datetime, friday: datetime) -> None:
    payment = took(cents=3500, means=Mode.CHEQUE, now=now)
    deposited_cheques(town=in_istres, payments=[payment], now=now)
    cheque = DepositedCheque.objects.get()
    noted = [came_back(payment, in_istres, friday)]
    for fee in (0, 500):
        wish = {"cheque_id": cheque.pk, "town": in_istres, "returned_on": FRIDAY, "reason": "sans provision"}
        if fee:
            with pytest.raises(NotAtTheBankError):
                note_unpaid(**wish, fee_cents=fee, actor=None, now=friday)
        else:
            noted.append(note_unpaid(**wish, fee_cents=fee, actor=None, now=friday))
    assert noted[0] == noted[1]
    assert Entry.objects.filter(kind="cheque_unpaid").count() == 1


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (FRIDAY + timedelta(days=1), "pas encore venu"),
        (TUESDAY - timedelta(days=1), "remis que le"),
        (date(2020, 1, 1), "remis que le"),
    ],
)
def test_it_comes_back_after_it_went(in_istres: Any, now: datetime, friday: datetime, day: date, said: str) -> None:
    payment = took(cents=3500, means=Mode.CHEQUE, now=now)
    deposited_cheques(town=in_istres, payments=[payment], now=now)
    with pytest.raises(DepositDayError, match=said):
        came_back(payment, in_istres, friday, day=day)
    assert balance(account=Account.BANK) == 3500


def test_it_is_not_presented_before_it_came_back(in_istres: Any, now: datetime, friday: datetime) -> None:
    payment, _unpaid = unpaid_cheque(in_istres, now)
    with pytest.raises(DepositDayError, match="27\u00a0novembre"):
        deposited_cheques(town=in_istres, payments=[payment], now=friday, day=TUESDAY)


@pytest.mark.parametrize("change", [{"reason": ""}, {"reason": "r" * 201}, {"fee_cents": -1}])
def test_nonsense_is_refused(in_istres: Any, now: datetime, friday: datetime, change: dict[str, Any]) -> None:
    payment = took(cents=3500, means=Mode.CHEQUE, now=now)
    deposited_cheques(town=in_istres, payments=[payment], now=now)
    cheque = DepositedCheque.objects.get()
    wish = {"cheque_id": cheque.pk, "town": in_istres, "returned_on": FRIDAY, "reason": "x", "fee_cents": 0}
    with pytest.raises(ValidationError), transaction.atomic():
        note_unpaid(**{**wish, **change}, actor=None, now=friday)
    assert (balance(account=Account.BANK), UnpaidCheque.objects.count()) == (3500, 0)


def test_postgres_keeps_what_was_noted(in_istres: Any, now: datetime, friday: datetime) -> None:
    _payment, unpaid = unpaid_cheque(in_istres, now)
    made = made_good(unpaid, MadeGoodBy.CASH, friday)
    with pytest.raises(IntegrityError, match="payments_unpaidcheque"), transaction.atomic():
        UnpaidCheque.objects.filter(pk=unpaid.pk).update(fee_cents=1)
    with pytest.raises(IntegrityError, match="is noted once"), transaction.atomic():
        ChequeMadeGood.objects.filter(pk=made.pk).update(how=MadeGoodBy.LOSS)


def test_the_law_limits_cash(in_istres: Any, now: datetime, friday: datetime) -> None:
    _payment, unpaid = unpaid_cheque(in_istres, now, cents=100_001)
    with pytest.raises(CashLimitError), transaction.atomic():
        made_good(unpaid, MadeGoodBy.CASH, friday)
    made_good(unpaid, MadeGoodBy.TERMINAL, friday)


def test_cash_that_is_at_the_bank_is_not_taken_back(in_istres: Any, now: datetime, friday: datetime) -> None:
    _payment, unpaid = unpaid_cheque(in_istres, now)
    made = made_good(unpaid, MadeGoodBy.CASH, friday)
    deposited(town=in_istres, cents=100, now=friday, day=FRIDAY)
    with pytest.raises(ChequeEndedError, match="que 34,00"):
        undo_made_good(made_good_id=made.pk, town=in_istres, reason="erreur", actor=None, now=friday)
    took(cents=100, means=Mode.CASH, now=friday)
    undo_made_good(made_good_id=made.pk, town=in_istres, reason="erreur", actor=None, now=friday)
    with pytest.raises(MadeGoodUndoneError):
        undo_made_good(made_good_id=made.pk, town=in_istres, reason="erreur", actor=None, now=friday)
    assert list(unpaid_in_the_drawer()) == [unpaid]


def test_another_town_s_are_not_found(istres: Any, viroflay: Any, now: datetime, friday: datetime) -> None:
    with in_town(istres):
        payment, unpaid = unpaid_cheque(istres, now)
        cheque = DepositedCheque.objects.get()
    with in_town(viroflay):
        with pytest.raises(DepositedCheque.DoesNotExist):
            note_unpaid(
                cheque_id=cheque.pk,
                town=viroflay,
                returned_on=FRIDAY,
                reason="x",
                fee_cents=0,
                actor=None,
                now=friday,
            )
        with pytest.raises(UnpaidCheque.DoesNotExist):
            made_good(unpaid, MadeGoodBy.LOSS, friday)
        with pytest.raises(ChequeNotHereError):
            deposited_cheques(town=viroflay, payments=[payment], now=friday, day=FRIDAY)
