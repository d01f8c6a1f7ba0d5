"""Hubs, shops and rounds as the promise reads them, written in a line: what a test is about is what it passes."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from shared.hours import Calendar, Exceptional, Schedule
from tenants.hubs.facts import HubFacts, Item, Lead, Question, RoundFacts, ShopFacts
from tenants.hubs.promise import Promise, promise

PARIS = ZoneInfo("Europe/Paris")
MAIN_HOURS = "Mo-Sa 12:00-14:00,18:00-20:00; PH off"
ROUNDS = "Mo-Sa 11:00-12:00,17:00-18:00; PH off"
DAIRY, CELLAR = UUID(int=1), UUID(int=2)


def at(written: str, zone: ZoneInfo = PARIS) -> datetime:
    """«24 18:00», in November 2026, or a whole date; in Istres unless told otherwise."""
    return datetime.fromisoformat(written if "-" in written else f"2026-11-{written}").replace(tzinfo=zone)


def utc(written: str) -> datetime:
    return at(written).astimezone(UTC)


def closed(first: str, last: str = "", hours: str = "", reason: str = "fermeture") -> Exceptional:
    days = [at(day).date() for day in (first, last or first)]
    return Exceptional(days[0], days[1], closed=True, hours=Schedule(hours) if hours else None, reason=reason)


def opened(day: str, hours: str, reason: str = "ouverture") -> Exceptional:
    return Exceptional(at(day).date(), at(day).date(), closed=False, hours=Schedule(hours), reason=reason)


def calendar(hours: str, *exceptions: Exceptional, zone: str = "Europe/Paris", territory: str = "") -> Calendar:
    return Calendar(Schedule(hours) if hours else None, zone, territory, exceptions=exceptions)


def minutes(number: int) -> timedelta:
    return timedelta(minutes=number)


def a_round(
    hours: str = ROUNDS,
    *exceptions: Exceptional,
    last_call: int = 60,
    room: int | None = None,
    taken: Mapping[datetime, int] | None = None,
    number: int = 1,
) -> RoundFacts:
    return RoundFacts(
        key=UUID(int=number),
        name="La tournée",
        calendar=calendar(hours, *exceptions),
        last_call=minutes(last_call),
        room=room,
        taken=taken or {},
    )


def a_hub(hours: str = MAIN_HOURS, *exceptions: Exceptional, **facts: Any) -> HubFacts:
    name = facts.pop("name", "La conciergerie")
    return HubFacts(name=name, calendar=calendar(hours, *exceptions), **facts)


def a_shop(hours: str = "24/7", *exceptions: Exceptional, preparation: int = 0, **facts: Any) -> ShopFacts:
    name = facts.pop("name", "La fromagerie")
    return ShopFacts(name=name, calendar=calendar(hours, *exceptions), preparation=minutes(preparation), **facts)


def an_item(name: str = "Le plateau", *, shop: UUID = DAIRY, **lead: Any) -> Item:
    return Item(key=UUID(int=sum(name.encode())), name=name, shop=shop, lead=Lead(**lead))


def asked(
    *items: Item,
    shops: Mapping[UUID, ShopFacts] | None = None,
    rounds: Sequence[RoundFacts] | None = None,
    hub: HubFacts | None = None,
) -> Question:
    """By default: a cheese board that is there, of a shop always open, at the main hub of Istres with its rounds."""
    return Question(
        items=items or (an_item(),),
        shops=shops or {DAIRY: a_shop(), CELLAR: a_shop(name="La cave")},
        collections=tuple([a_round()] if rounds is None else rounds),
        hub=hub or a_hub(),
    )


def said(question: Question, now: str) -> Promise:
    return promise(question, now=at(now))


def first(question: Question, now: str) -> str:
    """The soonest window and the moment to order before, as «24 18:00 < 24 16:00»; «never» without one."""
    window = said(question, now).earliest
    return f"{window.start:%d %H:%M} < {window.order_before:%d %H:%M}" if window else "never"


def starts(question: Question, now: str) -> list[str]:
    return _starts(said(question, now).windows)


def not_possible(question: Question, now: str) -> list[str]:
    """The windows that cannot be promised, each with its obstacle: «24 12:00 full»."""
    return [f"{each.start:%d %H:%M} {each.obstacle}" for each in said(question, now).excluded]


def _starts(windows: Iterable[Any]) -> list[str]:
    return [f"{window.start:%d %H:%M}" for window in windows]
