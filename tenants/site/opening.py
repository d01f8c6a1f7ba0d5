"""Opening hours in words: whether a place is open now, its ordinary week, the days that come. Pure."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from shared.french import APOSTROPHE, NBSP, calendar_day, clock, day, span
from shared.hours import Calendar, Span
from shared.hours.schedule import days_between

CLOSES_SOON = timedelta(minutes=30)
SOON = timedelta(days=6)
LOOK_AHEAD_DAYS = 30
WHOLE_DAY = timedelta(hours=23)
# Five weeks show the ordinary one: a holiday or two among them are outvoted.
WEEKS = 5
DAYS = 7
DAYS_SHOWN = 14
_NAMES = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")


@dataclass(frozen=True)
class OpenState:
    """Whether a place is open: `kind` for the badge («open», «soon», «closed»), `words` for people (or none)."""

    kind: str
    words: str

    @property
    def inline(self) -> str:
        """The words inside a sentence."""
        return self.words[:1].lower() + self.words[1:]


UNKNOWN = OpenState("neutral", "")


@dataclass(frozen=True)
class WeekRow:
    """Days that keep the same hours: «lundi au samedi», «12 h–14 h et 18 h–20 h»."""

    days: str
    hours: str


@dataclass(frozen=True)
class NewHours:
    """The ordinary week that begins on a day to come."""

    since: date
    rows: tuple[WeekRow, ...]


@dataclass(frozen=True)
class ComingDay:
    """A day as residents will find it: its hours, or that it is closed, and why it is not as usual."""

    day: date
    name: str
    hours: str
    spans: tuple[Span, ...]
    reason: str = ""

    @property
    def is_closed(self) -> bool:
        return not self.spans


def open_state(calendar: Calendar, *, now: datetime, feminine: bool = False) -> OpenState:
    """Say whether a place is open at `now`, and why it is not as usual; nothing when nobody wrote its hours."""
    # Hours are said to the minute: within one, the same calendar gives the same words.
    return _open_state(calendar, now.replace(second=0, microsecond=0), feminine=feminine)


@lru_cache(maxsize=4096)
def _open_state(calendar: Calendar, now: datetime, *, feminine: bool) -> OpenState:
    if calendar.schedule is None and not calendar.versions and not calendar.exceptions:
        return UNKNOWN
    today = now.astimezone(ZoneInfo(calendar.zone)).date()
    found = calendar.next_span(now, days=LOOK_AHEAD_DAYS)
    if found is None or found.start.astimezone(UTC) > now.astimezone(UTC):
        closed = _closed(calendar, today, now, found, feminine=feminine)
        if found is None:
            return OpenState("closed", closed)
        occasion = _reason_of(calendar, found.start.date(), closed=False)
        again = f" · rouvre {_when(found.start, today)}" + (f" ({occasion})" if occasion else "")
        return OpenState("closed", closed + again)
    left = found.end.astimezone(UTC) - now.astimezone(UTC)
    if left <= CLOSES_SOON:
        return OpenState("soon", f"Ferme dans {_minutes(left)}{NBSP}min")
    why = calendar.why(found.start.date())
    extra = f" · {why.reason}" if why and why.reason and not why.holiday else ""
    opened = "Ouverte" if feminine else "Ouvert"
    return OpenState("open", (opened if left > WHOLE_DAY else f"{opened} {_until(found, today)}") + extra)


def _closed(calendar: Calendar, today: date, now: datetime, following: Span | None, *, feminine: bool) -> str:
    """«Fermé», with the reason when the place would otherwise open before it does, today."""
    closed = "Fermée" if feminine else "Fermé"
    why = calendar.why(today)
    if why is None:
        return closed
    if why.holiday:
        return f"{closed} ({why.reason})"
    usual = replace(calendar, exceptions=()).next_span(now, days=1)
    is_kept_from_opening = (
        usual is not None
        and any(each.closed and each.holds(today) for each in calendar.exceptions)
        and usual.start.date() <= today
        and (following is None or usual.start.astimezone(UTC) < following.start.astimezone(UTC))
    )
    if not is_kept_from_opening:
        return closed
    reason = _reason_of(calendar, today, closed=True)
    return f"{closed} exceptionnellement{f'{NBSP}: {reason}' if reason else ''}"


def _reason_of(calendar: Calendar, when: date, *, closed: bool) -> str:
    """The reason of the first closure, or of the first opening, that holds on a day."""
    return next((each.reason for each in calendar.exceptions if each.closed == closed and each.holds(when)), "")


def _until(found: Span, today: date) -> str:
    end = "minuit" if not (found.end.hour or found.end.minute) else clock(found.end)
    # An evening that ends after midnight needs no day; a week of opening does.
    far = found.end.date() - today > timedelta(days=1)
    return f"jusqu{APOSTROPHE}{f'au {calendar_day(found.end)}, ' if far else 'à '}{end}"


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


def week(calendar: Calendar, *, today: date) -> tuple[WeekRow, ...]:
    """The ordinary week of the rule in force, days that are alike together; empty when nobody wrote one."""
    begun = [version for version in calendar.versions if version.since <= today]
    schedule = max(begun, key=lambda version: version.since).schedule if begun else calendar.schedule
    if schedule is None:
        return ()
    # Monday first: the week is the same all week long.
    return _week(Calendar(schedule, calendar.zone, calendar.territory), today - timedelta(days=today.weekday()))


def new_hours(calendar: Calendar, *, today: date) -> NewHours | None:
    """The next rule that replaces the one in force, and from when; None when none is known."""
    following = min(
        (version for version in calendar.versions if version.since > today),
        key=lambda version: version.since,
        default=None,
    )
    return NewHours(following.since, week(calendar, today=following.since)) if following else None


@lru_cache(maxsize=2048)
def _week(calendar: Calendar, monday: date) -> tuple[WeekRow, ...]:
    rows: list[tuple[list[int], str]] = []
    for number, said in enumerate(_ordinary_days(calendar, monday)):
        if rows and rows[-1][1] == said:
            rows[-1][0].append(number)
        else:
            rows.append(([number], said))
    if len(rows) == 1:
        return (WeekRow("tous les jours", rows[0][1]),)
    return tuple(WeekRow(_days(numbers), said) for numbers, said in rows)


def _ordinary_days(calendar: Calendar, monday: date) -> list[str]:
    votes = [Counter[str]() for _ in range(DAYS)]
    for each in days_between(monday, monday + timedelta(days=WEEKS * DAYS - 1)):
        votes[each.weekday()][hours_of(calendar.on(each))] += 1
    return [vote.most_common(1)[0][0] for vote in votes]


def coming_days(calendar: Calendar, *, today: date, many: int = DAYS_SHOWN) -> list[ComingDay]:
    """The days that come, today's first, with their exceptions and holidays."""
    return [_coming(calendar, each, today) for each in days_between(today, today + timedelta(days=many - 1))]


def _coming(calendar: Calendar, each: date, today: date) -> ComingDay:
    spans, why = calendar.on(each), calendar.why(each)
    return ComingDay(each, day(each, today), hours_of(spans), spans, why.reason if why else "")


def hours_of(spans: Sequence[Span]) -> str:
    """A day's hours: «12 h–14 h et 18 h–20 h», «fermé»."""
    return " et ".join(_hours(each) for each in spans) or "fermé"


def _hours(each: Span) -> str:
    if each.end - each.start > WHOLE_DAY:
        return "à toute heure"
    return span(each.start, each.end)


def _days(numbers: list[int]) -> str:
    pair = 2
    names = [_NAMES[number] for number in numbers]
    if len(names) > pair:
        return f"{names[0]} au {names[-1]}"
    return " et ".join(names)
