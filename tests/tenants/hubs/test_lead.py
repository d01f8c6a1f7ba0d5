"""The latest moment to order a product for it to be ready, from a shop's opening hours."""

from datetime import timedelta

import pytest

from shared.hours import Calendar
from tenants.hubs.facts import Lead
from tenants.hubs.lead import OpenTime, open_time, order_before
from tests.tenants.hubs.places import at, calendar, closed, minutes, utc

# Tuesday to Saturday, closed at noon; in November 2026 the 24th is a Tuesday.
SHOP = calendar("Tu-Sa 08:30-12:30,15:30-19:00")


def two_weeks(shop: Calendar = SHOP) -> OpenTime:
    return open_time(shop, start=utc("16 00:00"), end=utc("30 00:00"))


@pytest.mark.parametrize(
    ("ready_by", "lead", "preparation", "expected"),
    [
        ("24 11:00", Lead(), 0, "24 11:00"),
        ("24 11:00", Lead(), 30, "24 10:30"),
        # What is ready when a shop closes waits for the round.
        ("24 14:00", Lead(), 30, "24 12:00"),
        ("24 15:30", Lead(), 60, "24 11:30"),
        ("24 16:00", Lead(), 60, "24 12:00"),
        # Four hours and a half of work by Tuesday, 11:00: two of them on Saturday.
        ("24 11:00", Lead(), 270, "21 17:00"),
        ("24 11:00", Lead(hours=24), 30, "23 10:30"),
        ("24 11:00", Lead(opening_days=1), 30, "24 00:00"),
        # Opened at 08:30, it cannot have prepared for an hour by 09:00: it opened the day before that.
        ("24 09:00", Lead(opening_days=1), 60, "21 00:00"),
        ("24 11:00", Lead(opening_days=3), 0, "20 00:00"),
        ("24 11:00", Lead(opening_days=1, hours=2), 0, "23 22:00"),
    ],
)
def test_each_step_is_undone(ready_by: str, lead: Lead, preparation: int, expected: str) -> None:
    found = order_before(ready_by=utc(ready_by), lead=lead, preparation=minutes(preparation), shop=two_weeks())
    assert found == utc(expected)


def test_a_closed_day_is_no_time_to_prepare() -> None:
    shop = two_weeks(calendar("Tu-Sa 08:30-12:30,15:30-19:00", closed("21"), closed("24", hours="08:00-10:00")))
    assert order_before(ready_by=utc("24 11:00"), lead=Lead(), preparation=minutes(90), shop=shop) == utc("20 18:30")
    assert order_before(ready_by=utc("24 11:00"), lead=Lead(opening_days=2), preparation=timedelta(), shop=shop) == utc(
        "20 00:00"
    )


@pytest.mark.parametrize(("lead", "preparation"), [(Lead(), 60 * 60), (Lead(opening_days=15), 0)])
def test_what_would_have_begun_before_all_that_is_known_has_no_moment(lead: Lead, preparation: int) -> None:
    asked = order_before(ready_by=utc("24 11:00"), lead=lead, preparation=minutes(preparation), shop=two_weeks())
    assert asked is None


@pytest.mark.parametrize(
    ("start", "end", "touches"),
    [
        ("24 12:30", "24 15:30", False),
        ("24 12:29", "24 12:45", True),
        ("24 15:00", "24 15:31", True),
        ("24 07:00", "24 21:00", True),
        ("22 00:00", "24 08:30", False),
        ("29 00:00", "29 12:00", False),
    ],
)
def test_a_trip_meets_an_open_shop_or_does_not(start: str, end: str, *, touches: bool) -> None:
    assert two_weeks().touches(utc(start), utc(end)) is touches


def test_an_evening_that_ends_tomorrow_is_today_s_opening_day() -> None:
    nights = two_weeks(calendar("Fr,Sa 20:00-02:00"))
    assert nights.first_openings == [utc("20 20:00"), utc("21 20:00"), utc("27 20:00"), utc("28 20:00")]
    assert order_before(ready_by=utc("22 01:00"), lead=Lead(), preparation=minutes(120), shop=nights) == utc("21 23:00")


def test_a_night_of_25_hours_has_an_hour_more_to_prepare() -> None:
    shop = open_time(
        calendar("Su 01:00-05:00"), start=at("2026-10-20 00:00").astimezone(), end=at("2026-10-30 00:00").astimezone()
    )
    found = order_before(ready_by=utc("2026-10-25 05:00"), lead=Lead(), preparation=minutes(5 * 60), shop=shop)
    assert found == utc("2026-10-25 01:00")
