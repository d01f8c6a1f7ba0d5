"""A shop's week as people write it, «9h-12h30, 15h-19h» for each day, and as OpenStreetMap keeps it. Pure.

What people cannot write here (seasons, weeks in two) OpenStreetMap can: such hours are kept as they are.
"""

import re
from dataclasses import dataclass
from itertools import groupby, pairwise

DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
NAMES = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")

_TIME = r"(\d{1,2})\s*(?:h|:|heures?)?\s*(\d{2})?"
_SPAN = re.compile(rf"{_TIME}\s*(?:-|–|à|a)\s*{_TIME}")
_SEPARATORS = re.compile(r"\s*(?:,|;|/|\bet\b)\s*")
_OSM_SPAN = re.compile(r"(\d\d):(\d\d)-(\d\d):(\d\d)")
_OSM_RULE = re.compile(r"((?:[A-Z][a-z](?:-[A-Z][a-z])?,?)+) (.+)")

Span = tuple[int, int]
_MINUTES = 24 * 60


class WeekError(ValueError):
    """A day's hours cannot be read; the message says so in French."""


@dataclass(frozen=True)
class Week:
    """Seven lists of spans, in minutes of the day, Monday first."""

    days: tuple[tuple[Span, ...], ...]
    closed_on_holidays: bool


def read_day(text: str) -> tuple[Span, ...]:
    """Read «9h-12h30, 15h-19h»; an empty text is a closed day. Raises WeekError."""
    text = text.strip().lower().replace("\u00a0", " ").replace("\u202f", " ")
    if not text or text in {"fermé", "ferme", "-"}:
        return ()
    spans = [_read_span(part) for part in _SEPARATORS.split(text) if part]
    for former, following in pairwise(spans):
        if following[0] < former[1]:
            raise WeekError("Ces heures se chevauchent : écrivez-les dans l’ordre.")
    return tuple(spans)


def _read_span(text: str) -> Span:
    found = _SPAN.fullmatch(text)
    if found is None:
        raise WeekError(f"« {text} » ne se lit pas : écrivez « 9h-12h30 ».")
    start, end = _minutes(found[1], found[2]), _minutes(found[3], found[4])
    if end <= start:
        raise WeekError(f"« {text} » finit avant de commencer.")
    return start, end


def _minutes(hours: str, minutes: str | None) -> int:
    total = int(hours) * 60 + int(minutes or 0)
    if int(minutes or 0) > 59 or total > _MINUTES:  # noqa: PLR2004  (minutes of an hour)
        raise WeekError(f"« {hours}h{minutes or ''} » n’est pas une heure.")
    return total


def write_day(spans: tuple[Span, ...]) -> str:
    """Write a day as it is read: «9h-12h30, 15h-19h»."""
    return ", ".join(f"{_hour(start)}-{_hour(end)}" for start, end in spans)


def _hour(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    return f"{hours}h{rest:02}" if rest else f"{hours}h"


def to_osm(week: Week) -> str:
    """The rule that OpenStreetMap's readers know: «Tu-Fr 09:00-12:30,15:00-19:00; Sa 09:00-13:00; PH off»."""
    rules = []
    for spans, run in groupby(range(len(DAYS)), key=lambda day: week.days[day]):
        days = list(run)
        if spans:
            name = DAYS[days[0]] if len(days) == 1 else f"{DAYS[days[0]]}-{DAYS[days[-1]]}"
            rules.append(f"{name} {','.join(_osm_span(span) for span in spans)}")
    if rules and week.closed_on_holidays:
        rules.append("PH off")
    return "; ".join(rules)


def _osm_span(span: Span) -> str:
    return "-".join(f"{minutes // 60:02}:{minutes % 60:02}" for minutes in span)


def from_osm(rule: str) -> Week | None:
    """The week of a rule, or None when it says more than a week can."""
    days: list[tuple[Span, ...]] = [()] * len(DAYS)
    holidays_off = False
    for part in filter(None, (piece.strip() for piece in rule.split(";"))):
        if part == "PH off":
            holidays_off = True
            continue
        found = _OSM_RULE.fullmatch(part)
        named = _days(found[1]) if found else None
        spans = _osm_spans(found[2]) if found else None
        if named is None or spans is None:
            return None
        for day in named:
            days[day] = spans
    return Week(tuple(days), holidays_off)


def _days(text: str) -> list[int] | None:
    named: list[int] = []
    for part in text.split(","):
        first, _dash, last = part.partition("-")
        if first not in DAYS or (last and last not in DAYS):
            return None
        start, end = DAYS.index(first), DAYS.index(last or first)
        if end < start:
            return None
        named += range(start, end + 1)
    return named


def _osm_spans(text: str) -> tuple[Span, ...] | None:
    if text == "off":
        return ()
    found = [_OSM_SPAN.fullmatch(part.strip()) for part in text.split(",")]
    spans = [(int(m[1]) * 60 + int(m[2]), int(m[3]) * 60 + int(m[4])) for m in found if m]
    return tuple(spans) if len(spans) == len(found) and all(start < end for start, end in spans) else None
