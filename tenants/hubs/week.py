"""A week as a person fills it in, two openings a day, and the same week as OpenStreetMap writes it.

Pure. What the grid cannot say (a season, the second Sunday of the month) is written in OpenStreetMap's own syntax.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby, pairwise
from zoneinfo import ZoneInfo

from shared.french import clock, span
from shared.hours import Schedule, Span

DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
OPENINGS_A_DAY = 2
PREVIEW_DAYS = 14
MIDNIGHT = time(0, 0)

_OSM_DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
_HOLIDAYS_OFF = "PH off"
_DAY = "|".join(_OSM_DAYS)
_SPAN = r"\d\d:\d\d-\d\d:\d\d"
_RULE = re.compile(rf"(?:((?:{_DAY})(?:-(?:{_DAY}))?(?:,(?:{_DAY})(?:-(?:{_DAY}))?)*) )?({_SPAN}(?:,{_SPAN})*)")


@dataclass(frozen=True, order=True)
class Opening:
    """From `start` to `end` of one day; an end at midnight is the end of that day."""

    start: time
    end: time

    @property
    def ends_at(self) -> timedelta:
        """The end, counted from the beginning of the day."""
        return timedelta(days=1) if self.end == MIDNIGHT else timedelta(hours=self.end.hour, minutes=self.end.minute)

    @property
    def starts_at(self) -> timedelta:
        return timedelta(hours=self.start.hour, minutes=self.start.minute)


Day = tuple[Opening, ...]


@dataclass(frozen=True)
class Week:
    """Seven days, Monday first, each with at most two openings in order."""

    days: tuple[Day, ...]
    closed_on_holidays: bool

    def __post_init__(self) -> None:
        if len(self.days) != len(DAYS):
            raise ValueError(f"a week of {len(self.days)} days")

    @property
    def is_empty(self) -> bool:
        return not any(self.days)

    def to_osm(self) -> str:
        """Write the week in OpenStreetMap's syntax: «Mo-Sa 12:00-14:00,18:00-20:00; PH off»."""
        rules = [f"{_day_names(numbers)} {_spans(openings)}" for openings, numbers in self._by_openings()]
        return "; ".join([*rules, *([_HOLIDAYS_OFF] if self.closed_on_holidays else [])])

    def in_words(self) -> list[tuple[str, str]]:
        """The week as a person says it: («lundi au samedi», «12 h–14 h et 18 h–20 h»), closed days left out."""
        return [
            (_day_words(numbers), " et ".join(span(opening.start, opening.end) for opening in openings))
            for openings, numbers in self._by_openings()
        ]

    def _by_openings(self) -> list[tuple[Day, list[int]]]:
        """The days that share their openings, together, in the order of the week."""
        found: dict[Day, list[int]] = {}
        for number, openings in enumerate(self.days):
            if openings:
                found.setdefault(openings, []).append(number)
        return list(found.items())


def problem_of_day(openings: Iterable[Opening]) -> str:
    """Say in French why one day's openings cannot be; an empty text when they can."""
    day = tuple(openings)
    for opening in day:
        if opening.ends_at <= opening.starts_at:
            return f"la fin ({clock(opening.end)}) doit venir après le début ({clock(opening.start)})."
    for first, second in pairwise(day):
        if second.starts_at < first.starts_at:
            return "la seconde plage commence avant la première : échangez-les."
        if second.starts_at < first.ends_at:
            return f"la seconde plage commence à {clock(second.start)}, avant la fin de la première."
        if second.starts_at == first.ends_at:
            return f"les deux plages se touchent à {clock(second.start)} : faites-en une seule."
    return ""


def week_of(rule: str) -> Week | None:
    """The week that a rule says; None when it says more than the grid can show."""
    days: list[Day] = [()] * len(DAYS)
    closed_on_holidays = False
    for part in (part.strip() for part in rule.split(";")):
        if part == _HOLIDAYS_OFF:
            closed_on_holidays = True
            continue
        read = _RULE.fullmatch(part)
        # A day named twice: the later rule replaces the earlier one, which a grid would not show.
        if read is None or any(days[number] for number in _numbers(read[1])):
            return None
        openings = _openings(read[2])
        if openings is None or len(openings) > OPENINGS_A_DAY or problem_of_day(openings):
            return None
        for number in _numbers(read[1]):
            days[number] = openings
    week = Week(tuple(days), closed_on_holidays)
    return None if week.is_empty else week


@dataclass(frozen=True)
class PreviewDay:
    """One day to come, as residents will see it; `holiday` when only the public holiday closes it."""

    day: date
    spans: tuple[Span, ...]
    holiday: bool


def preview(*, rule: str, zone: str, territory: str, now: datetime) -> list[PreviewDay]:
    """The fourteen days that begin today, by the rule. Raises shared.hours.HoursError."""
    first = now.astimezone(ZoneInfo(zone)).date()
    days = [first + timedelta(days=number) for number in range(PREVIEW_DAYS)]
    open_days = _spans_by_day(rule, days, zone, territory)
    without_holidays = _spans_by_day(_ignoring_holidays(rule), days, zone, territory)
    return [
        PreviewDay(day, tuple(open_days.get(day, ())), holiday=day not in open_days and day in without_holidays)
        for day in days
    ]


def _spans_by_day(rule: str, days: list[date], zone: str, territory: str) -> dict[date, list[Span]]:
    start, end = (
        datetime.combine(day, MIDNIGHT, tzinfo=ZoneInfo(zone)) for day in (days[0], days[-1] + timedelta(days=1))
    )
    spans = Schedule(rule).spans(start=start, end=end, zone=zone, territory=territory)
    grouped = groupby((span for span in spans if span.start >= start), key=lambda span: span.start.date())
    return {day: list(found) for day, found in grouped}


def _ignoring_holidays(rule: str) -> str:
    kept = [part for part in rule.split(";") if part.strip() != _HOLIDAYS_OFF]
    return ";".join(kept).strip() or rule


def _runs(numbers: list[int]) -> list[tuple[int, int]]:
    """Days that follow each other, as first and last."""
    runs: list[tuple[int, int]] = []
    for number in numbers:
        if runs and runs[-1][1] == number - 1:
            runs[-1] = (runs[-1][0], number)
        else:
            runs.append((number, number))
    return runs


def _day_names(numbers: list[int]) -> str:
    """Mo-We,Fr."""
    runs = ((_OSM_DAYS[first], _OSM_DAYS[last]) for first, last in _runs(numbers))
    return ",".join(first if first == last else f"{first}-{last}" for first, last in runs)


def _day_words(numbers: list[int]) -> str:
    """Lundi au mercredi, vendredi."""
    if len(numbers) == len(DAYS):
        return "tous les jours"
    runs = ((DAYS[first], DAYS[last]) for first, last in _runs(numbers))
    return ", ".join(first if first == last else f"{first} au {last}" for first, last in runs)


def _spans(openings: Day) -> str:
    return ",".join(
        f"{opening.start:%H:%M}-{'24:00' if opening.end == MIDNIGHT else f'{opening.end:%H:%M}'}"
        for opening in openings
    )


def _numbers(names: str | None) -> list[int]:
    if names is None:
        return list(range(len(DAYS)))
    found: list[int] = []
    for part in names.split(","):
        first, _dash, last = part.partition("-")
        begin = _OSM_DAYS.index(first)
        length = (_OSM_DAYS.index(last or first) - begin) % len(DAYS)
        found += [(begin + step) % len(DAYS) for step in range(length + 1)]
    return found


def _openings(text: str) -> Day | None:
    found = []
    for written in text.split(","):
        start, end = written.split("-")
        try:
            found.append(Opening(time.fromisoformat(start), MIDNIGHT if end == "24:00" else time.fromisoformat(end)))
        except ValueError:
            return None
    return tuple(found)
