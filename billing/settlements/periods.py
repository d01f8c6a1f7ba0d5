"""The periods of a settlement. Pure: days only, no database, no clock.

A rhythm says on which days a period closes. Rhythms change from a day on, and never in the middle of a period: a
period follows the rhythm that was in force on its first day, and the next one begins the day after it closes. So
periods tile time: every day is in one, and in one only, whatever changed and when.
"""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

ONE_DAY = timedelta(days=1)
DAYS_OF_WEEK = 7
LAST_DAY_OF_MONTH = 31


class Frequency(StrEnum):
    WEEKLY = "weekly"
    MONTHLY = "monthly"


@dataclass(frozen=True, slots=True)
class Rhythm:
    """When periods close: a day of the week (0 is Monday), or a day of the month; 31 is its last, however long."""

    frequency: Frequency = Frequency.WEEKLY
    week_end: int = 6
    month_day: int = LAST_DAY_OF_MONTH

    def closing(self, day: date) -> date:
        """The first closing day that is not before `day`."""
        if self.frequency is Frequency.WEEKLY:
            return day + timedelta(days=(self.week_end - day.weekday()) % DAYS_OF_WEEK)
        this_month = self._closing_of_month(day)
        return this_month if this_month >= day else self._closing_of_month(_first_of_next_month(day))

    def closing_before(self, day: date) -> date:
        """The last closing day before `day`."""
        if self.frequency is Frequency.WEEKLY:
            return day - timedelta(days=(day.weekday() - self.week_end - 1) % DAYS_OF_WEEK + 1)
        this_month = self._closing_of_month(day)
        return this_month if this_month < day else self._closing_of_month(day.replace(day=1) - ONE_DAY)

    def _closing_of_month(self, day: date) -> date:
        return day.replace(day=min(self.month_day, monthrange(day.year, day.month)[1]))


def _first_of_next_month(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1)


@dataclass(frozen=True, slots=True)
class Change:
    """A rhythm, for the periods that begin on this day or later."""

    valid_from: date
    rhythm: Rhythm


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days, both included."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class _Reign:
    """The periods that begin on `since` or later, until the next reign, follow this rhythm; None: since ever."""

    since: date | None
    rhythm: Rhythm


def period_of(day: date, *, rhythm: Rhythm, changes: Sequence[Change] = ()) -> Period:
    """The period that a day is in. `rhythm` is the one before any change; changes come in any order."""
    reign = _reign_of(day, _reigns(rhythm, changes))
    first = reign.rhythm.closing_before(day) + ONE_DAY
    return Period(first if reign.since is None else max(first, reign.since), reign.rhythm.closing(day))


def last_finished(today: date, *, rhythm: Rhythm, changes: Sequence[Change] = ()) -> Period:
    """The last period that was over when `today` began."""
    running = period_of(today, rhythm=rhythm, changes=changes)
    return period_of(running.first - ONE_DAY, rhythm=rhythm, changes=changes)


def coming(today: date, count: int, *, rhythm: Rhythm, changes: Sequence[Change] = ()) -> list[Period]:
    """The period that runs and those after it."""
    found = [period_of(today, rhythm=rhythm, changes=changes)]
    while len(found) < count:
        found.append(period_of(found[-1].last + ONE_DAY, rhythm=rhythm, changes=changes))
    return found


def _reigns(rhythm: Rhythm, changes: Sequence[Change]) -> list[_Reign]:
    found = [_Reign(None, rhythm)]
    for change in sorted(changes, key=lambda each: each.valid_from):
        running = found[-1]
        if running.since is not None and change.valid_from <= running.since:
            # Changed again before the first period began.
            found[-1] = _Reign(running.since, change.rhythm)
        else:
            found.append(_Reign(running.rhythm.closing(change.valid_from - ONE_DAY) + ONE_DAY, change.rhythm))
    return found


def _reign_of(day: date, reigns: Sequence[_Reign]) -> _Reign:
    return next(each for each in reversed(reigns) if each.since is None or each.since <= day)
