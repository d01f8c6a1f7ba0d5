"""The days on which banks settle."""

from datetime import date, timedelta

import pytest
from holidays import financial_holidays

from shared.sepa.target import bank_day_from, closing_days, is_bank_day


def test_closed_when_others_say_so() -> None:
    years = range(2005, 2060)
    assert {day for year in years for day in closing_days(year)} == set(financial_holidays("ECB", years=years))


@pytest.mark.parametrize(
    ("day", "first"),
    [
        (date(2026, 11, 24), date(2026, 11, 24)),
        (date(2026, 11, 28), date(2026, 11, 30)),
        (date(2026, 12, 24), date(2026, 12, 24)),
        # Christmas is a Friday: the 26th a Saturday.
        (date(2026, 12, 25), date(2026, 12, 28)),
        (date(2027, 1, 1), date(2027, 1, 4)),
        # Good Friday to Easter Monday.
        (date(2027, 3, 26), date(2027, 3, 30)),
        (date(2028, 5, 1), date(2028, 5, 2)),
        # Bastille Day and the Ascension are holidays in France, not for banks.
        (date(2026, 7, 14), date(2026, 7, 14)),
        (date(2026, 5, 14), date(2026, 5, 14)),
    ],
)
def test_the_first_bank_day(day: date, first: date) -> None:
    assert bank_day_from(day) == first


def test_about_two_hundred_and_fifty_five_days_a_year() -> None:
    for year in range(2024, 2036):
        days = [date(year, 1, 1) + timedelta(days=each) for each in range(366)]
        assert 251 <= sum(is_bank_day(day) for day in days if day.year == year) <= 259
        assert len(closing_days(year)) == 6
