"""Moving a shop order from one state to another: the only place where `state` is written after it was placed."""

from datetime import datetime
from typing import Any

from shared.french import NBSP
from tenants.orders.events import Actor, log
from tenants.orders.models import ShopOrder
from tenants.orders.states import TRANSITIONS, ShopOrderState

# The moment that a state is reached, where a page or the settlement needs it.
_STAMPS = {
    ShopOrderState.ACCEPTED: "accepted_at",
    ShopOrderState.COLLECTED: "collected_at",
    ShopOrderState.AT_HUB: "at_hub_at",
    ShopOrderState.HANDED_OVER: "handed_over_at",
}


class ForbiddenMoveError(ValueError):
    """The shop order is not in a state from which this can be done; `str()` says so in French."""

    def __init__(self, shop_order: ShopOrder, target: ShopOrderState) -> None:
        current = ShopOrderState(shop_order.state)
        is_now, wanted = f"«{NBSP}{current.label}{NBSP}»", f"«{NBSP}{target.label}{NBSP}»"
        super().__init__(f"{shop_order.shop}{NBSP}: la sous-commande est {is_now}, elle ne peut pas devenir {wanted}.")


def move(
    *, shop_order: ShopOrder, to: ShopOrderState, actor: Actor, now: datetime, data: dict[str, Any] | None = None
) -> None:
    """Put a *locked* shop order into a new state and log it. Raises ForbiddenMoveError."""
    if to not in TRANSITIONS[ShopOrderState(shop_order.state)]:
        raise ForbiddenMoveError(shop_order, to)
    shop_order.state = to
    fields = ["state"]
    if to in _STAMPS:
        setattr(shop_order, _STAMPS[to], now)
        fields.append(_STAMPS[to])
    shop_order.save(update_fields=fields)
    log(order=shop_order.order, shop_order=shop_order, kind=to.value, actor=actor, now=now, data=data)
