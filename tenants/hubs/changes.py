"""Dated changes of hours: of a hub, of a round, or of the whole conciergerie.

Called inside tenants.orders.moving.change_times, which sees to the orders that count on the hours there were.
"""

from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import transaction

from conciergeries.towns.models import Town
from shared.audit.services import record
from shared.calendars import ChangeKind
from shared.changing import ChangeFacts, change_words, check_dates, check_effect, check_hours, check_not_said_twice
from shared.locks import lock, lock_one
from tenants.hubs.calendars import calendar_of, changes_of
from tenants.hubs.models import Hub, HubChange, Round

EVERYWHERE = "Toute la conciergerie"


@transaction.atomic
def add_change(
    *,
    town: Town,
    hub_id: UUID | None = None,
    round_id: UUID | None = None,
    facts: ChangeFacts,
    actor: Any,
    now: datetime,
) -> HubChange:
    """Note new hours or an exception, of a hub, of a round, or with neither of the whole conciergerie.

    Raises Hub.DoesNotExist, Round.DoesNotExist, django.core.exceptions.ValidationError tied to fields and in French.
    """
    place = _locked(hub_id=hub_id, round_id=round_id)
    check_dates(facts, today=now.astimezone(ZoneInfo(town.timezone)).date())
    if place is None and facts.kind != ChangeKind.CLOSURE:
        raise ValidationError({"kind": "Toute la conciergerie ne peut que fermer : ses lieux ont chacun leurs heures."})
    check_hours(facts)
    check_not_said_twice(facts, among=changes_of(place))
    if place is not None:
        check_effect(
            facts,
            before=calendar_of(town=town, place=place),
            after=calendar_of(town=town, place=place, added=[facts]),
        )
    ids = {"hub_id": hub_id, "round_id": round_id}
    change = HubChange(**asdict(facts), **ids, created_at=now)
    change.clean_fields()
    change.save(force_insert=True)
    record(actor=actor, action="hub.change_added", target=change, details=_details(change, place), now=now)
    return change


@transaction.atomic
def remove_change(
    *,
    town: Town,
    change_id: UUID,
    actor: Any,
    now: datetime,
) -> None:
    """Take a change away: the ordinary hours hold again. New hours that have begun stay.

    Raises HubChange.DoesNotExist, django.core.exceptions.ValidationError.
    """
    there = HubChange.objects.get(pk=change_id)
    place = _locked(hub_id=there.hub_id, round_id=there.round_id)
    # A second click, or a colleague, a moment before.
    change = lock_one(HubChange.objects.all(), pk=change_id)
    today = now.astimezone(ZoneInfo(town.timezone)).date()
    if change.kind == ChangeKind.VERSION and change.first <= today:
        raise ValidationError("Ces horaires sont déjà en vigueur : changez plutôt la semaine.")
    record(actor=actor, action="hub.change_removed", target=change, details=_details(change, place), now=now)
    change.delete()


def name_of(place: Hub | Round | None) -> str:
    """The name of what has hours."""
    return place.name if place else EVERYWHERE


def _locked(*, hub_id: UUID | None, round_id: UUID | None) -> Hub | Round | None:
    """The place, locked so that two changes of it are not written at once."""
    if hub_id is not None and round_id is not None:
        raise ValueError("a change of a hub and of a round")
    if hub_id is not None:
        return lock_one(Hub.objects.all(), pk=hub_id)
    if round_id is not None:
        return lock_one(Round.objects.all(), pk=round_id)
    lock(Hub.objects.all())
    return None


def _details(change: HubChange, place: Hub | Round | None) -> dict[str, Any]:
    return {
        "name": f"{name_of(place)}, {change_words(change)}",
        "kind": change.kind,
        "hours": change.hours,
        "reason": change.reason,
    }
