"""A period of whole days of a town, both ends included."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

# A report of more is a mistake in a date, and would read every sale there is.
LONGEST = timedelta(days=366)


class BadPeriodError(ValueError):
    """The days do not make a period; `str()` says why in French."""


@dataclass(frozen=True, slots=True)
class Period:
    """From the first instant of `first` to the last of `last`, on the clocks of `zone`. Raises BadPeriodError."""

    first: date
    last: date
    zone: ZoneInfo

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise BadPeriodError("Le dernier jour est avant le premier.")
        if self.last - self.first >= LONGEST:
            raise BadPeriodError("Choisissez une année au plus.")
        # Its end is a day later, and has to be a date.
        if self.last.year == date.max.year:
            raise BadPeriodError("Cette période est trop loin.")

    @property
    def begin(self) -> datetime:
        return datetime.combine(self.first, time.min, tzinfo=self.zone)

    @property
    def end(self) -> datetime:
        """The first instant after it: days of 23 and 25 hours are as long as they are."""
        return datetime.combine(self.last + timedelta(days=1), time.min, tzinfo=self.zone)


def month_of(day: date, *, zone: ZoneInfo) -> Period:
    """The whole month that a day is in."""
    first = day.replace(day=1)
    return Period(first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1), zone)


def year_of(day: date, *, zone: ZoneInfo) -> Period:
    return Period(day.replace(month=1, day=1), day.replace(month=12, day=31), zone)
