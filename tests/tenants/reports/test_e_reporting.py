"""Daily totals of each merchant by VAT rate, and the file that holds them."""

from datetime import date

from conciergeries.merchants.models import Merchant
from shared.tenancy import in_town
from tenants.reports import e_reporting
from tests.tenants.sold import DECEMBER, NOVEMBER, Sold


def test_a_merchants_days_by_rate(sold: Sold) -> None:
    mistral = sold.market.shirt.shop.merchant_id
    with in_town(sold.istres):
        found = e_reporting.daily_totals(NOVEMBER, merchant_id=mistral)
    assert [(each.day, each.rate_bp, each.count, each.ttc_cents, each.ht_cents, each.vat_cents) for each in found] == [
        (date(2026, 11, 24), 2000, 1, 2150, 1792, 358),
        (date(2026, 11, 25), 2000, 1, 2150, 1792, 358),
    ]


def test_the_file_holds_everybody_of_this_town(sold: Sold) -> None:
    with in_town(sold.istres):
        text = b"".join(e_reporting.written(NOVEMBER)).decode("utf-8-sig")
    header, *rows = text.split("\r\n")
    assert header.split(";")[0] == "Jour"
    assert len(rows) == 5
    mistral = Merchant.objects.get(pk=sold.market.shirt.shop.merchant_id)
    assert f"2026-11-24;{mistral.siret};Mistral;20,00;1;17,92;3,58;21,50" in rows
    assert rows[-1] == ""


def test_nothing_sold_is_a_file_with_its_header(sold: Sold) -> None:
    with in_town(sold.istres):
        assert b"".join(e_reporting.written(DECEMBER)).count(b"\r\n") == 1


def test_a_merchant_of_another_town_is_not_in_it(sold: Sold) -> None:
    with in_town(sold.viroflay):
        assert e_reporting.daily_totals(NOVEMBER, merchant_id=sold.market.shirt.shop.merchant_id) == []
