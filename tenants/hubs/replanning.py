"""Finding another window for orders whose promise cannot be kept any more, each in its turn. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID

from tenants.hubs.facts import HubFacts, Item, Question, RoundFacts
from tenants.hubs.keeping import Held, Loss
from tenants.hubs.promise import HORIZON, Window, last_trips, promise
from tenants.hubs.supply import Trip


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """An order to be given another window: what is still to be fetched for it, its hubs, the one it has first."""

    held: Held
    loss: Loss
    items: tuple[Item, ...]
    hubs: tuple[UUID, ...]


@dataclass(frozen=True, kw_only=True)
class Move:
    """What becomes of an order: its new window at a hub; without one, nothing can be proposed in two weeks."""

    held: Held
    loss: Loss
    items: tuple[Item, ...]
    hub: UUID
    window: Window | None

    @property
    def is_felt(self) -> bool:
        """Whether its customer notices: not when only the trips that bring it are others."""
        if self.window is None or self.hub != self.held.hub:
            return True
        return (_utc(self.window.start), _utc(self.window.end)) != (_utc(self.held.start), _utc(self.held.end))


def replan(waiting: Iterable[Waiting], questions: Mapping[UUID, Question], *, now: datetime) -> list[Move]:
    """Give each order, the first placed first, the window nearest to its own, rather later than sooner.

    The questions count the places of all other orders; those given here are counted too. A shop has known of an order
    since it was placed: its delays are counted from then, and a pause of ordering does not concern it.
    """
    places = Places(questions)
    found = []
    for each in sorted(waiting, key=lambda one: (one.held.placed_at, one.held.key)):
        hub, window = _nearest(each, places, now)
        if window is not None:
            places.take(hub, window, each.items)
        found.append(Move(held=each.held, loss=each.loss, items=each.items, hub=hub, window=window))
    return found


def _nearest(waiting: Waiting, places: "Places", now: datetime) -> tuple[UUID, Window | None]:
    for hub in waiting.hubs:
        windows = places.windows(hub, waiting.items, placed_at=min(waiting.held.placed_at, now), now=now)
        if windows:
            wanted = _utc(waiting.held.start)
            return hub, min(windows, key=lambda window: (_utc(window.start) < wanted, abs(_utc(window.start) - wanted)))
    return waiting.held.hub, None


class Places:
    """The questions, with the places that are being given, and without the pauses."""

    def __init__(self, questions: Mapping[UUID, Question]) -> None:
        self._windows = {key: dict(asked.hub.taken) for key, asked in questions.items()}
        self._trips: dict[UUID, dict[datetime, int]] = {}
        self._questions = {key: self._counting(key, asked) for key, asked in questions.items()}

    def windows(self, hub: UUID, items: tuple[Item, ...], *, placed_at: datetime, now: datetime) -> list[Window]:
        """What the hub could still promise to an order of that moment, by trips that have not left."""
        asked = self._questions.get(hub)
        if asked is None:
            return []
        said = promise(replace(asked, items=items), now=placed_at, horizon=HORIZON + (now - placed_at))
        return [
            window
            for window in said.windows
            if window.start > now and all(trip.departure > now for trip in _trips_of(window, items))
        ]

    def take(self, hub: UUID, window: Window, items: tuple[Item, ...]) -> None:
        """Count an order there."""
        windows, start = self._windows[hub], _utc(window.start)
        windows[start] = windows.get(start, 0) + 1
        shops = last_trips([item.shop for item in items], window)
        trips = [*shops.values(), *([window.run] * max(1, len(shops)) if window.run else [])]
        for trip in trips:
            counts = self._trips[trip.round.key]
            counts[trip.departure] = counts.get(trip.departure, 0) + 1

    def _counting(self, key: UUID, asked: Question) -> Question:
        """The question on counters of our own."""
        runs = asked.hub.runs
        hub: HubFacts = replace(
            asked.hub,
            taken=self._windows[key],
            runs=None if runs is None else tuple(self._round(each) for each in runs),
            pause=None,
        )
        return Question(
            items=asked.items,
            shops={shop: replace(facts, pause=None) for shop, facts in asked.shops.items()},
            collections=tuple(self._round(each) for each in asked.collections),
            hub=hub,
        )

    def _round(self, each: RoundFacts) -> RoundFacts:
        return replace(each, taken=self._trips.setdefault(each.key, dict(each.taken)))


def _trips_of(window: Window, items: tuple[Item, ...]) -> list[Trip]:
    """The trips that it needs: with nothing to fetch, the goods are there already."""
    return [*(window.collections if items else ()), *([window.run] if window.run else [])]


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)
