"""What was sold: by day, shop, hub, VAT rate and means, of one town and one period."""

from datetime import date

import pytest

from billing.payments.models import Mode
from shared.tenancy import in_town
from tenants.reports import sales, takings
from tenants.reports.period import Period
from tests.tenants.sold import DECEMBER, NOVEMBER, PARIS, Sold

TOTAL = 6000 + 2150


def test_days_are_the_towns(sold: Sold) -> None:
    with in_town(sold.istres):
        days = sales.by_day(NOVEMBER)
    assert [(each.day, each.count, each.ttc_cents) for each in days] == [
        (date(2026, 11, 24), 3, 6000),
        (date(2026, 11, 25), 1, 2150),
    ]


def test_shops_from_the_one_that_sold_most(sold: Sold) -> None:
    with in_town(sold.istres):
        assert [(each.name, each.count, each.ttc_cents) for each in sales.by_shop(NOVEMBER)] == [
            ("Atelier Mistral", 2, 4300),
            ("Fromagerie des Alpilles", 1, 2400),
            ("Cave des Heures Claires", 1, 1450),
        ]


def test_hubs_and_rates_add_up_to_the_sales(sold: Sold) -> None:
    with in_town(sold.istres):
        assert [(each.count, each.ttc_cents) for each in sales.by_hub(NOVEMBER)] == [(4, TOTAL)]
        rates = sales.by_vat_rate(NOVEMBER)
    assert [(each.rate_bp, each.ttc_cents, each.vat_cents) for each in rates] == [(2000, 5750, 958), (550, 2400, 125)]
    assert sum(each.ht_cents + each.vat_cents for each in rates) == TOTAL


def test_what_came_in_by_means(sold: Sold) -> None:
    with in_town(sold.istres):
        found = takings.by_means(NOVEMBER)
    assert [(each.mode, each.payments, each.received_cents, each.given_back_cents) for each in found] == [
        (Mode.CARD, 1, 6000, 0),
        (Mode.CASH, 1, 2150, 0),
    ]


def test_another_town_has_its_own_and_another_month_has_none(sold: Sold) -> None:
    with in_town(sold.viroflay):
        assert [(each.name, each.ttc_cents) for each in sales.by_shop(NOVEMBER)] == [("Atelier Mistral", 6450)]
    with in_town(sold.istres):
        assert sales.by_day(DECEMBER) == []
        assert sales.by_shop(DECEMBER) == sales.by_hub(DECEMBER) == []
        assert takings.by_means(DECEMBER) == []


@pytest.mark.parametrize(("first", "last", "cents"), [(24, 24, 6000), (25, 25, 2150), (23, 23, 0), (24, 25, TOTAL)])
def test_a_period_is_whole_days(sold: Sold, first: int, last: int, cents: int) -> None:
    period = Period(date(2026, 11, first), date(2026, 11, last), PARIS)
    with in_town(sold.istres):
        assert sum(each.ttc_cents for each in sales.by_vat_rate(period)) == cents
