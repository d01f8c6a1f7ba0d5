"""The standard rate of VAT, by place and by date."""

from datetime import date

import pytest

from conciergeries.towns.communes.vat import NoRateError, standard_vat_bp

TODAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("department", "rate"),
    [("13", 2000), ("78", 2000), ("67", 2000), ("2A", 2000), ("2B", 2000), ("974", 850), ("971", 850), ("972", 850)],
)
def test_where_vat_is_charged(department: str, rate: int) -> None:
    assert standard_vat_bp(department, on=TODAY) == rate


@pytest.mark.parametrize("department", ["973", "976", "975", "977", "978", "986", "987", "988"])
def test_where_it_is_not(department: str) -> None:
    assert standard_vat_bp(department, on=TODAY) == 0


def test_a_rate_holds_from_a_date() -> None:
    assert standard_vat_bp("13", on=date(2014, 1, 1)) == 2000
    with pytest.raises(NoRateError, match="13 on 2013-12-31"):
        standard_vat_bp("13", on=date(2013, 12, 31))
