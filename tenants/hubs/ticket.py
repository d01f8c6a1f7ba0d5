"""The promise as it is written: the sentence's words, and the road the goods take. Pure, and read by every page."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import NotRequired, TypedDict

from shared.french import APOSTROPHE, NBSP, clock, day, listed, plural
from tenants.hubs.facts import Question
from tenants.hubs.promise import Window

_ARTICLES = (("La ", "à la "), ("Les ", "aux "), ("Le ", "au "), (f"L{APOSTROPHE}", f"à l{APOSTROPHE}"))
# More shops than these are counted, not named: a stop of the road is read at a glance.
_MOST_NAMED = 3


class Stop(TypedDict):
    """One stop of the road, as `<c-ticket :stops>` reads it."""

    title: str
    time: NotRequired[str]
    iso: NotRequired[str]
    note: NotRequired[str]
    state: NotRequired[str]
    you: NotRequired[bool]


@dataclass(frozen=True)
class Visit:
    """A collection trip: when it leaves and is back, in the hub's zone, and the shops where it fetches something."""

    departs: datetime
    shops: tuple[str, ...] = ()
    back: datetime | None = None


@dataclass(frozen=True)
class Delivery:
    """The trip that brings the goods to a hub: its name, when it leaves and when it arrives, in the hub's zone."""

    name: str
    departs: datetime
    arrives: datetime | None = None


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
    trips: tuple[Stop, ...] = ()

    @property
    def order_by(self) -> str:
        """The last moment to order: «14 h», «demain 8 h», «mardi 24 novembre, 8 h»."""
        if not self.order_day:
            return self.order_time
        return f"{self.order_day}{' ' if self.order_day == _TOMORROW else ', '}{self.order_time}"

    @property
    def order_when(self) -> str:
        """The same inside a sentence about a day: «avant 14 h», «aujourd’hui avant 14 h», «demain avant 8 h»."""
        return f"{self._order_day} avant {self.order_time}".lstrip()

    @property
    def _order_day(self) -> str:
        """The day of the last moment, said unless everything happens today."""
        return self.order_day or (_TODAY if self.ready_day else "")

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
                "note": _sentence(self._order_day, "les boutiques préparent"),
            },
            *self.trips,
            {
                "time": self.ready_time,
                "iso": f"{self.window.start:%H:%M}",
                "title": "Votre commande vous attend",
                "note": _sentence(self.ready_day, f"{self.at_place}, {until(self.window)}"),
                "you": True,
            },
        ]


_TODAY = f"aujourd{APOSTROPHE}hui"
_TOMORROW = "demain"


def ticket(*, question: Question, window: Window, now: datetime) -> Ticket:
    """Put a window into words, as they are said at `now` in the window's own zone."""
    today = now.astimezone(UTC).astimezone(window.start.tzinfo).date()
    order_day = day(window.order_before.date(), today)
    ready_day = day(window.start.date(), today)
    all_today = order_day == ready_day == _TODAY
    say_day = on_change(window.order_before, today)
    return Ticket(
        window=window,
        at_place=at_place(question.hub.name),
        order_day="" if order_day == _TODAY else order_day,
        order_time=clock(window.order_before),
        ready_day="" if all_today else ready_day,
        ready_time=clock(window.start),
        until_time=clock(window.end),
        trips=tuple(trips(visits(question, window), delivery(window), say_day=say_day)),
    )


def trips(visited: Iterable[Visit], brought: Delivery | None, *, say_day: Callable[[datetime], str]) -> list[Stop]:
    """The trips as stops of the road, in order. `say_day` is asked of each in turn; its answer may be empty."""
    stops: list[Stop] = []
    for visit in sorted(visited, key=lambda each: each.departs.astimezone(UTC)):
        back = f"de retour à {clock(visit.back)}" if visit.back else ""
        stops.append(_stop(visit.departs, passes_by(visit.shops), _sentence(say_day(visit.departs), back)))
    if brought:
        arrives = f"arrivée à {clock(brought.arrives)}" if brought.arrives else "départ de la conciergerie"
        stops.append(_stop(brought.departs, brought.name, _sentence(say_day(brought.departs), arrives)))
    return stops


def on_change(first: datetime, today: date) -> Callable[[datetime], str]:
    """A `say_day` that says a day only when it is not that of the stop before; `first` is the stop before them all."""
    before = first.date()

    def say_day(moment: datetime) -> str:
        nonlocal before
        known, before = before, moment.date()
        return "" if known == before else day(before, today)

    return say_day


def visits(question: Question, window: Window) -> list[Visit]:
    """The collection trips of a window, each once, with the shops where it fetches something, by name."""
    found: dict[tuple[object, datetime], Visit] = {}
    names = [question.shops[item.shop].name for item in question.items] or [""]
    for trip, name in zip(window.collections, names, strict=True):
        key = (trip.round.key, trip.departure)
        known = found.get(key, Visit(trip.span.start, back=trip.span.end))
        shops = known.shops if not name or name in known.shops else tuple(sorted((*known.shops, name)))
        found[key] = Visit(known.departs, shops, known.back)
    return list(found.values())


def delivery(window: Window) -> Delivery | None:
    """The trip that brings a window's goods to its hub; None when the collection rounds end there."""
    run = window.run
    return Delivery(run.round.name, run.span.start, run.span.end) if run else None


def passes_by(shops: Sequence[str]) -> str:
    """Say where the concierge goes: «La concierge passe chez Mistral et Amandine», or how many shops there are."""
    if not shops:
        return "La concierge passe chez les commerçants"
    if len(shops) > _MOST_NAMED:
        return f"La concierge passe dans {plural(len(shops), 'boutique')}"
    return f"La concierge passe chez {listed(shops)}"


def until(window: Window) -> str:
    """Say until when a window lasts: «jusqu’à 20 h», «jusqu’à minuit»."""
    end = "minuit" if not (window.end.hour or window.end.minute) else clock(window.end)
    return f"jusqu{APOSTROPHE}à {end}"


def at_place(name: str) -> str:
    """Say at which hub: «à la conciergerie», «au foyer rural», «au point de retrait « Zone du Tubé »»."""
    for article, joined in _ARTICLES:
        if name.startswith(article):
            return joined + name.removeprefix(article)
    return f"au point de retrait «{NBSP}{name}{NBSP}»"


def _stop(moment: datetime, title: str, note: str) -> Stop:
    stop: Stop = {"time": clock(moment), "iso": f"{moment:%H:%M}", "title": title}
    return {**stop, "note": note} if note else stop


def _sentence(*parts: str) -> str:
    return ", ".join(part for part in parts if part)
