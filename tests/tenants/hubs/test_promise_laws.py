"""The laws of the promise, on random towns: what is promised can be kept, and nothing makes it better but better facts.

What is added to a town (a closure, a lead time, an item) leaves each window where it was, with no more time to order,
or takes it away.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TypeVar
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from shared.hours import Calendar, Exceptional, Schedule
from tenants.hubs.facts import HubFacts, Item, Lead, Pause, Question, RoundFacts, ShopFacts
from tenants.hubs.promise import Promise, Window, promise
from tests.tenants.hubs.random_towns import DATED, HORIZON, LEADS, RandomTown, osm, random_towns, so_many

Place = TypeVar("Place", HubFacts, RoundFacts, ShopFacts)


@dataclass(frozen=True)
class More:
    """What may be added to a town: some hours of a day off, or all of it; which of several; a lead time; an item."""

    closure: Exceptional
    which: int
    lead: Lead
    minutes: timedelta

    def close(self, place: Place) -> Place:
        """Add the closure to a place."""
        exceptions = (*place.calendar.exceptions, self.closure)
        return replace(place, calendar=replace(place.calendar, exceptions=exceptions))


@st.composite
def more(draw: st.DrawFn, town: RandomTown) -> More:
    number, minutes = draw(DATED)
    day = town.now.date() + timedelta(days=number)
    hours = draw(st.none() | st.just(Schedule(osm(minutes))))
    return More(
        closure=Exceptional(day, day, closed=True, hours=hours),
        which=draw(st.integers(0, 5)),
        lead=draw(LEADS),
        minutes=timedelta(minutes=draw(st.integers(1, 24 * 60))),
    )


def close_hub(asked: Question, more: More) -> Question:
    return replace(asked, hub=more.close(asked.hub))


def close_shop(asked: Question, more: More) -> Question:
    key = asked.items[more.which % len(asked.items)].shop
    return replace(asked, shops={**asked.shops, key: more.close(asked.shops[key])})


def close_round(asked: Question, more: More) -> Question:
    number = more.which % len(asked.collections)
    rounds = tuple(more.close(each) if place == number else each for place, each in enumerate(asked.collections))
    return replace(asked, collections=rounds)


def close_run(asked: Question, more: More) -> Question:
    return replace(asked, hub=replace(asked.hub, runs=asked.hub.runs and tuple(map(more.close, asked.hub.runs))))


def lead_longer(asked: Question, more: More) -> Question:
    def longer(lead: Lead) -> Lead:
        weekdays = lead.weekdays & more.lead.weekdays
        return Lead(lead.hours + more.lead.hours, lead.opening_days + more.lead.opening_days, weekdays)

    return _with_items(asked, more, lambda item: replace(item, lead=longer(item.lead)))


def prepare_longer(asked: Question, more: More) -> Question:
    shops = {key: replace(shop, preparation=shop.preparation + more.minutes) for key, shop in asked.shops.items()}
    return replace(asked, shops=shops)


def add_item(asked: Question, more: More) -> Question:
    shop = list(asked.shops)[more.which % len(asked.shops)]
    return replace(asked, items=(*asked.items, Item(UUID(int=999), "one more", shop, more.lead)))


def call_earlier(asked: Question, more: More) -> Question:
    rounds = tuple(replace(each, last_call=each.last_call + more.minutes) for each in asked.collections)
    return replace(asked, collections=rounds)


def cut_off_earlier(asked: Question, more: More) -> Question:
    return replace(asked, hub=replace(asked.hub, cutoff=asked.hub.cutoff + more.minutes))


def make_less_room(asked: Question, more: More) -> Question:
    room = more.which if asked.hub.room is None else min(asked.hub.room, more.which)
    rounds = tuple(replace(each, room=min(each.room or 99, more.which)) for each in asked.collections)
    return replace(asked, collections=rounds, hub=replace(asked.hub, room=room))


def _with_items(asked: Question, more: More, change: Callable[[Item], Item]) -> Question:
    number = more.which % len(asked.items)
    items = tuple(change(item) if place == number else item for place, item in enumerate(asked.items))
    return replace(asked, items=items)


HARDER = (
    close_hub, close_shop, close_round, close_run, lead_longer, prepare_longer, add_item, call_earlier,
    cut_off_earlier, make_less_room,
)  # fmt: skip


@so_many(100)
@given(data=st.data(), town=random_towns())
def test_nothing_that_is_added_promises_more(data: st.DataObject, town: RandomTown) -> None:
    asked = town.question
    added = data.draw(more(town))
    before = promise(asked, now=town.now, horizon=HORIZON)
    for change in HARDER:
        after = promise(change(asked, added), now=town.now, horizon=HORIZON)
        for window in after.windows:
            known = before.window_at(window.start)
            if known is None and change is close_hub and _begins_anew(asked.hub, window):
                continue
            assert known is not None, (change.__name__, window)
            assert _utc(window.order_before) <= _utc(known.order_before), (change.__name__, window, known)
            if known.room is not None:
                assert window.room is not None
                assert window.room <= known.room


@so_many(50)
@given(town=random_towns(), minutes=st.integers(1, 3 * 24 * 60))
def test_who_orders_later_gets_it_no_sooner(town: RandomTown, minutes: int) -> None:
    first = promise(town.question, now=town.now, horizon=HORIZON)
    later = promise(town.question, now=town.now + timedelta(minutes=minutes), horizon=HORIZON)
    both_see = [window for window in later.windows if _utc(window.start) < town.now + HORIZON]
    assert [_fact(window) for window in both_see] == [
        _fact(window) for window in first.windows if _utc(window.order_before) > town.now + timedelta(minutes=minutes)
    ]


@so_many(100)
@given(town=random_towns())
def test_what_is_promised_can_be_kept(town: RandomTown) -> None:
    asked = town.question
    parcels = len({item.shop for item in asked.items})
    for window in promise(asked, now=town.now, horizon=HORIZON).windows:
        start, before = _utc(window.start), _utc(window.order_before)
        assert town.now < before <= start < min(_utc(window.end), town.now + HORIZON)
        assert _is_open_throughout(asked.hub.calendar, window)
        assert window.room is None or 0 < window.room == (asked.hub.room or 0) - asked.hub.taken.get(start, 0)
        carried_by = start
        if asked.hub.runs is not None:
            assert window.run is not None
            assert window.run.back <= start
            carried_by = window.run.departure
        for item, trip in zip(asked.items, window.collections, strict=True):
            assert trip.back <= carried_by
            assert trip.span.start.weekday() in item.lead.weekdays
            assert asked.shops[item.shop].calendar.spans(start=trip.span.start, end=trip.span.end)
        for trip in (*window.collections, *([window.run] if window.run else [])):
            assert before <= trip.departure - trip.round.last_call
            assert trip.round.room is None or trip.round.taken.get(trip.departure, 0) + parcels <= trip.round.room


@so_many(25)
@given(town=random_towns(), shop_too=st.booleans())
def test_a_pause_stops_everything(town: RandomTown, *, shop_too: bool) -> None:
    pause = Pause("inventaire", town.now + timedelta(minutes=1))
    asked = town.question
    if shop_too:
        key = asked.items[0].shop
        paused = replace(asked, shops={**asked.shops, key: replace(asked.shops[key], pause=pause)})
    else:
        paused = replace(asked, hub=replace(asked.hub, pause=pause))
    assert promise(paused, now=town.now, horizon=HORIZON).windows == ()
    resumed = town.now + timedelta(minutes=1)
    assert _facts(promise(paused, now=resumed, horizon=HORIZON)) == _facts(promise(asked, now=resumed, horizon=HORIZON))


def _utc(instant: datetime) -> datetime:
    return instant.astimezone(UTC)


def _fact(window: Window) -> tuple[datetime, datetime]:
    return _utc(window.start), _utc(window.order_before)


def _facts(said: Promise) -> list[tuple[datetime, datetime]]:
    return [_fact(window) for window in said.windows]


def _begins_anew(hub: HubFacts, window: Window) -> bool:
    """Whether it is no window of its own: what a closure leaves of an opening, or lockers whose goods had to wait."""
    return hub.any_time or hub.calendar.is_open(_utc(window.start) - timedelta(minutes=1))


def _is_open_throughout(calendar: Calendar, window: Window) -> bool:
    spans = calendar.spans(start=window.start, end=window.end)
    return any(_utc(span.start) <= _utc(window.start) and _utc(window.end) <= _utc(span.end) for span in spans)
