"""The log of an order."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from tenants.orders.models import Order, OrderEvent, ShopOrder


@dataclass(frozen=True)
class Actor:
    """Who does something to an order, as the log will name them, and by which way they came.

    `pk` is their account, if they have one here: the audit trail asks for it.
    """

    label: str
    channel: str
    pk: UUID | None = None

    def __str__(self) -> str:
        return self.label


PLATFORM = Actor("plateforme", "platform")
# The log can never be changed, and a customer may ask to be forgotten: it does not name them.
CUSTOMER = Actor("client", "web")


def log(
    *,
    order: Order,
    kind: str,
    actor: Actor,
    now: datetime,
    shop_order: ShopOrder | None = None,
    data: dict[str, Any] | None = None,
) -> OrderEvent:
    """Add an event to the order's log, in the transaction of what happened."""
    return OrderEvent.objects.create(
        order=order, shop_order=shop_order, kind=kind, actor=actor.label, channel=actor.channel, at=now, data=data or {}
    )
