"""Who is reported for a year: thresholds over all the towns of a company, services from the first euro."""

from datetime import date

import pytest

from billing.settlements.services import settle
from shared.tenancy import in_town
from tenants.reports import dac7
from tenants.reports.dac7 import Seller, threshold_of
from tests.billing.settlements.selling import NEXT_MONDAY
from tests.tenants.sold import Sold

SUNDAY = date(2026, 11, 29)


def seller(*, sales: int = 0, cents: int = 0, fees: int = 0, services: bool = False) -> Seller:
    found = Seller(merchant_id=None, sells_services=services)  # type: ignore[arg-type]  # whose does not matter here
    found.sales[4], found.gross_cents[4], found.fees_cents[4] = sales, cents, fees
    return found


@pytest.mark.parametrize(
    ("sales", "cents", "fees", "services", "reported"),
    [
        (29, 200_000, 0, False, False),
        (30, 1, 0, False, True),
        (1, 200_001, 0, False, True),
        (1, 200_001, 1, False, False),
        (10, 205_000, 12_300, False, False),
        (10, 212_767, 12_766, False, True),
        (1, 100, 0, True, True),
    ],
)
def test_a_seller_of_goods_is_left_out_below_both_thresholds(
    *, sales: int, cents: int, fees: int, services: bool, reported: bool
) -> None:
    """What counts is what the seller was paid: its sales, less the fees that were kept."""
    found = seller(sales=sales, cents=cents, fees=fees, services=services)
    assert found.is_reported(threshold_of(2026)) is reported


def test_nothing_was_reported_before_the_obligation() -> None:
    with pytest.raises(LookupError):
        threshold_of(2022)


def test_a_year_by_quarter_with_what_was_withheld(sold: Sold) -> None:
    settle(town=sold.istres, period_end=SUNDAY, now=NEXT_MONDAY)
    with in_town(sold.istres):
        found = {each.merchant_id: each for each in dac7.sellers_here(year=2026, town=sold.istres)}
        assert dac7.sellers_here(year=2025, town=sold.istres) == []
    mistral = found[sold.market.shirt.shop.merchant_id]
    assert (mistral.sales, mistral.gross_cents[4], mistral.fees_cents[4]) == ({1: 0, 2: 0, 3: 0, 4: 2}, 4300, 258)
    assert mistral.paid_cents == {1: 0, 2: 0, 3: 0, 4: 4300 - 258}
    assert not mistral.sells_services
    assert len(found) == 3


def test_a_company_reports_over_its_towns_together_and_the_file_is_by_name(
    sold: Sold, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dac7, "THRESHOLDS", (dac7.Threshold(2023, 2, 1_000_000),))
    reported = dac7.sellers(year=2026, towns=[sold.istres, sold.viroflay])
    # Two sales in Istres; Viroflay's tailor is another merchant, who made one.
    assert [each.merchant_id for each in reported] == [sold.market.shirt.shop.merchant_id]
    merchant = sold.market.shirt.shop.merchant
    assert [(each.name, each.lacks_for_dac7) for each in dac7.incomplete(reported)] == [
        ("Mistral", "sa forme, société ou personne")
    ]
    merchant.is_sole_trader = True
    merchant.save()
    assert [each.lacks_for_dac7 for each in dac7.incomplete(reported)] == ["la date de naissance"]
    merchant.birth_date = date(1980, 5, 17)
    merchant.save()
    assert dac7.incomplete(reported) == []
    lines = b"".join(dac7.written(reported)).decode("utf-8-sig").split("\r\n")
    assert lines[1].split(";")[0] == "Mistral"
    header = lines[0].split(";")
    for column, said in (
        ("SIRET", merchant.siret),
        ("Ville", merchant.city),
        ("Personne", "physique"),
        ("Date de naissance", "1980-05-17"),
        ("Titulaire du compte", "Mistral"),
    ):
        assert lines[1].split(";")[header.index(column)] == said, column
    assert lines[1].split(";")[-3:] == ["2", "43,00", "0,00"]


def test_a_name_that_a_spreadsheet_would_run_is_text(sold: Sold) -> None:
    merchant = sold.market.shirt.shop.merchant
    merchant.name = "=cmd|' /C calc'!A0"
    merchant.save()
    with in_town(sold.istres):
        lines = b"".join(dac7.written(dac7.sellers_here(year=2026, town=sold.istres))).decode("utf-8-sig")
    assert "\r\n'=cmd" in lines
