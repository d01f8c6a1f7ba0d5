"""Changing hours, rounds or room under orders that count on them: said first, then the orders follow."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from django.db import transaction

from conciergeries.towns.models import Town
from shared.accounts.models import User
from shared.locks import lock
from tenants.hubs.models import Hub, Round
from tenants.hubs.replanning import Decision
from tenants.orders.deciding import PromisesBrokenError, broken_of
from tenants.orders.following import follow
from tenants.orders.promised import lost_promises, moves_for, orders_held

T = TypeVar("T")
CHANNEL = "town_hall"


def lock_all_places() -> None:
    """Lock every hub and every round: nobody takes a place by the old hours meanwhile."""
    lock(Hub.objects.all())
    lock(Round.objects.all())


@transaction.atomic
def change_times(
    *,
    town: Town,
    change: Callable[[], T],
    decided: Mapping[UUID, Decision] | None = None,
    accepted: bool = False,
    reason: str = "",
    user: User,
    now: datetime,
) -> T:
    """Make a change of hours, rounds, closures, room or hubs, and let the orders that it unsettles follow.

    `change` writes it, in this transaction. Orders whose customer would notice are listed first, with a proposal: what
    is `decided` of each of them, and of no other, must be `accepted` and still possible, or nothing is changed. They
    are then moved, and their customers written to; those for whom no window is decided keep theirs, and are called.
    Orders that other trips can bring in time just take those. `reason` is what people read of it.

    Raises PromisesBrokenError, and what `change` raises.
    """
    lock_all_places()
    orders = orders_held(now=now)
    before = lost_promises(orders, town=town, now=now)
    result = change()
    # A round that is deleted leaves its orders without it.
    orders = orders_held(now=now)
    after = lost_promises(orders, town=town, now=now)
    losses = {key: loss for key, loss in after.items() if before.get(key) != loss}
    if not losses:
        return result
    decided = decided or {}
    moves = moves_for(orders, losses, town=town, now=now, decided=decided)
    broken = broken_of([move for move in moves if move.is_felt], orders, town=town, reason=reason)
    is_decided = {each.order.pk for each in broken} == decided.keys() and not any(each.is_gone for each in broken)
    if broken and not (accepted and is_decided):
        raise PromisesBrokenError(broken)
    follow(moves, broken, user=user, channel=CHANNEL, now=now)
    return result
