"""Periods of whole days, on the town's own clocks."""

from datetime import date, timedelta

import pytest

from tenants.reports.period import BadPeriodError, Period, month_of, year_of
from tests.tenants.sold import PARIS


def test_a_month_with_an_hour_more_is_an_hour_longer() -> None:
    october = month_of(date(2026, 10, 25), zone=PARIS)
    assert (october.first, october.last) == (date(2026, 10, 1), date(2026, 10, 31))
    lasted = october.end.timestamp() - october.begin.timestamp()
    assert lasted == timedelta(days=31, hours=1).total_seconds()


def test_a_leap_february_ends_on_the_29th() -> None:
    assert month_of(date(2028, 2, 10), zone=PARIS).last == date(2028, 2, 29)


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        (date(2026, 11, 2), date(2026, 11, 1), "Le dernier jour est avant le premier."),
        (date(2025, 1, 1), date(2026, 12, 31), "Choisissez une année au plus."),
    ],
)
def test_days_that_make_no_period_are_refused_in_words(first: date, last: date, said: str) -> None:
    with pytest.raises(BadPeriodError, match=said):
        Period(first, last, PARIS)


def test_a_leap_year_is_a_period() -> None:
    assert year_of(date(2028, 6, 1), zone=PARIS).last == date(2028, 12, 31)
