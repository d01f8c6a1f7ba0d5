"""A week as a person fills it in, and the same week as OpenStreetMap writes it.

What a grid of seven days cannot say (a season, the second Sunday of the month) is written in OpenStreetMap's own
syntax.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from itertools import pairwise

from shared.french import NBSP, clock, span
from shared.hours.calendar import Calendar
from shared.hours.holidays import custom_name
from shared.hours.schedule import HoursError, Span, days_between

DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
OPENINGS_A_DAY = 2
PREVIEW_DAYS = 14
MIDNIGHT = time(0, 0)
# An evening that ends by then is a bar's; «14:00 to 12:00» is a slip of the hand.
_NIGHT_BEGINS, _NIGHT_ENDS = time(12), time(6)

_OSM_DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
_HOLIDAYS_OFF = "PH off"
_DAY = "|".join(_OSM_DAYS)
_SPAN = r"\d\d:\d\d-\d\d:\d\d"
_RULE = re.compile(
    rf"(?:((?:{_DAY})(?:-(?:{_DAY}))?(?:,(?:{_DAY})(?:-(?:{_DAY}))?)*) )?({_SPAN}(?:,{_SPAN})*|off|closed)"
)
_FULL_DAY = timedelta(days=1)

_TIME = r"(\d{1,2})\s*(?:heures?|h|:)?\s*(\d{2})?"
_WRITTEN_SPAN = re.compile(rf"(?:de\s+)?{_TIME}\s*(?:-|–|—|à|a)\s*{_TIME}")
_SEPARATORS = re.compile(r"\s*(?:,|;|/|\bet\b)\s*")
_CLOSED = frozenset(["", "fermé", "ferme", "fermée", "-", "–"])
_LAST_HOUR, _LAST_MINUTE = 24, 59


class DayError(HoursError):
    """A day's hours, as they are written, cannot be; the message says why in French."""


@dataclass(frozen=True, order=True)
class Opening:
    """From `start` to `end`; an end at midnight is the end of that day, one in the small hours is of the next."""

    start: time
    end: time

    @property
    def starts_at(self) -> timedelta:
        """The beginning, counted from the beginning of the day."""
        return _since_midnight(self.start)

    @property
    def ends_at(self) -> timedelta:
        """The end, counted from the beginning of the same day: more than a day for a bar that closes at 2 h."""
        is_next_day = self.end == MIDNIGHT or self.is_night
        return _since_midnight(self.end) + (_FULL_DAY if is_next_day else timedelta())

    @property
    def is_night(self) -> bool:
        """Whether it begins after noon and ends past midnight, by 6 h."""
        return MIDNIGHT < self.end <= _NIGHT_ENDS and self.start >= _NIGHT_BEGINS


Day = tuple[Opening, ...]


@dataclass(frozen=True)
class Week:
    """Seven days, Monday first, each with its openings in order."""

    days: tuple[Day, ...]
    closed_on_holidays: bool

    def __post_init__(self) -> None:
        if len(self.days) != len(DAYS):
            raise ValueError(f"a week of {len(self.days)} days")

    @property
    def is_empty(self) -> bool:
        return not any(self.days)

    def to_osm(self) -> str:
        """Write the week in OpenStreetMap's syntax: «Mo-Sa 12:00-14:00,18:00-20:00; PH off»; empty when it never opens.

        Days that share their openings are written together.
        """
        if self.is_empty:
            return ""
        rules = [f"{_day_names(numbers)} {openings_as_osm(openings)}" for openings, numbers in self._by_openings()]
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
    for number, (first, second) in enumerate(pairwise(day), start=1):
        former, following = _ordinal(number, of=len(day)), _ordinal(number + 1, of=len(day))
        if second.starts_at < first.starts_at:
            return f"la {following} plage commence avant la {former}{NBSP}: échangez-les."
        if second.starts_at < first.ends_at:
            return f"la {following} plage commence à {clock(second.start)}, avant la fin de la {former}."
        if second.starts_at == first.ends_at:
            which = "les deux plages" if following == "seconde" else f"la {former} et la {following} plage"
            return f"{which} se touchent à {clock(second.start)}{NBSP}: faites-en une seule."
    return ""


def problems_of_week(days: Sequence[Iterable[Opening]]) -> dict[int, str]:
    """What is wrong, by day (0 is Monday): each day by itself, and an evening that lasts into the next morning."""
    week = [tuple(openings) for openings in days]
    found = {number: problem for number, day in enumerate(week) if (problem := problem_of_day(day))}
    for number, day in enumerate(week):
        following = week[(number + 1) % len(week)]
        if number in found or not day or not following:
            continue
        if day[-1].is_night and following[0].starts_at + _FULL_DAY < day[-1].ends_at:
            name, start = DAYS[(number + 1) % len(week)], clock(following[0].start)
            found[number] = f"la nuit dure jusqu’à {clock(day[-1].end)}, mais {name} ouvre déjà à {start}."
    return found


def week_of(rule: str, *, openings_a_day: int | None = OPENINGS_A_DAY) -> Week | None:
    """The week that a rule says; None when it says more than the grid can show. `openings_a_day` None: any number."""
    days: dict[int, Day] = {}
    closed_on_holidays = False
    for part in (part.strip() for part in rule.split(";")):
        # The last word on holidays is what holds: days written after «PH off» would open on them.
        if closed_on_holidays:
            return None
        if part in {_HOLIDAYS_OFF, "PH closed"}:
            closed_on_holidays = True
            continue
        read = _RULE.fullmatch(part)
        openings = openings_of(read[2]) if read else None
        if read is None or openings is None or not _fits(openings, openings_a_day):
            return None
        for number in _numbers(read[1]):
            # A day named twice: the later rule replaces the earlier one, which a grid would not show. Closing is plain.
            if days.get(number) and openings:
                return None
            days[number] = openings
    week = Week(tuple(days.get(number, ()) for number in range(len(DAYS))), closed_on_holidays)
    return None if week.is_empty or problems_of_week(week.days) else week


def read_day(text: str) -> Day:
    """Read «9h-12h30, 15h-19h»; an empty text or «fermé» is a closed day. Raises DayError."""
    plain = text.lower().replace(NBSP, " ").replace("\u202f", " ").strip(" .")
    plain = plain.replace("minuit", "24h").replace("midi", "12h")
    if plain in _CLOSED:
        return ()
    day = tuple(_read_span(part) for part in _SEPARATORS.split(plain) if part)
    problem = problem_of_day(day)
    if problem:
        raise DayError(problem[0].upper() + problem[1:])
    return day


def write_day(day: Iterable[Opening]) -> str:
    """Write a day as it is read: «9h-12h30, 15h-19h»; empty for a closed day."""
    return ", ".join(f"{_hour(opening.start)}-{_hour(opening.end, is_end=True)}" for opening in day)


@dataclass(frozen=True)
class PreviewDay:
    """One day to come, as residents will see it; `reason` when it is not as usual."""

    day: date
    spans: tuple[Span, ...]
    holiday: bool
    """Whether only the public holiday closes it; `reason` is its name."""
    reason: str
    custom: str = ""
    """The day's name when others close by custom, and this place does not."""


def preview(calendar: Calendar, first: date, days: int = PREVIEW_DAYS) -> list[PreviewDay]:
    """The days to come from `first` on, by a calendar that need not be saved."""
    found = []
    for day in days_between(first, first + timedelta(days=days - 1)):
        why = calendar.why(day)
        holiday, reason = (why.holiday, why.reason) if why else (False, "")
        spans = calendar.on(day)
        custom = custom_name(day, calendar.territory) if spans else ""
        found.append(PreviewDay(day, spans, holiday=holiday, reason=reason, custom=custom))
    return found


def _since_midnight(moment: time) -> timedelta:
    return timedelta(hours=moment.hour, minutes=moment.minute)


def _ordinal(number: int, *, of: int) -> str:
    names = ("première", "deuxième", "troisième", "quatrième", "cinquième", "sixième")
    if number == of == len(("première", "seconde")):
        return "seconde"
    return names[number - 1] if number <= len(names) else f"{number}e"


def _fits(openings: Day, openings_a_day: int | None) -> bool:
    return openings_a_day is None or len(openings) <= openings_a_day


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
    """Mo-We,Fr; two days that follow each other are a list, as people write them."""
    runs = ((_OSM_DAYS[first], _OSM_DAYS[last]) for first, last in _runs(numbers))
    return ",".join(first if first == last else f"{first}-{last}" for first, last in runs)


def _day_words(numbers: list[int]) -> str:
    """Lundi au mercredi, vendredi."""
    if len(numbers) == len(DAYS):
        return "tous les jours"
    runs = ((DAYS[first], DAYS[last]) for first, last in _runs(numbers))
    return ", ".join(first if first == last else f"{first} au {last}" for first, last in runs)


def openings_as_osm(openings: Day) -> str:
    """Write openings in OpenStreetMap's syntax: «12:00-14:00,18:00-20:00»."""
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


def openings_of(text: str) -> Day | None:
    """The openings of a rule's times, as OpenStreetMap writes them; None when a grid cannot show them."""
    if text in {"off", "closed"}:
        return ()
    found = []
    for written in text.split(","):
        if not re.fullmatch(_SPAN, written):
            return None
        start, end = written.split("-")
        try:
            found.append(Opening(time.fromisoformat(start), MIDNIGHT if end == "24:00" else time.fromisoformat(end)))
        except ValueError:
            return None
    return None if problem_of_day(found) else tuple(found)


def _read_span(text: str) -> Opening:
    found = _WRITTEN_SPAN.fullmatch(text)
    if found is None:
        raise DayError(f"«{NBSP}{text}{NBSP}» ne se lit pas{NBSP}: écrivez «{NBSP}9h-12h30{NBSP}».")
    return Opening(_read_time(found[1], found[2]), _read_time(found[3], found[4], is_end=True))


def _read_time(hours: str, minutes: str | None, *, is_end: bool = False) -> time:
    hour, minute = int(hours), int(minutes or 0)
    if is_end and (hour, minute) == (_LAST_HOUR, 0):
        return MIDNIGHT
    if hour >= _LAST_HOUR or minute > _LAST_MINUTE:
        raise DayError(f"«{NBSP}{hours}h{minutes or ''}{NBSP}» n’est pas une heure.")
    return time(hour, minute)


def _hour(moment: time, *, is_end: bool = False) -> str:
    hour = _LAST_HOUR if is_end and moment == MIDNIGHT else moment.hour
    return f"{hour}h{moment.minute:02}" if moment.minute else f"{hour}h"
