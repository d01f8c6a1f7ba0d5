"""Sales that customers paid in the shops: sold and declared by the platform, never ours to hold nor to report."""

from datetime import datetime
from typing import Any

import pytest

from shared.tenancy import in_town
from tenants.orders.models import PaymentMode
from tenants.orders.paid_in_shop import note_paid_in_shop
from tenants.reports import dac7, e_reporting, sales, takings
from tenants.reports.owed import owed_today
from tests.conftest import TUESDAY
from tests.factories import CONCIERGE, make_order, pay_in_shops
from tests.tenants.sold import NOVEMBER, Sold, give

TOTAL = 6000 + 2150


@pytest.fixture
def in_shops(sold: Sold, now: datetime) -> Any:
    """24.00 € of cheese more, paid to the cheesemonger."""
    town = pay_in_shops(town=sold.istres)
    with in_town(town):
        order = make_order(town=town, lines=[(sold.market.cheese, 1)], payment_mode=PaymentMode.SHOP)
        for part in order.shop_orders.all():
            note_paid_in_shop(part_id=part.pk, actor=CONCIERGE, now=TUESDAY)
        give(order, at=now)
    return town


def test_it_is_sold_and_nothing_of_it_was_taken(sold: Sold, in_shops: Any) -> None:
    with in_town(in_shops):
        assert sum(each.ttc_cents for each in sales.by_day(NOVEMBER)) == TOTAL + 2400
        assert sum(each.ttc_cents for each in sales.by_vat_rate(NOVEMBER)) == TOTAL + 2400
        assert sales.paid_in_shops_cents(NOVEMBER) == 2400
        assert sum(each.net_cents for each in takings.by_means(NOVEMBER)) == TOTAL
        owed = owed_today()
        assert (owed.merchants_cents, owed.owing_cents, owed.customers_cents) == (TOTAL, 0, 0)
    with in_town(sold.viroflay):
        assert sales.paid_in_shops_cents(NOVEMBER) == 0


def test_the_till_of_the_shop_reports_it_and_the_platform_declares_its_seller(sold: Sold, in_shops: Any) -> None:
    merchant = sold.market.cheese.shop.merchant_id
    with in_town(in_shops):
        assert sum(each.ttc_cents for each in e_reporting.daily_totals(NOVEMBER, merchant_id=merchant)) == 2400
        [seller] = [each for each in dac7.sellers_here(year=2026, town=in_shops) if each.merchant_id == merchant]
        assert (sum(seller.sales.values()), sum(seller.gross_cents.values())) == (2, 4800)
