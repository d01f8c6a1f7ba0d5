"""Orders whose promise cannot be kept as everything is set now: worked out, never written down, so that none is lost.

A merchant that closes, or takes longer, leaves its orders here; so does who was to be called and has no date yet.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.db import transaction

from conciergeries.towns.models import Town
from shared.accounts.models import User
from tenants.hubs.replanning import Decision
from tenants.orders.deciding import Broken, PromisesBrokenError, broken_of
from tenants.orders.following import follow
from tenants.orders.models import Order, OrderEvent
from tenants.orders.moved import MOVED, STRANDED, TOLD
from tenants.orders.moving import lock_all_places
from tenants.orders.promised import moves_for, orders_held, unkept_promises


def orders_to_see(*, town: Town, now: datetime) -> list[Order]:
    """The orders that somebody must see to, by window."""
    orders = orders_held(now=now)
    losses = unkept_promises(orders, town=town, now=now) if orders else {}
    return sorted((order for order in orders if order.pk in losses), key=lambda each: (each.window_start, each.number))


def broken_to_see(*, town: Town, now: datetime) -> list[Broken]:
    """The same, each with what is proposed; who is being called is left for later."""
    orders = orders_held(now=now)
    losses = unkept_promises(orders, town=town, now=now) if orders else {}
    moves = moves_for(orders, losses, town=town, now=now) if losses else []
    broken = broken_of(moves, orders, town=town)
    called = being_called(broken)
    return [replace(each, is_left=each.order.pk in called) for each in broken]


def being_called(broken: list[Broken]) -> set[UUID]:
    """Those among them whose customers know, or are about to be told, that their window cannot be kept."""
    events = OrderEvent.objects.filter(order__in=[each.order for each in broken], kind__in=[MOVED, STRANDED, TOLD])
    last: dict[UUID, str] = {}
    for event in events.order_by("at", "pk"):
        # A call tells of what came before it.
        if event.kind != TOLD:
            last[event.order_id] = event.kind
    return {key for key, kind in last.items() if kind == STRANDED}


@transaction.atomic
def see_to(*, town: Town, decided: Mapping[UUID, Decision], user: User, channel: str, now: datetime) -> list[Broken]:
    """Do what was decided of some of the orders to see: all of it, or nothing. Done before, it is left as it is.

    Returns what was done. Raises tenants.orders.deciding.PromisesBrokenError with the list as it is, when an order has
    left it otherwise, or can have what was decided no more.
    """
    lock_all_places()
    orders = orders_held(now=now)
    losses = unkept_promises(orders, town=town, now=now)
    # Those left for later keep the places that they have: what is proposed to them is not taken yet.
    chosen = {key: loss for key, loss in losses.items() if key in decided}
    moves = moves_for(orders, chosen, town=town, now=now, decided=decided)
    others = {key: decision for key, decision in decided.items() if key not in losses}
    if any(move.is_gone for move in moves) or not all(_is_done(*each) for each in others.items()):
        every = moves_for(orders, losses, town=town, now=now, decided=decided)
        listed = broken_of(every, orders, town=town)
        raise PromisesBrokenError([replace(each, is_left=each.order.pk not in decided) for each in listed])
    broken = broken_of(moves, orders, town=town)
    already = being_called(broken)
    # Who is being called already is not written to again.
    broken = [each for each in broken if each.window or each.order.pk not in already]
    done = {each.order.pk for each in broken}
    follow([move for move in moves if move.held.key in done], broken, user=user, channel=channel, now=now)
    return broken


def _is_done(order_id: UUID, decision: Decision) -> bool:
    """Whether an order is where it was to go: the second of two clicks."""
    if decision is None:
        return False
    hub_id, start = decision
    return Order.objects.filter(pk=order_id, hub_id=hub_id, window_start=start, cancelled_at=None).exists()
