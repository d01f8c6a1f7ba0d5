"""What always holds of a calendar: closures, exceptions, versions, clocks, and that all its answers agree."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.hours import Calendar, Exceptional, Schedule, Span, Version
from shared.hours.schedule import days_between

PLACES = [
    ("Europe/Paris", ""),
    ("Europe/Paris", "6AE"),
    ("Indian/Reunion", "974"),
    ("America/Miquelon", "PM"),
    ("America/Martinique", "972"),
]
RULES = [
    "Mo-Sa 12:00-14:00,18:00-20:00; PH off",
    "Mo-Su 18:00-02:30",
    "24/7",
    "Mo-Su 00:00-05:00,22:00-24:00",
    "Tu-Sa 02:15-02:45,09:00-19:00; Su[-1] 01:00-04:00; PH 10:00-12:00",
    "week 01-53/2 Mo-Su 08:00-12:00; Feb 29 01:00-23:00",
    "easter -2 days-easter +1 day 09:00-20:00",
]
# Around both changes of the clocks (of Paris and of Saint-Pierre), New Year, Easter and a leap day.
DAYS = [
    date(2026, 10, 23),
    date(2026, 10, 30),
    date(2026, 12, 23),
    date(2027, 3, 12),
    date(2027, 3, 25),
    date(2028, 2, 27),
]
LENGTH = 5

schedules = st.sampled_from(RULES).map(Schedule)
small_hours = st.sampled_from(["10:00-13:00", "18:30-19:00", "00:00-03:00", "23:00-02:00", "00:00-24:00"]).map(Schedule)


@st.composite
def exceptions(draw: st.DrawFn, first: date) -> Exceptional:
    begins = first + timedelta(days=draw(st.integers(-2, LENGTH)))
    closed = draw(st.booleans())
    hours = draw(small_hours | st.none()) if closed else draw(small_hours)
    return Exceptional(
        begins, begins + timedelta(days=draw(st.integers(0, 3))), closed, hours, draw(st.sampled_from("ab"))
    )


@st.composite
def calendars(draw: st.DrawFn) -> tuple[Calendar, date]:
    first = draw(st.sampled_from(DAYS))
    zone, territory = draw(st.sampled_from(PLACES))
    begins = st.integers(-3, LENGTH).map(lambda number: first + timedelta(days=number))
    versions = draw(st.lists(st.builds(Version, begins, schedules), max_size=2, unique_by=lambda each: each.since))
    return (
        Calendar(
            draw(schedules | st.none()),
            zone,
            territory,
            tuple(versions),
            tuple(draw(st.lists(exceptions(first), max_size=4))),
        ),
        first,
    )


def instants(spans: list[Span]) -> list[tuple[datetime, datetime]]:
    return [(span.start.astimezone(UTC), span.end.astimezone(UTC)) for span in spans]


def period(calendar: Calendar, first: date) -> tuple[datetime, datetime]:
    begin = datetime.combine(first, time(), ZoneInfo(calendar.zone)).astimezone(UTC)
    return begin, begin + timedelta(days=LENGTH)


def open_minutes(calendar: Calendar, first: date) -> set[datetime]:
    begin, end = period(calendar, first)
    return {
        start + timedelta(minutes=number)
        for start, finish in instants(calendar.spans(start=begin, end=end))
        for number in range(int((finish - start).total_seconds()) // 60)
        if begin <= start + timedelta(minutes=number) < end
    }


@settings(max_examples=40, deadline=None)
@given(calendars(), st.data())
def test_a_closure_never_adds_a_minute(drawn: tuple[Calendar, date], data: st.DataObject) -> None:
    calendar, first = drawn
    closure = data.draw(exceptions(first).filter(lambda each: each.closed))
    closer = Calendar(
        calendar.schedule, calendar.zone, calendar.territory, calendar.versions, (*calendar.exceptions, closure)
    )
    assert open_minutes(closer, first) <= open_minutes(calendar, first)


@settings(max_examples=40, deadline=None)
@given(calendars(), st.randoms())
def test_the_order_of_exceptions_does_not_matter(drawn: tuple[Calendar, date], random: object) -> None:
    calendar, first = drawn
    mixed = list(calendar.exceptions)
    random.shuffle(mixed)  # type: ignore[attr-defined]  # hypothesis gives a random.Random
    other = Calendar(calendar.schedule, calendar.zone, calendar.territory, calendar.versions, tuple(mixed))
    begin, end = period(calendar, first)
    assert instants(other.spans(start=begin, end=end)) == instants(calendar.spans(start=begin, end=end))


@settings(max_examples=40, deadline=None)
@given(calendars())
def test_spans_are_apart_in_order_and_last(drawn: tuple[Calendar, date]) -> None:
    calendar, first = drawn
    begin, end = period(calendar, first)
    found = instants(calendar.spans(start=begin, end=end))
    assert all(start < finish for start, finish in found)
    assert all(former[1] < following[0] for former, following in pairwise(found))
    for day in days_between(first, first + timedelta(days=LENGTH)):
        today = instants(list(calendar.on(day)))
        assert all(start < finish for start, finish in today)
        assert all(former[1] <= following[0] for former, following in pairwise(today))


@settings(max_examples=12, deadline=None)
@given(calendars())
def test_days_spans_and_minutes_agree(drawn: tuple[Calendar, date]) -> None:
    calendar, first = drawn
    begin, end = period(calendar, first)
    by_spans = open_minutes(calendar, first)
    by_days = {
        start + timedelta(minutes=number)
        for day in days_between(first - timedelta(days=2), first + timedelta(days=LENGTH + 1))
        for start, finish in instants(list(calendar.on(day)))
        for number in range(int((finish - start).total_seconds()) // 60)
        if begin <= start + timedelta(minutes=number) < end
    }
    assert by_days == by_spans
    every = (begin + timedelta(minutes=number) for number in range(LENGTH * 24 * 60))
    assert {minute for minute in every if calendar.is_open(minute)} == by_spans


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(PLACES), schedules, schedules, st.sampled_from(DAYS), st.integers(0, LENGTH))
def test_a_version_holds_from_its_day(
    place: tuple[str, str], before: Schedule, after: Schedule, first: date, later: int
) -> None:
    zone, territory = place
    since = first + timedelta(days=later)
    calendar = Calendar(before, zone, territory, (Version(since, after),))
    for day in days_between(first - timedelta(days=1), first + timedelta(days=LENGTH)):
        schedule = after if day >= since else before
        assert calendar.on(day) == schedule.on(day, zone=zone, territory=territory)


def test_until_nine_from_the_first_of_may() -> None:
    later = Version(date(2027, 5, 1), Schedule("Mo-Sa 12:00-14:00,18:00-21:00"))
    calendar = Calendar(Schedule("Mo-Sa 12:00-14:00,18:00-20:00"), "Europe/Paris", versions=(later,))
    assert [f"{calendar.on(day)[-1].end:%d %H}" for day in (date(2027, 4, 30), date(2027, 5, 1))] == ["30 20", "01 21"]


@pytest.mark.parametrize(("rule", "day", "hours"), [("Feb 29 09:00-12:00", 29, 3), ("Mo-Su 09:00-12:00", 29, 3)])
def test_a_leap_day_is_a_day(rule: str, day: int, hours: int) -> None:
    (span,) = Calendar(Schedule(rule), "Europe/Paris").on(date(2028, 2, day))
    assert span.end - span.start == timedelta(hours=hours)
    assert Calendar(Schedule("Feb 29 09:00-12:00"), "Europe/Paris").on(date(2027, 3, 1)) == ()
    assert Calendar(Schedule("Feb 29 09:00-12:00"), "Europe/Paris").on(date(2027, 2, 28)) == ()


def test_a_night_and_the_next_day_s_closure() -> None:
    """A closure of a whole day takes what begins on it; the night before it is the night before's."""
    closed = Exceptional(date(2026, 11, 28), date(2026, 11, 28), closed=True, reason="inventaire")
    calendar = Calendar(Schedule("Mo-Su 18:00-02:00"), "Europe/Paris", exceptions=(closed,))
    spans = calendar.spans(start=datetime(2026, 11, 27, 12, tzinfo=UTC), end=datetime(2026, 11, 29, 12, tzinfo=UTC))
    assert [f"{span.start:%d %H}-{span.end:%d %H}" for span in spans] == ["27 18-28 02"]
