"""How an order may be paid in a town: what its collection mode allows, and what it takes besides."""

from typing import TYPE_CHECKING

from tenants.orders.models import PaymentMode

if TYPE_CHECKING:
    from conciergeries.towns.models import Town


def modes_of(town: "Town") -> tuple[PaymentMode, ...]:
    """What a customer may choose from, the first being proposed."""
    if not town.holds_money:
        return (PaymentMode.SHOP,)
    in_shops = (PaymentMode.SHOP,) if town.accepts_payment_in_shops else ()
    return (PaymentMode.CARD, PaymentMode.DESK, *in_shops)


def desk_mode_of(town: "Town") -> PaymentMode:
    """How an order that the concierge takes is paid, unless it is said otherwise."""
    return PaymentMode.DESK if town.holds_money else PaymentMode.SHOP
