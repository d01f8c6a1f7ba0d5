"""One statement per merchant and week, to the cent, numbered without a gap."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connection

from billing.commissions.terms import Basis, Beneficiary, Terms
from billing.ledger.models import Account
from billing.ledger.queries import balance
from billing.numbering.models import Counter
from billing.settlements.documents import is_intact
from billing.settlements.models import Payout, PayoutState, Statement, StatementSegment, payout_of
from billing.settlements.paperwork import PAPERS_DUE
from billing.settlements.queries import lines_of, owed, statement_of, statements
from billing.settlements.services import PeriodNotOverError, SettlementIncompleteError, settle
from conciergeries.merchants.models import Merchant
from conciergeries.towns.models import Town
from shared.notifications.models import Message
from shared.outbox.models import Effect
from shared.tenancy import current_schema, in_town
from tests.billing.settlements.selling import (
    FIVE_PERCENT,
    MONDAY,
    NEXT_MONDAY,
    NEXT_SUNDAY,
    PARIS,
    SUNDAY,
    THURSDAY_EVENING,
    as_if_committed,
    check_ledger,
    sell,
    unsettled,
)
from tests.factories import IBAN, make_merchant


@pytest.fixture
def merchant(in_istres: Town) -> Merchant:
    return make_merchant(name="Fromagerie des Alpilles", town=in_istres)


def test_a_week_of_sales_makes_one_statement(in_istres: Town, merchant: Merchant) -> None:
    for cents in (2000, 4000, 99):
        sell(merchant=merchant.pk, cents=cents)
    (statement,) = settle(town=in_istres, period_end=SUNDAY, now=MONDAY)
    assert statement.number == "ISTRES-2026-00001"
    assert (statement.period_start, statement.period_end) == (date(2026, 11, 16), SUNDAY)
    assert (statement.sales_count, statement.gross_cents, statement.opening_cents) == (3, 6099, 0)
    # 5 % of 60.99 € is 3.0495 €: 3.05 € HT, 0.61 € of VAT.
    assert (statement.commission_ht_cents, statement.vat_cents, statement.net_cents) == (305, 61, 5733)
    company = in_istres.operating_company
    assert (statement.merchant_name, statement.merchant_siret, statement.iban_last4) == (
        merchant.name,
        merchant.siret,
        IBAN[-4:],
    )
    assert (statement.issuer_name, statement.issuer_siren, statement.town_name) == (
        company.name,
        company.siren,
        "Istres",
    )
    assert (statement.issued_at, is_intact(statement)) == (MONDAY, True)


def test_what_the_ledger_says(in_istres: Town, merchant: Merchant) -> None:
    sell(merchant=merchant.pk, cents=6000)
    (statement,) = settle(town=in_istres, period_end=SUNDAY, now=MONDAY)
    assert check_ledger() == {
        Account.CARDS: 6000,
        Account.IN_TRANSIT: -5640,
        Account.COMMISSION: -300,
        Account.VAT_COLLECTED: -60,
    }
    payout = statement.payout
    assert (payout.amount_cents, payout.state) == (5640, PayoutState.WAITING)
    assert balance(account=Account.IN_TRANSIT, merchant_id=merchant.pk) == -5640
    assert owed(merchant_id=merchant.pk).on_its_way_cents == 5640


def test_settling_again_issues_nothing_more(in_istres: Town, merchant: Merchant) -> None:
    sell(merchant=merchant.pk)
    (first,) = settle(town=in_istres, period_end=SUNDAY, now=MONDAY)
    for later in (MONDAY, MONDAY + timedelta(days=3)):
        assert [each.pk for each in settle(town=in_istres, period_end=SUNDAY, now=later)] == [first.pk]
    assert (Statement.objects.count(), Payout.objects.count(), Counter.objects.get(series="ISTRES-2026").value) == (
        1,
        1,
        1,
    )
    assert Effect.objects.filter(kind=PAPERS_DUE).count() == 1
    assert check_ledger()[Account.IN_TRANSIT] == -first.net_cents


@pytest.mark.parametrize(
    ("instant", "within"),
    [
        (datetime(2026, 11, 22, 23, 59, 59, 999_999, tzinfo=PARIS), True),
        (datetime(2026, 11, 23, 0, 0, 0, tzinfo=PARIS), False),
        (datetime(2026, 11, 22, 22, 59, 59, tzinfo=UTC), True),
        (datetime(2026, 11, 22, 23, 0, 0, tzinfo=UTC), False),
    ],
)
def test_the_last_second_of_sunday_is_in(
    *, in_istres: Town, merchant: Merchant, instant: datetime, within: bool
) -> None:
    sell(merchant=merchant.pk, at=instant)
    assert bool(settle(town=in_istres, period_end=SUNDAY, now=MONDAY)) is within


@pytest.mark.parametrize(
    ("sunday", "hours"),
    [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 11, 22), 24)],
)
def test_days_of_23_and_25_hours(in_istres: Town, merchant: Merchant, sunday: date, hours: int) -> None:
    """The clocks change on a Sunday, the last day of the week."""
    start = datetime(sunday.year, sunday.month, sunday.day, tzinfo=PARIS).astimezone(UTC)
    monday = start + timedelta(hours=hours)
    sell(merchant=merchant.pk, at=monday - timedelta(seconds=1), cents=1000)
    sell(merchant=merchant.pk, at=monday, cents=500)
    (statement,) = settle(town=in_istres, period_end=sunday, now=monday + timedelta(minutes=10))
    assert (statement.gross_cents, statement.period_start) == (1000, sunday - timedelta(days=6))


def test_the_clock_is_the_towns(in_istres: Town, merchant: Merchant) -> None:
    """In Réunion, Sunday is over at 20:00 UTC."""
    Town.objects.filter(pk=in_istres.pk).update(timezone="Indian/Reunion")
    in_istres.refresh_from_db()
    sell(merchant=merchant.pk, at=datetime(2026, 11, 22, 19, 59, 59, tzinfo=UTC), cents=1000)
    sell(merchant=merchant.pk, at=datetime(2026, 11, 22, 20, 0, 0, tzinfo=UTC), cents=500)
    (statement,) = settle(town=in_istres, period_end=SUNDAY, now=datetime(2026, 11, 22, 20, 10, tzinfo=UTC))
    assert statement.gross_cents == 1000


def test_a_day_to_come_is_refused(in_istres: Town, merchant: Merchant) -> None:
    sell(merchant=merchant.pk)
    with pytest.raises(PeriodNotOverError):
        settle(town=in_istres, period_end=SUNDAY, now=datetime(2026, 11, 21, 22, 59, tzinfo=UTC))
    assert Statement.objects.count() == 0


def test_a_day_that_has_begun_may_be_settled_and_what_follows_waits(in_istres: Town, merchant: Merchant) -> None:
    thursday = date(2026, 11, 19)
    sell(merchant=merchant.pk, at=THURSDAY_EVENING, cents=1000)
    (first,) = settle(town=in_istres, period_end=thursday, now=THURSDAY_EVENING + timedelta(minutes=5))
    sell(merchant=merchant.pk, at=THURSDAY_EVENING + timedelta(minutes=10), cents=500)
    sell(merchant=merchant.pk, at=THURSDAY_EVENING + timedelta(days=1), cents=300)
    (second,) = settle(town=in_istres, period_end=SUNDAY, now=MONDAY)
    assert (first.gross_cents, first.period_start, first.period_end) == (1000, date(2026, 11, 16), thursday)
    # What was sold later that day counts on the next, with what was sold on it.
    assert (second.gross_cents, second.period_start, second.period_end) == (800, date(2026, 11, 20), SUNDAY)


def test_sales_that_nobody_settled_are_in_the_next_statement(in_istres: Town, merchant: Merchant) -> None:
    sell(merchant=merchant.pk, cents=1000, at=THURSDAY_EVENING - timedelta(days=14))
    sell(merchant=merchant.pk, cents=2000)
    (statement,) = settle(town=in_istres, period_end=SUNDAY, now=MONDAY)
    assert (statement.gross_cents, statement.period_start) == (3000, date(2026, 11, 5))


def test_a_past_period_after_a_later_one_issues_nothing(in_istres: Town, merchant: Merchant) -> None:
    sell(merchant=merchant.pk)
    settle(town=in_istres, period_end=SUNDAY, now=MONDAY)
    sell(merchant=merchant.pk, at=THURSDAY_EVENING - timedelta(days=7))
    assert settle(town=in_istres, period_end=SUNDAY - timedelta(days=7), now=MONDAY) == []
    (late,) = settle(town=in_istres, period_end=NEXT_SUNDAY, now=NEXT_MONDAY)
    assert late.sales_count == 1


def test_each_merchant_has_its_own_and_the_numbers_follow(in_istres: Town) -> None:
    merchants = [make_merchant(name=f"Commerce {letter}", town=in_istres) for letter in "ABCDE"]
    for rank, each in enumerate(merchants, start=1):
        sell(merchant=each.pk, cents=1000 * rank)
    issued = settle(town=in_istres, period_end=SUNDAY, now=MONDAY)
    assert [each.number for each in issued] == [f"ISTRES-2026-{number:05}" for number in range(1, 6)]
    assert {each.merchant_id: each.gross_cents for each in issued} == {
        each.pk: 1000 * rank for rank, each in enumerate(merchants, start=1)
    }


def test_a_new_year_is_a_new_series(in_istres: Town, merchant: Merchant) -> None:
    sell(merchant=merchant.pk, at=datetime(2026, 12, 27, 19, tzinfo=PARIS))
    sell(merchant=merchant.pk, at=datetime(2027, 1, 2, 19, tzinfo=PARIS))
    (old,) = settle(town=in_istres, period_end=date(2026, 12, 27), now=datetime(2026, 12, 28, 0, 10, tzinfo=PARIS))
    (new,) = settle(town=in_istres, period_end=date(2027, 1, 3), now=datetime(2027, 1, 4, 0, 10, tzinfo=PARIS))
    assert (old.number, new.number) == ("ISTRES-2026-00001", "ISTRES-2027-00001")


def test_a_failure_half_way_leaves_no_gap(in_istres: Town) -> None:
    """One statement is refused by PostgreSQL after its number was taken; the others are issued; nothing is missing."""
    merchants = [make_merchant(name=f"Commerce {letter}", town=in_istres) for letter in "ABC"]
    ordered = sorted(merchants, key=lambda each: each.pk)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE settlements_payout ADD CONSTRAINT refused CHECK (amount_cents <> 1880)")
    for each, cents in zip(ordered, (1000, 2000, 3000), strict=True):
        sell(merchant=each.pk, cents=cents)
    with pytest.raises(SettlementIncompleteError) as incomplete:
        settle(town=in_istres, period_end=SUNDAY, now=MONDAY)
    assert list(incomplete.value.failures) == [ordered[1].pk]
    assert [each.number for each in statements(period_end=SUNDAY)] == ["ISTRES-2026-00001", "ISTRES-2026-00002"]
    assert unsettled().count() == 1
    check_ledger()
    as_if_committed()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE settlements_payout DROP CONSTRAINT refused")
    issued = settle(town=in_istres, period_end=SUNDAY, now=MONDAY + timedelta(hours=1))
    assert [each.number for each in issued] == [f"ISTRES-2026-0000{number}" for number in (1, 2, 3)]
    assert issued[2].merchant_id == ordered[1].pk


def test_a_merchant_nobody_knows_keeps_nobody_waiting(in_istres: Town, merchant: Merchant) -> None:
    stranger = uuid4()
    sell(merchant=merchant.pk)
    sell(merchant=stranger)
    with pytest.raises(SettlementIncompleteError) as incomplete:
        settle(town=in_istres, period_end=SUNDAY, now=MONDAY)
    assert list(incomplete.value.failures) == [stranger]
    assert [each.merchant_id for each in statements()] == [merchant.pk]
    assert owed(merchant_id=stranger).unsettled_cents == 2000


def test_a_rate_that_changed_makes_two_segments(in_istres: Town, merchant: Merchant) -> None:
    seven = Terms(700, Basis.HT, Basis.TTC, 2000, Beneficiary.COMPANY)
    sell(merchant=merchant.pk, cents=3060)
    sell(merchant=merchant.pk, cents=1257, terms=seven)
    (statement,) = settle(town=in_istres, period_end=SUNDAY, now=MONDAY)
    rows = [
        (row.rate_bp, row.sales_count, row.gross_cents, row.base_cents, row.commission_ht_cents, row.vat_cents)
        for row in statement.segments.order_by("position")
    ]
    assert rows == [(500, 1, 3060, 3060, 153, 31), (700, 1, 1257, 1257, 88, 17)]
    assert (statement.commission_ht_cents, statement.vat_cents) == (241, 48)


def test_a_commission_that_is_the_towns_is_owed_to_the_commune(in_istres: Town, merchant: Merchant) -> None:
    sell(merchant=merchant.pk, cents=6000, terms=Terms(500, Basis.TTC, Basis.TTC, 2000, Beneficiary.TOWN))
    (statement,) = settle(town=in_istres, period_end=SUNDAY, now=MONDAY)
    assert (statement.commission_ht_cents, statement.vat_cents) == (250, 50)
    assert check_ledger() == {Account.CARDS: 6000, Account.IN_TRANSIT: -5700, Account.COMMUNE: -300}


def test_a_fixed_fee_and_a_minimum_made_up(in_istres: Town, merchant: Merchant) -> None:
    """Two sales of 10.00 €: 5 % and 0.30 € each make 1.60 HT, and 0.40 are lacking to reach 2.00."""
    agreed = Terms(500, Basis.HT, Basis.TTC, 2000, fixed_fee_cents=30, minimum_cents=200)
    for _ in range(2):
        sell(merchant=merchant.pk, cents=1000, terms=agreed)
    (statement,) = settle(town=in_istres, period_end=SUNDAY, now=MONDAY)
    assert (statement.commission_ht_cents, statement.vat_cents, statement.net_cents) == (200, 40, 1760)
    sales, made_up = statement.segments.order_by("position")
    assert (sales.kind, sales.sales_count, sales.fee_count, sales.commission_ht_cents) == ("sales", 2, 2, 160)
    assert (made_up.kind, made_up.sales_count, made_up.gross_cents, made_up.commission_ht_cents) == (
        "minimum",
        0,
        0,
        40,
    )
    assert sales.terms == agreed
    assert [line.commission_cents for line in lines_of(statement)] == [80, 80]
    assert is_intact(statement)
    check_ledger()


def test_a_week_without_sales_owes_no_minimum(in_istres: Town, merchant: Merchant) -> None:
    agreed = Terms(500, Basis.HT, Basis.TTC, 2000, minimum_cents=200)
    sell(merchant=merchant.pk, cents=10_000, terms=agreed)
    (statement,) = settle(town=in_istres, period_end=SUNDAY, now=MONDAY)
    assert statement.segments.count() == 1
    assert settle(town=in_istres, period_end=NEXT_SUNDAY, now=NEXT_MONDAY) == []


def test_a_rate_of_nothing(in_istres: Town, merchant: Merchant) -> None:
    sell(merchant=merchant.pk, cents=6000, terms=Terms(0, Basis.HT, Basis.TTC, 2000))
    (statement,) = settle(town=in_istres, period_end=SUNDAY, now=MONDAY)
    assert (statement.commission_ht_cents, statement.vat_cents, statement.net_cents) == (0, 0, 6000)
    assert check_ledger() == {Account.CARDS: 6000, Account.IN_TRANSIT: -6000}


def test_a_negative_net_is_carried_and_never_claimed(in_istres: Town, merchant: Merchant) -> None:
    """A commission of 100 % and its VAT come to more than the sale."""
    everything = Terms(10_000, Basis.HT, Basis.TTC, 2000)
    sell(merchant=merchant.pk, cents=1000, terms=everything)
    (first,) = settle(town=in_istres, period_end=SUNDAY, now=MONDAY)
    assert (first.net_cents, first.carried_cents, payout_of(first)) == (-200, -200, None)
    assert owed(merchant_id=merchant.pk).carried_cents == -200
    # A week without sales: nothing to say, nothing to claim.
    assert settle(town=in_istres, period_end=NEXT_SUNDAY, now=NEXT_MONDAY) == []
    sell(merchant=merchant.pk, cents=1000, at=THURSDAY_EVENING + timedelta(days=14))
    (next_one,) = settle(town=in_istres, period_end=SUNDAY + timedelta(days=14), now=MONDAY + timedelta(days=14))
    assert (next_one.opening_cents, next_one.gross_cents, next_one.net_cents) == (-200, 1000, 740)
    assert next_one.payout.amount_cents == 740
    assert owed(merchant_id=merchant.pk).carried_cents == 0
    check_ledger()


def test_a_net_of_nothing_pays_nothing(in_istres: Town, merchant: Merchant) -> None:
    sell(merchant=merchant.pk, cents=1000, terms=Terms(10_000, Basis.TTC, Basis.TTC, 2000))
    (statement,) = settle(town=in_istres, period_end=SUNDAY, now=MONDAY)
    assert (statement.net_cents, payout_of(statement)) == (0, None)


def test_sales_of_the_week_that_runs_are_not_an_opening_balance(in_istres: Town, merchant: Merchant) -> None:
    sell(merchant=merchant.pk, cents=1000)
    sell(merchant=merchant.pk, cents=5000, at=MONDAY + timedelta(hours=12))
    (statement,) = settle(town=in_istres, period_end=SUNDAY, now=MONDAY + timedelta(hours=13))
    assert (statement.opening_cents, statement.gross_cents) == (0, 1000)
    assert owed(merchant_id=merchant.pk).unsettled_cents == 5000


def test_every_line_shows_its_part_of_the_commission(in_istres: Town, merchant: Merchant) -> None:
    for _ in range(100):
        sell(merchant=merchant.pk, cents=99)
    (statement,) = settle(town=in_istres, period_end=SUNDAY, now=MONDAY)
    lines = lines_of(statement)
    assert sum(line.commission_cents for line in lines) == statement.commission_ht_cents == 495
    assert sorted({line.commission_cents for line in lines}) == [4, 5]
    assert {line.basis for line in lines} == {Basis.HT}


def test_a_merchant_reads_its_own_statements_only(in_istres: Town, merchant: Merchant) -> None:
    chloe = make_merchant(name="Chloé", town=in_istres)
    sell(merchant=merchant.pk)
    (statement,) = settle(town=in_istres, period_end=SUNDAY, now=MONDAY)
    assert statements(merchant_id=chloe.pk) == []
    assert statement_of(merchant_id=chloe.pk, number=statement.number) is None


def test_one_merchant_in_two_towns_has_a_statement_in_each(istres: Town, viroflay: Town) -> None:
    merchant = make_merchant(town=istres)
    for town, cents in ((istres, 1000), (viroflay, 9000)):
        with in_town(town):
            sell(merchant=merchant.pk, cents=cents)
    (ours,) = settle(town=istres, period_end=SUNDAY, now=MONDAY)
    assert current_schema() == "public"
    with in_town(viroflay):
        assert (Statement.objects.count(), unsettled().count()) == (0, 1)
        assert statement_of(merchant_id=merchant.pk, number=ours.number) is None
    (theirs,) = settle(town=viroflay, period_end=SUNDAY, now=MONDAY)
    assert (ours.number, ours.gross_cents) == ("ISTRES-2026-00001", 1000)
    assert (theirs.number, theirs.gross_cents) == ("VIROFLAY-2026-00001", 9000)
    assert theirs.issuer_name == viroflay.operating_company.name


def test_nothing_sold_nothing_said(in_istres: Town, merchant: Merchant) -> None:
    assert settle(town=in_istres, period_end=SUNDAY, now=MONDAY) == []
    assert (StatementSegment.objects.count(), Message.objects.count()) == (0, 0)


def test_the_terms_are_those_frozen_on_the_order(in_istres: Town, merchant: Merchant) -> None:
    sale = sell(merchant=merchant.pk)
    assert sale.terms == FIVE_PERCENT
    (statement,) = settle(town=in_istres, period_end=SUNDAY, now=MONDAY)
    assert statement.segments.get().terms == FIVE_PERCENT
