"""Setting where and when orders are collected, without leaving anybody before a closed door."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Exists
from django.utils.text import slugify

from shared.audit.services import record
from shared.hours import HoursError, Schedule
from shared.locks import lock, lock_one
from tenants.hubs.models import Hub, Round

# A hub that does not open for so long is a mistake of writing, not a season.
LONGEST_CLOSURE_DAYS = 60


@dataclass(frozen=True, kw_only=True)
class HubFacts:
    """What the town hall says of a hub; `hours` as OpenStreetMap writes them."""

    name: str
    address: str
    access_notes: str
    hours: str
    cutoff_minutes: int
    active: bool = True


@dataclass(frozen=True)
class Appointment:
    """Somebody was promised to find the hub open from `start` to `end`; `key` is what promised it (an order)."""

    key: UUID
    start: datetime
    end: datetime


class StrandedError(ValueError):
    """People who hold a promise would find the hub closed: `lost` says which. Nothing was changed."""

    def __init__(self, lost: Sequence[Appointment]) -> None:
        self.lost = list(lost)
        super().__init__(f"{len(self.lost)} appointments would be lost")


def lost_appointments(
    *, facts: HubFacts, appointments: Iterable[Appointment], zone: str, territory: str
) -> list[Appointment]:
    """The appointments during which the hub, as described, would not be open all the time."""
    schedule = Schedule(facts.hours)

    def kept(appointment: Appointment) -> bool:
        spans = schedule.spans(start=appointment.start, end=appointment.end, zone=zone, territory=territory)
        return facts.active and any(span.start <= appointment.start and appointment.end <= span.end for span in spans)

    return [appointment for appointment in appointments if not kept(appointment)]


@transaction.atomic
def add_hub(*, town: Any, facts: HubFacts, actor: Any, now: datetime) -> Hub:
    """Open another hub. Raises django.core.exceptions.ValidationError, tied to fields and in French."""
    _check(facts=facts, town=town, now=now)
    hub = Hub(slug=slugify(facts.name)[:100])
    _write(hub, facts)
    if not hub.slug:
        raise ValidationError({"name": "Donnez un nom qui contienne des lettres."})
    if Hub.objects.filter(slug=hub.slug).exists():
        raise ValidationError({"name": _TAKEN})
    try:
        with transaction.atomic():
            hub.save(force_insert=True)
    except IntegrityError as error:
        # A second click, or a colleague, a moment before.
        raise ValidationError({"name": _TAKEN}) from error
    record(actor=actor, action="hub.added", target=hub, details={"hours": hub.hours, "name": hub.name}, now=now)
    return hub


@transaction.atomic
def set_hub(
    *,
    town: Any,
    hub_id: UUID,
    facts: HubFacts,
    appointments: Iterable[Appointment],
    accepted: Collection[UUID] = (),
    actor: Any,
    now: datetime,
) -> Hub:
    """Change a hub. Those of its appointments that it would lose must be among the `accepted` ones.

    Setting what is already set changes nothing. Raises StrandedError, Hub.DoesNotExist,
    django.core.exceptions.ValidationError.
    """
    hub = lock_one(Hub.objects.all(), pk=hub_id)
    before = _facts_of(hub)
    if before == facts:
        return hub
    _check(facts=facts, town=town, now=now)
    if hub.is_main and not facts.active:
        raise ValidationError({"active": "Le point de retrait principal reste ouvert aux commandes."})
    lost = lost_appointments(facts=facts, appointments=appointments, zone=town.timezone, territory=town.territory)
    if any(appointment.key not in accepted for appointment in lost):
        raise StrandedError(lost)
    _write(hub, facts)
    hub.save()
    changed = {
        field: [getattr(before, field), getattr(facts, field)]
        for field in HubFacts.__dataclass_fields__
        if getattr(before, field) != getattr(facts, field)
    }
    details = {"name": facts.name, "changed": changed, "stranded": [str(each.key) for each in lost]}
    record(actor=actor, action="hub.set", target=hub, details=details, now=now)
    return hub


def lock_places(hub_id: UUID) -> Hub:
    """Lock a hub and the rounds whose room counts, until the transaction ends: nobody else takes a place meanwhile.

    Locked before anything of an order. Raises Hub.DoesNotExist.
    """
    limited = Round.objects.filter(active=True, room__isnull=False)
    hub: Any = lock_one(Hub.objects.annotate(rounds_count_parcels=Exists(limited)), pk=hub_id)
    if hub.rounds_count_parcels:
        lock(limited)
    return hub  # type: ignore[no-any-return]  # annotated above


_TAKEN = "Un point de retrait porte déjà ce nom."


def _facts_of(hub: Hub) -> HubFacts:
    return HubFacts(
        name=hub.name,
        address=hub.address,
        access_notes=hub.access_notes,
        hours=hub.hours,
        cutoff_minutes=hub.cutoff_minutes,
        active=hub.active,
    )


def _write(hub: Hub, facts: HubFacts) -> None:
    for field in HubFacts.__dataclass_fields__:
        setattr(hub, field, getattr(facts, field))


def _check(*, facts: HubFacts, town: Any, now: datetime) -> None:
    try:
        schedule = Schedule(facts.hours)
    except HoursError as error:
        raise ValidationError({"hours": str(error)}) from error
    soon = schedule.next_span(at=now, zone=town.timezone, territory=town.territory, days=LONGEST_CLOSURE_DAYS)
    if soon is None:
        raise ValidationError({"hours": "Avec ces horaires, il n’ouvrirait pas une fois en deux mois."})
    hub = Hub()
    _write(hub, facts)
    hub.clean_fields(exclude=["id", "slug"])
