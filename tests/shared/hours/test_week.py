"""The week that a person fills in, and OpenStreetMap's line that says the same."""

from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.hours import Calendar, Exceptional, Schedule
from shared.hours.week import (
    DayError,
    Opening,
    Week,
    preview,
    problem_of_day,
    problems_of_week,
    read_day,
    week_of,
    write_day,
)

NOON = Opening(time(12), time(14))
EVENING = Opening(time(18), time(20))
MORNING, AFTERNOON = Opening(time(9), time(12, 30)), Opening(time(15), time(19))
NIGHT = Opening(time(18), time(2))
WHOLE_DAY = Opening(time(0), time(0))
BOTH = (NOON, EVENING)


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("week", "rule"),
    [
        (Week((BOTH,) * 6 + ((),), closed_on_holidays=True), "Mo-Sa 12:00-14:00,18:00-20:00; PH off"),
        (Week((BOTH,) * 5 + ((NOON,), ()), closed_on_holidays=False), "Mo-Fr 12:00-14:00,18:00-20:00; Sa 12:00-14:00"),
        (Week(((NOON,), (), (NOON,), (), (NOON,), (), ()), closed_on_holidays=True), "Mo,We,Fr 12:00-14:00; PH off"),
        (Week(((),) * 4 + ((Opening(time(14), time(0)),), (), ()), closed_on_holidays=False), "Fr 14:00-24:00"),
        (Week(((),) * 4 + ((NIGHT,), (NIGHT,), ()), closed_on_holidays=False), "Fr-Sa 18:00-02:00"),
        (Week(((WHOLE_DAY,),) * 7, closed_on_holidays=False), "Mo-Su 00:00-24:00"),
        (
            Week(((), *[(MORNING, AFTERNOON)] * 4, (MORNING,), ()), closed_on_holidays=True),
            "Tu-Fr 09:00-12:30,15:00-19:00; Sa 09:00-12:30; PH off",
        ),
    ],
)
def test_written_and_read_back(week: Week, rule: str) -> None:
    assert week.to_osm() == rule
    assert week_of(rule) == week


def test_read_as_others_write_it() -> None:
    every_day = Week((BOTH,) * 7, closed_on_holidays=False)
    assert week_of("12:00-14:00,18:00-20:00") == every_day
    assert week_of("Mo-Su 12:00-14:00,18:00-20:00") == every_day
    assert week_of("Mo-Su 12:00-14:00,18:00-20:00; PH closed") == Week((BOTH,) * 7, closed_on_holidays=True)
    weekend = week_of("Sa-Mo 12:00-14:00")
    assert weekend is not None
    assert [bool(day) for day in weekend.days] == [True, False, False, False, False, True, True]


def test_a_day_may_be_closed_after_the_others_were_opened() -> None:
    week = week_of("Mo-Fr 09:00-12:30; We off; PH off")
    assert week is not None
    assert week.days == ((MORNING,), (MORNING,), (), (MORNING,), (MORNING,), (), ())
    assert week.to_osm() == "Mo-Tu,Th-Fr 09:00-12:30; PH off"


@pytest.mark.parametrize(
    "rule",
    [
        "Mo-Fr 12:00-14:00; Aug off",
        "Su[2] 09:00-12:00",
        "24/7",
        "Mo 09:00-10:00,11:00-12:00,14:00-15:00",
        "Mo 12:00-14:00; Mo 18:00-20:00",
        "Mo 14:00-12:00",
        "Mo-Su 20:00-04:00,05:00-06:00,06:00-08:00",
        "Mo 25:00-26:00",
        "PH off; Mo-Fr 12:00-14:00",
        "PH off",
        "Mo off",
        "week 1-53/2 Mo 09:00-12:00",
        "Mo-Fr sunrise-sunset",
        "n’importe quoi",
        "",
    ],
)
def test_what_the_grid_cannot_show(rule: str) -> None:
    assert week_of(rule) is None


def test_a_grid_has_as_many_openings_as_it_says() -> None:
    rule = "Mo 09:00-10:00,11:00-12:00,14:00-15:00"
    assert week_of(rule, openings_a_day=2) is None
    for enough in (3, 4, None):
        week = week_of(rule, openings_a_day=enough)
        assert week is not None
        assert week.to_osm() == rule


def test_a_week_that_never_opens_has_no_rule() -> None:
    assert Week(((),) * 7, closed_on_holidays=True).to_osm() == ""


@st.composite
def _days(draw: st.DrawFn) -> tuple[Opening, ...]:
    minutes = draw(st.lists(st.integers(0, 24 * 12), max_size=8, unique=True).filter(lambda found: len(found) % 2 == 0))
    ordered = [each * 5 for each in sorted(minutes)]
    moments = [time(each // 60 % 24, each % 60) for each in ordered]
    day = [Opening(moments[at], moments[at + 1]) for at in range(0, len(moments), 2)]
    if day and day[-1].start >= time(12) and draw(st.booleans()):
        day[-1] = Opening(day[-1].start, time(draw(st.integers(0, 5)), 30))
    return tuple(day)


@given(st.lists(_days(), min_size=7, max_size=7), st.booleans())
def test_any_week_comes_back(days: list[tuple[Opening, ...]], closed: bool) -> None:  # noqa: FBT001  (drawn)
    week = Week(tuple(days), closed_on_holidays=closed)
    for day in days:
        assert read_day(write_day(day)) == day
    if week.is_empty or problems_of_week(week.days):
        return
    assert week_of(week.to_osm(), openings_a_day=None) == week
    Schedule(week.to_osm())


@pytest.mark.parametrize(
    ("openings", "said"),
    [
        ([], ""),
        ([NOON, EVENING], ""),
        ([Opening(time(18), time(0))], ""),
        ([NOON, NIGHT], ""),
        ([WHOLE_DAY], ""),
        ([Opening(time(14), time(12))], "la fin (12 h) doit venir après le début (14 h)."),
        ([Opening(time(14), time(14))], "la fin (14 h) doit venir après le début (14 h)."),
        ([EVENING, NOON], "la seconde plage commence avant la première : échangez-les."),
        ([NOON, Opening(time(13, 30), time(15))], "la seconde plage commence à 13 h 30, avant la fin de la première."),
        (
            [NOON, Opening(time(14), time(15))],
            "les deux plages se touchent à 14 h : faites-en une seule.",
        ),
        (
            [MORNING, Opening(time(12, 30), time(14)), EVENING],
            "la première et la deuxième plage se touchent à 12 h 30 : faites-en une seule.",
        ),
        (
            [MORNING, NOON, Opening(time(13), time(15))],
            "la deuxième plage commence à 12 h, avant la fin de la première.",
        ),
        ([NIGHT, Opening(time(23), time(0))], "la seconde plage commence à 23 h, avant la fin de la première."),
    ],
)
def test_what_is_wrong_with_a_day(openings: list[Opening], said: str) -> None:
    assert plain(problem_of_day(openings)) == said


def test_a_night_ends_before_the_next_morning_begins() -> None:
    days = [(NIGHT,), (Opening(time(1), time(8)),), (), (), (), (), (Opening(time(23), time(3)),)]
    assert {day: plain(said) for day, said in problems_of_week(days).items()} == {
        0: "la nuit dure jusqu’à 2 h, mais mardi ouvre déjà à 1 h."
    }


def test_said_aloud() -> None:
    week = Week((BOTH,) * 5 + ((NOON,), ()), closed_on_holidays=True)
    said = [(days, plain(hours)) for days, hours in week.in_words()]
    assert said == [("lundi au vendredi", "12 h–14 h et 18 h–20 h"), ("samedi", "12 h–14 h")]
    assert Week((BOTH,) * 7, closed_on_holidays=False).in_words()[0][0] == "tous les jours"


@pytest.mark.parametrize(
    "text",
    [
        "9h-12h30, 15h-19h",
        "9h-12h30,15h-19h",
        "09:00-12:30; 15:00-19:00",
        "9 h – 12 h 30 et 15 h – 19 h",
        "9h à 12h30 / 15h à 19h",
        "de 9h à 12h30 et de 15h à 19h",
        "9\u00a0h-12\u00a0h\u00a030, 15 heures-19 heures",
        " 9H-12H30 , 15H-19H. ",
    ],
)
def test_a_day_is_read_however_it_is_written(text: str) -> None:
    assert read_day(text) == (MORNING, AFTERNOON)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("", ()),
        ("  ", ()),
        ("fermé", ()),
        ("Fermé", ()),
        ("-", ()),
        ("9h à midi", (Opening(time(9), time(12)),)),
        ("18h-minuit", (Opening(time(18), time(0)),)),
        ("18h-24h", (Opening(time(18), time(0)),)),
        ("0h-24h", (WHOLE_DAY,)),
        ("18h-2h", (NIGHT,)),
    ],
)
def test_closed_days_noon_and_midnight(text: str, day: tuple[Opening, ...]) -> None:
    assert read_day(text) == day


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("9h", "« 9h » ne se lit pas : écrivez « 9h-12h30 »."),
        ("9-", "« 9- » ne se lit pas"),
        ("matin", "« matin » ne se lit pas"),
        ("14h-12h", "La fin (12 h) doit venir après le début (14 h)."),
        ("9h-9h", "La fin (9 h) doit venir après le début (9 h)."),
        ("25h-26h", "« 25h » n’est pas une heure."),
        ("9h75-12h", "« 9h75 » n’est pas une heure."),
        ("9h-12h, 11h-14h", "La seconde plage commence à 11 h, avant la fin de la première."),
        ("15h-19h, 9h-12h", "La seconde plage commence avant la première : échangez-les."),
        ("9h-24h30", "« 24h30 » n’est pas une heure."),
    ],
)
def test_what_is_no_hours_is_said(text: str, said: str) -> None:
    with pytest.raises(DayError) as raised:
        read_day(text)
    assert said in plain(str(raised.value))


def test_two_weeks_with_christmas() -> None:
    days = preview(Calendar(Schedule("Mo-Sa 12:00-14:00; PH off"), "Europe/Paris"), date(2026, 12, 21))
    assert len(days) == 14
    by_day = {each.day: each for each in days}
    assert by_day[date(2026, 12, 25)].holiday
    assert by_day[date(2026, 12, 25)].reason == "Noël"
    assert not by_day[date(2026, 12, 25)].spans
    assert not by_day[date(2026, 12, 27)].holiday, "a Sunday is closed anyway"
    assert by_day[date(2026, 12, 26)].spans, "26 December is a holiday in Strasbourg, not in Istres"
    strasbourg = Calendar(Schedule("Mo-Sa 12:00-14:00; PH off"), "Europe/Paris", "6AE")
    closed = {each.day for each in preview(strasbourg, date(2026, 12, 21)) if each.holiday}
    assert closed >= {date(2026, 12, 25), date(2026, 12, 26)}


def test_an_exception_is_seen_with_its_reason() -> None:
    stocktaking = Exceptional(date(2026, 11, 24), date(2026, 11, 25), closed=True, reason="fermé pour inventaire")
    calendar = Calendar(Schedule("Mo-Sa 12:00-14:00"), "Europe/Paris", exceptions=(stocktaking,))
    days = preview(calendar, date(2026, 11, 23), days=4)
    assert [(bool(each.spans), each.reason) for each in days] == [
        (True, ""),
        (False, "fermé pour inventaire"),
        (False, "fermé pour inventaire"),
        (True, ""),
    ]
