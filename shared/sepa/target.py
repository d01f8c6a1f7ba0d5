"""The days on which banks settle transfers in euros: those of the Eurosystem's TARGET."""

from datetime import date, timedelta
from functools import lru_cache

_SATURDAY = 5
_ONE_DAY = timedelta(days=1)


@lru_cache(maxsize=64)
def easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar (Meeus, Jones and Butcher)."""
    century, rest = divmod(year, 100)
    leap_centuries, left = divmod(century, 4)
    corrected = (century - (century + 8) // 25 + 1) // 3
    moon = (19 * (year % 19) + century - leap_centuries - corrected + 15) % 30
    leaps, odd = divmod(rest, 4)
    to_sunday = (32 + 2 * left + 2 * leaps - moon - odd) % 7
    late = (year % 19 + 11 * moon + 22 * to_sunday) // 451
    month, day = divmod(moon + to_sunday - 7 * late + 114, 31)
    return date(year, month, day + 1)


def closing_days(year: int) -> frozenset[date]:
    """The days of a year, weekends apart, on which TARGET is closed."""
    sunday = easter(year)
    return frozenset(
        {
            date(year, 1, 1),
            sunday - 2 * _ONE_DAY,
            sunday + _ONE_DAY,
            date(year, 5, 1),
            date(year, 12, 25),
            date(year, 12, 26),
        }
    )


def is_bank_day(day: date) -> bool:
    return day.weekday() < _SATURDAY and day not in closing_days(day.year)


def bank_day_from(day: date) -> date:
    """The first day, that one or later, on which banks settle."""
    while not is_bank_day(day):
        day += _ONE_DAY
    return day
