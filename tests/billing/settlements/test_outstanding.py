"""What a merchant is owed now: the statement as it would be, in one town and for one merchant only."""

from datetime import date

import pytest

from billing.settlements.models import Draft, Means, Sale, Statement
from billing.settlements.outstanding import outstanding, sales_outstanding
from billing.settlements.services import settle
from conciergeries.merchants.models import Merchant
from conciergeries.towns.models import Town
from shared.tenancy import in_town
from tests.billing.settlements.ruling import rule
from tests.billing.settlements.selling import MONDAY, SUNDAY, THURSDAY_EVENING, sell
from tests.factories import make_merchant

FRIDAY = THURSDAY_EVENING.replace(day=20)


@pytest.fixture
def merchant(in_istres: Town) -> Merchant:
    return make_merchant(name="Fromagerie des Alpilles", town=in_istres)


def test_what_is_owed_is_the_next_statement_as_it_would_be(in_istres: Town, merchant: Merchant) -> None:
    sell(merchant=merchant.pk, cents=6000)
    sell(merchant=merchant.pk, cents=2000)
    now = outstanding(town=in_istres, merchant_id=merchant.pk, now=FRIDAY)
    assert now.preview is not None
    assert (now.net_cents, now.total_cents) == (7520, 7520)
    assert (now.period.first, now.period.last, now.issued_on) == (date(2026, 11, 16), SUNDAY, date(2026, 11, 23))
    assert (now.paid_on, now.means, now.is_too_small) == (date(2026, 11, 23), Means.STRIPE, False)
    # Looking claims nothing.
    assert not Statement.objects.exists()
    (statement,) = settle(town=in_istres, period_end=SUNDAY, now=MONDAY)
    assert statement.net_cents == 7520


def test_once_settled_it_is_on_its_way_and_the_next_begins_with_nothing(in_istres: Town, merchant: Merchant) -> None:
    rule(payout_delay_days=2)
    sell(merchant=merchant.pk, cents=6000)
    settle(town=in_istres, period_end=SUNDAY, now=MONDAY)
    now = outstanding(town=in_istres, merchant_id=merchant.pk, now=MONDAY)
    assert now.preview is None
    assert (now.net_cents, now.under_way_cents, now.total_cents) == (0, 5640, 5640)
    assert (now.period.first, now.paid_on) == (date(2026, 11, 23), date(2026, 12, 2))


def test_below_the_least_payout_it_is_said_to_be_carried(in_istres: Town, merchant: Merchant) -> None:
    rule(minimum_payout_cents=5000)
    sell(merchant=merchant.pk, cents=2000)
    now = outstanding(town=in_istres, merchant_id=merchant.pk, now=FRIDAY)
    assert (now.net_cents, now.is_too_small, now.minimum_cents) == (1880, True, 5000)


def test_a_draft_that_waits_is_named_and_its_sales_are_still_owed(in_istres: Town, merchant: Merchant) -> None:
    rule(review_required=True)
    sell(merchant=merchant.pk, cents=2000)
    settle(town=in_istres, period_end=SUNDAY, now=MONDAY)
    now = outstanding(town=in_istres, merchant_id=merchant.pk, now=MONDAY)
    assert now.draft == Draft.objects.get()
    assert now.net_cents == 1880


def test_each_sale_has_its_part_of_the_commission_and_the_parts_add_up(in_istres: Town, merchant: Merchant) -> None:
    for _ in range(3):
        sell(merchant=merchant.pk, cents=33)
    lines = sales_outstanding(town=in_istres, merchant_id=merchant.pk, now=FRIDAY)
    now = outstanding(town=in_istres, merchant_id=merchant.pk, now=FRIDAY)
    assert now.preview is not None
    # 5 % of 0.99 € is 0.05 €, not three times 0.02 €.
    assert sorted(line.commission_cents for line in lines) == [1, 2, 2]
    assert sum(line.commission_cents for line in lines) == now.preview.commission.ht_cents == 5


def test_nothing_of_another_merchant_or_town_is_in_it(istres: Town, viroflay: Town) -> None:
    merchant, chloe = make_merchant(name="Amandine"), make_merchant(name="Chloé")
    with in_town(istres):
        sell(merchant=merchant.pk, cents=1000)
        sell(merchant=chloe.pk, cents=7777)
    with in_town(viroflay):
        sell(merchant=merchant.pk, cents=5000)
        assert outstanding(town=viroflay, merchant_id=merchant.pk, now=FRIDAY).net_cents == 4700
        assert outstanding(town=viroflay, merchant_id=chloe.pk, now=FRIDAY).total_cents == 0
    with in_town(istres):
        assert outstanding(town=istres, merchant_id=merchant.pk, now=FRIDAY).net_cents == 940
        assert len(sales_outstanding(town=istres, merchant_id=merchant.pk, now=FRIDAY)) == 1
        assert Sale.objects.count() == 2
