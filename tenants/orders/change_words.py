"""The change of an order's window in words, the same for an e-mail, a page and the telephone."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from conciergeries.towns.models import Town
from shared.french import APOSTROPHE, NBSP, calendar_day, clock
from tenants.hubs.keeping import Loss
from tenants.hubs.models import Hub
from tenants.hubs.promise import Window
from tenants.hubs.ticket import at_place
from tenants.orders.models import Order

# What is said to somebody for whom there is no window.
CALLING = "Nous vous appelons pour trouver une autre date avec vous."

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
