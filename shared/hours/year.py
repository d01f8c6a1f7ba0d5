"""A year as a person fills it in: an ordinary week, seasons that have a week of their own, some days of the month.

What it cannot say (odd weeks, Easter, a single year) is written in OpenStreetMap's own syntax.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from shared.french import NBSP
from shared.hours.grammar import read
from shared.hours.lexer import HoursError
from shared.hours.tree import DAYS as OSM_DAYS
from shared.hours.tree import Dates, Hours, Point, Rule
from shared.hours.week import DAYS, Day, Week, openings_as_osm, openings_of, problem_of_day, problems_of_week, week_of

MONTHS: Final = (
    *("janvier", "février", "mars", "avril", "mai", "juin"),
    *("juillet", "août", "septembre", "octobre", "novembre", "décembre"),
)
# 29 February is the end of a February.
MONTH_LENGTHS: Final = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
RANKS: Final = {1: "premier", 2: "deuxième", 3: "troisième", 4: "quatrième", -1: "dernier"}
_PH_OFF: Final = "PH off"
_NO_DAY: Final[tuple[Day, ...]] = ((),) * len(DAYS)

YearDay = tuple[int, int]
"""A month and a day of it."""


@dataclass(frozen=True)
class MonthDay:
    """«Le deuxième dimanche du mois», with hours of its own, or closed."""

    rank: int
    weekday: int
    openings: Day

    def __str__(self) -> str:
        return f"le {RANKS[self.rank]} {DAYS[self.weekday]} du mois"


@dataclass(frozen=True)
class Part:
    """A week, and the days of the month that are not as it says."""

    days: tuple[Day, ...] = _NO_DAY
    month_days: tuple[MonthDay, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not any(self.days) and not any(each.openings for each in self.month_days)

    def on_some(self, weekday: int) -> tuple[MonthDay, ...]:
        """The days of the month that fall on a day of the week, in an order that does not matter."""
        return tuple(sorted((each for each in self.month_days if each.weekday == weekday), key=lambda each: each.rank))


@dataclass(frozen=True)
class Season:
    """Every year from a day to another, both included, over New Year's Day when it ends before it begins."""

    first: YearDay
    last: YearDay
    part: Part

    @cached_property
    def dates(self) -> frozenset[YearDay]:
        whole = [(month, day) for month, length in enumerate(MONTH_LENGTHS, start=1) for day in range(1, length + 1)]
        if self.first <= self.last:
            return frozenset(each for each in whole if self.first <= each <= self.last)
        return frozenset(each for each in whole if each >= self.first or each <= self.last)

    def __str__(self) -> str:
        return f"du {_day_words(self.first)} au {_day_words(self.last)}"


@dataclass(frozen=True)
class Year:
    """What holds outside the seasons, the seasons, and whether all of it is closed on public holidays."""

    ordinary: Part
    seasons: tuple[Season, ...] = ()
    closed_on_holidays: bool = False

    @property
    def is_empty(self) -> bool:
        return self.ordinary.is_empty and all(season.part.is_empty for season in self.seasons)

    def to_osm(self) -> str:
        """Write it in OpenStreetMap's syntax; empty when it never opens."""
        if self.is_empty:
            return ""
        rules = [*_rules(self.ordinary, instead_of=Part())]
        for season in self.seasons:
            dates = _dates(season)
            rules += [f"{dates} {rule}" for rule in _rules(season.part, instead_of=self.ordinary)]
        return "; ".join([*rules, *([_PH_OFF] if self.closed_on_holidays else [])])


def problem_of_month_days(month_days: Sequence[MonthDay]) -> str:
    """Say in French why days of the month cannot be; an empty text when they can."""
    for number, each in enumerate(month_days):
        problem = problem_of_day(each.openings)
        if problem:
            return f"{each}{NBSP}: {problem}"
        for other in month_days[:number]:
            if (other.weekday, other.rank) == (each.weekday, each.rank):
                return f"{each} est donné deux fois."
            ranks = {other.rank, each.rank}
            if other.weekday == each.weekday and ranks == {4, -1} and other.openings != each.openings:
                name = DAYS[each.weekday]
                return f"le quatrième {name} du mois est souvent le dernier{NBSP}: donnez-leur les mêmes heures."
    return ""


def problem_of_seasons(seasons: Sequence[Season]) -> str:
    """Say in French why seasons cannot be; an empty text when they can."""
    for number, season in enumerate(seasons):
        for other in seasons[:number]:
            shared = other.dates & season.dates
            if shared:
                begin = season.first if season.first in shared else min(shared)
                return f"le {_day_words(begin)} est dans deux saisons, {other} et {season}."
    return ""


def problem_of_year(year: Year) -> str:
    """Say in French why the parts of a year do not go together; an empty text when they do."""
    problem = problem_of_seasons(year.seasons)
    if problem:
        return problem
    covered = frozenset[YearDay]().union(*(season.dates for season in year.seasons))
    if len(covered) == sum(MONTH_LENGTHS) and not year.ordinary.is_empty:
        return f"les saisons couvrent toute l’année{NBSP}: videz la semaine ordinaire, ou raccourcissez-en une."
    for season in year.seasons:
        if season.part == year.ordinary:
            said = "a les mêmes horaires que la semaine ordinaire"
            return f"la saison {season} {said}{NBSP}: changez-les, ou retirez-la."
    return ""


def year_of(rule: str, *, openings_a_day: int) -> Year | None:
    """The year that a rule says; None when it says more than the grid can show."""
    week = week_of(rule, openings_a_day=openings_a_day)
    if week is not None:
        return Year(Part(week.days), closed_on_holidays=week.closed_on_holidays)
    try:
        year = _Reading(read(rule)).year()
    except (HoursError, _MoreThanAGridError):
        return None
    parts = [year.ordinary, *(season.part for season in year.seasons)]
    fits = all(
        len(openings) <= openings_a_day
        for part in parts
        for openings in (*part.days, *(each.openings for each in part.month_days))
    )
    return year if fits and not year.is_empty else None


class _MoreThanAGridError(Exception):
    """A rule says what a grid cannot show."""


class _Reading:
    """Ordinary rules come first, then those of seasons; anything else is more than a grid can show."""

    def __init__(self, hours: Hours) -> None:
        self.closed_on_holidays = str(hours.rules[-1]) in {_PH_OFF, "PH closed"}
        rules = hours.rules[:-1] if self.closed_on_holidays else hours.rules
        self.ordinary = [rule for rule in rules if not rule.dates]
        self.seasonal = list(rules[len(self.ordinary) :])
        if any(not rule.dates for rule in self.seasonal) or not all(map(_is_plain, rules)):
            raise _MoreThanAGridError

    def year(self) -> Year:
        ordinary = _part(self.ordinary, over=Part())
        by_dates: dict[Dates, list[Rule]] = {}
        for rule in self.seasonal:
            for dates in rule.dates:
                by_dates.setdefault(dates, []).append(rule)
        seasons = tuple(_season(dates, _part(rules, over=ordinary)) for dates, rules in by_dates.items())
        if problem_of_seasons(seasons):
            raise _MoreThanAGridError
        return Year(ordinary, seasons, self.closed_on_holidays)


def _is_plain(rule: Rule) -> bool:
    """Whether a rule says hours, or «off», of days of the week or of the month, perhaps within dates of every year."""
    return (
        rule.joint == "; "
        and not (rule.years or rule.weeks or rule.holidays or rule.always or rule.comment)
        and (bool(rule.times) if rule.state in {"", "open"} else rule.state == "off" and not rule.times)
        and all(not each.offset and set(each.nth) <= RANKS.keys() for each in rule.weekdays)
    )


def _part(rules: Iterable[Rule], *, over: Part) -> Part:
    """What rules say of the week: of days that they do not name, what held without them holds."""
    days, month_days = list(over.days), list(over.month_days)
    named: set[int] = set()
    for rule in rules:
        openings = _openings(rule)
        plain = {number for each in rule.weekdays if not each.nth for number in each.numbers}
        if not rule.weekdays:
            plain = set(range(len(DAYS)))
        # A day named twice: the later rule replaces the earlier one, which a grid would not show. Closing is plain.
        if openings and any(days[number] for number in plain & named):
            raise _MoreThanAGridError
        named |= plain
        for number in plain:
            days[number] = openings
        month_days = [each for each in month_days if each.weekday not in plain]
        for each in rule.weekdays:
            for rank in each.nth:
                month_days = [had for had in month_days if (had.rank, had.weekday) != (rank, each.first)]
                month_days.append(MonthDay(rank, each.first, openings))
    part = Part(tuple(days), tuple(month_days))
    if problems_of_week(part.days) or problem_of_month_days(part.month_days):
        raise _MoreThanAGridError
    return part


def _season(dates: Dates, part: Part) -> Season:
    first, last = dates.first, dates.last
    if dates.endless or first.year or last.year or not first.month or not last.month:
        raise _MoreThanAGridError
    return Season(
        (first.month, first.day or 1),
        (last.month, last.day or MONTH_LENGTHS[last.month - 1]),
        part,
    )


def _openings(rule: Rule) -> Day:
    found = () if rule.state == "off" else openings_of(",".join(map(str, rule.times)))
    if found is None:
        raise _MoreThanAGridError
    return found


def _rules(part: Part, *, instead_of: Part) -> Iterator[str]:
    """The rules of a week, without its dates; of what is closed, only what would be open otherwise."""
    open_days = Week(part.days, closed_on_holidays=False).to_osm()
    had = [number for number in range(len(DAYS)) if instead_of.days[number] or instead_of.on_some(number)]
    closed = [number for number in had if not part.days[number]]
    if part.is_empty and closed:
        yield "off"
        return
    yield from open_days.split("; ") if open_days else ()
    if closed:
        yield f"{','.join(OSM_DAYS[number] for number in closed)} off"
    by_openings: dict[tuple[int, Day], list[int]] = {}
    for each in part.month_days:
        by_openings.setdefault((each.weekday, each.openings), []).append(each.rank)
    for (weekday, openings), ranks in by_openings.items():
        said = openings_as_osm(openings) if openings else "off"
        yield f"{OSM_DAYS[weekday]}[{','.join(map(str, ranks))}] {said}"


def _dates(season: Season) -> str:
    """«Jul-Aug» when whole months are meant."""
    (first_month, first_day), (last_month, last_day) = season.first, season.last
    is_whole = first_day == 1 and last_day == MONTH_LENGTHS[last_month - 1]
    if is_whole:
        return str(Dates(Point(None, first_month), Point(None, last_month)))
    return str(Dates(Point(None, first_month, first_day), Point(None, last_month, last_day)))


def _day_words(day: YearDay) -> str:
    number = "1er" if day[1] == 1 else str(day[1])
    return f"{number}{NBSP}{MONTHS[day[0] - 1]}"
