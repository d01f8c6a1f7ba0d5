"""The times that can be promised for a basket, as the choices of a list."""

from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from conciergeries.towns.models import Town
from shared.french import day, money, plural, span
from tenants.hubs.membership import offered_to
from tenants.hubs.models import Hub
from tenants.hubs.promise import Window
from tenants.hubs.ticket import Ticket, ticket
from tenants.orders.by_hand import places_for
from tenants.orders.models import Order
from tenants.orders.promising import Prospects, prospects
from tenants.residents.models import Resident
from tenants.shops.models import Product

# Two weeks of noons and evenings would not be read on the telephone.
MOST = 12


class Slot(NamedTuple):
    """A hub and one of its windows, and its road if it is shown; `full` when only who overbooks may have it."""

    hub: Hub
    window: Window
    ticket: Ticket | None = None
    full: bool = False

    @property
    def value(self) -> str:
        """How a form names it."""
        return f"{self.hub.pk}|{self.window.start.isoformat()}"

    def said(self, today: date) -> str:
        """«ce soir» is for adverts: on the telephone one gives the day and the hours."""
        said = f"{day(self.window.start, today)}, {span(self.window.start, self.window.end)}"
        if self.full:
            return f"{said}, complet"
        return said if self.window.room is None else f"{said}, {plural(self.window.room, 'place')}"


def slots(*, town: Town, products: list[Product], now: datetime, resident: Resident | None = None) -> list[Slot]:
    """What can be promised to somebody for these products, hub by hub, the main one first; full windows among them."""
    found = prospects(town=town, products=products, now=now)
    return [
        Slot(hub, window, ticket(question=found.questions[hub.pk], window=window, now=now), full)
        for hub in offered_to(resident, found.hubs)
        for window, full in _windows(found, hub)[:MOST]
    ]


def _windows(found: Prospects, hub: Hub) -> list[tuple[Window, bool]]:
    """The windows of a hub, each with whether it is full."""
    free = {window.start: window for window in found.at(hub).windows}
    question = found.questions[hub.pk]
    rounds = (*question.collections, *(question.hub.runs or ()))
    if question.hub.room is None and all(each.room is None for each in rounds):
        return [(window, False) for window in free.values()]
    every = {window.start: window for window in found.beyond_room(hub).windows}
    return [(free.get(start, every[start]), start not in free) for start in sorted(every)]


def slots_of(order: Order, *, town: Town, now: datetime) -> list[Slot]:
    """What an order that there is already can be moved to, hub by hub, its own first; full windows among them."""
    found: dict[UUID, list[Slot]] = {}
    for hub, window, full in places_for(order, town=town, now=now):
        found.setdefault(hub.pk, []).append(Slot(hub, window, full=full))
    return [slot for of_hub in found.values() for slot in of_hub[:MOST]]


def choices(found: list[Slot], *, today: date) -> list[tuple[str, list[tuple[str, str]]]]:
    """The slots as Django groups choices: a heading for each hub."""
    grouped: dict[UUID, tuple[str, list[tuple[str, str]]]] = {}
    for slot in found:
        grouped.setdefault(slot.hub.pk, (_heading(slot.hub), []))[1].append((slot.value, slot.said(today)))
    return list(grouped.values())


def _heading(hub: Hub) -> str:
    return f"{hub.name} ({money(hub.fee_cents)} de frais)" if hub.fee_cents else hub.name


def slot_of(value: str, found: list[Slot]) -> Slot | None:
    """The slot that a form named, if it can still be promised."""
    return next((slot for slot in found if slot.value == value), None)
