"""A window that was said and can no longer be had as it was: what changed, in words. Pure."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from shared.french import NBSP, clock
from tenants.hubs.explaining import obstacle
from tenants.hubs.facts import Question
from tenants.hubs.models import Hub
from tenants.hubs.promise import Promise
from tenants.hubs.supply import Obstacle
from tenants.orders.promising import Prospects
from tenants.site.promises import Choice, Offer, note_of, title_of

_VALUE = re.compile(r"(\d{8}T\d{4}Z)-(\d{4}Z)")


def what_moved(found: Prospects, hub: Hub, value: str) -> str:
    """Say why the window that a form named cannot be had; empty for what names no window, or one that can."""
    said, question = found.at(hub), found.questions[hub.pk]
    chosen = _read(value, zone=question.hub.calendar.zone)
    if chosen is None:
        return ""
    start, end = chosen
    why = _why(question, said, start, end)
    if not why:
        return ""
    today = said.now.date()
    title, note = title_of(start, today), note_of(start, end, today)
    chosen_words = f"{title[:1].lower()}{title[1:]}, {note}"
    return f"Le retrait que vous aviez choisi ({chosen_words}) n’est plus possible{NBSP}: {why}."


def next_choice(offered: Offer, value: str) -> Choice | None:
    """What to propose instead: the first window from the one chosen on, else the soonest."""
    chosen = _read(value, zone="UTC")
    later = [choice for choice in offered.choices if chosen and choice.start >= chosen[0]]
    return next(iter(later or offered.choices), None)


def _why(question: Question, said: Promise, start: datetime, end: datetime) -> str:
    instant = start.astimezone(UTC)
    kept = said.window_at(start)
    if kept is not None:
        is_same = kept.end.astimezone(UTC) == end.astimezone(UTC)
        return "" if is_same else f"il dure maintenant de {clock(kept.start)} à {clock(kept.end)}"
    if instant <= said.now.astimezone(UTC):
        return f"il commençait à {clock(start)}"
    missed = next((each for each in said.excluded if each.start.astimezone(UTC) == instant), None)
    if missed is not None:
        return obstacle(question, missed) if missed.obstacle != Obstacle.PAUSED else "les commandes sont suspendues"
    why = question.hub.calendar.why(start.date())
    if why and not question.hub.calendar.on(start.date()):
        return f"le point est fermé ce jour-là ({why.reason})" if why.reason else "le point est fermé ce jour-là"
    return f"les horaires ont changé ce jour-là ({why.reason})" if why and why.reason else "les horaires ont changé"


def _read(value: str, *, zone: str) -> tuple[datetime, datetime] | None:
    """Both ends of a window, in a zone; None for nonsense."""
    found = _VALUE.fullmatch(value)
    if found is None:
        return None
    try:
        start = datetime.strptime(found[1], "%Y%m%dT%H%MZ").replace(tzinfo=UTC)
        closes = datetime.strptime(found[2], "%H%MZ").replace(tzinfo=UTC).time()
        end = datetime.combine(start.date(), closes, tzinfo=UTC)
        end = end if end > start else end + timedelta(days=1)
        return start.astimezone(ZoneInfo(zone)), end.astimezone(ZoneInfo(zone))
    except (ValueError, OverflowError):
        return None
