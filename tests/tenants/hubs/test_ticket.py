"""The promise in words."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tenants.hubs.promise import Window
from tenants.hubs.ticket import Ticket, at_place, ticket

PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=PARIS)


def at(start: datetime, *, before: timedelta = timedelta(hours=4)) -> Ticket:
    window = Window(start, start + timedelta(hours=2), start - before)
    return ticket(hub_name="La conciergerie", window=window, now=NOW)


def said(found: Ticket) -> str:
    days = f"{found.ready_day} " if found.ready_day else ""
    return f"avant {found.order_by}, {days}dès {found.ready_time}"


@pytest.mark.parametrize(
    ("start", "before", "words"),
    [
        (NOW.replace(hour=18), 4, "avant 14\u00a0h, dès 18\u00a0h"),
        (NOW.replace(day=25, hour=12), 20, "avant 16\u00a0h, demain dès 12\u00a0h"),
        (NOW.replace(day=25, hour=12), 4, "avant demain 8\u00a0h, demain dès 12\u00a0h"),
        (
            NOW.replace(day=28, hour=12),
            4,
            "avant samedi 28\u00a0novembre, 8\u00a0h, samedi 28\u00a0novembre dès 12\u00a0h",
        ),
    ],
)
def test_days_are_said_where_they_are_needed(start: datetime, before: int, words: str) -> None:
    assert said(at(start, before=timedelta(hours=before))) == words


def test_the_road_has_its_last_moment_its_round_and_ones_own() -> None:
    stops = at(NOW.replace(hour=18)).stops
    assert [stop.get("time") for stop in stops] == ["14\u00a0h", None, "18\u00a0h"]
    assert [bool(stop.get("you")) for stop in stops] == [False, False, True]
    assert stops[-1]["note"] == "à la conciergerie, jusqu’à 20\u00a0h"
    assert at(NOW.replace(day=25, hour=18)).stops[-1]["note"] == "demain, à la conciergerie, jusqu’à 20\u00a0h"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("La conciergerie", "à la conciergerie"),
        ("Le foyer", "au foyer"),
        ("Les Halles", "aux Halles"),
        ("L’épicerie", "à l’épicerie"),
        ("Zone du Tubé", "au point de retrait «\u00a0Zone du Tubé\u00a0»"),
    ],
)
def test_says_where(name: str, words: str) -> None:
    assert at_place(name) == words
