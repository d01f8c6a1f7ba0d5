"""The orders still to be handed over, as the promises that they hold."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Prefetch, QuerySet

from conciergeries.towns.models import Town
from tenants.hubs.facts import Item
from tenants.hubs.keeping import Held, Leg, Loss, loss_at_shop, lost, shop_at_fault, unkept, world_of
from tenants.hubs.models import Hub
from tenants.hubs.promise import Window
from tenants.hubs.replanning import Decision, Move, Places, Waiting, replan
from tenants.orders.models import Line, LineState, Order, ShopOrder
from tenants.orders.promising import Prospects, item_of, prospects
from tenants.orders.states import ENDED_WITHOUT_GOODS, ShopOrderState
from tenants.shops.models import Product

S = ShopOrderState
# The goods are still at their shop.
TO_FETCH = frozenset({S.AWAITING_PAYMENT, S.PLACED, S.ACCEPTED, S.READY})
_GONE = frozenset({*ENDED_WITHOUT_GOODS, S.HANDED_OVER, S.SETTLED})
# The shop has not said yet that they are ready.
_TO_PREPARE = frozenset({S.AWAITING_PAYMENT, S.PLACED, S.ACCEPTED})


def orders_held(*, now: datetime) -> list[Order]:
    """The orders that count on a window not over yet, payments awaited included; with parts, lines, products."""
    return with_living(Order.objects.filter(cancelled_at=None, handed_over_at=None, window_end__gt=now))


def lost_promises(orders: Collection[Order], *, town: Town, now: datetime) -> dict[UUID, Loss]:
    """Which of the orders would not be kept, as everything is set at this moment."""
    found = _all_prospects(orders, town=town, now=now)
    return lost([_held(order) for order in orders], world=world_of(found.questions), now=now)


def unkept_promises(orders: Collection[Order], *, town: Town, now: datetime) -> dict[UUID, Loss]:
    """Which of the orders would not be kept for another reason than room: that is overbooked knowingly."""
    found = _all_prospects(orders, town=town, now=now)
    return unkept([_held(order) for order in orders], world=world_of(found.questions), now=now)


def lost_at_shop(orders: Collection[Order], *, shop_id: UUID, town: Town, now: datetime) -> dict[UUID, Loss]:
    """For which of the orders a shop, by its own hours and delays, would have nothing when the trip comes."""
    world = world_of(_all_prospects(orders, town=town, now=now).questions)
    losses = {order.pk: loss_at_shop(_held(order), shop_id, world=world) for order in orders}
    return {key: loss for key, loss in losses.items() if loss}


def moves_for(
    orders: Collection[Order],
    losses: Mapping[UUID, Loss],
    *,
    town: Town,
    now: datetime,
    decided: Mapping[UUID, Decision] | None = None,
) -> list[Move]:
    """A new window for each order of `losses`: what was decided, else one at its own hub, else at the main one."""
    concerned = [order for order in orders if order.pk in losses]
    found = _all_prospects(concerned, town=town, now=now, besides=[order.pk for order in concerned])
    main = [hub.pk for hub in found.hubs if hub.is_main]
    world = world_of(found.questions)
    waiting = [
        Waiting(
            held=held,
            loss=losses[order.pk],
            items=tuple(_items(order)),
            hubs=tuple(dict.fromkeys([order.hub_id, *main])),
            shop=shop_at_fault(held, world=world),
        )
        for order, held in ((order, _held(order)) for order in concerned)
    ]
    return replan(waiting, found.questions, now=now, decided=decided)


@dataclass(frozen=True)
class Openings:
    """What some hubs can promise to an order that there is already, and what is still to be fetched for it.

    `beyond` has the windows that are full too, for who overbooks knowingly.
    """

    items: tuple[Item, ...]
    free: Mapping[UUID, tuple[Window, ...]]
    beyond: Mapping[UUID, tuple[Window, ...]]


def openings_for(*, order: Order, hubs: Collection[Hub], town: Town, now: datetime) -> Openings:
    """The windows that an order could be moved to; none when it is over."""
    held = with_living(Order.objects.filter(pk=order.pk, cancelled_at=None, handed_over_at=None))
    if not held:
        return Openings((), {}, {})
    found = _all_prospects(held, town=town, now=now, besides=[order.pk])
    items, placed_at = tuple(_items(held[0])), min(order.placed_at, now)
    places = Places(found.questions)
    boundless = Places({key: question.without_limits() for key, question in found.questions.items()})
    return Openings(
        items,
        {hub.pk: tuple(places.windows(hub.pk, items, placed_at=placed_at, now=now)) for hub in hubs},
        {hub.pk: tuple(boundless.windows(hub.pk, items, placed_at=placed_at, now=now)) for hub in hubs},
    )


def with_living(orders: QuerySet[Order]) -> list[Order]:
    """Load orders as the promises that they hold read them; those without goods to hand over are left out."""
    ordered = Line.objects.filter(state=LineState.ORDERED)
    lines = ordered.select_related("product", "replaces").order_by("name", "pk")
    parts = (
        ShopOrder.objects.exclude(state__in=_GONE).order_by("pk").prefetch_related(Prefetch("lines", lines, "ordered"))
    )
    loaded = orders.order_by("placed_at", "pk").prefetch_related(Prefetch("shop_orders", parts, "living"))
    return [order for order in loaded if _living(order)]


def _all_prospects(orders: Iterable[Order], *, town: Town, now: datetime, besides: Collection[UUID] = ()) -> Prospects:
    """The prospects of everything that is still to be fetched, at every hub that takes orders, restricted or not."""
    products = {product.pk: product for order in orders for product in _products(order)}
    hubs = list(Hub.objects.filter(active=True).order_by("-is_main", "name", "pk"))
    return prospects(town=town, products=products.values(), now=now, hubs=hubs, besides=besides)


def _held(order: Order) -> Held:
    living = _living(order)
    run = None
    if order.run_departs_at is not None:
        run = Leg(order.run_id, order.run_departs_at, parcels=len(living))
    return Held(
        key=order.pk,
        hub=order.hub_id,
        start=order.window_start,
        end=order.window_end,
        placed_at=order.placed_at,
        collections=tuple(
            Leg(part.collection_id, part.collection_departs_at, shop=part.shop_id, items=_unready(part))
            for part in living
            if part.state in TO_FETCH and part.collection_departs_at is not None
        ),
        run=run,
    )


def _items(order: Order) -> list[Item]:
    return [item_of(product) for product in _products(order)]


def _unready(part: ShopOrder) -> tuple[Item, ...]:
    """What the shop has not said to be ready yet, nor has in hand: it proposes what it has."""
    lines: list[Line] = part.ordered if part.state in _TO_PREPARE else []  # type: ignore[attr-defined]  # prefetched
    return tuple(item_of(line.product) for line in lines if not hasattr(line, "replaces"))


def _products(order: Order) -> list[Product]:
    return [line.product for part in _living(order) if part.state in TO_FETCH for line in part.ordered]  # type: ignore[attr-defined]  # prefetched


def _living(order: Order) -> list[ShopOrder]:
    return list(order.living)  # type: ignore[attr-defined]  # prefetched
