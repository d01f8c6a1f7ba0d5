"""The promise as it is written: the sentence's words, and the road the goods take. Pure, and read by every page."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NotRequired, TypedDict

from shared.french import APOSTROPHE, NBSP, clock, day
from tenants.hubs.promise import Window

_ARTICLES = (("La ", "à la "), ("Les ", "aux "), ("Le ", "au "), (f"L{APOSTROPHE}", f"à l{APOSTROPHE}"))


class Stop(TypedDict):
    """One stop of the road, as `<c-ticket :stops>` reads it."""

    title: str
    time: NotRequired[str]
    iso: NotRequired[str]
    note: NotRequired[str]
    state: NotRequired[str]
    you: NotRequired[bool]


@dataclass(frozen=True, kw_only=True)
class Ticket:
    """A promise in words. The days are empty where the sentence needs none: everything happens today.

    «Commandez avant {order_by}, retirez {ready_day} dès {ready_time} {at_place}.»
    """

    window: Window
    at_place: str
    order_day: str
    order_time: str
    ready_day: str
    ready_time: str
    until_time: str

    @property
    def order_by(self) -> str:
        """The last moment to order: «14 h», «demain 8 h», «mardi 24 novembre, 8 h»."""
        if not self.order_day:
            return self.order_time
        return f"{self.order_day}{' ' if self.order_day == _TOMORROW else ', '}{self.order_time}"

    @property
    def ready(self) -> str:
        """When to come, in full: «aujourd’hui», «demain», «mardi 24 novembre»."""
        return self.ready_day or _TODAY

    @property
    def stops(self) -> list[Stop]:
        return [
            {
                "time": self.order_time,
                "iso": f"{self.window.order_before:%H:%M}",
                "title": "Dernière minute pour commander",
                "note": _sentence(self.order_day, "les boutiques préparent"),
            },
            {
                "title": "La concierge passe chez les commerçants",
                "note": "elle rassemble tout pour vous",
            },
            {
                "time": self.ready_time,
                "iso": f"{self.window.start:%H:%M}",
                "title": "Votre commande vous attend",
                "note": _sentence(self.ready_day, f"{self.at_place}, jusqu{APOSTROPHE}à {self.until_time}"),
                "you": True,
            },
        ]


_TODAY = f"aujourd{APOSTROPHE}hui"
_TOMORROW = "demain"


def ticket(*, hub_name: str, window: Window, now: datetime) -> Ticket:
    """Put a window into words, as they are said at `now` in the window's own zone."""
    today = now.astimezone(UTC).astimezone(window.start.tzinfo).date()
    order_day = day(window.order_before.date(), today)
    ready_day = day(window.start.date(), today)
    all_today = order_day == ready_day == _TODAY
    return Ticket(
        window=window,
        at_place=at_place(hub_name),
        order_day="" if order_day == _TODAY else order_day,
        order_time=clock(window.order_before),
        ready_day="" if all_today else ready_day,
        ready_time=clock(window.start),
        until_time=clock(window.end),
    )


def at_place(name: str) -> str:
    """Say at which hub: «à la conciergerie», «au foyer rural», «au point de retrait « Zone du Tubé »»."""
    for article, joined in _ARTICLES:
        if name.startswith(article):
            return joined + name.removeprefix(article)
    return f"au point de retrait «{NBSP}{name}{NBSP}»"


def _sentence(*parts: str) -> str:
    return ", ".join(part for part in parts if part)
