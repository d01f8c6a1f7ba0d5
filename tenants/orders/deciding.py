"""What may be decided of orders whose promise cannot be kept, as it is shown to who decides and as a form says it."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from conciergeries.towns.models import Town
from shared.french import NBSP, calendar_day, span
from tenants.hubs.models import Hub
from tenants.hubs.promise import Window
from tenants.hubs.replanning import Decision, Move
from tenants.hubs.ticket import at_place
from tenants.orders.change_words import CALLING, Words, words
from tenants.orders.models import Order
from tenants.shops.models import Shop

_FIELD = "decision-"
# The decision that no window is given: the customer is called.
CALL = "call"
SAME_WINDOW = "la même heure, par une autre tournée"
NO_WINDOW = f"à appeler{NBSP}: «{NBSP}{CALLING}{NBSP}»"


@dataclass(frozen=True)
class Choice:
    """One thing that can be decided of an order, as an option of a list."""

    value: str
    label: str


@dataclass(frozen=True, kw_only=True)
class Broken:
    """An order whose promise cannot be kept: what is proposed or was chosen, what will be said, what else there is.

    `is_felt` when its customer would notice; `is_gone` when what was chosen for it can be had no more; `is_left` when
    it is to be decided later.
    """

    order: Order
    hub: Hub
    window: Window | None
    said: Words
    choices: tuple[Choice, ...]
    is_felt: bool
    is_gone: bool
    is_left: bool = False

    @property
    def field(self) -> str:
        """The name under which a form says what is decided."""
        return f"{_FIELD}{self.order.pk}"

    @property
    def value(self) -> str:
        """What is decided of it unless another choice is made."""
        if self.is_left:
            return ""
        return value_of(self.hub.pk, self.window.start) if self.window else CALL


class BadDecisionError(ValueError):
    """What was sent is no decision, or about no order: no page of ours sends it."""


class PromisesBrokenError(ValueError):
    """Orders lose their promise, or cannot have what was decided: `broken` lists them. Nothing was changed."""

    def __init__(self, broken: list[Broken]) -> None:
        self.broken = broken
        super().__init__(f"{len(broken)} promises to see to")


def value_of(hub_id: UUID, start: datetime) -> str:
    """How a form names a window of a hub."""
    return f"{hub_id}|{start.astimezone(UTC).isoformat()}"


def read_value(value: str) -> Decision:
    """What a form decided. Raises BadDecisionError."""
    if value == CALL:
        return None
    hub, _bar, start = value.partition("|")
    try:
        decision = UUID(hub), datetime.fromisoformat(start)
    except ValueError as error:
        raise BadDecisionError(value) from error
    if decision[1].tzinfo is None:
        raise BadDecisionError(value)
    return decision


def decisions_in(posted: Mapping[str, str]) -> dict[UUID, Decision]:
    """What a form decided, by order; orders left for later are not among them. Raises BadDecisionError."""
    said = {key.removeprefix(_FIELD): value for key, value in posted.items() if key.startswith(_FIELD) and value}
    try:
        return {UUID(key): read_value(value) for key, value in said.items()}
    except ValueError as error:
        raise BadDecisionError from error


def broken_of(moves: Iterable[Move], orders: Collection[Order], *, town: Town, reason: str = "") -> list[Broken]:
    """The orders of some moves, by window."""
    moves, by_id = list(moves), {order.pk: order for order in orders}
    hubs = Hub.objects.in_bulk({place.hub for move in moves for place in move.places} | {move.hub for move in moves})
    shops = Shop.objects.in_bulk({move.shop for move in moves if move.shop})
    found = []
    for move in moves:
        order, hub = by_id[move.held.key], hubs[move.hub]
        shop = shops[move.shop].name if move.shop else ""
        said = words(order=order, hub=hub, window=move.window, town=town, loss=move.loss, shop=shop, reason=reason)
        found.append(
            Broken(
                order=order,
                hub=hub,
                window=move.window,
                said=said,
                choices=_choices(move, order, hubs),
                is_felt=move.is_felt,
                is_gone=move.is_gone,
            )
        )
    return sorted(found, key=lambda each: (each.order.window_start, each.order.number))


def _choices(move: Move, order: Order, hubs: Mapping[UUID, Hub]) -> tuple[Choice, ...]:
    windows = [
        Choice(value_of(place.hub, place.window.start), _label(order, hubs[place.hub], place.window))
        for place in move.places
    ]
    return (*windows, Choice(CALL, NO_WINDOW))


def _label(order: Order, hub: Hub, window: Window) -> str:
    if (order.hub_id, order.window_start, order.window_end) == (hub.pk, window.start, window.end):
        return SAME_WINDOW
    said = f"{calendar_day(window.start)}, {span(window.start, window.end)}"
    return said if hub.pk == order.hub_id else f"{said}, {at_place(hub.name)}"
