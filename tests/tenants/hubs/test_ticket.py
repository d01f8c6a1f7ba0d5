"""The promise in words, and the trips on its road."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest

from shared.hours import Calendar, Schedule
from tenants.hubs.facts import HubFacts, Item, Question, RoundFacts, ShopFacts
from tenants.hubs.promise import Window, promise
from tenants.hubs.ticket import Ticket, at_place, passes_by, ticket, until

PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=PARIS)


def calendar(rule: str) -> Calendar:
    return Calendar(Schedule(rule), "Europe/Paris")


def a_round(name: str, rule: str) -> RoundFacts:
    return RoundFacts(key=uuid4(), name=name, calendar=calendar(rule), last_call=timedelta(hours=1))


def question(*shops: str, runs: tuple[RoundFacts, ...] | None = None, mornings: str = "") -> Question:
    """One item of each shop, open all day or in the morning only, fetched at eleven and at five."""
    keys: dict[UUID, str] = {uuid4(): name for name in shops}
    return Question(
        items=tuple(Item(uuid4(), f"chez {name}", key) for key, name in keys.items()),
        shops={
            key: ShopFacts(name=name, calendar=calendar("08:00-12:00" if name == mornings else "08:00-19:00"))
            for key, name in keys.items()
        },
        collections=(a_round("Tournée", "11:00-12:00,17:00-17:45"),),
        hub=HubFacts(
            name="La conciergerie" if runs is None else "Zone du Tubé",
            calendar=calendar("18:00-20:00" if runs is None else "Fr 14:00-18:00"),
            runs=runs,
        ),
    )


def asked(found: Question) -> Ticket:
    window = promise(found, now=NOW).earliest
    assert window is not None
    return ticket(question=found, window=window, now=NOW)


def road(found: Ticket) -> list[str]:
    said = [(stop.get("time", ""), stop["title"], stop.get("note", "")) for stop in found.stops]
    return [" | ".join(filter(None, each)).replace("\u00a0", " ") for each in said]


def at(start: datetime, *, before: timedelta = timedelta(hours=4)) -> Ticket:
    found = question()
    trips = promise(found, now=NOW).windows[0].collections
    window = Window(start, start + timedelta(hours=2), start - before, collections=trips)
    return ticket(question=found, window=window, now=NOW)


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
    found = asked(question("Mistral", "Amandine"))
    assert road(found) == [
        "16 h | Dernière minute pour commander | les boutiques préparent",
        "17 h | La concierge passe chez Amandine et Mistral | de retour à 17 h 45",
        "18 h | Votre commande vous attend | à la conciergerie, jusqu’à 20 h",
    ]
    assert [bool(stop.get("you")) for stop in found.stops] == [False, False, True]


def test_shops_fetched_by_different_trips_are_told_apart() -> None:
    assert road(asked(question("Mistral", "Amandine", mornings="Mistral")))[:3] == [
        "10 h | Dernière minute pour commander | les boutiques préparent",
        "11 h | La concierge passe chez Mistral | de retour à 12 h",
        "17 h | La concierge passe chez Amandine | de retour à 17 h 45",
    ]


def test_today_is_said_when_the_rest_is_not_today() -> None:
    found = at(NOW.replace(day=25, hour=12), before=timedelta(hours=20))
    assert found.stops[0]["note"] == "aujourd’hui, les boutiques préparent"
    assert found.order_when == "aujourd’hui avant 16\u00a0h"
    assert at(NOW.replace(hour=18)).order_when == "avant 14\u00a0h"
    assert at(NOW.replace(day=25, hour=12)).order_when == "demain avant 8\u00a0h"


def test_nothing_in_the_basket_names_no_shop() -> None:
    assert road(asked(question()))[1] == "17 h | La concierge passe chez les commerçants | de retour à 17 h 45"


def test_the_van_has_its_stop_and_days_are_said_when_they_change() -> None:
    assert road(asked(question("Mistral", runs=(a_round("Navette du Tubé", "Fr 12:30-13:30"),)))) == [
        "10 h | Dernière minute pour commander | vendredi 27 novembre, les boutiques préparent",
        "11 h | La concierge passe chez Mistral | de retour à 12 h",
        "12 h 30 | Navette du Tubé | arrivée à 13 h 30",
        "14 h | Votre commande vous attend | vendredi 27 novembre, au point de retrait « Zone du Tubé », jusqu’à 18 h",
    ]


def test_many_shops_are_counted() -> None:
    assert passes_by(["A", "B", "C"]) == "La concierge passe chez A, B et C"
    assert passes_by(["A", "B", "C", "D"]) == "La concierge passe dans 4\u00a0boutiques"


def test_a_window_may_last_until_midnight() -> None:
    window = Window(NOW, NOW.replace(day=25, hour=0), NOW)
    assert until(window) == "jusqu’à minuit"


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
