"""Setting the rounds: the timetables by which goods are collected and brought to the hubs."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import transaction

from conciergeries.towns.models import Town
from shared.audit.services import record
from shared.calendars import ChangeKind, rule_in_force
from shared.changing import LONGEST_CLOSURE, check_rule
from shared.french import NBSP
from shared.hours import Calendar, Schedule, Span
from shared.hours.schedule import days_between, midnight
from shared.locks import lock_one
from tenants.hubs.calendars import changes_of
from tenants.hubs.models import Hub, Round

# Nobody is away with the goods for so long.
LONGEST_TRIP = timedelta(hours=12)
LONGEST_LAST_CALL = 7 * 24 * 60
MOST_PARCELS = 999
PREVIEW_DAYS = 14


@dataclass(frozen=True, kw_only=True)
class Timetable:
    """What the town hall says of a round; each span of `hours`, as OpenStreetMap writes them, is a trip.

    Without a hub it goes round the shops. `room` in parcels, one per shop of an order; None takes any number.
    """

    name: str
    hub_id: UUID | None
    hours: str
    last_call_minutes: int
    room: int | None = None
    active: bool = True


@transaction.atomic
def add_round(*, town: Town, said: Timetable, actor: Any, now: datetime) -> Round:
    """Put another round into service. Raises django.core.exceptions.ValidationError, tied to fields and in French."""
    made = Round()
    _check(said, made, town=town, now=now)
    _write(made, said)
    made.save(force_insert=True)
    record(actor=actor, action="round.added", target=made, details={"name": made.name, "hours": made.hours}, now=now)
    return made


@transaction.atomic
def set_round(*, town: Town, round_id: UUID, said: Timetable, actor: Any, now: datetime) -> Round:
    """Change a round, or stop it. Versions of its hours that have begun become its hours.

    Setting what is already set changes nothing. Raises Round.DoesNotExist, django.core.exceptions.ValidationError.
    """
    there = lock_one(Round.objects.all(), pk=round_id)
    today = now.astimezone(ZoneInfo(town.timezone)).date()
    before = timetable_of(there, today=today)
    if before == said:
        return there
    _check(said, there, town=town, now=now)
    for change in changes_of(there):
        if change.kind == ChangeKind.VERSION and change.first <= today:
            change.delete()
    _write(there, said)
    there.save()
    changed = {
        field: [_plain(getattr(before, field)), _plain(getattr(said, field))]
        for field in Timetable.__dataclass_fields__
        if getattr(before, field) != getattr(said, field)
    }
    record(actor=actor, action="round.set", target=there, details={"name": said.name, "changed": changed}, now=now)
    return there


@transaction.atomic
def remove_round(*, round_id: UUID, actor: Any, now: datetime) -> None:
    """Delete a round with its exceptions; the orders that it served are for others. Raises Round.DoesNotExist."""
    there = lock_one(Round.objects.all(), pk=round_id)
    record(actor=actor, action="round.removed", target=there, details={"name": there.name}, now=now)
    there.delete()


def timetable_of(there: Round, *, today: date) -> Timetable:
    """What is said of a round, its hours being those in force `today`."""
    said = {field: getattr(there, field) for field in Timetable.__dataclass_fields__}
    return Timetable(**said | {"hours": rule_in_force(rule=there.hours, changes=changes_of(there), on=today)})


@dataclass(frozen=True)
class DayOfTrips:
    """A day to come and its trips; `reason` when it is not as usual."""

    day: date
    trips: tuple[Span, ...]
    reason: str


def trips_ahead(calendar: Calendar, *, now: datetime, days: int = PREVIEW_DAYS) -> list[DayOfTrips]:
    """The trips of the days to come, today first: whole ones, as the promise counts them."""
    zone = ZoneInfo(calendar.zone)
    first = now.astimezone(zone).date()
    found = []
    for day in days_between(first, first + timedelta(days=days - 1)):
        start, end = midnight(day, zone), midnight(day + timedelta(days=1), zone)
        trips = tuple(trip for trip in calendar.whole_spans(start=start, end=end) if trip.start.date() == day)
        why = calendar.why(day)
        found.append(DayOfTrips(day, trips, why.reason if why else ""))
    return found


def _check(said: Timetable, there: Round, *, town: Town, now: datetime) -> None:
    if Round.objects.filter(name__iexact=said.name).exclude(pk=there.pk).exists():
        raise ValidationError({"name": "Une tournée porte déjà ce nom."})
    hub = Hub.objects.filter(pk=said.hub_id).first() if said.hub_id else None
    if said.hub_id and hub is None:
        raise ValidationError({"hub": "Ce point de retrait n’existe plus."})
    if hub is not None and hub.is_main:
        raise ValidationError(
            {"hub": "Les tournées de ramassage reviennent déjà au point principal : il ne lui faut pas de navette."}
        )
    check_rule(said.hours, today=now.astimezone(ZoneInfo(town.timezone)).date(), territory=town.free_days)
    calendar = Calendar(Schedule(said.hours), town.timezone, town.free_days)
    trips = calendar.spans(start=now, end=now + LONGEST_CLOSURE)
    longest = max((trip.ends - trip.begins for trip in trips), default=timedelta())
    if longest > LONGEST_TRIP:
        hours = int(longest.total_seconds()) // 3600
        raise ValidationError(
            {"hours": f"Un trajet durerait {hours}{NBSP}h, du départ au retour{NBSP}: vérifiez l’heure du retour."}
        )


def _write(there: Round, said: Timetable) -> None:
    for field in Timetable.__dataclass_fields__:
        setattr(there, field, getattr(said, field))


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, UUID) else value
