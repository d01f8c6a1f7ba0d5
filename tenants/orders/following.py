"""Orders that follow a change: put into their new windows, their customers and their merchants told."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from shared.accounts.models import User
from shared.audit.services import record
from shared.locks import lock, lock_one
from tenants.hubs.facts import Item
from tenants.hubs.promise import Window, last_trips
from tenants.hubs.replanning import Move
from tenants.orders import messages
from tenants.orders.deciding import Broken
from tenants.orders.events import Actor, log
from tenants.orders.models import Order, ShopOrder
from tenants.orders.moved import REROUTED, tell
from tenants.orders.promised import TO_FETCH
from tenants.orders.states import ShopOrderState


def follow(moves: Collection[Move], broken: Collection[Broken], *, user: User, channel: str, now: datetime) -> None:
    """Carry moves out: `broken` has what is said of those whose customer would notice.

    Each merchant gets one mail, whatever the number of its parts that another trip fetches.
    """
    actor = Actor(str(user), channel, user.pk)
    felt = {each.order.pk: each for each in broken if each.is_felt}
    refetched: list[messages.Refetched] = []
    for move in sorted(moves, key=lambda each: each.held.key):
        order = lock_one(Order.objects.all(), pk=move.held.key)
        if order.cancelled_at or order.handed_over_at:
            continue
        if move.window is not None:
            refetched += put(order, hub_id=move.hub, window=move.window, items=move.items)
        each = felt.get(order.pk)
        if each is None:
            log(order=order, kind=REROUTED, actor=actor, now=now)
            record(actor=user, action="order.rerouted", target=order, details={"order": order.number}, now=now)
            continue
        tell(order=order, said=each.said, actor=actor, now=now)
        details = {"order": order.number, "from": each.said.before, "to": each.said.after}
        record(actor=user, action="order.moved", target=order, details=details, now=now)
    messages.refetched_to_merchants(refetched, now=now)


def put(order: Order, *, hub_id: UUID, window: Window, items: tuple[Item, ...]) -> list[messages.Refetched]:
    """Put a *locked* order into a window, and what is still to be fetched for it on the trips of that window.

    Returns the parts that leave at another moment than before, and whose merchant knows of them.
    """
    order.hub_id = hub_id
    order.window_start, order.window_end, order.order_before = window.start, window.end, window.order_before
    order.run_id = window.run.round.key if window.run else None
    order.run_departs_at = window.run.departure if window.run else None
    order.save(
        update_fields=["hub", "window_start", "window_end", "order_before", "run", "run_departs_at"],
    )
    trips = last_trips([item.shop for item in items], window)
    refetched = []
    for part in lock(ShopOrder.objects.filter(order=order, state__in=TO_FETCH)):
        trip = trips.get(part.shop_id)
        if trip is None:
            continue
        before = part.collection_departs_at
        part.collection_id, part.collection_departs_at = trip.round.key, trip.departure
        part.save(update_fields=["collection", "collection_departs_at"])
        if before != trip.departure and part.state != ShopOrderState.AWAITING_PAYMENT:
            refetched.append(messages.Refetched(part, before))
    return refetched
