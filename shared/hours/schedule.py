"""Hours that always hold, in the syntax of OpenStreetMap.

Syntax: https://wiki.openstreetmap.org/wiki/Key:opening_hours.
"""

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from zoneinfo import ZoneInfo

from opening_hours import OpeningHours, State

from shared.hours.holidays import public_holidays

_DAY = dt.timedelta(days=1)
_WEEK = 7
# An opening that lasts until noon of the next day is no evening: it is cut at midnight.
_NOON = dt.time(12)


class HoursError(ValueError):
    """The hours cannot be read; the message says so in French."""


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
        if not self.rule.strip():
            raise HoursError("Indiquez au moins une plage horaire.")
        try:
            OpeningHours(self.rule)
        except Exception as error:  # the library raises its own SyntaxError-like types, by version
            raise HoursError(_where_unreadable(self.rule, str(error))) from error

    def on(self, day: dt.date, *, zone: str, territory: str = "") -> tuple[Span, ...]:
        """The spans that begin on a day, those past midnight included; days of 23 and 25 hours too."""
        monday = day - dt.timedelta(days=day.weekday())
        return _week(self.rule, zone, territory, monday)[day.weekday()]

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


@lru_cache(maxsize=8192)
def _week(rule: str, zone: str, territory: str, monday: dt.date) -> tuple[tuple[Span, ...], ...]:
    """The spans that begin on each of seven days: evaluated once for everybody, the rule being all there is to know."""
    tz = ZoneInfo(zone)
    # From the day before, to know an evening that began then; to two days after, to know how the last evening ends.
    start, end = midnight(monday - _DAY, tz), midnight(monday + dt.timedelta(days=_WEEK + 2), tz)
    found = [
        Span(begin.astimezone(tz), finish.astimezone(tz))
        for begin, finish, state, _comments in _parsed(rule, zone, territory, monday.year).intervals(start, end)
        # A gap of the clocks' change gives an opening of no length.
        if state == State.OPEN and begin.astimezone(dt.UTC) < finish.astimezone(dt.UTC)
    ]
    days = [monday + dt.timedelta(days=number) for number in range(_WEEK)]
    return tuple(tuple(part for span in found for part in _part_of(span, day, tz)) for day in days)


def _part_of(span: Span, day: dt.date, tz: ZoneInfo) -> Iterator[Span]:
    """What a day has of a span: all of it when it begins there, unless it lasts beyond the noon that follows."""
    begins, ends = midnight(day, tz), midnight(day + _DAY, tz)
    if span.start >= ends or span.end <= begins:
        return
    began_before = span.start < begins
    if began_before and span.end <= dt.datetime.combine(day, _NOON, tzinfo=tz):
        return
    lasts = span.end > dt.datetime.combine(day + _DAY, _NOON, tzinfo=tz)
    yield Span(begins if began_before else span.start, ends if lasts else span.end)


def _where_unreadable(rule: str, said: str) -> str:
    """Say in French from which character on the library, which says it in English, cannot read a rule."""
    place = re.search(r"--> 1:(\d+)", said)
    if place is None:
        return f"Ces horaires ne se lisent pas : « {rule} »."
    column = int(place[1])
    rest = rule[column - 1 :].strip()
    if not rest:
        return f"Il manque quelque chose à la fin de ces horaires : « {rule} »."
    return f"Ces horaires ne se lisent pas à partir du caractère {column} : « {rest} »."


@lru_cache(maxsize=2048)
def _parsed(rule: str, zone: str, territory: str, year: int) -> OpeningHours:
    """The rule with its holidays. Without a country the library ignores `PH off` and says nothing.

    It knows neither the days of Alsace-Moselle nor those overseas: they are appended as dated rules.
    """
    if territory and "PH off" in rule:
        years = range(year - 1, year + 2)
        dated = "; ".join(f"{day:%Y %b %d} off" for day in sorted(public_holidays(territory, years)))
        rule = f"{rule}; {dated}"
    return OpeningHours(rule, timezone=ZoneInfo(zone), country="FR")
