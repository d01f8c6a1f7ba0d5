"""Telling the customer that the order waits, once all that will come has come."""

from datetime import datetime

from shared.locks import lock
from tenants.orders import messages
from tenants.orders.events import Actor, log
from tenants.orders.models import Order, ShopOrder
from tenants.orders.states import ENDED_WITHOUT_GOODS, ShopOrderState


def tell_if_complete(*, order: Order, actor: Actor, now: datetime) -> None:
    """Write «votre commande vous attend» when the last awaited part of a *locked* order is at the counter."""
    if order.ready_told_at:
        return
    expected = lock(ShopOrder.objects.filter(order=order).exclude(state__in=ENDED_WITHOUT_GOODS))
    if not expected or any(part.state != ShopOrderState.AT_HUB for part in expected):
        return
    if messages.waiting(order=order, now=now):
        note_told(order=order, actor=actor, by="email", now=now)


def note_told(*, order: Order, actor: Actor, by: str, now: datetime) -> None:
    """Note that the customer knows that the order waits, by e-mail or because the concierge called."""
    if order.ready_told_at is None:
        order.ready_told_at = now
        order.save(update_fields=["ready_told_at"])
        log(order=order, kind="told", actor=actor, now=now, data={"by": by})
