"""Whatever is sold, whenever, under whatever terms: nothing is lost, nothing is paid twice, the numbers follow."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing.commissions.terms import Basis, Beneficiary, Terms
from billing.ledger.models import Account
from billing.ledger.queries import balances_by_merchant
from billing.numbering.models import Counter
from billing.settlements.calendar import end_of
from billing.settlements.documents import is_intact
from billing.settlements.models import Payout, Statement
from billing.settlements.queries import lines_of
from billing.settlements.services import settle
from billing.settlements.totals import carried_by_merchant
from conciergeries.merchants.models import Merchant
from conciergeries.towns.models import Town
from tests.billing.settlements.selling import PARIS, SUNDAY, as_if_committed, check_ledger, sell, unsettled
from tests.factories import make_merchant

FIRST_MONDAY = datetime(2026, 11, 2, tzinfo=PARIS).astimezone(UTC)
WEEKS = [SUNDAY + timedelta(days=7 * week) for week in (-2, -1, 0)]

terms_strategy = st.builds(
    Terms,
    rate_bp=st.sampled_from([0, 500, 700, 1234, 10_000]),
    price_basis=st.sampled_from(Basis),
    base=st.sampled_from(Basis),
    vat_rate_bp=st.sampled_from([0, 2000]),
    beneficiary=st.sampled_from(Beneficiary),
)
sale_strategy = st.tuples(
    st.integers(0, 2),
    st.dictionaries(st.sampled_from([0, 210, 550, 2000]), st.integers(1, 20_000), min_size=1, max_size=3),
    st.integers(0, 21 * 24 * 3600 - 1),
    terms_strategy,
)


@given(sales=st.lists(sale_strategy, max_size=12), again=st.booleans())
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_nothing_is_lost_and_nothing_is_paid_twice(in_istres: Town, sales: list[Any], *, again: bool) -> None:
    with transaction.atomic():
        merchants = [make_merchant(name=f"Commerce {letter}", town=in_istres) for letter in "ABC"]
        _sell_and_settle(town=in_istres, merchants=merchants, sales=sales, again=again)
        # The next example begins with an empty town.
        transaction.set_rollback(True)


def _sell_and_settle(*, town: Town, merchants: list[Merchant], sales: list[Any], again: bool) -> None:
    for index, amounts, seconds, terms in sales:
        sell(merchant=merchants[index].pk, cents=amounts, at=FIRST_MONDAY + timedelta(seconds=seconds), terms=terms)
    for sunday in WEEKS:
        now = end_of(town, sunday) + timedelta(minutes=10)
        settle(town=town, period_end=sunday, now=now)
        if again:
            settle(town=town, period_end=sunday, now=now + timedelta(hours=1))
    as_if_committed()
    issued = list(Statement.objects.order_by("number"))
    _check_numbers(issued)
    for statement in issued:
        _check_statement(statement)
    assert unsettled().count() == 0
    assert sum(statement.gross_cents for statement in issued) == sum(sum(sale[1].values()) for sale in sales)
    for merchant in merchants:
        _check_merchant(merchant.pk, [each for each in issued if each.merchant_id == merchant.pk])
    check_ledger()


def _check_numbers(issued: list[Statement]) -> None:
    assert [each.number for each in issued] == [f"ISTRES-2026-{rank:05}" for rank in range(1, len(issued) + 1)]
    counter = Counter.objects.filter(series="ISTRES-2026").first()
    assert (counter.value if counter else 0) == len(issued)


def _check_statement(statement: Statement) -> None:
    assert is_intact(statement)
    segments = list(statement.segments.all())
    assert sum(row.gross_cents for row in segments) == statement.gross_cents
    assert sum(row.commission_ht_cents for row in segments) == statement.commission_ht_cents
    assert sum(row.vat_cents for row in segments) == statement.vat_cents
    assert sum(row.sales_count for row in segments) == statement.sales_count
    shown = lines_of(statement)
    prices = sum(row.commission_ht_cents + (row.vat_cents if row.price_basis == Basis.TTC else 0) for row in segments)
    assert sum(line.commission_cents for line in shown) == prices
    assert len(shown) == statement.sales_count


def _check_merchant(merchant: UUID, issued: list[Statement]) -> None:
    """Each statement opens with what the one before left; what is neither paid nor carried is nothing."""
    carried = 0
    for statement in sorted(issued, key=lambda each: each.period_end):
        assert statement.opening_cents == carried
        carried = statement.carried_cents
        payout = Payout.objects.filter(statement=statement).first()
        assert (payout.amount_cents if payout else 0) == max(statement.net_cents, 0)
    assert carried_by_merchant().get(merchant, 0) == carried
    assert balances_by_merchant(account=Account.MERCHANTS).get(merchant, 0) == -carried
