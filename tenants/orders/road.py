"""The road of an order that was placed: the trips that it was promised to, in the town's time. Pure."""

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from conciergeries.towns.models import Town
from shared.french import calendar_day, clock
from tenants.hubs.ticket import Delivery, Stop, Visit, at_place, trips, until
from tenants.orders.models import Order, ShopOrder
from tenants.orders.queries import window_of
from tenants.orders.states import ENDED_WITHOUT_GOODS


def living(order: Order) -> list[ShopOrder]:
    """The parts that still bring goods, of an order loaded by `with_parts`."""
    return [part for part in order.shop_orders.all() if part.state not in ENDED_WITHOUT_GOODS]


def collections_of(parts: Iterable[ShopOrder], *, zone: str) -> list[tuple[Visit | None, list[ShopOrder]]]:
    """Each collection trip with the parts that it fetches, the first to leave first.

    What was never promised to a trip (None) comes last.
    """
    found: dict[object, list[ShopOrder]] = {}
    for part in parts:
        found.setdefault((part.collection_id, part.collection_departs_at), []).append(part)
    visited = [(_visit(fetched, zone=zone), fetched) for fetched in found.values()]
    return sorted(visited, key=lambda pair: (pair[0] is None, pair[0].departs.timestamp() if pair[0] else 0))


def delivery_of(order: Order, *, zone: str) -> Delivery | None:
    """The trip that brings an order to its hub; None when the collection rounds end there."""
    if order.run_departs_at is None:
        return None
    name = order.run.name if order.run else "La navette"
    return Delivery(name, order.run_departs_at.astimezone(ZoneInfo(zone)))


def road_in_full(order: Order, *, town: Town) -> list[Stop]:
    """The road with its days in full: what it says is read on another day than it was written."""

    def say_day(moment: datetime) -> str:
        return calendar_day(moment)

    window = window_of(order, town=town)
    visited = [visit for visit, _parts in collections_of(living(order), zone=town.timezone) if visit]
    waits: Stop = {
        "time": clock(window.start),
        "iso": f"{window.start:%H:%M}",
        "title": "Votre commande vous attend",
        "note": f"{say_day(window.start)}, {at_place(order.hub.name)}, {until(window)}",
        "you": True,
    }
    return [*trips(visited, delivery_of(order, zone=town.timezone), say_day=say_day), waits]


def _visit(fetched: list[ShopOrder], *, zone: str) -> Visit | None:
    departs = fetched[0].collection_departs_at
    if departs is None:
        return None
    return Visit(departs.astimezone(ZoneInfo(zone)), tuple(part.shop.name for part in fetched))
