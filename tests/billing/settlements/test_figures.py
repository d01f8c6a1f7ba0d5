"""The figures of many merchants, in one pass of PostgreSQL: what each sold, to the cent."""

from datetime import timedelta
from uuid import uuid4

import pytest

from billing.commissions.terms import Basis, Beneficiary, Terms
from billing.settlements.bearing import refund_sale
from billing.settlements.figures import figures_of
from billing.settlements.periods import Period
from billing.settlements.services import settle
from billing.settlements.settling import read_ahead, settle_period
from conciergeries.merchants.models import Merchant
from conciergeries.towns.models import Town
from shared.tenancy import in_town
from tests.billing.settlements.selling import (
    FIVE_PERCENT,
    MONDAY,
    SUNDAY,
    THURSDAY_EVENING,
    sell,
)
from tests.factories import make_merchant

WEEK = Period(SUNDAY - timedelta(days=6), SUNDAY)
SEVEN_OF_HT = Terms(700, Basis.HT, Basis.HT, 2000, Beneficiary.COMPANY)


@pytest.fixture
def merchant(in_istres: Town) -> Merchant:
    return make_merchant(name="Fromagerie des Alpilles", town=in_istres)


def test_each_merchants_sales_by_terms_and_vat_rate(in_istres: Town, viroflay: Town, merchant: Merchant) -> None:
    chloe, nobody = uuid4(), uuid4()
    sell(merchant=merchant.pk, cents={550: 1000, 2000: 500})
    sell(merchant=merchant.pk, cents={550: 200})
    sell(merchant=merchant.pk, cents={2000: 900}, terms=SEVEN_OF_HT)
    sell(merchant=chloe, cents=4000)
    sell(merchant=merchant.pk, cents=8000, at=MONDAY)
    with in_town(viroflay):
        sell(merchant=merchant.pk, cents=9999)
    found = figures_of({merchant.pk: WEEK, chloe: WEEK, nobody: WEEK})
    mine = found[merchant.pk]
    assert {terms: group.gross_by_vat_rate for terms, group in mine.groups.items()} == {
        FIVE_PERCENT: {550: 1200, 2000: 500},
        SEVEN_OF_HT: {2000: 900},
    }
    assert (mine.lines, mine.sales, mine.first_day) == (3, 3, THURSDAY_EVENING.date())
    assert mine.gross_by_vat_rate == {550: 1200, 2000: 1400}
    assert (found[chloe].gross_by_vat_rate, found[nobody].lines) == ({2000: 4000}, 0)


def test_vat_rates_that_are_rare_are_found_even_where_they_cancel_out(in_istres: Town, merchant: Merchant) -> None:
    """0 % and the 8.5 % of overseas: +10 at one and -10 at the other are nothing in all, and yet a base HT."""
    sold = sell(merchant=merchant.pk, cents={850: 1000}, terms=SEVEN_OF_HT, at=THURSDAY_EVENING - timedelta(days=7))
    sell(merchant=merchant.pk, cents={0: 1000}, terms=SEVEN_OF_HT)
    refund_sale(
        shop_order_id=sold.shop_order_id,
        cause=uuid4(),
        amount_cents=1000,
        goods_vat_bp=850,
        decided_at=THURSDAY_EVENING,
    )
    mine = figures_of({merchant.pk: WEEK})[merchant.pk]
    assert mine.gross_by_vat_rate == {0: 1000, 850: -1000}
    assert (mine.lines, mine.sales, mine.groups[SEVEN_OF_HT].fees) == (2, 1, 0)


def test_what_came_in_since_they_were_read_is_counted(in_istres: Town, merchant: Merchant) -> None:
    sell(merchant=merchant.pk, cents=1000)
    read = read_ahead({merchant.pk: SUNDAY})
    sell(merchant=merchant.pk, cents=300)
    statement = settle_period(
        town=in_istres, merchant_id=merchant.pk, period_end=SUNDAY, now=MONDAY, read=read[merchant.pk]
    )
    assert statement is not None
    assert (statement.gross_cents, statement.sales_count) == (1300, 2)


def test_those_of_a_period_that_was_settled_since_are_not_used(in_istres: Town, merchant: Merchant) -> None:
    sell(merchant=merchant.pk, cents=1000)
    read = read_ahead({merchant.pk: SUNDAY})
    settle(town=in_istres, period_end=SUNDAY - timedelta(days=1), now=MONDAY)
    sell(merchant=merchant.pk, cents=300)
    statement = settle_period(
        town=in_istres, merchant_id=merchant.pk, period_end=SUNDAY, now=MONDAY, read=read[merchant.pk]
    )
    assert statement is not None
    assert (statement.gross_cents, statement.period_start) == (300, SUNDAY)
