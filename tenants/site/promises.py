"""What a page of the site promises: the sentence, the road, and the windows one may choose from."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date

from shared.french import APOSTROPHE, calendar_day, day, span
from tenants.hubs.models import Hub
from tenants.hubs.promise import Window
from tenants.hubs.ticket import Ticket, ticket
from tenants.orders.promising import Prospects
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


def offer(found: Prospects, hub: Hub, *, most: int | None = None) -> Offer:
    """What `hub` can promise of the prospects: its ticket is the soonest window's."""
    said = found.at(hub)
    today = said.now.date()
    first = said.earliest
    return Offer(
        hub=hub,
        choices=tuple(_choice(window, today) for window in said.windows[:most]),
        ticket=ticket(hub_name=hub.name, window=first, now=found.now) if first else None,
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


def slower(found: Prospects, hub: Hub, products: Sequence[Product]) -> tuple[Product, Window] | None:
    """The one product that makes the others wait, and the window they could have without it."""
    if len(products) < 2:  # noqa: PLR2004  (one product waits for nobody)
        return None
    whole = found.at(hub).earliest
    sooner = [(product, found.without(hub, [product]).earliest) for product in products]
    gains = [(product, window) for product, window in sooner if window and (not whole or window.start < whole.start)]
    return min(gains, key=lambda gain: gain[1].start, default=None)
