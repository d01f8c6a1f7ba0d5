"""Hours that always hold, in the syntax of OpenStreetMap.

Syntax: https://wiki.openstreetmap.org/wiki/Key:opening_hours.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from zoneinfo import ZoneInfo

from shared.hours.grammar import parsed, read
from shared.hours.holidays import Kind, is_holiday
from shared.hours.lexer import HoursError
from shared.hours.opens import minutes_of

__all__ = ["HoursError", "Schedule", "Span", "days_between", "joined", "midnight", "within"]

_DAY = dt.timedelta(days=1)
_WEEK = 7


@dataclass(frozen=True)
class Span:
    """From `start` to `end`, both in the place's zone; `end` is not in it.

    `begins` and `ends` are the same in UTC, to be compared: two times of one zone are compared by their clocks, which
    show one hour twice in October.
    """

    start: dt.datetime
    end: dt.datetime

    @cached_property
    def begins(self) -> dt.datetime:
        return self.start.astimezone(dt.UTC)

    @cached_property
    def ends(self) -> dt.datetime:
        return self.end.astimezone(dt.UTC)

    def holds(self, at: dt.datetime) -> bool:
        return self.begins <= at.astimezone(dt.UTC) < self.ends


@dataclass(frozen=True)
class Schedule:
    """Hours that always hold, in the syntax of OpenStreetMap. Raises HoursError when they cannot be read."""

    rule: str

    def __post_init__(self) -> None:
        read(self.rule)

    def on(self, day: dt.date, *, zone: str, territory: str = "") -> tuple[Span, ...]:
        """The spans that begin on a day, those past midnight included; days of 23 and 25 hours too."""
        monday = day - dt.timedelta(days=day.weekday())
        return _week(self.rule, zone, territory, monday)[day.weekday()]

    def is_other_on(self, day: dt.date, *, territory: str = "") -> bool:
        """Whether these hours make a difference for a day's being a public holiday, or one's eve."""
        hours = parsed(self.rule)
        return minutes_of(hours, day, _of(territory)) != minutes_of(hours, day, partial(_schools_only, territory))

    def spans(self, *, start: dt.datetime, end: dt.datetime, zone: str, territory: str = "") -> list[Span]:
        """Open spans between two instants, in the zone's time; one already begun at `start` is given whole.

        An opening that never ends is given from the midnight before `start`.
        """
        tz = ZoneInfo(zone)
        days = days_between(start.astimezone(tz).date() - _DAY, end.astimezone(tz).date())
        found = joined(span for day in days for span in self.on(day, zone=zone, territory=territory))
        return within(found, start=start, end=end)

    def is_open(self, *, at: dt.datetime, zone: str, territory: str = "") -> bool:
        today = at.astimezone(ZoneInfo(zone)).date()
        days = (today - _DAY, today)
        return any(span.holds(at) for day in days for span in self.on(day, zone=zone, territory=territory))

    def next_span(self, *, at: dt.datetime, zone: str, territory: str = "", days: int = 60) -> Span | None:
        """The span open at `at`, else the next one within `days`; None when there is none."""
        found = self.spans(start=at, end=at + dt.timedelta(days=days), zone=zone, territory=territory)
        return found[0] if found else None


def days_between(first: dt.date, last: dt.date) -> Iterator[dt.date]:
    """Every day from the first to the last, both included."""
    return (first + dt.timedelta(days=number) for number in range((last - first).days + 1))


def joined(spans: Iterator[Span]) -> list[Span]:
    """Spans in order, those that touch or overlap made one: midnight does not close a door."""
    found: list[Span] = []
    for span in spans:
        if found and span.begins <= found[-1].ends:
            later = found[-1] if found[-1].ends > span.ends else span
            found[-1] = Span(found[-1].start, later.end)
        else:
            found.append(span)
    return found


def within(spans: list[Span], *, start: dt.datetime, end: dt.datetime) -> list[Span]:
    """The spans that touch what lies between two instants, whole."""
    first, last = start.astimezone(dt.UTC), end.astimezone(dt.UTC)
    return [span for span in spans if span.ends > first and span.begins < last]


def midnight(day: dt.date, zone: ZoneInfo) -> dt.datetime:
    """The beginning of a day in a zone."""
    return dt.datetime.combine(day, dt.time(), tzinfo=zone)


def instant(day: dt.date, minutes: int, zone: ZoneInfo) -> dt.datetime:
    """So many minutes into a day by the clock on its wall, in UTC.

    An hour that the clock shows twice is the second one; an hour that it skips is the moment when it jumps.
    """
    naive = dt.datetime.combine(day, dt.time()) + dt.timedelta(minutes=minutes)
    first, second = (naive.replace(tzinfo=zone, fold=fold).astimezone(dt.UTC) for fold in (0, 1))
    if first <= second:
        return second
    # A skipped hour, read with the offset before (first) or after the jump: it lies between them.
    offset = first.astimezone(zone).utcoffset()
    while first - second > dt.timedelta(seconds=1):
        middle = second + (first - second) / 2
        first, second = (middle, second) if middle.astimezone(zone).utcoffset() == offset else (first, middle)
    return first.replace(microsecond=0)


@lru_cache(maxsize=8192)
def _week(rule: str, zone: str, territory: str, monday: dt.date) -> tuple[tuple[Span, ...], ...]:
    """The spans that begin on each of seven days: evaluated once for everybody, the rule being all there is to know."""
    return tuple(tuple(_spans(rule, zone, territory, monday + _DAY * number)) for number in range(_WEEK))


def _spans(rule: str, zone: str, territory: str, day: dt.date) -> Iterator[Span]:
    tz = ZoneInfo(zone)
    for first, last in minutes_of(parsed(rule), day, _of(territory)):
        start, end = instant(day, first, tz), instant(day, last, tz)
        # Hours that the clock skips whole have no length.
        if start < end:
            yield Span(start.astimezone(tz), end.astimezone(tz))


def _of(territory: str) -> partial[bool]:
    return partial(is_holiday, territory=territory)


def _schools_only(territory: str, kind: Kind, day: dt.date) -> bool:
    return kind == "SH" and is_holiday(kind, day, territory=territory)
