"""Opening hours, as OpenStreetMap writes them: when a place is open, in which zone, minus its public holidays.

Syntax: https://wiki.openstreetmap.org/wiki/Key:opening_hours. Pure: no Django, the moment always passed in.
"""

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays
from opening_hours import OpeningHours, State

# Years of holidays appended to a rule of a territory that the library does not know.
_HOLIDAY_YEARS = 3


class HoursError(ValueError):
    """The hours cannot be read; the message says so in French."""


@dataclass(frozen=True)
class Span:
    """From `start` to `end`, both in the place's zone; `end` is not in it."""

    start: dt.datetime
    end: dt.datetime


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

    def spans(self, *, start: dt.datetime, end: dt.datetime, zone: str, territory: str = "") -> list[Span]:
        """Open spans between two instants, in the zone's time, days of 23 and 25 hours included.

        A span already begun at `start` is given from its beginning.
        """
        return [span for span in self._spans(start=start, zone=zone, territory=territory, end=end) if span.end > start]

    def is_open(self, *, at: dt.datetime, zone: str, territory: str = "") -> bool:
        return any(
            span.start <= at < span.end
            for span in self.spans(start=at, end=at + dt.timedelta(minutes=1), zone=zone, territory=territory)
        )

    def next_span(self, *, at: dt.datetime, zone: str, territory: str = "", days: int = 60) -> Span | None:
        """The span open at `at`, else the next one within `days`; None when there is none."""
        spans = self._spans(start=at, end=at + dt.timedelta(days=days), zone=zone, territory=territory)
        return next((span for span in spans if span.end > at), None)

    def _spans(self, *, start: dt.datetime, end: dt.datetime, zone: str, territory: str) -> Iterator[Span]:
        tz = ZoneInfo(zone)
        local = start.astimezone(tz)
        # From the day before: a span past midnight belongs to the evening it began.
        day = (local - dt.timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
        rule = _parsed(self.rule, zone, territory, local.year)
        for begin, finish, state, _comments in rule.intervals(day, end.astimezone(tz)):
            # A gap of the clocks' change gives an opening of no length.
            if state == State.OPEN and begin < finish and begin < end:
                yield Span(begin.astimezone(tz), finish.astimezone(tz))


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
        own = holidays.country_holidays(
            "FR", subdiv=territory, years=range(year - 1, year + _HOLIDAY_YEARS), language="fr"
        )
        dated = "; ".join(f"{day:%Y %b %d} off" for day in sorted(own))
        rule = f"{rule}; {dated}"
    return OpeningHours(rule, timezone=ZoneInfo(zone), country="FR")
