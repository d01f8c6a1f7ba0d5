"""What a dated change of hours, or a pause of ordering, must be before it is written.

Past, useless and absurd ones are refused, in words that say what to do instead.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.core.exceptions import ValidationError

from shared.calendars import CalendarChange, ChangeKind, OrderingPause
from shared.french import calendar_day, moment, period
from shared.hours import Calendar, HoursError, Schedule
from shared.hours.problems import opens_next, problems
from shared.hours.schedule import days_between

# Beyond these a date is a slip of the pen, or a change that has another name.
FARTHEST = timedelta(days=730)
LONGEST = timedelta(days=366)
LONGEST_PAUSE = timedelta(days=366)
# A place that does not open for so long is a mistake of writing, not a season.
LONGEST_CLOSURE = timedelta(days=366)


@dataclass(frozen=True, kw_only=True)
class ChangeFacts:
    """What somebody says of a change: `hours` as OpenStreetMap writes them; no `last` day for new hours."""

    kind: ChangeKind
    first: date
    last: date | None = None
    hours: str = ""
    reason: str = ""

    def __post_init__(self) -> None:
        if (self.last is None) != (self.kind == ChangeKind.VERSION):
            raise ValueError(f"a {self.kind} from {self.first} to {self.last}")

    @property
    def final(self) -> date:
        """The last day of an exception; of new hours the first, there being no other."""
        return self.last or self.first

    @property
    def is_version(self) -> bool:
        return self.kind == ChangeKind.VERSION


def check_dates(facts: ChangeFacts, *, today: date) -> None:
    """Refuse days that are past, backwards, or absurd. Raises ValidationError, tied to fields and in French."""
    if facts.first < today:
        raise ValidationError({"first": f"Le {_day(facts.first)} est passé : choisissez aujourd’hui, ou plus tard."})
    if facts.final < facts.first:
        raise ValidationError({"last": f"Le dernier jour vient avant le premier, le {_day(facts.first)}."})
    if facts.first > today + FARTHEST:
        raise ValidationError({"first": f"Le {_day(facts.first)} est dans plus de deux ans : vérifiez l’année."})
    if facts.final > facts.first + LONGEST:
        raise ValidationError(
            {"last": "Une exception ne dure pas plus d’un an : donnez plutôt de nouveaux horaires à partir d’un jour."}
        )


def check_rule(hours: str, *, today: date, territory: str) -> None:
    """Refuse hours that cannot be read, cannot be, or do not open once in a year. Raises ValidationError."""
    found = problems(hours, today=today, territory=territory)
    if found:
        raise ValidationError({"hours": [str(problem) for problem in found]})
    first = opens_next(hours, today=today, territory=territory)
    if first is None or first > today + LONGEST_CLOSURE:
        raise ValidationError({"hours": "Avec ces horaires, ce ne serait pas ouvert une fois en un an."})


def check_hours(facts: ChangeFacts) -> None:
    """Refuse hours that cannot be read, and an exception that does not say why. Raises ValidationError."""
    if facts.hours:
        try:
            Schedule(facts.hours)
        except HoursError as error:
            raise ValidationError({"hours": str(error)}) from error
    elif facts.kind != ChangeKind.CLOSURE:
        raise ValidationError({"hours": "Indiquez les horaires."})
    if not facts.is_version and not facts.reason.strip():
        raise ValidationError({"reason": "Dites pourquoi : les habitants le liront."})


def check_not_said_twice(facts: ChangeFacts, *, among: Iterable[CalendarChange]) -> None:
    """Refuse what another change says already, for some of the same days. Raises ValidationError."""
    for other in among:
        if other.kind != facts.kind:
            continue
        if facts.is_version and other.first == facts.first:
            raise ValidationError(
                {"first": "De nouveaux horaires commencent déjà ce jour-là : retirez-les, ou choisissez un autre jour."}
            )
        if not facts.is_version and other.hours == facts.hours and _share_days(facts, other):
            said = period(other.first, other.last or other.first)
            what = "fermeture" if facts.kind == ChangeKind.CLOSURE else "ouverture"
            raise ValidationError(
                {"first": f"La même {what} est déjà notée {said} (« {other.reason} ») : retirez-la d’abord."}
            )


def check_effect(facts: ChangeFacts, *, before: Calendar, after: Calendar) -> None:
    """Refuse a change that would change nothing, or after which the place never opens. Raises ValidationError."""
    if facts.is_version:
        check_rule(facts.hours, today=facts.first, territory=after.territory)
        days = days_between(facts.first, facts.first + LONGEST_CLOSURE)
    else:
        days = days_between(facts.first, facts.final)
    if any(before.on(day) != after.on(day) for day in days):
        return
    if facts.is_version:
        raise ValidationError({"hours": "Ce sont déjà les horaires à partir de ce jour : il n’y a rien à changer."})
    if facts.kind == ChangeKind.CLOSURE:
        raise ValidationError({"first": "C’est déjà fermé à ce moment-là : il n’y a rien à changer."})
    closure = next((each for each in before.exceptions if each.closed and each.holds(facts.first)), None)
    if closure:
        said = f"Une fermeture est notée {period(closure.first, closure.last)} (« {closure.reason} »)"
        raise ValidationError({"first": f"{said}, et une fermeture l’emporte : retirez-la d’abord."})
    raise ValidationError({"hours": "C’est déjà ouvert à ces heures-là : il n’y a rien à changer."})


def check_pause(*, reason: str, until: datetime | None, held: OrderingPause | None, now: datetime) -> None:
    """Refuse a pause without a reason, with an end that is past, or on top of another. Raises ValidationError."""
    if held is not None:
        raise ValidationError(f"Les commandes y sont déjà en pause (« {held.reason} ») : reprenez-les d’abord.")
    if not reason.strip():
        raise ValidationError({"reason": "Dites pourquoi : les habitants le liront."})
    if until is not None and until <= now:
        raise ValidationError({"until": f"La reprise, {moment(until)}, est déjà passée."})
    if until is not None and until > now + LONGEST_PAUSE:
        raise ValidationError({"until": "Une pause ne se prévoit pas plus d’un an d’avance : vérifiez l’année."})


def change_words(change: CalendarChange | ChangeFacts) -> str:
    """When a change holds: «du 24 au 26 novembre 2026», «à partir du mardi 1er décembre 2026»."""
    if change.kind == ChangeKind.VERSION:
        return f"à partir du {_day(change.first)}"
    return period(change.first, change.last or change.first)


def _share_days(facts: ChangeFacts, other: CalendarChange) -> bool:
    return facts.first <= (other.last or other.first) and other.first <= facts.final


def _day(day: date) -> str:
    return calendar_day(day, year=True)
