"""Random small towns: their hours as tables of minutes, and the same town as the promise reads it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import cycle
from uuid import UUID
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from shared.hours import Calendar, Exceptional, Schedule, Version
from shared.hours.schedule import midnight
from tenants.hubs.facts import EVERY_DAY, HubFacts, Item, Lead, Question, RoundFacts, ShopFacts

HORIZON = timedelta(days=5)
THOUSANDS = "thousands"
DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
# Written out, not computed: the tables of the tests know nothing of the library's calendar.
HOLIDAYS = {
    "": {date(2026, 12, 25), date(2027, 1, 1), date(2027, 3, 29)},
    "6AE": {date(2026, 12, 25), date(2026, 12, 26), date(2027, 1, 1), date(2027, 3, 26), date(2027, 3, 29)},
    "974": {date(2026, 12, 20), date(2026, 12, 25), date(2027, 1, 1), date(2027, 3, 29)},
}
PLACES = (("Europe/Paris", ""), ("Europe/Paris", "6AE"), ("Indian/Reunion", "974"))
# An ordinary week, Christmas, and the nights on which the clocks change.
STARTS = (date(2026, 11, 23), date(2026, 12, 18), date(2026, 12, 23), date(2026, 10, 23), date(2027, 3, 25))

Minutes = tuple[int, int]


@dataclass(frozen=True)
class Table:
    """Hours a person could write on a door: for each weekday its openings, in minutes; and the days unlike others.

    `later` is another week, which replaces the first from a day on.
    """

    week: tuple[tuple[Minutes, ...], ...]
    later: tuple[date, tuple[tuple[Minutes, ...], ...]] | None
    holidays_off: bool
    closed: frozenset[date]
    opened: tuple[tuple[date, Minutes], ...]
    cut: tuple[tuple[date, Minutes], ...]

    def of_day(self, day: date, territory: str) -> list[Minutes]:
        """The openings that begin on a day."""
        if day in self.closed:
            return []
        own = [minutes for each, minutes in self.opened if each == day]
        if own:
            return own
        if self.holidays_off and day in HOLIDAYS[territory]:
            return []
        week = self.later[1] if self.later and self.later[0] <= day else self.week
        return list(week[day.weekday()])

    def calendar(self, zone: str, territory: str) -> Calendar:
        """The same hours as the platform keeps them."""
        rule = self._rule(self.week)
        versions = [Version(self.later[0], Schedule(self._rule(self.later[1]) or "off"))] if self.later else []
        exceptions = [
            *(Exceptional(day, day, closed=True) for day in sorted(self.closed)),
            *(Exceptional(day, day, closed=False, hours=Schedule(osm(minutes))) for day, minutes in self.opened),
            *(Exceptional(day, day, closed=True, hours=Schedule(osm(minutes))) for day, minutes in self.cut),
        ]
        return Calendar(Schedule(rule) if rule else None, zone, territory, tuple(versions), tuple(exceptions))

    def _rule(self, week: tuple[tuple[Minutes, ...], ...]) -> str:
        days = [f"{DAYS[number]} {','.join(map(osm, openings))}" for number, openings in enumerate(week) if openings]
        return "; ".join([*days, *(["PH off"] if days and self.holidays_off else [])])


def osm(minutes: Minutes) -> str:
    return "-".join(f"{each // 60:02}:{each % 60:02}" for each in minutes)


@dataclass(frozen=True)
class RandomTown:
    """A town of tables, and the question that is put to the promise."""

    zone: str
    territory: str
    hub: Table
    shops: dict[UUID, Table]
    collections: list[Table]
    runs: list[Table]
    question: Question
    now: datetime


QUARTERS = st.integers(0, 96)
# Days as they often are, or any: with nothing but surprises no round would ever meet an open shop.
USUAL = st.sampled_from(
    [((480, 1140),), ((510, 750), (930, 1140)), ((720, 840), (1080, 1200)), ((0, 1440),), ((1320, 1440),), ((0, 300),)]
)
ANY = st.lists(QUARTERS, min_size=0, max_size=4, unique=True).map(
    lambda marks: tuple(
        (first * 15, last * 15) for first, last in zip(sorted(marks)[::2], sorted(marks)[1::2], strict=False)
    )
)
OPENINGS = USUAL | USUAL | ANY


def _weeks(openings: st.SearchStrategy[tuple[Minutes, ...]]) -> st.SearchStrategy[tuple[tuple[Minutes, ...], ...]]:
    """Weeks of at most three sorts of days: an eighth of the draws of seven, for as many surprises."""

    def week(sorts: list[tuple[Minutes, ...]], order: int) -> tuple[tuple[Minutes, ...], ...]:
        return tuple(sorts[order // 3**day % 3 % len(sorts)] for day in range(7))

    return st.builds(week, st.lists(openings, min_size=1, max_size=3), st.integers(0, 3**7 - 1))


DAYS_AFTER = st.integers(0, 6)
ONE = st.tuples(st.integers(0, 95), st.integers(1, 96)).map(lambda pair: (pair[0] * 15, max(*pair, pair[0] + 1) * 15))
DATED = st.tuples(DAYS_AFTER, ONE)
Dated = tuple[int, Minutes]


@dataclass(frozen=True)
class Sketch:
    """A table whose days are counted from a first one: strategies that do not depend on it are made once."""

    week: tuple[tuple[Minutes, ...], ...]
    later: tuple[int, tuple[tuple[Minutes, ...], ...]] | None
    holidays_off: bool
    closed: frozenset[int]
    opened: list[Dated]
    cut: list[Dated]

    def table(self, start: date) -> Table:
        def day(number: int) -> date:
            return start + timedelta(days=number)

        return Table(
            week=self.week,
            later=(day(self.later[0]), self.later[1]) if self.later else None,
            holidays_off=self.holidays_off,
            closed=frozenset(map(day, self.closed)),
            opened=tuple((day(number), minutes) for number, minutes in self.opened),
            cut=tuple((day(number), minutes) for number, minutes in self.cut),
        )


def _sketches(openings: st.SearchStrategy[tuple[Minutes, ...]]) -> st.SearchStrategy[Sketch]:
    weeks = _weeks(openings)
    return st.builds(
        Sketch,
        week=weeks,
        later=st.none() | st.tuples(DAYS_AFTER, weeks),
        holidays_off=st.booleans(),
        closed=st.frozensets(DAYS_AFTER, max_size=2),
        opened=st.lists(DATED, max_size=1),
        cut=st.lists(DATED, max_size=1),
    )


# Up to three trips of three quarters of an hour a day.
TRIPS = st.lists(st.integers(1, 22), min_size=1, max_size=3, unique=True).map(
    lambda hours: tuple((hour * 60, hour * 60 + 45) for hour in sorted(hours))
)
DOORS, TIMETABLES = _sketches(OPENINGS), _sketches(TRIPS)
SHORT = st.sampled_from([timedelta(), timedelta(minutes=30), timedelta(hours=3)])
COUNTS = st.lists(st.integers(0, 4), min_size=1, max_size=5)
ROOM = st.none() | st.none() | st.integers(1, 8)
LEADS = st.builds(
    Lead,
    hours=st.sampled_from([0, 0, 0, 5, 24]),
    opening_days=st.sampled_from([0, 0, 0, 1, 2]),
    weekdays=st.just(EVERY_DAY) | st.just(EVERY_DAY) | st.frozensets(st.integers(0, 6), min_size=1),
)
ITEMS = st.lists(st.tuples(st.integers(0, 2), LEADS), min_size=1, max_size=4)


def _counts(starts: Iterable[datetime], numbers: list[int]) -> dict[datetime, int]:
    """How much is taken, over and over the same few numbers."""
    return dict(zip(starts, cycle(numbers), strict=False))


def _trips() -> st.SearchStrategy[tuple[Minutes, ...]]:
    """One or two rounds of an hour a day."""
    return st.lists(st.integers(1, 22), max_size=2, unique=True).map(
        lambda hours: tuple((hour * 60, hour * 60 + 45) for hour in sorted(hours))
    )


def _returns(each: RoundFacts, now: datetime) -> list[datetime]:
    return [span.ends for span in each.calendar.spans(start=now, end=now + HORIZON)]


@st.composite
def random_towns(draw: st.DrawFn) -> RandomTown:
    """A town with one hub, perhaps reached by a van, one to three shops and their products."""
    zone, territory = draw(st.sampled_from(PLACES))
    start = draw(st.sampled_from(STARTS))
    now = midnight(start, ZoneInfo(zone)).astimezone(UTC) + timedelta(minutes=draw(st.integers(0, 2 * 24 * 60)))
    hub = draw(DOORS).table(start)
    collections = [draw(TIMETABLES).table(start) for _ in range(draw(st.integers(1, 2)))]
    runs = [draw(TIMETABLES).table(start) for _ in range(draw(st.integers(0, 2)))]
    shops = {UUID(int=number): draw(DOORS).table(start) for number in range(draw(st.integers(1, 3)))}

    def as_round(table: Table) -> RoundFacts:
        calendar = table.calendar(zone, territory)
        departures = [span.begins for span in calendar.spans(start=now, end=now + HORIZON)]
        return RoundFacts(
            key=UUID(int=0),
            name="",
            calendar=calendar,
            last_call=draw(SHORT),
            room=draw(ROOM),
            taken=_counts(departures, draw(COUNTS)),
        )

    rounds = tuple(map(as_round, collections))
    # No run at all is another thing than needing none.
    is_satellite = bool(runs) or draw(st.booleans())
    by_run = tuple(map(as_round, runs)) if is_satellite else None
    calendar = hub.calendar(zone, territory)
    any_time = draw(st.booleans())
    starts = [span.begins for span in calendar.spans(start=now, end=now + HORIZON)]
    if any_time:
        starts += [instant for each in by_run or rounds for instant in _returns(each, now)]
    hub_facts = HubFacts(
        name="",
        calendar=calendar,
        cutoff=draw(SHORT),
        room=draw(ROOM),
        taken=_counts(starts, draw(COUNTS)),
        runs=by_run,
        any_time=any_time,
    )
    items = tuple(
        Item(UUID(int=100 + number), f"item {number}", UUID(int=shop % len(shops)), lead)
        for number, (shop, lead) in enumerate(draw(ITEMS))
    )
    facts = {
        key: ShopFacts(name="", calendar=table.calendar(zone, territory), preparation=draw(SHORT))
        for key, table in shops.items()
    }
    question = Question(items=items, shops=facts, collections=rounds, hub=hub_facts)
    return RandomTown(zone, territory, hub, shops, collections, runs, question, now)


def so_many(examples: int) -> settings:
    """Try a law on so many towns; on thousands with `./run test --deep`."""
    if settings.get_current_profile_name() == THOUSANDS:
        examples = settings().max_examples
    slow = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
    return settings(max_examples=examples, suppress_health_check=slow, deadline=None)
