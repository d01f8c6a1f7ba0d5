"""A merchant changes its hours or its delays under orders that it has: it is shown them first, then the town decides.

A merchant does not move orders: they may hold other shops' goods, and their customers were promised a window by the
town. What the change unsettles waits in tenants.orders.to_see, and the town hall is written to at once.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from django.db import transaction

from conciergeries.towns.models import Town
from shared.locks import lock
from tenants.hubs.keeping import Loss
from tenants.orders import messages
from tenants.orders.events import Actor, log
from tenants.orders.models import Order, ShopOrder
from tenants.orders.moved import UNSETTLED
from tenants.orders.moving import lock_all_places
from tenants.orders.promised import lost_at_shop, orders_held
from tenants.orders.states import ShopOrderState
from tenants.shops.models import Shop

T = TypeVar("T")


@dataclass(frozen=True)
class Unsettled:
    """One shop's part of an order, which the trip that it counts on would not find there, or not ready."""

    part: ShopOrder
    loss: Loss


class OrdersUnsettledError(ValueError):
    """The shop has orders that its change would unsettle: `found` lists its own parts of them. Nothing was changed."""

    def __init__(self, found: list[Unsettled]) -> None:
        self.found = found
        super().__init__(f"{len(found)} orders would be unsettled")


@transaction.atomic
def change_shop_times(
    *, town: Town, shop_id: UUID, change: Callable[[], T], seen: Collection[UUID] = (), actor: Actor, now: datetime
) -> tuple[T, list[Unsettled]]:
    """Make a change of a shop's hours or delays, once its merchant has `seen` the parts that it unsettles.

    `change` writes it, in this transaction. The orders keep what they have until the town decides; their log says what
    happened, and the town hall is written to. Returns what `change` returns, and what the merchant is shown of it.

    Raises OrdersUnsettledError, and what `change` raises.
    """
    lock_all_places()
    before = lost_at_shop(_orders_with(shop_id, now), shop_id=shop_id, town=town, now=now)
    result = change()
    # Read again: what a product takes is loaded with its orders.
    orders = _orders_with(shop_id, now)
    after = lost_at_shop(orders, shop_id=shop_id, town=town, now=now)
    losses = {key: loss for key, loss in after.items() if key not in before}
    hit = [order for order in orders if order.pk in losses]
    parts = {part.order_id: part for part in _parts(shop_id, hit)}
    # Whose payment is awaited is no order of the merchant's yet.
    shown = [
        Unsettled(parts[order.pk], losses[order.pk])
        for order in hit
        if parts[order.pk].state != ShopOrderState.AWAITING_PAYMENT
    ]
    if {each.part.pk for each in shown} != set(seen):
        raise OrdersUnsettledError(shown)
    lock(Order.objects.filter(pk__in=losses))
    for order in hit:
        log(
            order=order,
            shop_order=parts[order.pk],
            kind=UNSETTLED,
            actor=actor,
            now=now,
            data={"why": losses[order.pk].value},
        )
    if hit:
        shop = Shop.objects.get(pk=shop_id)
        messages.unsettled_to_town(shop_name=shop.name, orders=hit, now=now)
    return result, shown


def _orders_with(shop_id: UUID, now: datetime) -> list[Order]:
    """The orders for which something is still expected of a shop."""
    return [
        order
        for order in orders_held(now=now)
        if any(part.shop_id == shop_id for part in order.living)  # type: ignore[attr-defined]  # prefetched
    ]


def _parts(shop_id: UUID, orders: Collection[Order]) -> list[ShopOrder]:
    found = ShopOrder.objects.filter(shop_id=shop_id, order__in=orders).select_related("order__hub", "shop")
    return list(found.prefetch_related("lines").order_by("collection_departs_at", "pk"))
