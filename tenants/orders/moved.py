"""What is said to somebody whose window changes, by e-mail or by telephone, and who is still to be told."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import OuterRef, QuerySet, Subquery

from conciergeries.towns.models import Town
from shared.french import APOSTROPHE, NBSP, calendar_day, clock
from shared.locks import lock_one
from tenants.hubs.keeping import Loss
from tenants.hubs.models import Hub
from tenants.hubs.promise import Window
from tenants.hubs.ticket import at_place
from tenants.orders import messages
from tenants.orders.events import Actor, log
from tenants.orders.models import Order, OrderEvent
from tenants.orders.states import OrderState
from tenants.orders.telling import note_told

MOVED, STRANDED, TOLD = "moved", "stranded", "change_told"

# An order that another trip fetches for the same window, and one whose merchant's change somebody must see to.
REROUTED, UNSETTLED = "rerouted", "unsettled"
# What is said to somebody for whom there is no window.
CALLING = "Nous vous appelons pour trouver une autre date avec vous."
# How a customer knows of a change when they asked for it themselves.
AGREED = "agreed"

_WHY = {
    Loss.HUB_STOPPED: "ce point de retrait ne prend plus de commandes à cette date",
    Loss.HUB_CLOSED: "ce point de retrait sera fermé à cette heure",
    Loss.NO_RUN: f"la navette qui devait l{APOSTROPHE}apporter ne passera pas à temps",
    Loss.NO_ROUND: "la tournée qui devait la ramasser ne passera pas à temps",
    Loss.SHOP_CLOSED: "une boutique sera fermée au passage de la tournée",
    Loss.NOT_READY: f"une boutique ne l{APOSTROPHE}aura pas préparée au passage de la tournée",
    Loss.FULL: "il y a moins de places à cette heure que prévu",
    Loss.ROUND_FULL: "la tournée prend moins de colis que prévu",
}


@dataclass(frozen=True, kw_only=True)
class Words:
    """An order's change in words. `after` is empty when nothing is proposed; `agreed` when its customer asked."""

    number: str
    before: str
    after: str
    why: str
    agreed: bool = False

    @property
    def beginning(self) -> str:
        """What happens to the window that it had."""
        its = f"e retrait de votre commande {self.number}, prévu {self.before},"
        if self.agreed:
            return f"Comme convenu avec vous, l{its} est déplacé."
        return f"L{its} ne peut pas être assuré{NBSP}: {self.why}."

    @property
    def ending(self) -> str:
        """What comes instead."""
        if self.after:
            return f"Elle vous attendra {self.after}."
        return CALLING

    @property
    def sentence(self) -> str:
        """The change itself, as it is written and said."""
        return f"{self.beginning} {self.ending}"


def words(
    *,
    order: Order,
    hub: Hub,
    window: Window | None,
    town: Town,
    loss: Loss | None = None,
    shop: str = "",
    reason: str = "",
    agreed: bool = False,
) -> Words:
    """Say the change of an order from the hub and the window that it has to those it is to have.

    `reason` is the staff's own, said as they wrote it; without one, the loss says why, and which `shop` is at fault.
    """
    zone = ZoneInfo(town.timezone)
    start, end = order.window_start.astimezone(zone), order.window_end.astimezone(zone)
    before = f"{calendar_day(start)} de {clock(start)} à {clock(end)}"
    after = ""
    if window is not None:
        after = f"{calendar_day(window.start)} de {clock(window.start)} à {clock(window.end)}"
        after += f", {at_place(hub.name)}" if hub.pk != order.hub_id else ""
    why = f"vous l{APOSTROPHE}avez demandé" if agreed else reason.strip().rstrip(".") or _why(loss, shop)
    return Words(number=order.number, before=before, after=after, why=why, agreed=agreed)


def _why(loss: Loss | None, shop: str) -> str:
    said = _WHY[loss] if loss else "il a été changé"
    return said.replace("une boutique", f"la boutique {shop}") if shop else said


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
