"""Random small towns: their hours as tables of minutes, and the same town as the promise reads it."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from shared.hours import Calendar, Exceptional, Schedule, Version
from shared.hours.schedule import midnight
from tenants.hubs.facts import EVERY_DAY, HubFacts, Item, Lead, Question, RoundFacts, ShopFacts

HORIZON = timedelta(days=5)
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
            *(Exceptional(day, day, closed=False, hours=Schedule(_osm(minutes))) for day, minutes in self.opened),
            *(Exceptional(day, day, closed=True, hours=Schedule(_osm(minutes))) for day, minutes in self.cut),
        ]
        return Calendar(Schedule(rule) if rule else None, zone, territory, tuple(versions), tuple(exceptions))

    def _rule(self, week: tuple[tuple[Minutes, ...], ...]) -> str:
        days = [f"{DAYS[number]} {','.join(map(_osm, openings))}" for number, openings in enumerate(week) if openings]
        return "; ".join([*days, *(["PH off"] if days and self.holidays_off else [])])


def _osm(minutes: Minutes) -> str:
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
OPENINGS = st.lists(QUARTERS, min_size=0, max_size=4, unique=True).map(
    lambda marks: tuple(
        (first * 15, last * 15) for first, last in zip(sorted(marks)[::2], sorted(marks)[1::2], strict=False)
    )
)


def _tables(start: date, openings: st.SearchStrategy[tuple[Minutes, ...]]) -> st.SearchStrategy[Table]:
    days = st.integers(0, 6).map(lambda number: start + timedelta(days=number))
    one = st.tuples(QUARTERS, QUARTERS).filter(lambda pair: pair[0] < pair[1])
    dated = st.tuples(days, one.map(lambda pair: (pair[0] * 15, pair[1] * 15)))
    week = st.lists(openings, min_size=7, max_size=7).map(tuple)
    return st.builds(
        Table,
        week=week,
        later=st.none() | st.tuples(days, week),
        holidays_off=st.booleans(),
        closed=st.frozensets(days, max_size=2),
        opened=st.lists(dated, max_size=1).map(tuple),
        cut=st.lists(dated, max_size=1).map(tuple),
    )


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
    hub, collections = (
        draw(_tables(start, OPENINGS)),
        [draw(_tables(start, _trips())) for _ in range(draw(st.integers(1, 2)))],
    )
    runs = [draw(_tables(start, _trips())) for _ in range(draw(st.integers(0, 2)))]
    shops = {UUID(int=number): draw(_tables(start, OPENINGS)) for number in range(draw(st.integers(1, 3)))}
    short = st.sampled_from([timedelta(), timedelta(minutes=30), timedelta(hours=3)])

    def as_round(table: Table) -> RoundFacts:
        calendar = table.calendar(zone, territory)
        departures = calendar.spans(start=now, end=now + HORIZON)
        taken = {span.start.astimezone(UTC): draw(st.integers(0, 4)) for span in departures}
        return RoundFacts(
            key=UUID(int=0),
            name="",
            calendar=calendar,
            last_call=draw(short),
            room=draw(st.none() | st.integers(1, 5)),
            taken=taken,
        )

    def as_hub() -> HubFacts:
        calendar = hub.calendar(zone, territory)
        is_satellite = bool(runs) or draw(st.booleans())
        by_run = tuple(map(as_round, runs)) if is_satellite else None
        room = draw(st.one_of(st.none(), st.integers(1, 3)))
        any_time = draw(st.booleans())
        starts = [span.begins for span in calendar.spans(start=now, end=now + HORIZON)]
        if any_time:
            starts += [instant for each in by_run or rounds for instant in _returns(each, now)]
        taken = {start: draw(st.integers(0, 3)) for start in starts}
        return HubFacts(
            name="", calendar=calendar, cutoff=draw(short), room=room, taken=taken, runs=by_run, any_time=any_time
        )

    leads = st.builds(
        Lead,
        hours=st.sampled_from([0, 0, 5, 24, 48]),
        opening_days=st.sampled_from([0, 0, 1, 2]),
        weekdays=st.just(EVERY_DAY) | st.frozensets(st.integers(0, 6), min_size=1),
    )
    items = [
        Item(UUID(int=100 + number), f"item {number}", draw(st.sampled_from(list(shops))), draw(leads))
        for number in range(draw(st.integers(1, 4)))
    ]
    facts = {
        key: ShopFacts(name="", calendar=table.calendar(zone, territory), preparation=draw(short))
        for key, table in shops.items()
    }
    rounds = tuple(map(as_round, collections))
    question = Question(items=tuple(items), shops=facts, collections=rounds, hub=as_hub())
    return RandomTown(zone, territory, hub, shops, collections, runs, question, now)
