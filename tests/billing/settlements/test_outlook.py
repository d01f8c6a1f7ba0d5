"""What other terms would have made of last month: as the statements of that month would have said it, to the cent."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from billing.commissions.terms import Basis, Terms
from billing.settlements.outlook import Month, Outlook, last_month, outlook
from billing.settlements.services import settle
from conciergeries.merchants.models import Merchant
from shared.tenancy import in_town
from tests.billing.settlements.selling import FIVE_PERCENT, MONDAY, NEXT_MONDAY, NEXT_SUNDAY, PARIS, SUNDAY, sell
from tests.factories import make_merchant

NOVEMBER = Month(first=date(2026, 11, 1), last=date(2026, 11, 30))
SIX_PERCENT = replace(FIVE_PERCENT, rate_bp=600)


def at(day: int, hour: int = 18, minute: int = 0, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=PARIS)


def looked(town: Any, *merchants: Merchant, terms: Terms = SIX_PERCENT, free_months: int = 0) -> list[Outlook]:
    keys = [merchant.pk for merchant in merchants]
    return outlook(town=town, merchants=keys, terms=terms, free_months=free_months, month=NOVEMBER)


@pytest.fixture
def alice(in_istres: Any) -> Merchant:
    return make_merchant(name="Chez Alice", town=in_istres)


def test_the_last_month_ended_yesterday() -> None:
    assert last_month(date(2026, 12, 1)) == NOVEMBER
    assert last_month(date(2026, 11, 24)) == Month(first=date(2026, 10, 24), last=date(2026, 11, 23))
    assert last_month(date(2027, 3, 31)) == Month(first=date(2027, 2, 28), last=date(2027, 3, 30))


def test_what_a_merchant_paid_and_would_have_paid(in_istres: Any, alice: Merchant) -> None:
    sell(merchant=alice.pk, cents=6000)
    sell(merchant=alice.pk, cents={550: 1000, 2000: 1000})
    (one,) = looked(in_istres, alice)
    # 80.00 €: 4.00 + 0.80, then 4.80 + 0.96.
    assert (one.gross_cents, one.before_cents, one.after_cents, one.difference_cents) == (8000, 480, 576, 96)


def test_a_month_is_the_towns_own(in_istres: Any, alice: Merchant) -> None:
    """Its first and last minute are in, the minutes around are not."""
    for when in (at(1, 0, 0), at(30, 23, 59)):
        sell(merchant=alice.pk, cents=1000, at=when)
    for when in (at(31, 23, 59, month=10), at(1, 0, 0, month=12)):
        sell(merchant=alice.pk, cents=100_000, at=when)
    (one,) = looked(in_istres, alice)
    assert one.gross_cents == 2000


def test_each_statement_has_its_rounding_and_its_minimum(in_istres: Any, alice: Merchant) -> None:
    sell(merchant=alice.pk, cents=10)
    settle(town=in_istres, period_end=SUNDAY, now=MONDAY)
    sell(merchant=alice.pk, cents=10, at=at(26))
    settle(town=in_istres, period_end=NEXT_SUNDAY, now=NEXT_MONDAY)
    sell(merchant=alice.pk, cents=10, at=at(30))
    (one,) = looked(in_istres, alice, terms=replace(FIVE_PERCENT, minimum_cents=100))
    # 5 % of 0.10 € is a cent each time; three minimums of 1.00 and their VAT.
    assert (one.before_cents, one.after_cents) == (3, 360)


def test_the_fixed_fee_is_once_for_an_order_of_several_vat_rates(in_istres: Any, alice: Merchant) -> None:
    sell(merchant=alice.pk, cents={210: 1000, 550: 1000, 2000: 1000})
    (one,) = looked(in_istres, alice, terms=replace(FIVE_PERCENT, fixed_fee_cents=30))
    assert one.difference_cents == 36


def test_the_first_months_would_have_been_free(in_istres: Any, alice: Merchant) -> None:
    """Admitted on 24 November: with a free month, all that she sold since would have been."""
    sell(merchant=alice.pk, cents=6000, at=at(26))
    (one,) = looked(in_istres, alice, free_months=1)
    assert (one.before_cents, one.after_cents) == (360, 0)


def test_what_was_frozen_is_what_was_paid(in_istres: Any, alice: Merchant) -> None:
    sell(merchant=alice.pk, cents=6000, terms=replace(FIVE_PERCENT, rate_bp=300))
    (one,) = looked(in_istres, alice, terms=Terms(500, Basis.TTC, Basis.TTC, 2000))
    assert (one.before_cents, one.after_cents) == (216, 300)


def test_the_most_changed_comes_first_and_who_sold_nothing_not_at_all(in_istres: Any, alice: Merchant) -> None:
    clara, idle = make_merchant(name="Clara", town=in_istres), make_merchant(name="Idle", town=in_istres)
    sell(merchant=alice.pk, cents=1000)
    sell(merchant=clara.pk, cents=9000)
    assert [one.merchant_id for one in looked(in_istres, alice, clara, idle)] == [clara.pk, alice.pk]
    assert [one.merchant_id for one in looked(in_istres, alice)] == [alice.pk]
    assert looked(in_istres) == []


def test_each_town_looks_at_its_own_sales(istres: Any, viroflay: Any) -> None:
    bruno = make_merchant(name="Bruno", town=viroflay)
    with in_town(istres):
        sell(merchant=bruno.pk, cents=9000)
    with in_town(viroflay):
        assert looked(viroflay, bruno) == []
        sell(merchant=bruno.pk, cents=1000, at=at(20) + timedelta(days=1))
        assert [one.gross_cents for one in looked(viroflay, bruno)] == [1000]
