"""Periods tile time, whatever changes and when."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from billing.settlements.periods import ONE_DAY, Change, Frequency, Period, Rhythm, coming, last_finished, period_of

WEEKS = Rhythm()
MONTHS = Rhythm(Frequency.MONTHLY)
DAYS = st.dates(date(2023, 12, 1), date(2028, 6, 1))
RHYTHMS = st.builds(Rhythm, st.sampled_from(Frequency), st.integers(0, 6), st.integers(1, 31))
CHANGES = st.lists(st.builds(Change, DAYS, RHYTHMS), max_size=4, unique_by=lambda change: change.valid_from)


@given(day=DAYS, rhythm=RHYTHMS, changes=CHANGES)
@settings(max_examples=300)
def test_every_day_is_in_one_period_and_the_next_begins_the_day_after(
    day: date, rhythm: Rhythm, changes: list[Change]
) -> None:
    found = period_of(day, rhythm=rhythm, changes=changes)
    assert found.first <= day <= found.last
    for other in (found.first, found.last):
        assert period_of(other, rhythm=rhythm, changes=changes) == found
    assert period_of(found.last + ONE_DAY, rhythm=rhythm, changes=changes).first == found.last + ONE_DAY
    assert period_of(found.first - ONE_DAY, rhythm=rhythm, changes=changes).last == found.first - ONE_DAY


@given(rhythm=RHYTHMS, changes=CHANGES)
@settings(max_examples=100)
def test_a_period_follows_the_rhythm_of_its_first_day(rhythm: Rhythm, changes: list[Change]) -> None:
    """Walked one period after the other, from long before: obviously right, and slow."""
    first = date(2023, 1, 1)
    for _ in range(120):
        in_force = [each for each in changes if each.valid_from <= first]
        follows = max(in_force, key=lambda each: each.valid_from).rhythm if in_force else rhythm
        last = next(day for day in (first + timedelta(days=ahead) for ahead in range(40)) if _closes(follows, day))
        if first > date(2023, 3, 1):
            assert period_of(first, rhythm=rhythm, changes=changes) == Period(first, last)
        first = last + ONE_DAY


def _closes(rhythm: Rhythm, day: date) -> bool:
    if rhythm.frequency is Frequency.WEEKLY:
        return day.weekday() == rhythm.week_end
    return day.day == rhythm.month_day or (day.day < rhythm.month_day and (day + ONE_DAY).day == 1)


@pytest.mark.parametrize(
    ("day", "rhythm", "first", "last"),
    [
        (date(2026, 11, 24), WEEKS, date(2026, 11, 23), date(2026, 11, 29)),
        (date(2026, 11, 22), WEEKS, date(2026, 11, 16), date(2026, 11, 22)),
        (date(2026, 11, 24), Rhythm(week_end=1), date(2026, 11, 18), date(2026, 11, 24)),
        (date(2026, 11, 30), MONTHS, date(2026, 11, 1), date(2026, 11, 30)),
        (date(2028, 2, 29), MONTHS, date(2028, 2, 1), date(2028, 2, 29)),
        (date(2027, 2, 28), Rhythm(Frequency.MONTHLY, month_day=30), date(2027, 1, 31), date(2027, 2, 28)),
        (date(2027, 3, 1), Rhythm(Frequency.MONTHLY, month_day=30), date(2027, 3, 1), date(2027, 3, 30)),
        (date(2026, 12, 31), Rhythm(Frequency.MONTHLY, month_day=15), date(2026, 12, 16), date(2027, 1, 15)),
    ],
)
def test_weeks_and_months(day: date, rhythm: Rhythm, first: date, last: date) -> None:
    assert period_of(day, rhythm=rhythm) == Period(first, last)


def test_a_change_waits_for_the_period_to_end() -> None:
    """On a Wednesday, from weeks to months: the week ends on Sunday, then what is left of the month is one period."""
    changes = [Change(date(2026, 11, 11), MONTHS)]
    assert coming(date(2026, 11, 10), 3, rhythm=WEEKS, changes=changes) == [
        Period(date(2026, 11, 9), date(2026, 11, 15)),
        Period(date(2026, 11, 16), date(2026, 11, 30)),
        Period(date(2026, 12, 1), date(2026, 12, 31)),
    ]


def test_a_period_is_finished_when_its_last_day_is() -> None:
    assert last_finished(date(2026, 11, 22), rhythm=WEEKS).last == date(2026, 11, 15)
    assert last_finished(date(2026, 11, 23), rhythm=WEEKS).last == date(2026, 11, 22)
