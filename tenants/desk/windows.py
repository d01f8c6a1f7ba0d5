"""The times that can be promised for a basket, as the choices of a list."""

from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from conciergeries.towns.models import Town
from shared.french import day, span
from tenants.hubs.models import Hub
from tenants.hubs.promise import Window
from tenants.hubs.ticket import Ticket, ticket
from tenants.orders.promising import prospects
from tenants.shops.models import Product

# Two weeks of noons and evenings would not be read on the telephone.
MOST = 12


class Slot(NamedTuple):
    """A hub and one of its windows, and its road."""

    hub: Hub
    window: Window
    ticket: Ticket

    @property
    def value(self) -> str:
        """How a form names it."""
        return f"{self.hub.pk}|{self.window.start.isoformat()}"

    def said(self, today: date) -> str:
        """«ce soir» is for adverts: on the telephone one gives the day and the hours."""
        return f"{day(self.window.start, today)}, {span(self.window.start, self.window.end)}"


def slots(*, town: Town, products: list[Product], now: datetime) -> list[Slot]:
    """What can still be promised for these products, hub by hub, the main one first."""
    found = prospects(town=town, products=products, now=now)
    return [
        Slot(hub, window, ticket(question=found.questions[hub.pk], window=window, now=now))
        for hub in found.hubs
        for window in found.at(hub).windows[:MOST]
    ]


def choices(found: list[Slot], *, today: date) -> list[tuple[str, list[tuple[str, str]]]]:
    """The slots as Django groups choices: a heading for each hub."""
    grouped: dict[UUID, tuple[str, list[tuple[str, str]]]] = {}
    for slot in found:
        grouped.setdefault(slot.hub.pk, (slot.hub.name, []))[1].append((slot.value, slot.said(today)))
    return list(grouped.values())


def slot_of(value: str, found: list[Slot]) -> Slot | None:
    """The slot that a form named, if it can still be promised."""
    return next((slot for slot in found if slot.value == value), None)
