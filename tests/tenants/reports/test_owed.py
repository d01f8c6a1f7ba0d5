"""What is owed today adds up to the ledger, and what is earned is what it was earned on."""

from datetime import date

from billing.ledger.models import Account
from billing.ledger.queries import balance
from billing.settlements.services import settle
from shared.tenancy import in_town
from tenants.reports.income import income
from tenants.reports.owed import owed_today
from tests.billing.settlements.selling import NEXT_MONDAY
from tests.tenants.sold import DECEMBER, NOVEMBER, Sold

SUNDAY = date(2026, 11, 29)


def test_before_the_statement_everything_sold_is_owed(sold: Sold) -> None:
    with in_town(sold.istres):
        owed = owed_today()
        assert [(each.name, each.sold_cents, each.carried_cents, each.on_its_way_cents) for each in owed.merchants] == [
            ("Alpilles", 2400, 0, 0),
            ("Heures Claires", 1450, 0, 0),
            ("Mistral", 4300, 0, 0),
        ]
        assert owed.merchants_cents == -balance(account=Account.MERCHANTS) == 8150
        assert (owed.customers_cents, owed.commune_cents) == (0, 0)
        assert income(NOVEMBER).company_ttc_cents == 0


def test_after_it_what_is_left_is_on_its_way(sold: Sold) -> None:
    settle(town=sold.istres, period_end=SUNDAY, now=NEXT_MONDAY)
    with in_town(sold.istres):
        owed = owed_today()
        # 5 % of 43.00, 24.00 and 14.50 €, and 20 % of VAT on each.
        assert [each.on_its_way_cents for each in owed.merchants] == [2400 - 144, 1450 - 88, 4300 - 258]
        assert {each.sold_cents + each.carried_cents for each in owed.merchants} == {0}
        earned = income(NOVEMBER)
        assert (earned.commission_ht_cents, earned.vat_cents, earned.commune_cents) == (120 + 73 + 215, 24 + 15 + 43, 0)
        assert income(DECEMBER).company_ttc_cents == 0
    with in_town(sold.viroflay):
        assert [(each.name, each.total_cents) for each in owed_today().merchants] == [("Mistral", 6450)]


def test_a_town_that_sold_nothing_owes_nothing(viroflay: object) -> None:
    with in_town(viroflay):
        owed = owed_today()
    assert (owed.merchants, owed.merchants_cents, owed.customers_cents) == ([], 0, 0)
