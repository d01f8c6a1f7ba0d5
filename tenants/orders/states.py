"""What a shop order may become, as data; and what an order is, from its shop orders."""

from collections.abc import Iterable

from django.db import models


class ShopOrderState(models.TextChoices):
    AWAITING_PAYMENT = "awaiting_payment", "paiement attendu"
    PLACED = "placed", "à accepter"
    ACCEPTED = "accepted", "acceptée"
    REFUSED = "refused", "refusée"
    READY = "ready", "prête"
    COLLECTED = "collected", "ramassée"
    AT_HUB = "at_hub", "arrivée"
    HANDED_OVER = "handed_over", "remise"
    SETTLED = "settled", "reversée"
    CANCELLED = "cancelled", "annulée"


S = ShopOrderState

TRANSITIONS: dict[ShopOrderState, frozenset[ShopOrderState]] = {
    S.AWAITING_PAYMENT: frozenset({S.PLACED, S.CANCELLED}),
    S.PLACED: frozenset({S.ACCEPTED, S.REFUSED, S.CANCELLED}),
    S.ACCEPTED: frozenset({S.READY, S.COLLECTED, S.REFUSED, S.CANCELLED}),
    S.READY: frozenset({S.COLLECTED, S.REFUSED, S.CANCELLED}),
    # Refused this late, all of it was given back before the customer had it.
    S.COLLECTED: frozenset({S.AT_HUB, S.READY, S.REFUSED}),
    S.AT_HUB: frozenset({S.HANDED_OVER, S.COLLECTED, S.REFUSED}),
    S.HANDED_OVER: frozenset({S.SETTLED}),
    S.REFUSED: frozenset(),
    S.SETTLED: frozenset(),
    S.CANCELLED: frozenset(),
}

# Goods that nobody waits for any more.
ENDED_WITHOUT_GOODS = frozenset({S.REFUSED, S.CANCELLED})


class OrderState(models.TextChoices):
    AWAITING_PAYMENT = "awaiting_payment", "paiement attendu"
    PLACED = "placed", "chez les commerçants"
    IN_PREPARATION = "in_preparation", "en préparation"
    ON_THE_WAY = "on_the_way", "en route"
    WAITING = "waiting", "vous attend"
    HANDED_OVER = "handed_over", "remise"
    CANCELLED = "cancelled", "annulée"


# From the slowest to the fastest: the first that one living shop order has is the order's.
_SLOWEST_FIRST: tuple[tuple[frozenset[ShopOrderState], OrderState], ...] = (
    (frozenset({S.AWAITING_PAYMENT}), OrderState.AWAITING_PAYMENT),
    (frozenset({S.PLACED}), OrderState.PLACED),
    (frozenset({S.ACCEPTED, S.READY}), OrderState.IN_PREPARATION),
    (frozenset({S.COLLECTED}), OrderState.ON_THE_WAY),
    (frozenset({S.AT_HUB}), OrderState.WAITING),
    (frozenset({S.HANDED_OVER, S.SETTLED}), OrderState.HANDED_OVER),
)


def order_state(states: Iterable[str]) -> OrderState:
    """The state of an order: that of its slowest shop order which still brings goods."""
    live = {ShopOrderState(state) for state in states} - ENDED_WITHOUT_GOODS
    return next((state for parts, state in _SLOWEST_FIRST if parts & live), OrderState.CANCELLED)
