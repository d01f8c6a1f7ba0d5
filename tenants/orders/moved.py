"""What is said to somebody whose window changes, by e-mail or by telephone, and who is still to be told."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import OuterRef, QuerySet, Subquery

from shared.locks import lock_one
from tenants.orders import messages
from tenants.orders.change_words import Words
from tenants.orders.events import Actor, log
from tenants.orders.models import Order, OrderEvent
from tenants.orders.states import OrderState
from tenants.orders.telling import note_told

MOVED, STRANDED, TOLD = "moved", "stranded", "change_told"

# An order that another trip fetches for the same window, and one whose merchant's change somebody must see to.
REROUTED, UNSETTLED = "rerouted", "unsettled"
# How a customer knows of a change when they asked for it themselves.
AGREED = "agreed"


def tell(*, order: Order, said: Words, actor: Actor, now: datetime) -> None:
    """Log the change of a *locked* order and write to its customer; without an e-mail, the desk calls them.

    When nothing is proposed, the desk calls in any case; of what they asked for themselves, they know.
    """
    kind = MOVED if said.after else STRANDED
    written = messages.moved(order=order, said=said, now=now)
    by = AGREED if said.agreed else "email" if written and said.after else ""
    data = {"from": said.before, "to": said.after, "why": said.why, "sentence": said.sentence, "by": by}
    log(order=order, kind=kind, actor=actor, now=now, data=data)


def orders_to_tell() -> QuerySet[Order]:
    """The orders whose customer does not know yet of a change, each with its `change`: what there is to say."""
    changes = OrderEvent.objects.filter(order=OuterRef("pk"), kind__in=[MOVED, STRANDED, TOLD]).order_by("-at", "-pk")
    living = Order.objects.filter(cancelled_at=None, handed_over_at=None)
    last = living.annotate(
        told_by=Subquery(changes.values("data__by")[:1]), change=Subquery(changes.values("data__sentence")[:1])
    )
    return last.filter(told_by="").order_by("window_start", "number")


def last_change(order: Order) -> OrderEvent | None:
    """The last change of the window of an order that is still to be handed over."""
    if order.cancelled_at or order.handed_over_at:
        return None
    return order.events.filter(kind__in=[MOVED, STRANDED]).order_by("-at", "-pk").first()


def change_to_tell(order: Order) -> str:
    """What its customer is still to be told of its change; empty when there is nothing."""
    found: Any = orders_to_tell().filter(pk=order.pk).first()
    return str(found.change) if found else ""


@transaction.atomic
def note_change_told(*, order_id: UUID, actor: Actor, now: datetime) -> bool:
    """Note that the concierge called about the change; False when there was nothing to say any more.

    Of an order that waits already, the same call said so.
    """
    order = lock_one(Order.objects.all(), pk=order_id)
    if not change_to_tell(order):
        return False
    log(order=order, kind=TOLD, actor=actor, now=now, data={"by": "phone"})
    if order.state == OrderState.WAITING:
        note_told(order=order, actor=actor, by="phone", now=now)
    return True
