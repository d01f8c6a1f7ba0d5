"""What the promise is computed from: items, shops, rounds and a hub, as plain data. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

from shared.hours import Calendar

EVERY_DAY = frozenset(range(7))


@dataclass(frozen=True)
class Lead:
    """How long before a product is ready to be prepared: `hours` on the clock, then `opening_days` of its shop.

    It can be fetched on `weekdays` only (0 is Monday).
    """

    hours: int = 0
    opening_days: int = 0
    weekdays: frozenset[int] = EVERY_DAY


@dataclass(frozen=True)
class Item:
    """A product of the basket: whose it is and how long it takes."""

    key: UUID
    name: str
    shop: UUID
    lead: Lead = Lead()


@dataclass(frozen=True)
class Pause:
    """Ordering is paused, for the reason that people read, until an instant; without one, until further notice."""

    reason: str
    until: datetime | None


@dataclass(frozen=True, kw_only=True)
class ShopFacts:
    """A shop: when it is open, and the opening time it takes to prepare an order."""

    name: str
    calendar: Calendar
    preparation: timedelta = timedelta()
    pause: Pause | None = None


@dataclass(frozen=True, kw_only=True)
class RoundFacts:
    """A timetable: each span of its calendar is one trip, from its departure to its return, or to its hub.

    An order must be placed `last_call` before the departure. A trip has `room` for so many parcels, one per shop of an
    order; `taken` counts those it has, by departure in UTC.
    """

    key: UUID
    name: str
    calendar: Calendar
    last_call: timedelta = timedelta()
    room: int | None = None
    taken: Mapping[datetime, int] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class HubFacts:
    """A hub: when it is open, how early it closes a window to orders, how many orders a window takes.

    `runs` bring the goods from the main hub; without any (None, not an empty tuple) the collection rounds end here.
    At an `any_time` hub a window begins when goods arrive, and ends with the day. `taken` counts the orders of each
    window, by its start in UTC.
    """

    name: str
    calendar: Calendar
    cutoff: timedelta = timedelta()
    room: int | None = None
    taken: Mapping[datetime, int] = field(default_factory=dict)
    runs: tuple[RoundFacts, ...] | None = None
    any_time: bool = False
    pause: Pause | None = None


@dataclass(frozen=True, kw_only=True)
class Question:
    """Everything that one promise depends on, but the moment it is made."""

    items: tuple[Item, ...]
    shops: Mapping[UUID, ShopFacts]
    collections: tuple[RoundFacts, ...]
    hub: HubFacts

    def without_limits(self) -> "Question":
        """The same question where neither windows nor trips are ever full: for who overbooks knowingly."""
        runs = self.hub.runs
        boundless = None if runs is None else tuple(replace(each, room=None) for each in runs)
        return replace(
            self,
            collections=tuple(replace(each, room=None) for each in self.collections),
            hub=replace(self.hub, room=None, runs=boundless),
        )
