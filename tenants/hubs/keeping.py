"""Which promises already made would no longer be kept, by the calendars, rounds and room as they are to be. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from shared.hours import Span
from tenants.hubs.facts import HubFacts, Item, Question, RoundFacts, ShopFacts
from tenants.hubs.lead import open_time, order_before

# How long before an order was placed the shop's openings are read, as when it was promised.
_PAST = timedelta(days=7)


class Loss(StrEnum):
    """Why a promise that was made would not be kept."""

    HUB_STOPPED = "hub_stopped"
    HUB_CLOSED = "hub_closed"
    NO_RUN = "no_run"
    NO_ROUND = "no_round"
    SHOP_CLOSED = "shop_closed"
    NOT_READY = "not_ready"
    FULL = "full"
    ROUND_FULL = "round_full"


@dataclass(frozen=True)
class Leg:
    """A trip that an order counts on, with its parcels there. Without a round: the round is no more.

    `shop` is the one that a collection visits, `items` what it has not said to be ready yet.
    """

    round: UUID | None
    departs: datetime
    parcels: int = 1
    shop: UUID | None = None
    items: tuple[Item, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Held:
    """What an order holds: its window, and the trips that its goods still wait for."""

    key: UUID
    hub: UUID
    start: datetime
    end: datetime
    placed_at: datetime
    collections: tuple[Leg, ...] = ()
    run: Leg | None = None


@dataclass(frozen=True, kw_only=True)
class World:
    """The hubs that take orders, the rounds in service, and the shops, as they are to be."""

    hubs: Mapping[UUID, HubFacts]
    rounds: Mapping[UUID, RoundFacts]
    shops: Mapping[UUID, ShopFacts] = field(default_factory=dict)


def world_of(questions: Mapping[UUID, Question]) -> World:
    """The world that questions, a hub each, are asked in."""
    rounds = [each for asked in questions.values() for each in (*asked.collections, *(asked.hub.runs or ()))]
    return World(
        hubs={key: asked.hub for key, asked in questions.items()},
        rounds={each.key: each for each in rounds},
        shops={key: shop for asked in questions.values() for key, shop in asked.shops.items()},
    )


def lost(held: Iterable[Held], *, world: World, now: datetime) -> dict[UUID, Loss]:
    """The promises that would not be kept, each with the first reason.

    Where there are more orders than room, those that came last lose theirs.
    """
    in_turn = sorted(held, key=lambda one: (one.placed_at, one.key))
    found = unkept(in_turn, world=world, now=now)
    return found | _without_room([each for each in in_turn if each.key not in found], world, now)


def unkept(held: Iterable[Held], *, world: World, now: datetime) -> dict[UUID, Loss]:
    """The promises that would not be kept for another reason than room, which is overbooked knowingly at times."""
    losses = {each.key: _loss(each, world, now) for each in held}
    return {key: loss for key, loss in losses.items() if loss}


def loss_at_shop(held: Held, shop: UUID, *, world: World) -> Loss | None:
    """Why one shop, by its own hours and delays, would have nothing for the trip that an order counts on."""
    losses = (_shop_loss(leg, held, world) for leg in held.collections if leg.shop == shop)
    return next((loss for loss in losses if loss), None)


def shop_at_fault(held: Held, *, world: World) -> UUID | None:
    """The first shop that would have nothing for the trip that an order counts on."""
    shops = (leg.shop for leg in held.collections if leg.shop)
    return next((shop for shop in shops if loss_at_shop(held, shop, world=world)), None)


def _loss(held: Held, world: World, now: datetime) -> Loss | None:
    hub = world.hubs.get(held.hub)
    if hub is None:
        return Loss.HUB_STOPPED
    if not _is_open(hub, held, now):
        return Loss.HUB_CLOSED
    if held.run and not _still_runs(held.run, world, by=held.start, now=now):
        return Loss.NO_RUN
    by = held.run.departs if held.run else held.start
    for leg in held.collections:
        if not _still_runs(leg, world, by=by, now=now):
            return Loss.NO_ROUND
        loss = _shop_loss(leg, held, world)
        if loss:
            return loss
    return None


def _is_open(hub: HubFacts, held: Held, now: datetime) -> bool:
    """Whether the hub is open during all that is left of the window."""
    start, end = max(_utc(held.start), _utc(now)), _utc(held.end)
    if hub.any_time:
        return hub.calendar.is_open(start)
    return any(_utc(span.start) <= start and end <= _utc(span.end) for span in hub.calendar.spans(start=start, end=end))


def _still_runs(leg: Leg, world: World, *, by: datetime, now: datetime) -> bool:
    """Whether its trip still leaves as it did, and is back in time; one that has left is no question any more."""
    if leg.departs <= now:
        return True
    trip = _trip(leg, world)
    return trip is not None and _utc(trip.end) <= _utc(by)


def _shop_loss(leg: Leg, held: Held, world: World) -> Loss | None:
    """Whether the shop is open at some time of the trip, and ready when it leaves.

    A trip that has left is asked about too: it came back without what is still to be fetched.
    """
    trip, shop = _trip(leg, world), world.shops.get(leg.shop) if leg.shop else None
    if trip is None or shop is None:
        return None
    if not shop.calendar.spans(start=trip.start, end=trip.end):
        return Loss.SHOP_CLOSED
    return None if all(_is_ready(item, shop, trip, held) for item in leg.items) else Loss.NOT_READY


def _is_ready(item: Item, shop: ShopFacts, trip: Span, held: Held) -> bool:
    """Whether the shop, which has known of the order since it was placed, can have it ready when the trip leaves."""
    if trip.start.weekday() not in item.lead.weekdays:
        return False
    opened = open_time(shop.calendar, start=held.placed_at - _PAST, end=trip.end)
    before = order_before(ready_by=trip.begins, lead=item.lead, preparation=shop.preparation, shop=opened)
    return before is not None and _utc(held.placed_at) < before


def _trip(leg: Leg, world: World) -> Span | None:
    each = world.rounds.get(leg.round) if leg.round else None
    if each is None:
        return None
    spans = each.calendar.whole_spans(start=leg.departs, end=leg.departs + timedelta(minutes=1))
    return next((span for span in spans if _utc(span.start) == _utc(leg.departs)), None)


def _without_room(standing: list[Held], world: World, now: datetime) -> dict[UUID, Loss]:
    """The last comers of windows and of trips that have less room than they hold."""
    found: dict[UUID, Loss] = {}
    orders: dict[tuple[UUID, datetime], int] = defaultdict(int)
    parcels: dict[tuple[UUID, datetime], int] = defaultdict(int)
    for each in standing:
        window, room = (each.hub, _utc(each.start)), world.hubs[each.hub].room
        if room is not None and each.start > now and orders[window] >= room:
            found[each.key] = Loss.FULL
            continue
        asked = dict(_parcels(each, now))
        if any(not _fits(trip, parcels[trip] + count, world) for trip, count in asked.items()):
            found[each.key] = Loss.ROUND_FULL
            continue
        orders[window] += 1
        for trip, count in asked.items():
            parcels[trip] += count
    return found


def _parcels(held: Held, now: datetime) -> Iterator[tuple[tuple[UUID, datetime], int]]:
    """How many parcels an order has in each trip to come."""
    counts: dict[tuple[UUID, datetime], int] = defaultdict(int)
    for leg in (*held.collections, *([held.run] if held.run else [])):
        if leg.round and leg.departs > now:
            counts[leg.round, _utc(leg.departs)] += leg.parcels
    yield from counts.items()


def _fits(trip: tuple[UUID, datetime], parcels: int, world: World) -> bool:
    each = world.rounds.get(trip[0])
    return each is None or each.room is None or parcels <= each.room


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)
