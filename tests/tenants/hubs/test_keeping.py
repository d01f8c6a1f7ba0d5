"""Promises already made, under other hours, rounds and room."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest

from shared.hours import Calendar, Schedule
from tenants.hubs.facts import HubFacts, Item, Lead, Question, RoundFacts, ShopFacts
from tenants.hubs.keeping import Held, Leg, Loss, World, lost, world_of
from tenants.hubs.replanning import Move, Waiting, replan
from tests.conftest import TUESDAY as NOW

ZONE = ZoneInfo("Europe/Paris")
MAIN, PARK, ROUND, RUN, SHOP = (uuid4() for _ in range(5))


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """November 2026, in Istres."""
    return datetime(2026, 11, day, hour, minute, tzinfo=ZONE)


def week(rule: str) -> Calendar:
    return Calendar(Schedule(rule), "Europe/Paris")


def main_hub(rule: str = "Mo-Sa 12:00-14:00,18:00-20:00", room: int | None = None) -> HubFacts:
    return HubFacts(name="La conciergerie", calendar=week(rule), room=room)


def cargo_bike(rule: str = "Mo-Sa 11:00-11:45,17:00-17:45", room: int | None = None) -> RoundFacts:
    return RoundFacts(key=ROUND, name="Le vélo", calendar=week(rule), room=room)


def van(rule: str = "Fr 12:30-13:30", room: int | None = None) -> RoundFacts:
    return RoundFacts(key=RUN, name="La navette", calendar=week(rule), room=room)


def shop(rule: str = "Tu-Sa 09:00-19:00") -> ShopFacts:
    return ShopFacts(name="La fromagerie", calendar=week(rule))


def question(
    *, hub: HubFacts | None = None, bike: RoundFacts | None = None, dairy: ShopFacts | None = None
) -> Question:
    return Question(items=(), shops={SHOP: dairy or shop()}, collections=(bike or cargo_bike(),), hub=hub or main_hub())


def park(run: RoundFacts | None = None, rule: str = "Fr 14:00-18:00") -> HubFacts:
    return HubFacts(name="Le Tubé", calendar=week(rule), runs=(run or van(),))


def world(*questions: tuple[UUID, Question]) -> World:
    return world_of(dict(questions or [(MAIN, question()), (PARK, question(hub=park()))]))


def tonight(number: int = 0, **change: object) -> Held:
    """Collected at five, to be handed over at six this evening."""
    facts = {
        "key": UUID(int=number),
        "hub": MAIN,
        "start": at(24, 18),
        "end": at(24, 20),
        "placed_at": NOW - timedelta(hours=1, minutes=-number),
        "collections": (Leg(ROUND, at(24, 17), shop=SHOP),),
    }
    return Held(**facts | change)  # type: ignore[arg-type]  # each test changes what it is about


def on_friday(number: int = 0) -> Held:
    return tonight(
        number,
        hub=PARK,
        start=at(27, 14),
        end=at(27, 18),
        collections=(Leg(ROUND, at(27, 11), shop=SHOP),),
        run=Leg(RUN, at(27, 12, 30)),
    )


def loss_of(held: Held, known: World, now: datetime = NOW) -> Loss | None:
    return lost([held], world=known, now=now).get(held.key)


def test_what_did_not_change_is_kept() -> None:
    assert lost([tonight(), on_friday(1)], world=world(), now=NOW) == {}


@pytest.mark.parametrize(
    ("known", "loss"),
    [
        (world((PARK, question(hub=park()))), Loss.HUB_STOPPED),
        (world((MAIN, question(hub=main_hub("Mo-Sa 12:00-14:00")))), Loss.HUB_CLOSED),
        (world((MAIN, question(hub=main_hub("Mo-Sa 18:30-20:00")))), Loss.HUB_CLOSED),
        (world((MAIN, question(hub=main_hub("Mo-Sa 18:00-19:00")))), Loss.HUB_CLOSED),
        (world((MAIN, question(hub=main_hub("Mo-Sa 17:00-21:00")))), None),
        (world((MAIN, question(bike=cargo_bike("Mo-Sa 11:00-11:45")))), Loss.NO_ROUND),
        (world((MAIN, question(bike=cargo_bike("Mo-Sa 17:00-18:15")))), Loss.NO_ROUND),
        (world((MAIN, question(bike=cargo_bike("Mo-Sa 16:30-17:30")))), Loss.NO_ROUND),
        (world((MAIN, question(bike=cargo_bike("Mo-Sa 17:00-18:00")))), None),
        (world((MAIN, question(dairy=shop("Tu-Sa 09:00-16:00")))), Loss.SHOP_CLOSED),
        (world((MAIN, question(dairy=shop("Tu-Sa 17:30-19:00")))), None),
        (world((MAIN, question(hub=main_hub(room=0)))), Loss.FULL),
        (world((MAIN, question(bike=cargo_bike(room=0)))), Loss.ROUND_FULL),
    ],
)
def test_what_an_evening_loses(known: World, loss: Loss | None) -> None:
    assert loss_of(tonight(), known) == loss


@pytest.mark.parametrize(
    ("run", "loss"),
    [
        (van("Fr 13:00-13:45"), Loss.NO_RUN),
        (van("Fr 12:30-14:30"), Loss.NO_RUN),
        (van("Th 12:30-13:30"), Loss.NO_RUN),
        (van(room=0), Loss.ROUND_FULL),
        (van(), None),
    ],
)
def test_what_the_business_park_loses(run: RoundFacts, loss: Loss | None) -> None:
    assert loss_of(on_friday(), world((PARK, question(hub=park(run))))) == loss


def test_goods_must_be_back_before_their_van_leaves() -> None:
    late = question(hub=park(), bike=cargo_bike("Mo-Sa 11:00-12:45"))
    assert loss_of(on_friday(), world((PARK, late))) == Loss.NO_ROUND


def test_a_round_that_is_no_more() -> None:
    assert loss_of(replace(tonight(), collections=(Leg(None, at(24, 17)),)), world()) == Loss.NO_ROUND


def test_a_trip_that_has_left_is_no_question_any_more() -> None:
    stopped = world((MAIN, question(bike=cargo_bike("Su 17:00-17:45"))))
    assert loss_of(tonight(), stopped, at(24, 16, 59)) == Loss.NO_ROUND
    assert loss_of(tonight(), stopped, at(24, 17)) is None


def test_of_a_window_that_has_begun_the_rest_counts() -> None:
    known = world((MAIN, question(hub=main_hub("Mo-Sa 18:30-20:00"))))
    assert loss_of(tonight(), known, at(24, 18, 15)) == Loss.HUB_CLOSED
    assert loss_of(tonight(), known, at(24, 18, 45)) is None


def test_lockers_only_have_to_open() -> None:
    lockers = replace(main_hub("24/7"), any_time=True, runs=None)
    until_midnight = tonight(start=at(24, 18), end=at(25, 0))
    assert loss_of(until_midnight, world((MAIN, question(hub=lockers)))) is None
    closed = replace(lockers, calendar=week("Mo-Fr 08:00-12:00"))
    assert loss_of(until_midnight, world((MAIN, question(hub=closed)))) == Loss.HUB_CLOSED


def test_the_last_to_come_lose_their_place() -> None:
    held = [tonight(number) for number in (3, 1, 2, 0)]
    known = world((MAIN, question(hub=main_hub(room=2))))
    assert lost(held, world=known, now=NOW) == {UUID(int=2): Loss.FULL, UUID(int=3): Loss.FULL}


def test_an_order_of_three_shops_takes_three_parcels() -> None:
    legs = (Leg(ROUND, at(24, 17), shop=SHOP), Leg(ROUND, at(24, 17)), Leg(ROUND, at(24, 17)))
    held = [tonight(0), tonight(1, collections=legs), tonight(2)]
    known = world((MAIN, question(bike=cargo_bike(room=2))))
    assert lost(held, world=known, now=NOW) == {UUID(int=1): Loss.ROUND_FULL}


CHEESE = Item(uuid4(), "Plateau", SHOP)


def moved(
    held: Held, *questions: tuple[UUID, Question], items: tuple[Item, ...] = (CHEESE,), now: datetime = NOW
) -> Move:
    waiting = Waiting(held=held, loss=Loss.HUB_CLOSED, items=items, hubs=(held.hub, MAIN))
    [found] = replan([waiting], dict(questions or [(MAIN, question())]), now=now)
    return found


def when(move: Move) -> tuple[datetime, datetime] | None:
    return (move.window.start.astimezone(UTC), move.window.end.astimezone(UTC)) if move.window else None


def test_rather_later_than_sooner() -> None:
    asked = question(hub=main_hub("Mo-Sa 12:00-14:00"))
    assert when(moved(tonight(), (MAIN, asked))) == (at(25, 12), at(25, 14))


def test_sooner_when_nothing_is_later() -> None:
    asked = question(hub=main_hub("Nov 24 12:00-14:00"))
    assert when(moved(tonight(), (MAIN, asked))) == (at(24, 12), at(24, 14))


def test_by_another_round_nobody_notices() -> None:
    move = moved(tonight(), (MAIN, question(bike=cargo_bike("Mo-Sa 16:00-16:45"))))
    assert when(move) == (at(24, 18), at(24, 20))
    assert not move.is_felt


def test_a_shorter_evening_is_noticed() -> None:
    move = moved(tonight(), (MAIN, question(hub=main_hub("Mo-Sa 18:00-19:00"))))
    assert when(move) == (at(24, 18), at(24, 19))
    assert move.is_felt


def test_at_the_main_hub_when_its_own_takes_no_more() -> None:
    move = moved(on_friday(), (MAIN, question()))
    assert move.hub == MAIN
    assert when(move) == (at(27, 18), at(27, 20))


def test_nothing_at_all_in_two_weeks() -> None:
    move = moved(tonight(), (MAIN, question(bike=cargo_bike("Dec 24 10:00-11:00"))))
    assert (move.window, move.hub, move.is_felt) == (None, MAIN, True)


def test_the_shop_has_known_since_the_order_was_placed() -> None:
    slow = replace(CHEESE, lead=Lead(hours=30))
    asked = question(hub=main_hub("Mo-Sa 12:00-14:00"))
    assert when(moved(tonight(placed_at=NOW), (MAIN, asked), items=(slow,))) == (at(26, 12), at(26, 14))
    last_night = tonight(placed_at=NOW - timedelta(hours=6))
    assert when(moved(last_night, (MAIN, asked), items=(slow,))) == (at(25, 12), at(25, 14))


def test_never_by_a_trip_that_has_left() -> None:
    asked = question(hub=main_hub("Mo-Sa 19:00-20:00"))
    assert when(moved(tonight(), (MAIN, asked), now=at(24, 17, 30))) == (at(25, 19), at(25, 20))
    # What is at the counter already needs no trip.
    assert when(moved(tonight(), (MAIN, asked), items=(), now=at(24, 17, 30))) == (at(24, 19), at(24, 20))


def test_each_in_its_turn_takes_a_place() -> None:
    asked = question(hub=main_hub("Mo-Sa 12:00-14:00", room=2))
    waiting = [
        Waiting(held=tonight(number), loss=Loss.HUB_CLOSED, items=(CHEESE,), hubs=(MAIN,)) for number in (4, 3, 2, 1)
    ]
    found = replan(waiting, {MAIN: asked}, now=NOW)
    days = [move.window.start.day for move in found if move.window]
    assert [move.held.key.int for move in found] == [1, 2, 3, 4]
    assert days == [25, 25, 26, 26]


def test_parcels_are_counted_too() -> None:
    asked = question(hub=main_hub("Mo-Sa 18:00-19:00"), bike=cargo_bike(room=1))
    waiting = [
        Waiting(held=tonight(number), loss=Loss.ROUND_FULL, items=(CHEESE,), hubs=(MAIN,)) for number in (1, 2, 3)
    ]
    found = replan(waiting, {MAIN: asked}, now=NOW)
    assert [(move.window.start.day, move.window.start.hour) for move in found if move.window] == [
        (24, 18),
        (24, 18),
        (25, 18),
    ]
