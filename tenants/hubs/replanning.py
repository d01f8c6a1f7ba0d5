"""Finding another window for orders whose promise cannot be kept any more, each in its turn. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from tenants.hubs.facts import HubFacts, Item, Question, RoundFacts
from tenants.hubs.keeping import Held, Loss
from tenants.hubs.promise import HORIZON, Window, last_trips, promise
from tenants.hubs.supply import Trip

# Where and when somebody decided that an order goes; None: it keeps what it has, and its customer is called.
Decision = tuple[UUID, datetime] | None


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """An order to be given another window: what is still to be fetched for it, its hubs, the one it has first.

    `shop` is the one at fault, if one is.
    """

    held: Held
    loss: Loss
    items: tuple[Item, ...]
    hubs: tuple[UUID, ...]
    shop: UUID | None = None


@dataclass(frozen=True)
class Place:
    """A window of a hub."""

    hub: UUID
    window: Window


@dataclass(frozen=True, kw_only=True)
class Move:
    """What becomes of an order: its new window at a hub; without one, its customer is called.

    `places` are all those that it could have; `is_gone` when what was decided is not among them any more.
    """

    held: Held
    loss: Loss
    items: tuple[Item, ...]
    hub: UUID
    window: Window | None
    places: tuple[Place, ...] = ()
    is_gone: bool = False
    shop: UUID | None = None

    @property
    def is_felt(self) -> bool:
        """Whether its customer notices: not when only the trips that bring it are others."""
        if self.window is None or self.hub != self.held.hub:
            return True
        return (_utc(self.window.start), _utc(self.window.end)) != (_utc(self.held.start), _utc(self.held.end))


def replan(
    waiting: Iterable[Waiting],
    questions: Mapping[UUID, Question],
    *,
    now: datetime,
    decided: Mapping[UUID, Decision] | None = None,
) -> list[Move]:
    """Give each order, the first placed first, what was decided for it, else the window nearest to its own.

    Nearest: rather later than sooner. The questions count the places of all other orders; those given here are counted
    too. A shop has known of an order since it was placed: its delays are counted from then, and a pause of ordering
    does not concern it.
    """
    open_places = Places(questions)
    found = []
    for each in sorted(waiting, key=lambda one: (one.held.placed_at, one.held.key)):
        move = _move(each, open_places, decided or {}, now)
        if move.window is not None:
            open_places.take(move.hub, move.window, each.items)
        found.append(move)
    return found


def _move(waiting: Waiting, open_places: "Places", decided: Mapping[UUID, Decision], now: datetime) -> Move:
    held = waiting.held
    places = tuple(
        Place(hub, window)
        for hub in waiting.hubs
        for window in open_places.windows(hub, waiting.items, placed_at=min(held.placed_at, now), now=now)
    )
    wanted = decided.get(held.key)
    is_called = held.key in decided and wanted is None
    chosen = next((place for place in places if wanted and _is_at(place, wanted)), None)
    is_gone = wanted is not None and chosen is None
    place = chosen or (None if is_called else _nearest(waiting, places))
    return Move(
        held=held,
        loss=waiting.loss,
        items=waiting.items,
        hub=place.hub if place else held.hub,
        window=place.window if place else None,
        places=places,
        is_gone=is_gone,
        shop=waiting.shop,
    )


def _is_at(place: Place, wanted: tuple[UUID, datetime]) -> bool:
    return (place.hub, _utc(place.window.start)) == (wanted[0], _utc(wanted[1]))


def _nearest(waiting: Waiting, places: Iterable[Place]) -> Place | None:
    """The one nearest to the window that it has, at the first of its hubs that has any."""
    wanted = _utc(waiting.held.start)

    def distance(place: Place) -> tuple[int, bool, timedelta]:
        start = _utc(place.window.start)
        return waiting.hubs.index(place.hub), start < wanted, abs(start - wanted)

    return min(places, key=distance, default=None)


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
