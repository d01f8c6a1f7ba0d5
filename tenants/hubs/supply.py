"""How goods reach a hub: the trips that can fetch and bring them, and the moment to order before. Pure.

Every instant is in UTC.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from shared.hours import Span
from tenants.hubs.facts import Item, Lead, Question, RoundFacts
from tenants.hubs.lead import OpenTime, open_time, order_before


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
        """When it leaves."""
        return self.span.begins

    @property
    def back(self) -> datetime:
        """When it is back, or at its hub."""
        return self.span.ends

    @property
    def last_call(self) -> datetime:
        """The moment to order before for it to take the goods."""
        return self.departure - self.round.last_call


@dataclass(frozen=True)
class Supply:
    """How goods reach the hub by an instant: the moment to order before, the item that decides it, the way."""

    order_before: datetime
    decided_by: Item | None
    collections: tuple[Trip, ...]
    run: Trip | None = None


@dataclass(frozen=True)
class Missing:
    """Why goods cannot reach the hub by an instant."""

    obstacle: Obstacle
    item: Item | None = None


@dataclass(frozen=True)
class _Deadline:
    """The latest moment to order something for a trip that has returned by then."""

    order_before: datetime
    trip: Trip


class Collected:
    """What the collection rounds can have brought by an instant: worked out once for all the hubs of a town."""

    def __init__(self, question: Question, *, start: datetime, end: datetime) -> None:
        self.start, self.end = start, end
        self.parcels = _parcels(question)
        self.trips = _trips(question.collections, parcels=self.parcels, start=start, end=end)
        self._items: tuple[Item | None, ...] = question.items or (None,)
        self._returns = [trip.back for trip in self.trips]
        self._deadlines = self._deadlines_of_items(question)
        self._known: dict[int, Supply | Missing] = {}

    def by(self, instant: datetime) -> Supply | Missing:
        """The way to have every item at the main hub by an instant that leaves the most time to order."""
        returned = bisect_right(self._returns, instant)
        if returned not in self._known:
            self._known[returned] = self._after(returned)
        return self._known[returned]

    def _after(self, returned: int) -> Supply | Missing:
        chosen: list[tuple[_Deadline, Item | None]] = []
        for item, deadlines in zip(self._items, self._deadlines, strict=True):
            deadline = deadlines[returned - 1] if returned else None
            if deadline is None:
                return Missing(Obstacle.NO_ROUND, item)
            chosen.append((deadline, item))
        first, item = min(chosen, key=lambda pair: pair[0].order_before)
        return Supply(first.order_before, item, tuple(deadline.trip for deadline, _item in chosen))

    def _deadlines_of_items(self, question: Question) -> list[list[_Deadline | None]]:
        """For each item, once each trip has returned, the one that leaves the most time to order; None before any."""
        open_times = {
            key: open_time(question.shops[key].calendar, start=self.start, end=self.end)
            for key in {item.shop for item in question.items}
        }
        # What one shop needs as long is one and the same.
        known: dict[tuple[UUID, Lead] | None, list[_Deadline | None]] = {}
        found = []
        for item in self._items:
            key = (item.shop, item.lead) if item else None
            if key not in known:
                known[key] = self._deadlines_of(item, question, open_times)
            found.append(known[key])
        return found

    def _deadlines_of(
        self, item: Item | None, question: Question, open_times: Mapping[UUID, OpenTime]
    ) -> list[_Deadline | None]:
        best: _Deadline | None = None
        found: list[_Deadline | None] = []
        for trip in self.trips:
            before = _order_before(item, question, open_times, trip)
            # An earlier trip may leave more time to order, its last call being shorter.
            if before and (best is None or best.order_before <= before):
                best = _Deadline(before, trip)
            found.append(best)
        return found


class Brought:
    """How the items reach one hub, by its delivery runs or, at the main hub, by the rounds themselves."""

    def __init__(self, question: Question, collected: Collected) -> None:
        self._collected = collected
        runs = question.hub.runs
        self._runs = (
            None if runs is None else _trips(runs, parcels=collected.parcels, start=collected.start, end=collected.end)
        )
        self._arrived = [trip.back for trip in self._runs or ()]
        self._best = list(self._best_of_runs())

    def by(self, instant: datetime) -> Supply | Missing:
        """The way to have everything at the hub by an instant that leaves the most time to order."""
        if self._runs is None:
            return self._collected.by(instant)
        arrived = bisect_right(self._arrived, instant)
        return self._best[arrived - 1] if arrived else Missing(Obstacle.NO_RUN)

    def arrivals(self, *, start: datetime, end: datetime) -> list[datetime]:
        """When goods may arrive at the hub, between two instants."""
        trips = self._collected.trips if self._runs is None else self._runs
        return sorted(back for back in {trip.back for trip in trips} if start < back < end)

    def _best_of_runs(self) -> Iterator[Supply | Missing]:
        """Once each run has arrived, the one that leaves the most time to order, else why there is none."""
        best: Supply | None = None
        for run in self._runs or ():
            found = self._by_run(run)
            if isinstance(found, Supply) and (best is None or best.order_before <= found.order_before):
                best = found
            yield best or found

    def _by_run(self, run: Trip) -> Supply | Missing:
        supply = self._collected.by(run.departure)
        if isinstance(supply, Missing):
            return supply
        decided_by = supply.decided_by if supply.order_before <= run.last_call else None
        return Supply(min(supply.order_before, run.last_call), decided_by, supply.collections, run)


def _parcels(question: Question) -> int:
    """One parcel for each shop: a trip without room for all of them takes none of the order."""
    return max(1, len({item.shop for item in question.items}))


def _trips(rounds: Sequence[RoundFacts], *, parcels: int, start: datetime, end: datetime) -> list[Trip]:
    """Every trip that has room, by return."""
    trips = [Trip(each, span) for each in rounds for span in each.calendar.whole_spans(start=start, end=end)]
    with_room = [
        trip
        for trip in trips
        if trip.round.room is None or trip.round.room - trip.round.taken.get(trip.departure, 0) >= parcels
    ]
    return sorted(with_room, key=lambda trip: (trip.back, trip.departure))


def _order_before(
    item: Item | None, question: Question, open_times: Mapping[UUID, OpenTime], trip: Trip
) -> datetime | None:
    """The moment before which to order an item for a trip to fetch it; None when it cannot."""
    if item is None:
        return trip.last_call
    shop = open_times[item.shop]
    if trip.span.start.weekday() not in item.lead.weekdays or not shop.touches(trip.departure, trip.back):
        return None
    preparation = question.shops[item.shop].preparation
    ready = order_before(ready_by=trip.departure, lead=item.lead, preparation=preparation, shop=shop)
    return None if ready is None else min(ready, trip.last_call)
