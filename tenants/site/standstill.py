"""Nothing can be promised: why, until when, and when to come back, in words. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from shared.french import NBSP, calendar_day, clock, listed
from tenants.hubs.explaining import ComeBack, come_back
from tenants.hubs.facts import Pause, Question
from tenants.hubs.models import Hub
from tenants.hubs.promise import pauses_at
from tenants.hubs.ticket import at_place
from tenants.orders.promising import Prospects

_NO_WINDOW = "Pas de retrait dans les deux semaines qui viennent"
_CALL = "Appelez la conciergerie pour savoir quand revenir."
_ENDLESS = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Standstill:
    """What the page says instead of a promise: «Les commandes sont suspendues à la conciergerie», then the rest."""

    title: str
    words: str
    is_pause: bool


def standstill(found: Prospects, hub: Hub) -> Standstill | None:
    """Why a hub can promise nothing, and when to come back; None as long as it can."""
    said = found.at(hub)
    if said.windows:
        return None
    question = found.questions[hub.pk]
    pauses = pauses_at(question, found.now)
    back = come_back(question, now=found.now)
    if not pauses:
        return Standstill(_NO_WINDOW, _come_back(back, said.now), is_pause=False)
    longest = max(pauses, key=lambda pause: pause.until or _ENDLESS)
    title = _suspended(question, found, hub)
    ends = paused_words(longest, zone=question.hub.calendar.zone)
    first = f" Premier retrait ensuite{NBSP}: {_at(back.window.start)}." if back and back.window else ""
    return Standstill(title, ends + first, is_pause=True)


def paused_words(pause: Pause, *, zone: str) -> str:
    """The reason of a pause and its end: «Inventaire. Les commandes reprennent lundi 30 novembre à 8 h.»."""
    reason = pause.reason.strip()
    why = f"{reason[:1].upper()}{reason[1:]}" if reason else ""
    why = f"{why}{'' if why.endswith(('.', '!', '?')) else '.'} " if why else ""
    if pause.until is None:
        return f"{why}Nous ne savons pas encore quand elles reprendront."
    return f"{why}Les commandes reprennent {_at(pause.until.astimezone(ZoneInfo(zone)))}."


def suspended_everywhere(found: Prospects) -> bool:
    """Whether none of several hubs takes orders: the town has paused them."""
    return len(found.hubs) > 1 and all(found.questions[hub.pk].hub.pause for hub in found.hubs)


def _suspended(question: Question, found: Prospects, hub: Hub) -> str:
    if suspended_everywhere(found):
        return "Les commandes sont suspendues"
    if question.hub.pause:
        return f"Les commandes sont suspendues {at_place(hub.name)}"
    names = list(_paused_shops(question))
    verb = "ne prend pas de commandes" if len(names) == 1 else "ne prennent pas de commandes"
    return f"{listed(names)} {verb} en ce moment"


def _paused_shops(question: Question) -> Iterator[str]:
    for shop in dict.fromkeys(item.shop for item in question.items):
        if question.shops[shop].pause:
            yield question.shops[shop].name


def _come_back(back: ComeBack | None, now: datetime) -> str:
    if back is None or back.window is None:
        return _CALL
    first = f"le premier retrait possible est {_at(back.window.start)}"
    since = back.since.astimezone(now.tzinfo)
    if since.astimezone(UTC) <= now.astimezone(UTC):
        return f"{first[:1].upper()}{first[1:]}."
    return f"Revenez à partir du {calendar_day(since)}{NBSP}: {first}."


def _at(moment: datetime) -> str:
    """«lundi 30 novembre à 8 h»; midnight is the day alone."""
    if not (moment.hour or moment.minute):
        return calendar_day(moment)
    return f"{calendar_day(moment)} à {clock(moment)}"
