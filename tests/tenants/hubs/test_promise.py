"""The promise, in tables: one line a rule. On a Tuesday, the 24th of November 2026, unless told otherwise."""

from dataclasses import replace
from datetime import UTC, timedelta
from itertools import pairwise
from typing import Any

import pytest

from tenants.hubs.promise import HORIZON, collect, promise
from tenants.hubs.supply import Obstacle
from tests.tenants.hubs.places import (
    CELLAR,
    DAIRY,
    a_hub,
    a_round,
    a_shop,
    an_item,
    asked,
    at,
    closed,
    first,
    minutes,
    opened,
    said,
    starts,
    utc,
)

VAN = a_round("Fr 12:30-13:30", number=2)
TUBE = a_hub("Fr 14:00-18:00; PH off", name="Zone du Tubé", runs=(VAN,))


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("24 09:00", "24 12:00 < 24 10:00"),
        ("24 09:59", "24 12:00 < 24 10:00"),
        ("24 10:00", "24 18:00 < 24 16:00"),
        ("24 15:59", "24 18:00 < 24 16:00"),
        ("24 16:00", "25 12:00 < 25 10:00"),
        ("28 16:00", "30 12:00 < 30 10:00"),
        # Christmas is a Friday; the day after is a holiday in Alsace only.
        ("2026-12-24 16:00", "26 12:00 < 26 10:00"),
    ],
)
def test_a_window_takes_what_the_last_round_before_it_has_brought(now: str, expected: str) -> None:
    assert first(asked(), now) == expected


@pytest.mark.parametrize(
    ("last_call", "expected"),
    [(0, "24 18:00 < 24 17:00"), (60, "24 18:00 < 24 16:00"), (600, "25 12:00 < 25 01:00")],
)
def test_a_round_has_its_last_call(last_call: int, expected: str) -> None:
    assert first(asked(rounds=[a_round(last_call=last_call)]), "24 11:00") == expected


def test_a_round_called_early_does_not_hide_one_that_is_called_late() -> None:
    slow = a_round("Mo-Sa 16:00-17:30", last_call=600, number=3)
    assert first(asked(rounds=[a_round("Mo-Sa 11:00-12:00"), slow]), "24 09:00") == "24 12:00 < 24 10:00"
    evening = asked(rounds=[a_round("Mo-Sa 11:00-12:00"), slow], hub=a_hub("Mo-Sa 18:00-20:00"))
    assert first(evening, "24 09:00") == "24 18:00 < 24 10:00"


def test_a_round_that_is_back_late_is_for_the_next_window() -> None:
    assert first(asked(rounds=[a_round("Mo-Sa 17:00-18:01")]), "24 09:00") == "25 12:00 < 24 16:00"
    assert first(asked(rounds=[a_round("Mo-Sa 17:00-18:00")]), "24 09:00") == "24 18:00 < 24 16:00"


@pytest.mark.parametrize(
    ("exception", "expected"),
    [
        (closed("24"), "25 12:00 < 25 10:00"),
        (closed("24", hours="11:30-12:00"), "24 18:00 < 24 16:00"),
        # A round cut short is not a shorter round.
        (closed("24", hours="16:00-17:30"), "24 12:00 < 24 10:00"),
        (opened("24", "09:30-10:00"), "24 12:00 < 24 08:30"),
    ],
)
def test_a_round_has_its_days_off(exception: Any, expected: str) -> None:
    assert first(asked(rounds=[a_round("Mo-Sa 11:00-12:00,17:00-18:00", exception)]), "24 08:00") == expected


SHOP_HOURS = "Tu-Sa 08:30-12:30,15:30-19:00; PH off"


@pytest.mark.parametrize(
    ("preparation", "now", "expected"),
    [
        (0, "24 08:00", "24 12:00 < 24 10:00"),
        (120, "24 08:00", "24 12:00 < 24 09:00"),
        # The half hour that is missing before eleven is Saturday's last.
        (180, "21 18:00", "24 12:00 < 21 18:30"),
        (180, "21 18:30", "24 18:00 < 24 11:00"),
        # Half of it is done before the shop closes for lunch.
        (120, "24 09:00", "24 18:00 < 24 12:00"),
    ],
)
def test_a_shop_prepares_while_it_is_open(preparation: int, now: str, expected: str) -> None:
    assert first(asked(shops={DAIRY: a_shop(SHOP_HOURS, preparation=preparation)}), now) == expected


@pytest.mark.parametrize(
    ("hours", "expected"),
    [
        ("Mo-Sa 11:00-12:00", "24 12:00 < 24 10:00"),
        ("Mo-Sa 11:59-17:00", "24 12:00 < 24 10:00"),
        ("Mo-Sa 12:00-17:00", "never"),
        ("Mo-Sa 07:00-11:00", "never"),
        ("Su", "never"),
    ],
)
def test_a_trip_needs_the_shop_open_at_some_moment_of_it(hours: str, expected: str) -> None:
    question = asked(shops={DAIRY: a_shop(hours)}, rounds=[a_round("Mo-Sa 11:00-12:00")])
    assert first(question, "24 08:00") == expected


@pytest.mark.parametrize(
    ("lead", "now", "expected"),
    [
        ({"hours": 4}, "24 06:00", "24 12:00 < 24 07:00"),
        ({"hours": 4}, "24 07:00", "24 18:00 < 24 13:00"),
        ({"hours": 1}, "24 06:00", "24 12:00 < 24 10:00"),
        ({"hours": 24}, "24 07:00", "25 12:00 < 24 11:00"),
        # Ordered on Monday, the shop begins on its next opening day.
        ({"opening_days": 1}, "23 23:59", "24 12:00 < 24 00:00"),
        ({"opening_days": 1}, "24 00:00", "25 12:00 < 25 00:00"),
        # Sunday and Monday are no opening days of this shop.
        ({"opening_days": 1}, "21 09:00", "24 12:00 < 24 00:00"),
        ({"opening_days": 2}, "20 23:59", "24 12:00 < 21 00:00"),
        ({"opening_days": 2}, "21 00:00", "25 12:00 < 24 00:00"),
        ({"opening_days": 1, "hours": 3}, "23 20:59", "24 12:00 < 23 21:00"),
        ({"opening_days": 1, "hours": 3}, "23 21:00", "25 12:00 < 24 21:00"),
    ],
)
def test_what_is_made_to_order_takes_its_time(lead: dict[str, Any], now: str, expected: str) -> None:
    assert first(asked(an_item(**lead), shops={DAIRY: a_shop(SHOP_HOURS)}), now) == expected


def test_preparation_comes_after_the_lead_time() -> None:
    shops = {DAIRY: a_shop(SHOP_HOURS, preparation=60)}
    assert first(asked(an_item(hours=4), shops=shops), "24 05:00") == "24 12:00 < 24 06:00"
    assert first(asked(an_item(opening_days=1), shops=shops), "23 05:00") == "24 12:00 < 24 00:00"


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("24 09:00", "27 12:00 < 27 10:00"),
        ("27 10:00", "27 18:00 < 27 16:00"),
        ("27 16:00", "2026-12-04 12:00"),
    ],
)
def test_what_exists_on_fridays_is_fetched_on_fridays(now: str, expected: str) -> None:
    question = asked(an_item(weekdays=frozenset({4})))
    if "<" in expected:
        assert first(question, now) == expected
    else:
        window = said(question, now).earliest
        assert window is not None
        assert f"{window.start:%Y-%m-%d %H:%M}" == expected


def test_what_was_fetched_on_friday_waits_on_saturday() -> None:
    window = said(asked(an_item(weekdays=frozenset({4}))), "24 09:00").window_at(at("28 12:00"))
    assert window is not None
    assert window.order_before == at("27 16:00")


def test_a_product_of_a_day_on_which_its_shop_is_closed_is_never_promised() -> None:
    question = asked(an_item(weekdays=frozenset({0})), shops={DAIRY: a_shop(SHOP_HOURS)})
    assert first(question, "24 09:00") == "never"
    assert {each.obstacle for each in said(question, "24 09:00").excluded} == {Obstacle.NO_ROUND}


@pytest.mark.parametrize(
    ("now", "expected"),
    [("24 09:00", "27 14:00 < 27 10:00"), ("27 09:59", "27 14:00 < 27 10:00"), ("27 10:00", "04 14:00 < 04 10:00")],
)
def test_a_satellite_hub_waits_for_its_van(now: str, expected: str) -> None:
    assert first(asked(hub=TUBE), now) == expected


def test_the_van_takes_what_a_round_brought_before_it_left() -> None:
    early = a_hub("Fr 14:00-18:00", runs=(a_round("Fr 11:30-13:30", number=2),))
    assert first(asked(hub=early), "24 09:00") == "27 14:00 < 26 16:00"
    called = a_hub("Fr 14:00-18:00", runs=(a_round("Fr 12:30-13:30", last_call=24 * 60, number=2),))
    assert first(asked(hub=called), "24 09:00") == "27 14:00 < 26 12:30"


def test_the_window_names_its_trips() -> None:
    window = said(asked(hub=TUBE), "24 09:00").earliest
    assert window is not None
    assert window.run is not None
    assert (window.run.departure, window.run.back) == (utc("27 12:30"), utc("27 13:30"))
    assert [trip.departure for trip in window.collections] == [utc("27 11:00")]


@pytest.mark.parametrize(
    ("hours", "expected"),
    [
        # From the arrival of each round to the end of the day, or of the hours.
        ("24/7", ["24 12:00-00:00", "24 18:00-00:00", "25 12:00-00:00"]),
        ("Mo-Su 06:00-22:00", ["24 12:00-22:00", "24 18:00-22:00", "25 12:00-22:00"]),
        # What arrives while the doors are closed waits until they open.
        ("Mo-Su 19:00-24:00", ["24 19:00-00:00", "25 19:00-00:00", "26 19:00-00:00"]),
        ("Mo-Su 20:00-02:00", ["24 20:00-00:00", "25 20:00-00:00", "26 20:00-00:00"]),
        ("Mo-Su 05:00-17:00", ["24 12:00-17:00", "25 05:00-17:00", "25 12:00-17:00"]),
    ],
)
def test_lockers_are_open_when_goods_are_there(hours: str, expected: list[str]) -> None:
    found = said(asked(hub=a_hub(hours, any_time=True)), "24 09:00").windows
    assert [f"{window.start:%d %H:%M}-{window.end:%H:%M}" for window in found[:3]] == expected


def test_lockers_reached_by_van_open_when_it_arrives() -> None:
    station = a_hub("24/7", any_time=True, runs=(a_round("Mo-Sa 18:15-18:45", number=2),))
    assert first(asked(hub=station), "24 09:00") == "24 18:45 < 24 16:00"


@pytest.mark.parametrize(
    ("cutoff", "expected"),
    [
        (0, "24 12:00 < 24 10:00"),
        (120, "24 12:00 < 24 10:00"),
        (121, "24 12:00 < 24 09:59"),
        (600, "24 18:00 < 24 08:00"),
    ],
)
def test_a_hub_closes_its_windows_before_they_open(cutoff: int, expected: str) -> None:
    assert first(asked(hub=a_hub(cutoff=minutes(cutoff))), "24 07:00") == expected


def test_the_last_item_decides() -> None:
    slow = an_item("La tourte", shop=CELLAR, hours=20)
    assert first(asked(an_item()), "24 09:00") == "24 12:00 < 24 10:00"
    assert first(asked(slow), "24 09:00") == first(asked(an_item(), slow), "24 09:00") == "25 12:00 < 24 15:00"


def test_without_items_it_is_what_a_ready_parcel_could_make() -> None:
    empty = replace(asked(), items=(), shops={})
    assert first(empty, "24 09:00") == "24 12:00 < 24 10:00"
    assert first(replace(empty, hub=TUBE), "24 09:00") == "27 14:00 < 27 10:00"


def test_a_hub_that_has_opened_already_is_for_another_time() -> None:
    assert starts(asked(hub=a_hub("24/7")), "24 09:00") == []
    assert starts(asked(hub=a_hub("Tu 08:00-20:00")), "24 09:00") == ["01 08:00", "08 08:00"]


def test_the_horizon_is_two_weeks() -> None:
    found = said(asked(), "24 09:00").windows
    assert (found[0].start, found[-1].start) == (at("24 12:00"), at("2026-12-07 18:00"))
    assert all(window.start < at("24 09:00") + HORIZON for window in found)


@pytest.mark.parametrize(
    ("now", "hours", "expected"),
    [
        # 25 October 2026 has an hour twice: 48 hours before Monday noon it was one o'clock on Saturday.
        ("2026-10-23 09:00", 48, ("2026-10-26 12:00", "2026-10-24 12:00")),
        # 28 March 2027 lacks an hour: 48 hours before Monday's round it was ten o'clock.
        ("2027-03-26 09:00", 72, ("2027-03-30 12:00", "2027-03-27 10:00")),
    ],
)
def test_hours_are_real_hours_when_the_clocks_change(now: str, hours: int, expected: tuple[str, str]) -> None:
    rounds = [a_round("Mo-Su 11:00-12:00")]
    window = said(asked(an_item(hours=hours), rounds=rounds), now).window_at(at(expected[0]))
    assert window is not None
    assert window.order_before == at(expected[1])


def test_a_night_of_25_hours_has_one_window_and_one_trip() -> None:
    hub = a_hub("Mo-Su 03:00-04:00")
    question = asked(hub=hub, rounds=[a_round("Mo-Su 01:30-02:30", last_call=0)])
    windows = said(question, "2026-10-24 20:00").windows
    assert [f"{window.start:%d %H:%M}" for window in windows[:2]] == ["25 03:00", "26 03:00"]
    trip = windows[0].collections[0]
    assert trip.back - trip.departure == timedelta(hours=2)


def test_in_a_night_of_23_hours_what_is_skipped_is_not_promised() -> None:
    question = asked(hub=a_hub("Mo-Su 02:15-02:45"), rounds=[a_round("Mo-Su 17:00-18:00")])
    windows = said(question, "2027-03-26 10:00").windows
    assert [f"{window.start:%m-%d %H:%M}" for window in windows[:2]] == ["03-27 02:15", "03-29 02:15"]


def test_windows_come_in_order_and_are_found_again() -> None:
    found = said(asked(), "24 09:00")
    assert all(one.start.astimezone(UTC) < two.start.astimezone(UTC) for one, two in pairwise(found.windows))
    for window in found.windows:
        assert found.window_at(window.start.astimezone(UTC)) == window
    assert found.window_at(at("24 12:01")) is None
    assert found.window_at(at("22 12:00")) is None


def test_hubs_share_what_the_rounds_have_collected() -> None:
    """Given it, each hub says what it would have said alone."""
    now = at("24 09:00")
    questions = [asked(an_item(hours=4), hub=hub) for hub in (a_hub(), TUBE, a_hub("24/7", any_time=True, runs=(VAN,)))]
    shared = collect(questions[0], now=now)
    for question in questions:
        assert promise(question, now=now, collected=shared) == promise(question, now=now)
