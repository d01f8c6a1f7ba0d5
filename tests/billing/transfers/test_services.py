"""Files of transfers: made once, sent by hand, confirmed or refused line by line; nothing is paid twice or lost."""

import hashlib
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction

from billing.commissions.terms import Basis, Terms
from billing.ledger.models import Account
from billing.ledger.queries import balance
from billing.settlements.checking import differences_with_settlements
from billing.settlements.models import Means, Payout, PayoutState
from billing.settlements.queries import owed
from billing.settlements.services import retry_payout, settle
from billing.transfers.models import BatchState, LineState, TransferBatch, TransferLine
from billing.transfers.readiness import COMPANY_IBAN_MISSING, IBAN_MISSING, waiting
from billing.transfers.services import (
    CannotPayError,
    ForbiddenStepError,
    NothingToPayError,
    cancel_batch,
    choose_account,
    clear_line,
    confirm_lines,
    download,
    fail_line,
    make_batch,
    note_sent,
)
from conciergeries.merchants.models import Merchant
from conciergeries.towns.models import OperatingCompany, Town
from shared.audit.models import AuditEvent
from shared.sepa.checking import problems
from shared.tenancy import in_town
from tests.billing.lives import Life
from tests.billing.settlements.ruling import rule
from tests.billing.settlements.selling import MONDAY, NEXT_MONDAY, NEXT_SUNDAY, SUNDAY, check_ledger, sell
from tests.factories import IBAN, make_merchant

DEBTOR = "DE89370400440532013000"
OTHER = "FR1420041010050500013M02606"
WITHOUT_COMMISSION = Terms(0, Basis.HT, Basis.TTC, 2000)


@pytest.fixture(params=["istres"])
def town(request: pytest.FixtureRequest) -> Iterator[Town]:
    """A town that pays by bank."""
    found = request.getfixturevalue(request.param)
    OperatingCompany.objects.filter(pk=found.operating_company_id).update(iban=DEBTOR)
    found.operating_company.refresh_from_db()
    with in_town(found):
        rule(means=Means.SEPA)
        yield found
        assert differences_with_settlements(now=MONDAY) == []


@pytest.fixture
def merchant(town: Town) -> Merchant:
    return make_merchant(name="Fromagerie d’Été", town=town)


def owe(town: Town, merchant: Merchant, cents: int = 2000) -> Payout:
    """A statement of last week, and its payout that waits."""
    sell(merchant=merchant.pk, cents=cents, terms=WITHOUT_COMMISSION)
    settle(town=town, period_end=SUNDAY, now=MONDAY)
    return Payout.objects.get(merchant_id=merchant.pk)


def make(town: Town, now: Any = MONDAY) -> TransferBatch:
    return make_batch(town=town, actor=None, now=now)


def why(town: Town, now: Any = MONDAY) -> str:
    (each,) = waiting(town=town, now=now)
    return each.why


def line_of(payout: Payout) -> UUID:
    return TransferLine.objects.filter(payout=payout).latest("batch__made_at").pk


def sent(town: Town) -> TransferBatch:
    batch = make(town)
    note_sent(batch_id=batch.pk, actor=None, now=MONDAY)
    return batch


def test_every_payout_that_waits_is_in_one_file(town: Town, merchant: Merchant) -> None:
    other = make_merchant(name="Librairie", town=town, iban="CH9300762011623852957")
    Merchant.objects.filter(pk=other.pk).update(bic="POFICHBEXXX", city="Genève", postcode="1200")
    payouts = [owe(town, merchant), owe(town, other, 4000)]
    batch = make(town)
    assert (batch.number, batch.line_count, batch.total_cents) == ("VIR-13047-20261123-1", 2, 6000)
    assert batch.execution_date == date(2026, 11, 23)
    assert problems(batch.content.encode(), today=date(2026, 11, 23)) == []
    assert batch.sha256 == hashlib.sha256(batch.content.encode()).hexdigest()
    for payout in payouts:
        payout.refresh_from_db()
    assert [payout.state for payout in payouts] == [PayoutState.SENDING] * 2
    with pytest.raises(NothingToPayError):
        make(town)


def test_a_weekend_waits_for_the_bank(town: Town, merchant: Merchant) -> None:
    owe(town, merchant)
    assert make(town, MONDAY + timedelta(days=5)).execution_date == date(2026, 11, 30)


@pytest.mark.parametrize("town", ["istres", "viroflay"], indirect=True)
def test_the_life_of_a_payout_by_bank(town: Town, merchant: Merchant) -> None:
    sell(merchant=merchant.pk, cents=1880, terms=WITHOUT_COMMISSION)
    with Life("A payout by bank") as life:
        with life.event("payout by bank decided"):
            settle(town=town, period_end=SUNDAY, now=MONDAY)
        payout = Payout.objects.get()
        batch = sent(town)
        with life.event("executed by the bank"):
            for _ in range(2):
                confirm_lines(batch_id=batch.pk, actor=None, now=MONDAY)
        with life.event("sent back by the bank"):
            for _ in range(2):
                fail_line(line_id=line_of(payout), reason="AC04 compte clos", actor=None, now=MONDAY)
        clear_line(line_id=line_of(payout), actor=None, now=MONDAY)
        with life.event("decided again"):
            retry_payout(payout_id=payout.pk, actor=None, now=MONDAY + timedelta(hours=1))
        again = make(town, MONDAY + timedelta(hours=1))
        note_sent(batch_id=again.pk, actor=None, now=MONDAY + timedelta(hours=1))
        with life.event("refused by the bank"):
            fail_line(line_id=line_of(payout), reason="AC01", actor=None, now=MONDAY + timedelta(hours=2))
    check_ledger()


def test_confirmed_it_is_paid_and_the_file_is_closed(town: Town, merchant: Merchant) -> None:
    payout = owe(town, merchant)
    batch = sent(town)
    assert owed(merchant_id=merchant.pk).on_its_way_cents == 2000
    assert confirm_lines(batch_id=batch.pk, actor=None, now=MONDAY) == 1
    assert confirm_lines(batch_id=batch.pk, actor=None, now=MONDAY) == 0
    payout.refresh_from_db()
    batch.refresh_from_db()
    assert (payout.state, batch.state, balance(account=Account.BANK)) == (
        PayoutState.CONFIRMED,
        BatchState.CLOSED,
        -2000,
    )
    assert owed(merchant_id=merchant.pk).on_its_way_cents == 0
    assert AuditEvent.objects.filter(action="transfers.confirmed").count() == 1


def test_nothing_is_confirmed_before_the_bank_has_the_file(town: Town, merchant: Merchant) -> None:
    payout = owe(town, merchant)
    batch = make(town)
    with pytest.raises(ForbiddenStepError):
        confirm_lines(batch_id=batch.pk, actor=None, now=MONDAY)
    with pytest.raises(ForbiddenStepError):
        fail_line(line_id=line_of(payout), reason="AC04", actor=None, now=MONDAY)


def test_a_file_is_abandoned_before_it_is_sent_and_not_after(town: Town, merchant: Merchant) -> None:
    payout = owe(town, merchant)
    batch = make(town)
    assert cancel_batch(batch_id=batch.pk, actor=None, now=MONDAY)
    assert not cancel_batch(batch_id=batch.pk, actor=None, now=MONDAY)
    with pytest.raises(ForbiddenStepError):
        download(batch_id=batch.pk, actor=None, now=MONDAY)
    payout.refresh_from_db()
    assert payout.state == PayoutState.WAITING
    again = sent(town)
    assert again.number == "VIR-13047-20261123-2"
    with pytest.raises(ForbiddenStepError):
        cancel_batch(batch_id=again.pk, actor=None, now=MONDAY)


def test_who_takes_the_file_is_in_the_trail(town: Town, merchant: Merchant) -> None:
    owe(town, merchant)
    batch = make(town)
    for _ in range(2):
        download(batch_id=batch.pk, actor=None, now=MONDAY)
    assert AuditEvent.objects.filter(action="transfers.downloaded").count() == 2


def test_nothing_goes_again_to_an_account_that_sent_it_back(town: Town, merchant: Merchant) -> None:
    payout = owe(town, merchant)
    sent(town)
    fail_line(line_id=line_of(payout), reason="AC04 compte clos", actor=None, now=MONDAY)
    (statement,) = settle(town=town, period_end=NEXT_SUNDAY, now=NEXT_MONDAY)
    assert (statement.opening_cents, statement.other_cents) == (2000, 0)
    assert "AC04" in why(town, NEXT_MONDAY)
    with pytest.raises(NothingToPayError):
        make(town, NEXT_MONDAY)
    assert clear_line(line_id=line_of(payout), actor=None, now=NEXT_MONDAY)
    assert not clear_line(line_id=line_of(payout), actor=None, now=NEXT_MONDAY)
    assert make(town, NEXT_MONDAY).total_cents == 2000


def test_another_account_needs_no_clearing(town: Town, merchant: Merchant) -> None:
    payout = owe(town, merchant)
    sent(town)
    fail_line(line_id=line_of(payout), reason="AC04 compte clos", actor=None, now=MONDAY)
    Merchant.objects.filter(pk=merchant.pk).update(iban=OTHER)
    settle(town=town, period_end=NEXT_SUNDAY, now=NEXT_MONDAY)
    assert OTHER in make(town, NEXT_MONDAY).content


@pytest.mark.parametrize(
    ("iban", "said"),
    [
        ("", IBAN_MISSING),
        ("FR7630006000011234567890188", "n’est pas valide"),
        ("TR330006100519786457841326", "hors de la zone SEPA"),
        ("CH9300762011623852957", "donnez aussi le BIC"),
    ],
)
def test_an_account_that_cannot_be_paid_to_keeps_its_payout_only(
    town: Town, merchant: Merchant, iban: str, said: str
) -> None:
    Merchant.objects.filter(pk=merchant.pk).update(iban=iban)
    payout = owe(town, merchant)
    assert said in why(town)
    good = make_merchant(name="Librairie", town=town)
    owe(town, good)
    assert make(town).line_count == 1
    payout.refresh_from_db()
    assert payout.state == PayoutState.WAITING


def test_an_iban_given_later_lets_the_payout_go(town: Town, merchant: Merchant) -> None:
    Merchant.objects.filter(pk=merchant.pk).update(iban="")
    owe(town, merchant)
    Merchant.objects.filter(pk=merchant.pk).update(iban=IBAN)
    assert IBAN in make(town).content


def test_an_iban_changed_since_the_statement_waits_then_asks_which(town: Town, merchant: Merchant) -> None:
    """Changed the day before the payout."""
    payout = owe(town, merchant)
    ends = MONDAY + timedelta(days=3)
    Merchant.objects.filter(pk=merchant.pk).update(iban=OTHER, iban_payable_from=ends)
    assert "rien n’est versé avant le" in why(town)
    assert not choose_account(payout_id=payout.pk, iban=OTHER, town=town, actor=None, now=MONDAY)
    (asks,) = waiting(town=town, now=ends)
    assert (asks.is_ready, asks.choose) == (False, True)
    with pytest.raises(ForbiddenStepError):
        choose_account(payout_id=payout.pk, iban=DEBTOR, town=town, actor=None, now=ends)
    assert choose_account(payout_id=payout.pk, iban=OTHER, town=town, actor=None, now=ends)
    assert not choose_account(payout_id=payout.pk, iban=OTHER, town=town, actor=None, now=ends)
    assert OTHER in make(town, ends).content


def test_the_account_of_the_statement_may_be_kept(town: Town, merchant: Merchant) -> None:
    payout = owe(town, merchant)
    Merchant.objects.filter(pk=merchant.pk).update(iban=OTHER, iban_payable_from=MONDAY)
    assert choose_account(payout_id=payout.pk, iban=IBAN, town=town, actor=None, now=MONDAY)
    assert IBAN in make(town).content


def test_a_new_account_is_not_paid_to_at_once(town: Town, merchant: Merchant) -> None:
    Merchant.objects.filter(pk=merchant.pk).update(iban=OTHER, iban_payable_from=MONDAY + timedelta(days=2))
    owe(town, merchant)
    assert "rien n’est versé avant le" in why(town)
    assert why(town, MONDAY + timedelta(days=2)) == ""


def test_a_payout_is_not_in_a_file_before_it_is_due(town: Town, merchant: Merchant) -> None:
    rule(means=Means.SEPA, payout_delay_days=5)
    owe(town, merchant)
    assert why(town) == "Dû le samedi 28\u00a0novembre."
    assert make(town, MONDAY + timedelta(days=5)).execution_date == date(2026, 11, 30)


def test_a_company_without_an_iban_pays_nobody(town: Town, merchant: Merchant) -> None:
    owe(town, merchant)
    town.operating_company.iban = ""
    with pytest.raises(CannotPayError, match=COMPANY_IBAN_MISSING):
        make(town)
    assert TransferBatch.objects.count() == 0


def test_postgres_keeps_what_a_file_says(town: Town, merchant: Merchant) -> None:
    owe(town, merchant)
    batch = make(town)
    for change in (
        lambda: TransferBatch.objects.update(content="<autre/>"),
        lambda: TransferLine.objects.update(iban=OTHER),
        lambda: TransferLine.objects.all().delete(),
    ):
        with pytest.raises(IntegrityError, match="stays"), transaction.atomic():
            change()
    TransferLine.objects.filter(batch=batch).update(state=LineState.CANCELLED)


def test_one_town_has_nothing_of_the_others(town: Town, merchant: Merchant, viroflay: Town) -> None:
    owe(town, merchant)
    batch = make(town)
    with in_town(viroflay):
        with pytest.raises(TransferBatch.DoesNotExist):
            download(batch_id=batch.pk, actor=None, now=MONDAY)
        assert waiting(town=viroflay, now=MONDAY) == []
