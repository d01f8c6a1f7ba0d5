"""The week that a person fills in, and OpenStreetMap's line that says the same."""

from datetime import date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.hours import HoursError, Schedule
from tenants.hubs.week import Opening, Week, preview, problem_of_day, week_of
from tests.conftest import TUESDAY

NOON = Opening(time(12), time(14))
EVENING = Opening(time(18), time(20))
BOTH = (NOON, EVENING)


@pytest.mark.parametrize(
    ("week", "rule"),
    [
        (Week((BOTH,) * 6 + ((),), closed_on_holidays=True), "Mo-Sa 12:00-14:00,18:00-20:00; PH off"),
        (Week((BOTH,) * 5 + ((NOON,), ()), closed_on_holidays=False), "Mo-Fr 12:00-14:00,18:00-20:00; Sa 12:00-14:00"),
        (
            Week(((NOON,), (), (NOON,), (), (NOON,), (), ()), closed_on_holidays=True),
            "Mo,We,Fr 12:00-14:00; PH off",
        ),
        (Week(((),) * 4 + ((Opening(time(14), time(0)),), (), ()), closed_on_holidays=False), "Fr 14:00-24:00"),
    ],
)
def test_written_and_read_back(week: Week, rule: str) -> None:
    assert week.to_osm() == rule
    assert week_of(rule) == week


def test_read_as_others_write_it() -> None:
    every_day = Week((BOTH,) * 7, closed_on_holidays=False)
    assert week_of("12:00-14:00,18:00-20:00") == every_day
    assert week_of("Mo-Su 12:00-14:00,18:00-20:00") == every_day
    weekend = week_of("Sa-Mo 12:00-14:00")
    assert weekend is not None
    assert [bool(day) for day in weekend.days] == [True, False, False, False, False, True, True]


@pytest.mark.parametrize(
    "rule",
    [
        "Mo-Fr 12:00-14:00; Aug off",
        "Su[2] 09:00-12:00",
        "24/7",
        "Mo 09:00-10:00,11:00-12:00,14:00-15:00",
        "Mo 12:00-14:00; Mo 18:00-20:00",
        "Mo 22:00-02:00",
        "Mo 25:00-26:00",
        "PH off",
        "n’importe quoi",
        "",
    ],
)
def test_what_the_grid_cannot_show(rule: str) -> None:
    assert week_of(rule) is None


@st.composite
def _days(draw: st.DrawFn) -> tuple[Opening, ...]:
    minutes = draw(st.lists(st.integers(0, 24 * 12), max_size=4, unique=True).filter(lambda found: len(found) % 2 == 0))
    ordered = [each * 5 for each in sorted(minutes)]
    moments = [time(each // 60 % 24, each % 60) for each in ordered]
    return tuple(Opening(moments[at], moments[at + 1]) for at in range(0, len(moments), 2))


@given(st.lists(_days(), min_size=7, max_size=7), st.booleans())
def test_any_week_comes_back(days: list[tuple[Opening, ...]], closed: bool) -> None:  # noqa: FBT001  (drawn)
    week = Week(tuple(days), closed_on_holidays=closed)
    if week.is_empty:
        return
    assert week_of(week.to_osm()) == week
    Schedule(week.to_osm())


@pytest.mark.parametrize(
    ("openings", "said"),
    [
        ([], ""),
        ([NOON, EVENING], ""),
        ([Opening(time(18), time(0))], ""),
        ([Opening(time(14), time(12))], "la fin (12 h) doit venir après le début (14 h)."),
        ([Opening(time(14), time(14))], "la fin (14 h) doit venir après le début (14 h)."),
        ([EVENING, NOON], "la seconde plage commence avant la première : échangez-les."),
        ([NOON, Opening(time(13, 30), time(15))], "la seconde plage commence à 13 h 30, avant la fin de la première."),
        ([NOON, Opening(time(14), time(15))], "les deux plages se touchent à 14 h : faites-en une seule."),
    ],
)
def test_what_is_wrong_with_a_day(openings: list[Opening], said: str) -> None:
    assert problem_of_day(openings).replace("\u00a0", " ") == said


def test_said_aloud() -> None:
    week = Week((BOTH,) * 5 + ((NOON,), ()), closed_on_holidays=True)
    said = [(days, hours.replace("\u00a0", " ")) for days, hours in week.in_words()]
    assert said == [("lundi au vendredi", "12 h–14 h et 18 h–20 h"), ("samedi", "12 h–14 h")]
    assert Week((BOTH,) * 7, closed_on_holidays=False).in_words()[0][0] == "tous les jours"


def test_two_weeks_with_christmas() -> None:
    days = preview(
        rule="Mo-Sa 12:00-14:00; PH off",
        zone="Europe/Paris",
        territory="",
        now=datetime(2026, 12, 21, 12, tzinfo=TUESDAY.tzinfo),
    )
    assert len(days) == 14
    by_day = {each.day: each for each in days}
    assert by_day[date(2026, 12, 25)].holiday
    assert not by_day[date(2026, 12, 25)].spans
    assert not by_day[date(2026, 12, 27)].holiday, "a Sunday is closed anyway"
    assert by_day[date(2026, 12, 26)].spans, "26 December is a holiday in Strasbourg, not in Istres"
    strasbourg = preview(
        rule="Mo-Sa 12:00-14:00; PH off",
        zone="Europe/Paris",
        territory="6AE",
        now=datetime(2026, 12, 21, 12, tzinfo=TUESDAY.tzinfo),
    )
    assert {each.day for each in strasbourg if each.holiday} >= {date(2026, 12, 25), date(2026, 12, 26)}


def test_hours_that_cannot_be_read_say_where() -> None:
    with pytest.raises(HoursError, match="à partir du caractère 7"):
        preview(rule="Mo-Fr 12h-14h", zone="Europe/Paris", territory="", now=TUESDAY)
