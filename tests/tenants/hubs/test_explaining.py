"""Why a promise is what it is, word for word."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from shared.hours import Calendar, Exceptional, Schedule
from tenants.hubs.explaining import chain, come_back, missed
from tenants.hubs.facts import HubFacts, Item, Lead, Pause, Question, RoundFacts, ShopFacts
from tenants.hubs.promise import promise
from tests.conftest import TUESDAY as NOW

ZONE = ZoneInfo("Europe/Paris")
DAIRY, CELLAR = uuid4(), uuid4()
CHEESE = Item(uuid4(), "Plateau", DAIRY, Lead(hours=6))
WINE = Item(uuid4(), "Coteaux d’Aix", CELLAR)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """November 2026, in Istres."""
    return datetime(2026, 11, day, hour, minute, tzinfo=ZONE)


def week(rule: str, *exceptions: Exceptional) -> Calendar:
    return Calendar(Schedule(rule), "Europe/Paris", exceptions=exceptions)


def closed(day: int, reason: str = "") -> Exceptional:
    return Exceptional(date(2026, 11, day), date(2026, 11, day), closed=True, reason=reason)


SHOPS = {
    DAIRY: ShopFacts(name="Fromagerie Amandine", calendar=week("Tu-Sa 08:00-19:00"), preparation=timedelta(minutes=30)),
    CELLAR: ShopFacts(name="Cave des Heures Claires", calendar=week("Mo-Sa 10:00-19:30")),
}
BIKE = RoundFacts(
    key=uuid4(), name="Le vélo-cargo", calendar=week("Mo-Sa 11:00-11:45,17:00-17:45"), last_call=timedelta(hours=1)
)
VAN = RoundFacts(key=uuid4(), name="La navette", calendar=week("Fr 12:30-13:30"), last_call=timedelta(hours=2))
MAIN = HubFacts(name="La conciergerie", calendar=week("Mo-Sa 12:00-14:00,18:00-20:00"))
PARK = HubFacts(name="Zone du Tubé", calendar=week("Fr 14:00-18:00"), runs=(VAN,))


def question(*items: Item, hub: HubFacts = MAIN, **change: Any) -> Question:
    return replace(Question(items=items, shops=SHOPS, collections=(BIKE,), hub=hub), **change)


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


def links(asked: Question, now: datetime = NOW) -> list[tuple[str, datetime, str]]:
    return [(link.step, link.at, plain(link.reason)) for link in chain(asked, promise(asked, now=now))]


def not_sooner(asked: Question, now: datetime = NOW) -> list[tuple[str, str]]:
    return [(plain(each.when), plain(each.reason)) for each in missed(asked, promise(asked, now=now))]


def test_the_chain_of_an_evening() -> None:
    assert links(question(CHEESE, WINE, hub=replace(MAIN, room=3))) == [
        (
            "order",
            at(24, 9),
            "Commande passée mardi 24 novembre à 9 h (dernier moment pour ce créneau : mardi 24 novembre à 10 h 30).",
        ),
        (
            "shop",
            at(24, 17),
            "Fromagerie Amandine : « Plateau » doit être prêt (6 h de délai, 30 min de préparation, boutique ouverte).",
        ),
        ("shop", at(24, 17), "Cave des Heures Claires : « Coteaux d’Aix » doit être prêt."),
        (
            "collection",
            at(24, 17),
            (
                "Le vélo-cargo : part à 17 h, passe chez Fromagerie Amandine et Cave des Heures Claires, "
                "est de retour à 17 h 45."
            ),
        ),
        (
            "window",
            at(24, 18),
            "La conciergerie : la commande attend son client jusqu’à 20 h (3 places libres).",
        ),
    ]


def test_the_chain_to_a_satellite() -> None:
    assert [(step, when) for step, when, _reason in links(question(WINE, hub=PARK))] == [
        ("order", at(24, 9)),
        ("shop", at(27, 11)),
        ("collection", at(27, 11)),
        ("run", at(27, 12, 30)),
        ("window", at(27, 14)),
    ]
    assert links(question(WINE, hub=PARK))[3][2] == "La navette : part à 12 h 30, arrive à 13 h 30 (Zone du Tubé)."


def test_without_items_no_shop_is_named() -> None:
    assert [step for step, _at, _reason in links(question())] == ["order", "collection", "window"]
    assert links(question())[1][2] == "Le vélo-cargo : part à 11 h, est de retour à 11 h 45."


def test_no_window_no_chain() -> None:
    assert links(question(hub=replace(MAIN, pause=Pause("inondation", None)))) == []


@pytest.mark.parametrize(
    ("asked", "now", "expected"),
    [
        (
            question(CHEESE),
            NOW,
            ("mardi 24 novembre à 12 h", "« Plateau » : il fallait commander avant mardi 24 novembre à 4 h 30"),
        ),
        (
            question(WINE),
            at(24, 10, 30),
            (
                "mardi 24 novembre à 12 h",
                "« Coteaux d’Aix » : il fallait commander avant mardi 24 novembre à 10 h",
            ),
        ),
        (
            question(WINE, hub=replace(MAIN, cutoff=timedelta(hours=4))),
            NOW,
            (
                "mardi 24 novembre à 12 h",
                "il fallait commander avant mardi 24 novembre à 8 h, comme le demande ce point de retrait",
            ),
        ),
        (
            question(WINE, hub=replace(MAIN, room=1, taken={at(24, 12).astimezone(UTC): 1})),
            NOW,
            ("mardi 24 novembre à 12 h", "ce créneau est complet"),
        ),
        (
            question(WINE, hub=replace(MAIN, pause=Pause("inondation", at(24, 13)))),
            NOW,
            ("mardi 24 novembre à 12 h", "les commandes sont suspendues (inondation)"),
        ),
        (
            question(WINE, collections=(replace(BIKE, calendar=week("Nov 25-Dec 31 11:00-11:45")),)),
            NOW,
            (
                "mardi 24 novembre à 12 h",
                (
                    "aucune tournée ne passe avant chez Cave des Heures Claires pendant ses heures d’ouverture, "
                    "ou elle est pleine"
                ),
            ),
        ),
        (
            question(collections=(replace(BIKE, calendar=week("Nov 25-Dec 31 11:00-11:45")),)),
            NOW,
            (
                "mardi 24 novembre à 12 h",
                "aucune tournée n’est de retour avant, ou celles qui le sont sont pleines",
            ),
        ),
        (
            question(WINE, hub=replace(PARK, calendar=week("Tu,Fr 14:00-18:00"), runs=())),
            NOW,
            (
                "mardi 24 novembre à 14 h",
                "aucune navette n’y arrive avant, ou celles qui arrivent sont pleines",
            ),
        ),
        (
            question(WINE, hub=PARK),
            at(27, 10, 45),
            (
                "vendredi 27 novembre à 14 h",
                "« Coteaux d’Aix » : il fallait commander avant vendredi 27 novembre à 10 h",
            ),
        ),
        (
            question(WINE, hub=replace(PARK, runs=(replace(VAN, last_call=timedelta(hours=4)),))),
            at(27, 9),
            (
                "vendredi 27 novembre à 14 h",
                "il fallait commander avant vendredi 27 novembre à 8 h 30, dernier appel de la navette",
            ),
        ),
        (
            question(
                replace(WINE, lead=Lead(weekdays=frozenset({0, 3}))),
                collections=(replace(BIKE, calendar=week("Nov 25-Dec 31 11:00-11:45")),),
            ),
            NOW,
            (
                "mardi 24 novembre à 12 h",
                (
                    "« Coteaux d’Aix » ne se prend que le lundi et le jeudi : aucune tournée ne passe avant chez "
                    "Cave des Heures Claires pendant ses heures d’ouverture, ces jours-là"
                ),
            ),
        ),
        (
            question(WINE, hub=replace(MAIN, calendar=week("Mo-Sa 18:00-20:00", closed(24, "inventaire")))),
            NOW,
            ("mardi 24 novembre", "fermé : inventaire"),
        ),
        (
            question(WINE, hub=replace(MAIN, calendar=week("Mo-Sa 18:00-20:00", closed(24)))),
            NOW,
            ("mardi 24 novembre", "fermé exceptionnellement"),
        ),
    ],
)
def test_why_not_sooner(asked: Question, now: datetime, expected: tuple[str, str]) -> None:
    assert not_sooner(asked, now)[0] == expected


def test_a_holiday_is_named() -> None:
    asked = question(WINE, hub=replace(MAIN, calendar=week("Mo-Sa 12:00-14:00; PH off")))
    night = datetime(2026, 12, 24, 13, tzinfo=ZONE)
    assert [each for each in not_sooner(asked, night) if "25" in each[0]] == [("vendredi 25 décembre", "fermé : Noël")]


def test_when_to_come_back() -> None:
    later = question(WINE, collections=(replace(BIKE, calendar=week("Dec 20-31 11:00-11:45")),))
    back = come_back(later, now=NOW)
    assert back
    assert back.window
    assert back.window.start.astimezone(ZONE) == datetime(2026, 12, 21, 12, tzinfo=ZONE)
    assert back.since == back.window.start - timedelta(days=14)
    assert come_back(question(collections=()), now=NOW) is None


def test_when_a_pause_ends() -> None:
    paused = question(WINE, hub=replace(MAIN, pause=Pause("inventaire", at(26, 8))))
    back = come_back(paused, now=NOW)
    assert back
    assert back.window
    assert (back.since, back.window.start) == (at(26, 8), at(26, 12))
    assert back.pause == Pause("inventaire", at(26, 8))
    assert come_back(question(hub=replace(MAIN, pause=Pause("crue", None))), now=NOW) is None


def test_a_name_with_its_own_quotes() -> None:
    named = replace(WINE, name="Plateau «\u00a0La Darse\u00a0»")
    assert "« Plateau “La Darse” » doit être prêt." in links(question(named))[1][2]
