"""Whether a product can be had, in words. Pure."""

from dataclasses import dataclass

from shared.french import NBSP, plural
from tenants.shops.models import Product

FEW = 5
HOURS_A_DAY = 24


@dataclass(frozen=True)
class Availability:
    """`kind` for the badge, `words` for people; `is_out` when it cannot be ordered today."""

    kind: str
    words: str
    is_out: bool = False


def availability(product: Product) -> Availability:
    """In stock, nearly out, sold out, or made to order in so many hours."""
    if product.made_to_order:
        return Availability("neutral", f"Préparé sur commande{_in(product.lead_hours)}")
    stock = product.stock or 0
    if not stock:
        return Availability("closed", "Épuisé", is_out=True)
    if stock <= FEW:
        return Availability("soon", f"Plus que{NBSP}{stock}")
    return Availability("open", "En stock")


def _in(hours: int) -> str:
    if not hours:
        return ""
    days, rest = divmod(hours, HOURS_A_DAY)
    if days and not rest:
        return f", en {plural(days, 'jour')}"
    return f", en {hours}{NBSP}h"
