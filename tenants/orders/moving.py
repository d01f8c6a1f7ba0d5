"""Changing hours, rounds or room under orders that count on them: said first, then the orders follow."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar
from uuid import UUID

from django.db import transaction

from conciergeries.towns.models import Town
from shared.accounts.models import User
from shared.audit.services import record
from shared.locks import lock, lock_one
from tenants.hubs.facts import Item
from tenants.hubs.models import Hub, Round
from tenants.hubs.promise import Window, last_trips
from tenants.hubs.replanning import Move
from tenants.hubs.services import lock_places
from tenants.orders.events import Actor, log
from tenants.orders.held import TO_FETCH, lost_promises, moves_for, orders_held, windows_for
from tenants.orders.models import Order, ShopOrder
from tenants.orders.moved import Words, tell, words
from tenants.orders.placing import WindowGoneError

T = TypeVar("T")
CHANNEL = "town_hall"


@dataclass(frozen=True, kw_only=True)
class Broken:
    """An order whose customer must be told, what becomes of it, and what will be written or said to them."""

    order: Order
    hub: Hub
    window: Window | None
    said: Words

    @property
    def token(self) -> str:
        """How a form says that this, and nothing else, was accepted."""
        when = self.window.start.astimezone(UTC).isoformat() if self.window else ""
        return f"{self.order.pk}|{self.hub.pk}|{when}"


class PromisesBrokenError(ValueError):
    """Orders would lose their promise: `broken` lists them with what is proposed. Nothing was changed."""

    def __init__(self, broken: list[Broken]) -> None:
        self.broken = broken
        super().__init__(f"{len(broken)} promises would be broken")


@transaction.atomic
def change_times(
    *,
    town: Town,
    change: Callable[[], T],
    accepted: Collection[str] = (),
    reason: str = "",
    user: User,
    now: datetime,
) -> T:
    """Make a change of hours, rounds, closures, room or hubs, and let the orders that it unsettles follow.

    `change` writes it, in this transaction. Orders whose customer would notice are listed first: `accepted` holds the
    `token` of each, as it was shown, or nothing is changed. They are then moved, and their customers written to; those
    for whom nothing can be proposed keep their window, and are called. Orders that other trips can bring in time just
    take those. `reason` is what people read of it.

    Raises PromisesBrokenError, and what `change` raises.
    """
    # Nobody takes a place by the old hours meanwhile.
    lock(Hub.objects.all())
    lock(Round.objects.all())
    orders = orders_held(now=now)
    before = lost_promises(orders, town=town, now=now)
    result = change()
    # A round that is deleted leaves its orders without it.
    orders = orders_held(now=now)
    after = lost_promises(orders, town=town, now=now)
    losses = {key: loss for key, loss in after.items() if before.get(key) != loss}
    if not losses:
        return result
    moves = moves_for(orders, losses, town=town, now=now)
    broken = _broken(moves, orders, town=town, reason=reason)
    if {each.token for each in broken} != set(accepted):
        raise PromisesBrokenError(broken)
    _follow(moves, broken, user=user, now=now)
    return result


def _broken(moves: list[Move], orders: Collection[Order], *, town: Town, reason: str) -> list[Broken]:
    """The orders among the moves whose customer would notice, by window."""
    by_id = {order.pk: order for order in orders}
    hubs = Hub.objects.in_bulk({move.hub for move in moves})
    found = []
    for move in moves:
        if not move.is_felt:
            continue
        order, hub, window = by_id[move.held.key], hubs[move.hub], move.window
        said = words(order=order, hub=hub, window=window, town=town, loss=move.loss, reason=reason)
        found.append(Broken(order=order, hub=hub, window=window, said=said))
    return sorted(found, key=lambda each: (each.order.window_start, each.order.number))


def _follow(moves: list[Move], broken: list[Broken], *, user: User, now: datetime) -> None:
    actor = Actor(str(user), CHANNEL, user.pk)
    felt = {each.order.pk: each for each in broken}
    for move in sorted(moves, key=lambda each: each.held.key):
        order = lock_one(Order.objects.all(), pk=move.held.key)
        if order.cancelled_at or order.handed_over_at:
            continue
        if move.window is not None:
            _write(order, hub_id=move.hub, window=move.window, items=move.items)
        each = felt.get(order.pk)
        if each is None:
            log(order=order, kind="rerouted", actor=actor, now=now)
            continue
        tell(order=order, said=each.said, actor=actor, now=now)
        details = {"order": order.number, "from": each.said.before, "to": each.said.after}
        record(actor=user, action="order.moved", target=order, details=details, now=now)


@transaction.atomic
def move_to_window(*, town: Town, order_id: UUID, hub: Hub, start: datetime, actor: Actor, now: datetime) -> Order:
    """Give an order another window that this hub can promise it now, and tell its customer. Twice is once.

    Raises tenants.orders.placing.WindowGoneError when it cannot, or the order is over; Order.DoesNotExist.
    """
    try:
        place = lock_places(hub.pk)
    except Hub.DoesNotExist as error:
        raise WindowGoneError from error
    order = lock_one(Order.objects.all(), pk=order_id)
    if order.hub_id == place.pk and order.window_start == start:
        return order
    found = windows_for(order=order, hub=place, town=town, now=now)
    window = next((each for each in found.windows if each.start.astimezone(UTC) == start.astimezone(UTC)), None)
    if window is None:
        raise WindowGoneError
    said = words(order=order, hub=place, window=window, town=town)
    _write(order, hub_id=place.pk, window=window, items=found.items)
    tell(order=order, said=said, actor=actor, now=now)
    return order


def _write(order: Order, *, hub_id: UUID, window: Window, items: tuple[Item, ...]) -> None:
    """Put a *locked* order into a window, and what is still to be fetched for it on the trips of that window."""
    order.hub_id = hub_id
    order.window_start, order.window_end, order.order_before = window.start, window.end, window.order_before
    order.run_id = window.run.round.key if window.run else None
    order.run_departs_at = window.run.departure if window.run else None
    order.save(
        update_fields=["hub", "window_start", "window_end", "order_before", "run", "run_departs_at"],
    )
    trips = last_trips([item.shop for item in items], window)
    for part in lock(ShopOrder.objects.filter(order=order, state__in=TO_FETCH)):
        trip = trips.get(part.shop_id)
        if trip is not None:
            part.collection_id, part.collection_departs_at = trip.round.key, trip.departure
            part.save(update_fields=["collection", "collection_departs_at"])
