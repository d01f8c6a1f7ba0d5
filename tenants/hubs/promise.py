"""When and where an order can be collected: one pure function that every page, mail and check reads.

Worked backwards from each window of the hub: the delivery run that still arrives before it, the collection rounds that
return before that run leaves, the moment each shop must have begun. The latest moment to order follows, and a window
can be promised to whoever orders before it. Since every step is monotone, ordering later never gets it earlier.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from shared.hours import Span
from shared.hours.schedule import midnight
from tenants.hubs.facts import HubFacts, Item, Pause, Question, RoundFacts, ShopFacts
from tenants.hubs.lead import OpenTime, open_time, order_before

HORIZON = timedelta(days=14)
# How far back trips and openings are looked at, to say until when one should have ordered.
_PAST = timedelta(days=7)


class Obstacle(StrEnum):
    """Why a window of the hub cannot be promised."""

    PAUSED = "paused"
    CUTOFF = "cutoff"
    FULL = "full"
    NO_RUN = "no_run"
    RUN_LEFT = "run_left"
    NO_ROUND = "no_round"
    TOO_LATE = "too_late"


@dataclass(frozen=True)
class Trip:
    """One journey of a round, in the hub's zone."""

    round: RoundFacts
    span: Span

    @property
    def departure(self) -> datetime:
        """When it leaves, in UTC."""
        return self.span.start.astimezone(UTC)

    @property
    def back(self) -> datetime:
        """When it is back, or at its hub, in UTC."""
        return self.span.end.astimezone(UTC)


@dataclass(frozen=True)
class Window:
    """A time to collect: open from `start` to `end`, for orders placed before `order_before`; all in the hub's zone.

    `room` is how many more orders it takes; None when it takes any. `collections` are the trips that fetch the items,
    in the items' order, and `run` the one that brings them to a satellite hub.
    """

    start: datetime
    end: datetime
    order_before: datetime
    room: int | None = None
    collections: tuple[Trip, ...] = ()
    run: Trip | None = None


@dataclass(frozen=True)
class Excluded:
    """A window of the hub that cannot be promised; `item` or `order_before` where they are the reason."""

    start: datetime
    end: datetime
    obstacle: Obstacle
    item: Item | None = None
    order_before: datetime | None = None


@dataclass(frozen=True)
class Promise:
    """The windows open to an order placed at `now`, soonest first, and those that are not; for the next 14 days."""

    now: datetime
    windows: tuple[Window, ...]
    excluded: tuple[Excluded, ...]

    @property
    def earliest(self) -> Window | None:
        return self.windows[0] if self.windows else None

    def window_at(self, start: datetime) -> Window | None:
        """The window that opens at `start`; None when it is not one that can still be promised."""
        instant = start.astimezone(UTC)
        return next((window for window in self.windows if window.start.astimezone(UTC) == instant), None)


@dataclass(frozen=True)
class _Deadline:
    """The latest moment to order something for a trip that has returned by then."""

    back: datetime
    order_before: datetime
    trip: Trip


@dataclass(frozen=True)
class _Supply:
    """How goods reach the hub by an instant: the moment to order before, the item that decides it, the way."""

    order_before: datetime
    decided_by: Item | None
    collections: tuple[Trip, ...]
    run: Trip | None = None


@dataclass(frozen=True)
class _Missing:
    """Why goods cannot reach the hub by an instant."""

    obstacle: Obstacle
    item: Item | None = None


def promise(question: Question, *, now: datetime, horizon: timedelta = HORIZON) -> Promise:
    """Every window of the hub within the horizon that an order of these items, placed at `now`, can still make.

    Without items: what an order of something ready at once could make.
    """
    instant = now.astimezone(UTC)
    supplies = _Supplies(question, start=instant - _PAST, end=instant + horizon)
    windows: list[Window] = []
    excluded: list[Excluded] = []
    for span in _hub_spans(question.hub, supplies, start=instant, end=instant + horizon):
        answer = _answer(question, supplies, span, now=instant)
        if isinstance(answer, Window):
            windows.append(answer)
        else:
            excluded.append(answer)
    return Promise(now.astimezone(ZoneInfo(question.hub.calendar.zone)), tuple(windows), tuple(excluded))


def pauses_at(question: Question, now: datetime) -> list[Pause]:
    """The pauses that keep these items from being ordered at this hub at `now`."""
    shops = {item.shop: question.shops[item.shop] for item in question.items}
    pauses = [question.hub.pause, *(shop.pause for shop in shops.values())]
    return [pause for pause in pauses if pause and (pause.until is None or now < pause.until)]


def _answer(question: Question, supplies: "_Supplies", span: Span, *, now: datetime) -> Window | Excluded:
    """Promise one window, or say what stands in the way."""
    hub = question.hub
    start = span.start.astimezone(UTC)
    if pauses_at(question, now):
        return Excluded(span.start, span.end, Obstacle.PAUSED)
    supply = supplies.by(start)
    if isinstance(supply, _Missing):
        return Excluded(span.start, span.end, supply.obstacle, supply.item)
    closes = start - hub.cutoff
    before = min(supply.order_before, closes)
    local = before.astimezone(span.start.tzinfo)
    if now >= before:
        obstacle, item = _too_late(supply, closes=closes)
        return Excluded(span.start, span.end, obstacle, item, local)
    room = None if hub.room is None else hub.room - hub.taken.get(start, 0)
    if room is not None and room <= 0:
        return Excluded(span.start, span.end, Obstacle.FULL)
    return Window(span.start, span.end, local, room, supply.collections, supply.run)


def _too_late(supply: _Supply, *, closes: datetime) -> tuple[Obstacle, Item | None]:
    if closes <= supply.order_before:
        return Obstacle.CUTOFF, None
    if supply.decided_by is None and supply.run:
        return Obstacle.RUN_LEFT, None
    return Obstacle.TOO_LATE, supply.decided_by


def _hub_spans(hub: HubFacts, supplies: "_Supplies", *, start: datetime, end: datetime) -> Iterator[Span]:
    """The hub's windows that open between two instants."""
    if not hub.any_time:
        found = hub.calendar.spans(start=start, end=end)
        yield from (span for span in found if span.start.astimezone(UTC) > start)
        return
    zone = ZoneInfo(hub.calendar.zone)
    for arrival in supplies.arrivals(start=start, end=end):
        local = arrival.astimezone(zone)
        if hub.calendar.is_open(local):
            yield Span(local, midnight(local.date() + timedelta(days=1), zone))


class _Supplies:
    """How the items reach the hub, worked out once for all its windows; every instant in UTC."""

    def __init__(self, question: Question, *, start: datetime, end: datetime) -> None:
        self._start, self._end = start, end
        self._question = question
        # One parcel for each shop: a trip without room for all of them takes none of the order.
        self._parcels = max(1, len({item.shop for item in question.items}))
        self._collections = self._trips(question.collections)
        known = {key: self._open_time(shop) for key, shop in question.shops.items()}
        wanted: tuple[Item | None, ...] = question.items or (None,)
        self._deadlines = [(item, self._deadlines_of(item, known)) for item in wanted]
        runs = question.hub.runs
        self._by_run = None if runs is None else [(trip, self._brought_by(trip)) for trip in self._trips(runs)]

    def by(self, instant: datetime) -> _Supply | _Missing:
        """The way to have everything at the hub by an instant that leaves the most time to order."""
        if self._by_run is None:
            return self._collected_by(instant)
        possible = [supply for trip, supply in self._by_run if trip.back <= instant]
        found = [supply for supply in reversed(possible) if isinstance(supply, _Supply)]
        if found:
            return max(found, key=lambda supply: supply.order_before)
        return possible[-1] if possible else _Missing(Obstacle.NO_RUN)

    def arrivals(self, *, start: datetime, end: datetime) -> list[datetime]:
        """When goods may arrive at the hub, between two instants."""
        trips = self._collections if self._by_run is None else [trip for trip, _supply in self._by_run]
        return sorted(back for back in {trip.back for trip in trips} if start < back < end)

    def _collected_by(self, instant: datetime) -> _Supply | _Missing:
        """What the rounds that are back by an instant can have brought."""
        chosen: list[tuple[_Deadline, Item | None]] = []
        for item, deadlines in self._deadlines:
            number = bisect_right(deadlines, instant, key=lambda deadline: deadline.back)
            if not number:
                return _Missing(Obstacle.NO_ROUND, item)
            chosen.append((deadlines[number - 1], item))
        first, item = min(chosen, key=lambda pair: pair[0].order_before)
        return _Supply(first.order_before, item, tuple(deadline.trip for deadline, _item in chosen))

    def _brought_by(self, run: Trip) -> _Supply | _Missing:
        supply = self._collected_by(run.departure)
        if isinstance(supply, _Missing):
            return supply
        called = run.departure - run.round.last_call
        decided_by = supply.decided_by if supply.order_before <= called else None
        return _Supply(min(supply.order_before, called), decided_by, supply.collections, run)

    def _deadlines_of(self, item: Item | None, known: Mapping[UUID, OpenTime]) -> list[_Deadline]:
        """The trips that can fetch an item, by return; each with the latest moment to order for any until then."""
        best: list[_Deadline] = []
        for trip in self._collections:
            before = self._order_before(item, known, trip)
            if before is None:
                continue
            found = _Deadline(trip.back, before, trip)
            if best and best[-1].order_before > before:
                # An earlier trip leaves more time to order, its last call being shorter.
                found = _Deadline(trip.back, best[-1].order_before, best[-1].trip)
            best.append(found)
        return best

    def _order_before(self, item: Item | None, known: Mapping[UUID, OpenTime], trip: Trip) -> datetime | None:
        called = trip.departure - trip.round.last_call
        if item is None:
            return called
        if trip.span.start.weekday() not in item.lead.weekdays or not known[item.shop].touches(
            trip.departure, trip.back
        ):
            return None
        preparation = self._question.shops[item.shop].preparation
        ready = order_before(ready_by=trip.departure, lead=item.lead, preparation=preparation, shop=known[item.shop])
        return None if ready is None else min(ready, called)

    def _open_time(self, shop: ShopFacts) -> OpenTime:
        return open_time(shop.calendar, start=self._start, end=self._end)

    def _trips(self, rounds: Sequence[RoundFacts]) -> list[Trip]:
        """Every trip that has room, by return."""
        trips = [Trip(each, span) for each in rounds for span in each.calendar.spans(start=self._start, end=self._end)]
        with_room = [
            trip
            for trip in trips
            if trip.round.room is None or trip.round.room - trip.round.taken.get(trip.departure, 0) >= self._parcels
        ]
        return sorted(with_room, key=lambda trip: (trip.back, trip.departure))
