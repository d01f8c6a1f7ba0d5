"""A place's whole calendar: its rule and those that follow it, its zone, its holidays, its dated exceptions."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from zoneinfo import ZoneInfo

from shared.hours.holidays import holiday_name
from shared.hours.schedule import Schedule, Span, days_between, joined, within

_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Version:
    """A rule that replaces the one before it from a day on: «jusqu’à 21 h à partir du 1er mai»."""

    since: dt.date
    schedule: Schedule


@dataclass(frozen=True)
class Exceptional:
    """Days on which the rule does not hold, both ends included, and the reason that people read.

    An opening has the hours of those days, instead of the rule's. A closure takes away its hours, or the whole day
    when it has none. Where both concern a day, the closure wins, whichever was written first.
    """

    first: dt.date
    last: dt.date
    closed: bool
    hours: Schedule | None = None
    reason: str = ""

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError(f"an exception from {self.first} to {self.last}")
        if not self.closed and self.hours is None:
            raise ValueError("an exceptional opening without hours")

    def holds(self, day: dt.date) -> bool:
        return self.first <= day <= self.last


@dataclass(frozen=True)
class Why:
    """Why a day is not as the rule says: an exception's reason, or a public holiday's name."""

    reason: str
    holiday: bool = False


@dataclass(frozen=True)
class Calendar:
    """When a place is open. `schedule` holds until the first version; None: not open by rule."""

    schedule: Schedule | None
    zone: str
    territory: str = ""
    versions: tuple[Version, ...] = ()
    exceptions: tuple[Exceptional, ...] = field(default=())

    def on(self, day: dt.date) -> tuple[Span, ...]:
        """The spans that begin on a day, in order; those past midnight are given whole."""
        if not self.exceptions:
            return self._by_rule(day)
        today = [each for each in self.exceptions if each.holds(day)]
        if any(each.closed and each.hours is None for each in today):
            return ()
        opened = [span for each in today if not each.closed for span in self._of(each.hours, day)]
        is_replaced = any(not each.closed for each in today)
        kept = joined(iter(sorted(opened, key=lambda span: span.begins))) if is_replaced else list(self._by_rule(day))
        for cut in self._cuts(day):
            kept = [part for span in kept for part in _without(span, cut)]
        return tuple(kept)

    def spans(self, *, start: dt.datetime, end: dt.datetime) -> list[Span]:
        """Open spans between two instants, in the zone's time; one already begun at `start` is given whole."""
        return within(_spans(self, *self._days(start, end)), start=start, end=end)

    def whole_spans(self, *, start: dt.datetime, end: dt.datetime) -> list[Span]:
        """The spans from which no closure takes anything: a trip is made whole or not at all."""
        return within(_whole_spans(self, *self._days(start, end)), start=start, end=end)

    def is_open(self, at: dt.datetime) -> bool:
        today = self._local_day(at)
        return any(span.holds(at) for day in (today - _DAY, today) for span in self.on(day))

    def next_span(self, at: dt.datetime, *, days: int = 60) -> Span | None:
        """The span open at `at`, else the next one within `days`; None when there is none."""
        found = self.spans(start=at, end=at + dt.timedelta(days=days))
        return found[0] if found else None

    def why(self, day: dt.date) -> Why | None:
        """Why a day is not as usual; None when it is."""
        # A closure wins over an opening, so it is the one to tell.
        today = sorted((each for each in self.exceptions if each.holds(day)), key=lambda each: not each.closed)
        if today:
            return Why(today[0].reason)
        name = holiday_name(day, self.territory)
        schedule = self._schedule(day)
        if name and schedule and schedule.is_other_on(day, territory=self.territory):
            return Why(name, holiday=True)
        return None

    def _days(self, start: dt.datetime, end: dt.datetime) -> tuple[dt.date, dt.date]:
        """The days whose spans may touch what lies between two instants."""
        return self._local_day(start) - _DAY, self._local_day(end)

    def _local_day(self, at: dt.datetime) -> dt.date:
        return at.astimezone(ZoneInfo(self.zone)).date()

    def _schedule(self, day: dt.date) -> Schedule | None:
        started = [version for version in self.versions if version.since <= day]
        return max(started, key=lambda version: version.since).schedule if started else self.schedule

    def _by_rule(self, day: dt.date) -> tuple[Span, ...]:
        return self._of(self._schedule(day), day)

    def _of(self, schedule: Schedule | None, day: dt.date) -> tuple[Span, ...]:
        return schedule.on(day, zone=self.zone, territory=self.territory) if schedule else ()

    def _cuts(self, day: dt.date) -> Iterator[Span]:
        """What closures take from the spans of a day, which may last into the next one."""
        for closure in self.exceptions:
            for each in (day, day + _DAY):
                if closure.closed and closure.hours and closure.holds(each):
                    yield from self._of(closure.hours, each)


# What a place's days are follows from its calendar alone: every page that asks on the same day has the same answer.
@lru_cache(maxsize=512)
def _spans(calendar: Calendar, first: dt.date, last: dt.date) -> list[Span]:
    return joined(span for day in days_between(first, last) for span in calendar.on(day))


@lru_cache(maxsize=512)
def _whole_spans(calendar: Calendar, first: dt.date, last: dt.date) -> list[Span]:
    openings = tuple(each for each in calendar.exceptions if not each.closed)
    planned = set(_spans(replace(calendar, exceptions=openings), first, last))
    return [span for span in _spans(calendar, first, last) if span in planned]


def _without(span: Span, cut: Span) -> Iterator[Span]:
    if cut.ends <= span.begins or span.ends <= cut.begins:
        yield span
        return
    if span.begins < cut.begins:
        yield Span(span.start, cut.start)
    if cut.ends < span.ends:
        yield Span(cut.end, span.end)
