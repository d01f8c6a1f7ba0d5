"""A shop's week, as people write it and as OpenStreetMap keeps it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.hours import Schedule
from tenants.shops.week import Week, WeekError, from_osm, read_day, to_osm, write_day

MORNING, AFTERNOON = (9 * 60, 12 * 60 + 30), (15 * 60, 19 * 60)


@pytest.mark.parametrize(
    "text",
    [
        "9h-12h30, 15h-19h",
        "9h-12h30,15h-19h",
        "09:00-12:30; 15:00-19:00",
        "9 h – 12 h 30 et 15 h – 19 h",
        "9h à 12h30 / 15h à 19h",
        "9\u00a0h-12\u00a0h\u00a030, 15 heures-19 heures",
        " 9H-12H30 , 15H-19H ",
    ],
)
def test_a_day_is_read_however_it_is_written(text: str) -> None:
    assert read_day(text) == (MORNING, AFTERNOON)


@pytest.mark.parametrize("text", ["", "  ", "fermé", "Fermé", "-"])
def test_a_day_may_be_closed(text: str) -> None:
    assert read_day(text) == ()


@pytest.mark.parametrize(
    "text",
    ["9h", "9-", "matin", "12h-9h", "9h-9h", "25h-26h", "9h75-12h", "9h-12h, 11h-14h", "15h-19h, 9h-12h", "9h-24h30"],
)
def test_what_is_no_hours_is_said(text: str) -> None:
    with pytest.raises(WeekError):
        read_day(text)


def test_a_week_is_one_rule_for_days_alike() -> None:
    week = Week(((), *[(MORNING, AFTERNOON)] * 4, (MORNING,), ()), closed_on_holidays=True)
    rule = "Tu-Fr 09:00-12:30,15:00-19:00; Sa 09:00-12:30; PH off"
    assert to_osm(week) == rule
    assert from_osm(rule) == week


def test_a_shop_that_never_opens_has_no_rule() -> None:
    assert to_osm(Week(((),) * 7, closed_on_holidays=True)) == ""
    assert from_osm("") == Week(((),) * 7, closed_on_holidays=False)


@pytest.mark.parametrize(
    "rule",
    [
        "Apr-Sep Mo-Fr 09:00-12:00",
        "week 1-53/2 Mo 09:00-12:00",
        "24/7",
        "Mo-Fr sunrise-sunset",
        "Sa-Mo 09:00-12:00",
        "Mo 22:00-02:00",
        "nonsense",
        "Mo-Fr 09:00-12:00; Dec 25 off",
    ],
)
def test_what_says_more_than_a_week_is_left_as_it_is(rule: str) -> None:
    assert from_osm(rule) is None


def test_a_later_rule_wins_over_an_earlier_one() -> None:
    week = from_osm("Mo-Fr 09:00-12:30; We off; Fr 15:00-19:00")
    assert week is not None
    assert week.days == ((MORNING,), (MORNING,), (), (MORNING,), (AFTERNOON,), (), ())


_days = st.lists(st.integers(0, 24 * 60), max_size=6, unique=True).map(
    lambda moments: tuple(zip(sorted(moments)[::2], sorted(moments)[1::2], strict=False))
)


@given(days=st.lists(_days, min_size=7, max_size=7), holidays=st.booleans())
def test_every_week_comes_back_as_it_went(*, days: list[tuple[tuple[int, int], ...]], holidays: bool) -> None:
    week = Week(tuple(days), closed_on_holidays=holidays)
    rule = to_osm(week)
    if rule:
        Schedule(rule)
        assert from_osm(rule) == week
    for spans in days:
        assert read_day(write_day(spans)) == spans
