"""What a page of the site promises: the sentence, the road, and the windows one may choose from."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from conciergeries.towns.models import Town
from shared.french import APOSTROPHE, calendar_day, day, span
from tenants.hubs.models import Hub
from tenants.hubs.promise import Window, promise
from tenants.hubs.queries import place_of
from tenants.hubs.ticket import Ticket, ticket
from tenants.orders.placing import lead_of
from tenants.shops.models import Product

# As many as are read; the others are a click away.
FEW = 4
NOON, EVENING = 11, 17
_AFTERNOON = 15


@dataclass(frozen=True)
class Choice:
    """A window as a radio card shows it: «Ce soir», «18 h–20 h»; `value` is what the form sends."""

    value: str
    title: str
    note: str
    window: Window

    def __str__(self) -> str:
        """The title: the note is shown under it, inside the same label."""
        return self.title


@dataclass(frozen=True)
class Offer:
    """When these products can be collected at this hub."""

    hub: Hub
    choices: tuple[Choice, ...]
    ticket: Ticket | None

    @property
    def earliest(self) -> Window | None:
        return self.choices[0].window if self.choices else None

    def choice(self, value: str) -> Choice | None:
        """The window that a form named; None when it can no longer be promised."""
        return next((choice for choice in self.choices if choice.value == value), None)


def offer(*, hub: Hub, town: Town, products: Sequence[Product], now: datetime, most: int | None = None) -> Offer:
    """What `hub` can promise for these products at `now`: its ticket is the soonest window's."""
    said = promise(place=place_of(hub, town=town), lead=lead_of(list(products)), now=now)
    today = now.astimezone(ZoneInfo(town.timezone)).date()
    first = said.earliest
    return Offer(
        hub=hub,
        choices=tuple(_choice(window, today) for window in said.windows[:most]),
        ticket=ticket(hub_name=hub.name, window=first, now=now) if first else None,
    )


def _choice(window: Window, today: date) -> Choice:
    return Choice(
        value=f"{window.start.astimezone(UTC):%Y%m%dT%H%MZ}",
        title=_title(window, today),
        note=_note(window, today),
        window=window,
    )


def _title(window: Window, today: date) -> str:
    """«Ce soir», «Demain midi», «Jeudi soir»: as one says it."""
    part = _part_of_day(window.start.hour)
    said = day(window.start.date(), today)
    if said.startswith("aujourd"):
        return {"midi": "Ce midi", "soir": "Ce soir"}.get(part, f"Aujourd{APOSTROPHE}hui")
    name = said if said == "demain" else calendar_day(window.start).split(" ", 1)[0]
    return " ".join(filter(None, [name.capitalize(), part]))


def _note(window: Window, today: date) -> str:
    hours = span(window.start, window.end)
    near = (window.start.date() - today).days <= 1
    return hours if near else f"{calendar_day(window.start).split(' ', 1)[1]}, {hours}"


def _part_of_day(hour: int) -> str:
    if hour < NOON:
        return "matin"
    if hour >= EVENING:
        return "soir"
    return "midi" if hour < _AFTERNOON else ""


def slower(*, hub: Hub, town: Town, products: Sequence[Product], now: datetime) -> tuple[Product, Window] | None:
    """The one product that makes the others wait, and the window they could have without it."""
    if not products:
        return None
    slowest = max(products, key=lambda product: product.lead_hours if product.made_to_order else 0)
    others = [product for product in products if product.pk != slowest.pk]
    if not slowest.made_to_order or not others:
        return None
    place = place_of(hub, town=town)
    with_it = promise(place=place, lead=lead_of(list(products)), now=now).earliest
    without = promise(place=place, lead=lead_of(others), now=now).earliest
    if with_it is None or without is None or without.start >= with_it.start:
        return None
    return slowest, without
