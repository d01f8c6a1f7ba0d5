"""A sale counts on a day, said once, and so it is in one statement."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from billing.settlements.bearing import refund_sale
from billing.settlements.counting import day_that_counts, sales_of, unsettled_of
from billing.settlements.models import Sale, SettledUntil, Statement
from billing.settlements.queries import owed
from billing.settlements.services import settle
from conciergeries.merchants.models import Merchant
from conciergeries.towns.models import Town
from shared.tenancy import in_town
from tests.billing.settlements.selling import (
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
from tests.factories import make_merchant

FIRST_OF_THE_NEXT = date(2026, 11, 23)


@pytest.fixture
def merchant(in_istres: Town) -> Merchant:
    return make_merchant(name="Fromagerie des Alpilles", town=in_istres)


def test_it_counts_on_the_day_of_its_handover_in_the_town(in_istres: Town, merchant: Merchant) -> None:
    for instant, day in (
        (datetime(2026, 11, 19, 0, 0, tzinfo=PARIS), date(2026, 11, 19)),
        (datetime(2026, 11, 19, 23, 59, 59, tzinfo=PARIS), date(2026, 11, 19)),
        (datetime(2026, 11, 20, 0, 0, tzinfo=PARIS), date(2026, 11, 20)),
    ):
        assert sell(merchant=merchant.pk, at=instant).counts_on == day


def test_noted_late_it_is_in_the_next_statement_once_and_only_once(istres: Town, viroflay: Town) -> None:
    """The merchant is settled in Istres before a sale of that week is noted; in Viroflay it is not yet."""
    merchant = make_merchant(town=istres)
    with in_town(istres):
        sell(merchant=merchant.pk, cents=1000)
    (first,) = settle(town=istres, period_end=SUNDAY, now=MONDAY)
    for town in (istres, viroflay):
        with in_town(town):
            late = sell(merchant=merchant.pk, cents=300)
            assert late.counts_on == (FIRST_OF_THE_NEXT if town == istres else date(2026, 11, 19))
            assert late.handed_over_at == THURSDAY_EVENING
            assert owed(merchant_id=merchant.pk).unsettled_cents == 300
    (theirs,) = settle(town=viroflay, period_end=SUNDAY, now=MONDAY)
    (following,) = settle(town=istres, period_end=NEXT_SUNDAY, now=NEXT_MONDAY)
    assert settle(town=viroflay, period_end=NEXT_SUNDAY, now=NEXT_MONDAY) == []
    assert (first.gross_cents, following.gross_cents, theirs.gross_cents) == (1000, 300, 300)
    assert (following.period_start, following.opening_cents) == (FIRST_OF_THE_NEXT, 0)
    for town, issued in ((istres, (first, following)), (viroflay, (theirs,))):
        with in_town(town):
            assert [sales_of(each).count() for each in issued] == [1] * len(issued)
            assert not unsettled().exists()
            check_ledger()


def test_a_refund_decided_late_counts_on_the_first_day_that_is_not_settled(in_istres: Town, merchant: Merchant) -> None:
    sale = sell(merchant=merchant.pk)
    settle(town=in_istres, period_end=SUNDAY, now=MONDAY)
    late = refund_sale(
        shop_order_id=sale.shop_order_id,
        cause=uuid4(),
        amount_cents=500,
        goods_vat_bp=2000,
        decided_at=THURSDAY_EVENING + timedelta(hours=1),
    )
    assert late.counts_on == FIRST_OF_THE_NEXT
    assert list(unsettled_of(merchant.pk)) == [late]


def test_a_sale_left_behind_by_rare_statements_is_in_the_next(in_istres: Town, merchant: Merchant) -> None:
    """Between two periods with sales, one without: its days are nobody's until a sale of one is noted."""
    sell(merchant=merchant.pk)
    settle(town=in_istres, period_end=SUNDAY, now=MONDAY)
    assert settle(town=in_istres, period_end=NEXT_SUNDAY, now=NEXT_MONDAY) == []
    noted_late = sell(merchant=merchant.pk, at=MONDAY + timedelta(days=1))
    assert noted_late.counts_on == date(2026, 11, 24)
    sell(merchant=merchant.pk, at=NEXT_MONDAY + timedelta(days=1))
    third = NEXT_SUNDAY + timedelta(days=7)
    (statement,) = settle(town=in_istres, period_end=third, now=NEXT_MONDAY + timedelta(days=7))
    assert (statement.period_start, statement.sales_count) == (date(2026, 11, 24), 2)


@pytest.fixture
def settled_once(in_istres: Town, merchant: Merchant) -> Iterator[Statement]:
    sell(merchant=merchant.pk)
    (statement,) = settle(town=in_istres, period_end=SUNDAY, now=MONDAY)
    as_if_committed()
    yield statement
    as_if_committed()


def test_postgres_refuses_a_sale_of_a_settled_day(settled_once: Statement, merchant: Merchant) -> None:
    with transaction.atomic():
        sale = sell(merchant=merchant.pk)
        transaction.set_rollback(True)
    sale.pk, sale.counts_on = uuid4(), SUNDAY
    for merchant_id in (merchant.pk, uuid4()):
        sale.merchant_id = merchant_id
        with pytest.raises(IntegrityError, match="a day that is not settled"), transaction.atomic():
            Sale.objects.bulk_create([sale])


@pytest.mark.parametrize("begins", [SUNDAY - timedelta(days=6), SUNDAY])
def test_postgres_refuses_a_statement_of_days_that_are_settled(settled_once: Statement, begins: date) -> None:
    settled_once.pk, settled_once.number = uuid4(), "ISTRES-2026-00002"
    settled_once.period_start, settled_once.period_end = begins, NEXT_SUNDAY
    with pytest.raises(IntegrityError, match="begins after the one before"), transaction.atomic():
        settled_once.save(force_insert=True)


def test_postgres_refuses_a_statement_that_leaves_a_sale_behind(settled_once: Statement, merchant: Merchant) -> None:
    sell(merchant=merchant.pk, at=MONDAY)
    settled_once.pk, settled_once.number = uuid4(), "ISTRES-2026-00002"
    settled_once.period_start = settled_once.period_end = NEXT_SUNDAY
    with pytest.raises(IntegrityError, match="leaves no sale behind"), transaction.atomic():
        settled_once.save(force_insert=True)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE settlements_settleduntil SET day = '2026-11-21'",
        "UPDATE settlements_settleduntil SET day = '2026-11-29'",
        "UPDATE settlements_settleduntil SET merchant_id = gen_random_uuid()",
        "DELETE FROM settlements_settleduntil",
        "TRUNCATE settlements_settleduntil",
    ],
)
def test_how_far_a_merchant_is_settled_follows_its_statements_alone(settled_once: Statement, change: str) -> None:
    assert SettledUntil.objects.get(merchant_id=settled_once.merchant_id).day == SUNDAY
    with (
        pytest.raises(IntegrityError, match="follows statements"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(change)


def test_settling_asks_and_writes_as_much_whatever_was_sold(in_istres: Town, merchant: Merchant) -> None:
    """One sale or sixty of four VAT rates: the same statements of SQL, and not one of them writes on a sale."""
    asked: list[list[str]] = []
    week = timedelta(days=7)
    # The first statement of all has none before it to look at: it is not compared.
    weeks = ((SUNDAY, MONDAY, 1), (NEXT_SUNDAY, NEXT_MONDAY, 1), (NEXT_SUNDAY + week, NEXT_MONDAY + week, 60))
    for sunday, now, sales in weeks:
        for number in range(sales):
            amounts = {550: 500 + number, 2000: 700, 1000: 300, 210: 50}
            sell(merchant=merchant.pk, cents=amounts, at=now - timedelta(hours=30))
        with CaptureQueriesContext(connection) as captured:
            (statement,) = settle(town=in_istres, period_end=sunday, now=now)
        assert statement.sales_count == sales
        asked.append([query["sql"].split(" ", 1)[0] for query in captured])
        assert not [
            query["sql"]
            for query in captured
            if 'settlements_sale"' in query["sql"] and query["sql"].startswith(("INSERT", "UPDATE"))
        ]
    assert asked[1] == asked[2]


def test_nothing_is_held_outside_a_transaction_of_the_caller(in_istres: Town, merchant: Merchant) -> None:
    with transaction.atomic():
        assert day_that_counts(merchant_id=merchant.pk, at=THURSDAY_EVENING) == date(2026, 11, 19)
    assert SettledUntil.objects.get(merchant_id=merchant.pk).day == date.min
