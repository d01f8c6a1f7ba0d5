"""Opening hours in words: whether a place is open now, and its ordinary week. Pure."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from conciergeries.towns.models import Town
from shared.french import NBSP, calendar_day, clock, day, span
from shared.hours import HoursError, Schedule, Span

CLOSES_SOON = timedelta(minutes=30)
SOON = timedelta(days=6)
LOOK_AHEAD_DAYS = 30
WHOLE_DAY = timedelta(hours=23)
# Five weeks show the ordinary one: a holiday or two among them are outvoted.
WEEKS = 5
DAYS = 7
_NAMES = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")


@dataclass(frozen=True)
class OpenState:
    """Whether a place is open: `kind` for the badge («open», «soon», «closed»), `words` for people (or none)."""

    kind: str
    words: str


UNKNOWN = OpenState("neutral", "")


@dataclass(frozen=True)
class WeekRow:
    """Days that keep the same hours: «lundi au samedi», «12 h–14 h et 18 h–20 h»."""

    days: str
    hours: str


def teller(*, town: Town, now: datetime, feminine: bool = False) -> Callable[[str], OpenState]:
    """A function from hours to words, for a town and a moment."""
    return lambda hours: open_state(
        hours=hours, zone=town.timezone, territory=town.territory, now=now, feminine=feminine
    )


def open_state(*, hours: str, zone: str, territory: str, now: datetime, feminine: bool = False) -> OpenState:
    """Say whether a place with these hours is open at `now`; nothing when its hours are not known."""
    # Hours are said to the minute: within one, the same hours give the same words.
    minute = now.replace(second=0, microsecond=0)
    return _open_state(hours=hours, zone=zone, territory=territory, now=minute, feminine=feminine)


@lru_cache(maxsize=4096)
def _open_state(*, hours: str, zone: str, territory: str, now: datetime, feminine: bool) -> OpenState:
    if not hours.strip():
        return UNKNOWN
    try:
        found = Schedule(hours).next_span(at=now, zone=zone, territory=territory, days=LOOK_AHEAD_DAYS)
    except HoursError:
        return UNKNOWN
    opened, closed = ("Ouverte", "Fermée") if feminine else ("Ouvert", "Fermé")
    if found is None:
        return OpenState("closed", closed)
    instant = now.astimezone(UTC)
    if found.start.astimezone(UTC) > instant:
        return OpenState("closed", f"{closed} · rouvre {_when(found.start, now.astimezone(ZoneInfo(zone)).date())}")
    left = found.end.astimezone(UTC) - instant
    if left <= CLOSES_SOON:
        return OpenState("soon", f"Ferme dans {_minutes(left)}{NBSP}min")
    return OpenState("open", opened if left > WHOLE_DAY else f"{opened} jusqu’à {clock(found.end)}")


def _minutes(left: timedelta) -> int:
    """Rounded up: «dans 1 min» as long as there is any time left."""
    return -int(-left.total_seconds() // 60)


def _when(start: datetime, today: date) -> str:
    if start.date() == today:
        return f"à {clock(start)}"
    if start.date() - today <= timedelta(days=1):
        return f"{day(start.date(), today)} à {clock(start)}"
    if start.date() - today <= SOON:
        return f"{_NAMES[start.weekday()]} à {clock(start)}"
    return f"{calendar_day(start)} à {clock(start)}"


@lru_cache(maxsize=2048)
def week(*, hours: str, zone: str, territory: str, today: date) -> tuple[WeekRow, ...]:
    """The ordinary week of these hours, days that are alike together; empty when the hours are not known."""
    if not hours.strip():
        return ()
    try:
        by_weekday = _ordinary_days(Schedule(hours), zone=zone, territory=territory, today=today)
    except HoursError:
        return ()
    rows: list[tuple[list[int], str]] = []
    for number, said in enumerate(by_weekday):
        if rows and rows[-1][1] == said:
            rows[-1][0].append(number)
        else:
            rows.append(([number], said))
    if len(rows) == 1:
        return (WeekRow("tous les jours", rows[0][1]),)
    return tuple(WeekRow(_days(numbers), said) for numbers, said in rows)


def _ordinary_days(schedule: Schedule, *, zone: str, territory: str, today: date) -> list[str]:
    start = datetime.combine(today, time(), tzinfo=ZoneInfo(zone))
    dates = [today + timedelta(days=number) for number in range(WEEKS * DAYS)]
    spans: dict[date, list[Span]] = {}
    for found in schedule.spans(start=start, end=start + timedelta(days=WEEKS * DAYS), zone=zone, territory=territory):
        spans.setdefault(found.start.date(), []).append(found)
    votes = [Counter[str]() for _ in range(DAYS)]
    for each in dates:
        votes[each.weekday()][_hours(spans.get(each, []))] += 1
    return [vote.most_common(1)[0][0] for vote in votes]


def _hours(spans: list[Span]) -> str:
    return " et ".join(span(each.start, each.end) for each in spans) or "fermé"


def _days(numbers: list[int]) -> str:
    pair = 2
    names = [_NAMES[number] for number in numbers]
    if len(names) > pair:
        return f"{names[0]} au {names[-1]}"
    return " et ".join(names)
