"""Why a promise is what it is: a chain of reasons in French, one line a link. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from shared.french import APOSTROPHE, NBSP, calendar_day, clock, moment, plural
from shared.hours import Why
from shared.hours.schedule import days_between, midnight
from tenants.hubs.facts import EVERY_DAY, Item, Lead, Pause, Question, ShopFacts
from tenants.hubs.promise import HORIZON, Excluded, Promise, Window, pauses_at, promise
from tenants.hubs.supply import Obstacle, Trip

# How far ahead one looks for the first window when the horizon has none.
_FAR = timedelta(days=60)
_DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")


@dataclass(frozen=True)
class Link:
    """One link of the chain: its kind («order», «shop», «collection», «run», «window»), its instant, its sentence."""

    step: str
    at: datetime
    reason: str


@dataclass(frozen=True)
class Missed:
    """A window that cannot be promised, or a whole day without any, and the reason."""

    start: datetime
    reason: str
    whole_day: bool = False

    @property
    def when(self) -> str:
        """«mardi 24 novembre à 18 h», or the day alone."""
        return calendar_day(self.start) if self.whole_day else moment(self.start)


def chain(question: Question, said: Promise) -> list[Link]:
    """The links from the order to the earliest window, in the order in which they happen; none without a window."""
    window = said.earliest
    if window is None:
        return []
    return sorted(_links(question, said.now, window), key=lambda link: (link.at.astimezone(UTC), _ORDER[link.step]))


_ORDER = {"order": 0, "shop": 1, "collection": 2, "run": 3, "window": 4}


def _links(question: Question, now: datetime, window: Window) -> Iterator[Link]:
    last = f"dernier moment pour ce créneau{NBSP}: {moment(window.order_before)}"
    yield Link("order", now, f"Commande passée {moment(now)} ({last}).")
    for item, trip in zip(question.items, window.collections, strict=False):
        shop = question.shops[item.shop]
        ready = f"{shop.name}{NBSP}: {_quoted(item.name)} doit être prêt{_needs(item.lead, shop)}."
        yield Link("shop", trip.span.start, ready)
    for trip, names in _fetched(question, window):
        passes = f", passe chez {_and(names)}" if names else ""
        yield Link("collection", trip.span.start, f"{_leaves(trip)}{passes}, est de retour à {clock(trip.span.end)}.")
    if window.run:
        arrives = f"arrive à {clock(window.run.span.end)} ({question.hub.name})"
        yield Link("run", window.run.span.start, f"{_leaves(window.run)}, {arrives}.")
    waits = f"la commande attend son client jusqu{APOSTROPHE}à {clock(window.end)}{_room(window)}"
    yield Link("window", window.start, f"{question.hub.name}{NBSP}: {waits}.")


def _leaves(trip: Trip) -> str:
    return f"{trip.round.name}{NBSP}: part à {clock(trip.span.start)}"


def _fetched(question: Question, window: Window) -> list[tuple[Trip, list[str]]]:
    """Each collection trip once, with the names of the shops where it fetches something."""
    found: dict[tuple[UUID, datetime], tuple[Trip, list[str]]] = {}
    names = [question.shops[item.shop].name for item in question.items] or [""]
    for trip, name in zip(window.collections, names, strict=True):
        visited = found.setdefault((trip.round.key, trip.departure), (trip, []))[1]
        if name and name not in visited:
            visited.append(name)
    return list(found.values())


def missed(question: Question, said: Promise) -> list[Missed]:
    """What comes sooner than the earliest window and cannot be promised: windows, and the days that are not usual."""
    until = said.earliest.start if said.earliest else said.now + HORIZON
    windows = [Missed(each.start, obstacle(question, each)) for each in said.excluded if each.start < until]
    zone = ZoneInfo(question.hub.calendar.zone)
    closed = [
        Missed(midnight(day, zone), _closed(why), whole_day=True)
        for day in days_between(said.now.date(), until.date())
        if (why := question.hub.calendar.why(day)) and not question.hub.calendar.on(day)
    ]
    return sorted([*windows, *closed], key=lambda each: each.start.astimezone(UTC))


def _closed(why: Why) -> str:
    return "fermé" + (f"{NBSP}: {why.reason}" if why.reason else " exceptionnellement")


def obstacle(question: Question, each: Excluded) -> str:
    """Say why one window cannot be promised."""
    before = f"il fallait commander avant {moment(each.order_before)}" if each.order_before else ""
    said = {
        Obstacle.PAUSED: f"les commandes sont suspendues{_why_paused(question)}",
        Obstacle.FULL: "ce créneau est complet",
        Obstacle.CUTOFF: f"{before}, comme le demande ce point de retrait",
        Obstacle.NO_RUN: f"aucune navette n{APOSTROPHE}y arrive avant, ou celles qui arrivent sont pleines",
        Obstacle.RUN_LEFT: f"{before}, dernier appel de la navette",
        Obstacle.NO_ROUND: f"aucune tournée n{APOSTROPHE}est de retour avant, ou celles qui le sont sont pleines",
        Obstacle.TOO_LATE: before,
    }
    if each.item is None:
        return said[each.obstacle]
    if each.obstacle == Obstacle.NO_ROUND:
        return _no_round(each.item, question.shops[each.item.shop])
    return f"{_quoted(each.item.name)}{NBSP}: {said[each.obstacle]}"


def _why_paused(question: Question) -> str:
    pauses = [question.hub.pause, *(question.shops[item.shop].pause for item in question.items)]
    reason = next((pause.reason for pause in pauses if pause), "")
    return f" ({reason})" if reason else ""


def _no_round(item: Item, shop: ShopFacts) -> str:
    open_then = f"aucune tournée ne passe avant chez {shop.name} pendant ses heures d{APOSTROPHE}ouverture"
    if item.lead.weekdays != EVERY_DAY:
        return f"{_quoted(item.name)} ne se prend que le {_days(item.lead.weekdays)}{NBSP}: {open_then}, ces jours-là"
    return f"{open_then}, ou elle est pleine"


@dataclass(frozen=True)
class ComeBack:
    """Nothing can be promised: since when to try again, and the first window that there will be, if any is known."""

    since: datetime
    window: Window | None
    pause: Pause | None = None


def come_back(question: Question, *, now: datetime) -> ComeBack | None:
    """When to come back, the horizon having no window; None when there is none in two months either."""
    zone = ZoneInfo(question.hub.calendar.zone)
    pauses = pauses_at(question, now)
    ends = [pause.until for pause in pauses]
    if any(end is None for end in ends):
        return None
    resumes = max((end for end in ends if end), default=now)
    found = promise(question, now=resumes, horizon=_FAR).earliest
    if found is None:
        return None
    since = max(resumes.astimezone(UTC), found.start.astimezone(UTC) - HORIZON)
    pause = max(pauses, key=lambda each: each.until or now, default=None)
    return ComeBack(since.astimezone(zone), found, pause)


def _needs(lead: Lead, shop: ShopFacts) -> str:
    """How long it takes, in brackets."""
    preparation = int(shop.preparation.total_seconds()) // 60
    needs = [
        *([f"{lead.hours}{NBSP}h de délai"] if lead.hours else []),
        *(
            [plural(lead.opening_days, f"jour d{APOSTROPHE}ouverture", f"jours d{APOSTROPHE}ouverture")]
            if lead.opening_days
            else []
        ),
        *([f"{preparation}{NBSP}min de préparation, boutique ouverte"] if preparation else []),
        *([f"le {_days(lead.weekdays)} seulement"] if lead.weekdays != EVERY_DAY else []),
    ]
    return f" ({', '.join(needs)})" if needs else ""


def _room(window: Window) -> str:
    return "" if window.room is None else f" ({plural(window.room, 'place libre', 'places libres')})"


def _days(weekdays: frozenset[int]) -> str:
    """After «le»: «vendredi», «lundi et le jeudi»."""
    names = [_DAYS[day] for day in sorted(weekdays)]
    return " et le ".join(filter(None, [", le ".join(names[:-1]), *names[-1:]]))


def _and(names: list[str]) -> str:
    return " et ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def _quoted(name: str) -> str:
    """Between guillemets; those that the name has become inner quotes."""
    inner = re.sub(r"«\s*", "“", re.sub(r"\s*»", "”", name))
    return f"«{NBSP}{inner}{NBSP}»"
