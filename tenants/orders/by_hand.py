"""Moving one order to another window: because its customer asked, or because somebody of the staff decides so."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from django.db import transaction

from conciergeries.towns.models import Town
from shared.french import APOSTROPHE, NBSP
from shared.locks import lock_one
from tenants.hubs.membership import offered_to
from tenants.hubs.models import Hub
from tenants.hubs.promise import Window
from tenants.hubs.queries import open_hubs
from tenants.hubs.services import lock_places
from tenants.orders import messages
from tenants.orders.change_words import Words, words
from tenants.orders.events import Actor, log
from tenants.orders.following import put
from tenants.orders.models import Order
from tenants.orders.moved import REROUTED, tell
from tenants.orders.placing import OVERBOOKED, WindowGoneError
from tenants.orders.promised import Openings, openings_for, unkept_promises, with_living
from tenants.orders.states import OrderState


class CannotMoveError(ValueError):
    """The order has no window to change any more; `str()` says why in French."""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Where and when an order is to go. `agreed`: its customer asked; else `reason` is what they read.

    `overbook`: even if the window or a round is full.
    """

    hub_id: UUID
    start: datetime
    agreed: bool = True
    reason: str = ""
    overbook: bool = False


def why_not_moved(order: Order) -> str:
    """Why an order loaded with its parts cannot be moved, in French; empty when it can."""
    number, state = order.number, order.state
    if state == OrderState.CANCELLED:
        return f"{number} est annulée{NBSP}: il n{APOSTROPHE}y a plus de retrait à déplacer."
    if state == OrderState.HANDED_OVER:
        return f"{number} a déjà été remise{NBSP}: il n{APOSTROPHE}y a plus de retrait à déplacer."
    if state == OrderState.AWAITING_PAYMENT:
        return f"{number} attend son paiement{NBSP}: son retrait ne peut être déplacé qu{APOSTROPHE}une fois payée."
    return ""


def hubs_for(order: Order, *, now: datetime) -> list[Hub]:
    """The hubs where an order may go: those that its customer may use, its own first.

    Once the run that brings it has left, its own only: the goods are there, or on their way.
    """
    hubs = sorted(open_hubs(), key=lambda hub: hub.pk != order.hub_id)
    if order.run_departs_at is not None and order.run_departs_at <= now:
        return [hub for hub in hubs if hub.pk == order.hub_id]
    allowed = {hub.pk for hub in offered_to(order.resident, hubs)} | {order.hub_id}
    return [hub for hub in hubs if hub.pk in allowed]


def places_for(order: Order, *, town: Town, now: datetime) -> list[tuple[Hub, Window, bool]]:
    """The hubs and windows that an order may be moved to, each with whether it is full.

    The window that it has is among them only when another trip is to bring it.
    """
    hubs = hubs_for(order, now=now)
    found = openings_for(order=order, hubs=hubs, town=town, now=now)
    is_kept = not is_to_see(order, town=town, now=now)
    places = []
    for hub in hubs:
        free = {window.start: window for window in found.free.get(hub.pk, ())}
        for window in found.beyond.get(hub.pk, ()):
            is_its_own = (hub.pk, window.start) == (order.hub_id, order.window_start)
            if not (is_its_own and is_kept):
                places.append((hub, free.get(window.start, window), window.start not in free))
    return places


def is_to_see(order: Order, *, town: Town, now: datetime) -> bool:
    """Whether the promise made for an order cannot be kept, for another reason than room."""
    return bool(unkept_promises(with_living(Order.objects.filter(pk=order.pk, window_end__gt=now)), town=town, now=now))


@transaction.atomic
def move_order(
    *, town: Town, order_id: UUID, wanted: Wanted, actor: Actor, now: datetime
) -> tuple[Order, Words | None]:
    """Give an order another window, and tell its customer and its merchants: the words say of what. Twice is once.

    The same window again is no change (None), unless it needs another trip: then only merchants are told.

    Raises CannotMoveError, tenants.orders.placing.WindowGoneError when it can be had no more; Order.DoesNotExist.
    """
    try:
        hub = lock_places(wanted.hub_id)
    except Hub.DoesNotExist as error:
        raise WindowGoneError from error
    order = lock_one(Order.objects.select_related("resident", "hub"), pk=order_id)
    why = why_not_moved(order)
    if why:
        raise CannotMoveError(why)
    stays = (order.hub_id, order.window_start) == (hub.pk, wanted.start)
    if stays and not is_to_see(order, town=town, now=now):
        return order, None
    if hub not in hubs_for(order, now=now):
        raise WindowGoneError
    found = openings_for(order=order, hubs=[hub], town=town, now=now)
    window, is_full = _window(found, hub, wanted)
    said = words(order=order, hub=hub, window=window, town=town, reason=wanted.reason, agreed=wanted.agreed)
    stays = stays and order.window_end == window.end
    refetched = put(order, hub_id=hub.pk, window=window, items=found.items)
    if is_full:
        log(order=order, kind=OVERBOOKED, actor=actor, now=now)
    if stays:
        log(order=order, kind=REROUTED, actor=actor, now=now)
    else:
        tell(order=order, said=said, actor=actor, now=now)
    messages.refetched_to_merchants(refetched, now=now)
    return order, None if stays else said


def _window(found: Openings, hub: Hub, wanted: Wanted) -> tuple[Window, bool]:
    """The window that is wanted, and whether it is full. Raises WindowGoneError."""
    start = wanted.start.astimezone(UTC)
    free = {window.start.astimezone(UTC): window for window in found.free.get(hub.pk, ())}
    if start in free:
        return free[start], False
    beyond = {window.start.astimezone(UTC): window for window in found.beyond.get(hub.pk, ())}
    if wanted.overbook and start in beyond:
        return beyond[start], True
    raise WindowGoneError
