"""What cannot be promised, and the reason that is given for it: full, late, paused, or never there."""

from typing import Any

import pytest

from tenants.hubs.facts import Pause
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
    not_possible,
    said,
    utc,
)


@pytest.mark.parametrize(
    ("taken", "expected", "room"),
    [({}, "24 12:00", 2), ({"24 12:00": 1}, "24 12:00", 1), ({"24 12:00": 2}, "24 18:00", 2)],
)
def test_a_window_takes_so_many_orders(taken: dict[str, int], expected: str, room: int) -> None:
    hub = a_hub(room=2, taken={utc(start): count for start, count in taken.items()})
    window = said(asked(hub=hub), "24 09:00").earliest
    assert window is not None
    assert (f"{window.start:%d %H:%M}", window.room) == (expected, room)


def test_more_orders_than_places_is_full_too() -> None:
    hub = a_hub(room=2, taken={utc("24 12:00"): 3})
    assert not_possible(asked(hub=hub), "24 09:00") == ["24 12:00 full"]


@pytest.mark.parametrize(("taken", "expected"), [(3, "24 12:00 < 24 10:00"), (4, "24 18:00 < 24 16:00")])
def test_a_trip_takes_a_parcel_of_each_shop_or_none(taken: int, expected: str) -> None:
    bike = a_round(room=5, taken={utc("24 11:00"): taken})
    basket = [an_item("Le plateau"), an_item("Le banon"), an_item("Le rouge", shop=CELLAR)]
    assert first(asked(*basket, rounds=[bike]), "24 09:00") == expected


def test_a_full_van_is_a_friday_lost() -> None:
    van = a_round("Fr 12:30-13:30", room=1, taken={utc("27 12:30"): 1}, number=2)
    assert first(asked(hub=a_hub("Fr 14:00-18:00", runs=(van,))), "24 09:00") == "04 14:00 < 04 10:00"


@pytest.mark.parametrize(
    ("pause", "now", "is_paused"),
    [
        (Pause("Inventaire", None), "24 09:00", True),
        (Pause("Inventaire", at("24 10:00")), "24 09:59", True),
        (Pause("Inventaire", at("24 10:00")), "24 10:00", False),
    ],
)
def test_nothing_is_promised_during_a_pause(pause: Pause, now: str, *, is_paused: bool) -> None:
    for question in (asked(hub=a_hub(pause=pause)), asked(shops={DAIRY: a_shop(pause=pause)})):
        found = said(question, now)
        assert bool(found.windows) is not is_paused
        assert ({each.obstacle for each in found.excluded} == {Obstacle.PAUSED}) is is_paused


def test_a_paused_shop_stops_only_those_who_order_there() -> None:
    shops = {DAIRY: a_shop(), CELLAR: a_shop(pause=Pause("Vendanges", None))}
    assert said(asked(shops=shops), "24 09:00").windows
    assert not said(asked(an_item(), an_item("Le rouge", shop=CELLAR), shops=shops), "24 09:00").windows


def by_van(last_call: int) -> Any:
    """A hub of every day at noon, reached by a van at eleven, for which an early round collects."""
    van = a_round("Mo-Sa 10:00-11:00", last_call=last_call, number=2)
    return asked(hub=a_hub(runs=(van,)), rounds=[a_round("Mo-Sa 07:00-08:00")])


@pytest.mark.parametrize(
    ("question", "now", "expected"),
    [
        (asked(), "24 10:30", "24 12:00 too_late"),
        (asked(an_item(hours=9)), "24 09:00", "24 12:00 too_late"),
        (asked(hub=a_hub(cutoff=minutes(300))), "24 09:00", "24 12:00 cutoff"),
        (asked(rounds=[]), "24 09:00", "24 12:00 no_round"),
        (asked(hub=a_hub(runs=())), "24 09:00", "24 12:00 no_run"),
        (by_van(last_call=30), "24 09:00", "24 12:00 too_late"),
        (by_van(last_call=600), "24 09:00", "24 12:00 run_left"),
        (asked(hub=a_hub(room=0)), "24 09:00", "24 12:00 full"),
        (asked(hub=a_hub(pause=Pause("Fête", None))), "24 09:00", "24 12:00 paused"),
    ],
)
def test_what_is_not_possible_has_its_reason(question: Any, now: str, expected: str) -> None:
    assert not_possible(question, now)[0] == expected


def test_the_reason_names_what_is_late_and_until_when_it_was_possible() -> None:
    late = an_item("La tourte", shop=CELLAR, hours=20)
    (lunch, dinner) = said(asked(an_item(), late), "24 09:00").excluded
    assert (lunch.obstacle, lunch.item, lunch.order_before) == (Obstacle.TOO_LATE, late, at("23 15:00"))
    assert (dinner.item, dinner.order_before) == (late, at("23 21:00"))


@pytest.mark.parametrize(
    "question",
    [
        asked(rounds=[]),
        asked(rounds=[a_round("")]),
        asked(hub=a_hub("")),
        asked(hub=a_hub("Jan 01 10:00-12:00")),
        asked(hub=a_hub(runs=())),
        asked(hub=a_hub("24/7", any_time=True), rounds=[]),
        asked(shops={DAIRY: a_shop("")}),
        asked(shops={DAIRY: a_shop("24/7", closed("24", "2026-12-31"))}),
        asked(hub=a_hub("Mo-Sa 12:00-14:00", closed("24", "2026-12-31"))),
        asked(an_item(hours=24 * 15)),
    ],
)
def test_empty_timetables_promise_nothing(question: Any) -> None:
    assert said(question, "24 09:00").windows == ()
