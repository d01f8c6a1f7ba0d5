"""Pausing orders, for a hub or for the whole town, and taking them again. The site and the accounts stay up."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from shared.audit.services import record
from shared.changing import check_pause
from shared.locks import lock, lock_one
from tenants.hubs.models import Hub, HubPause

WHOLE_TOWN = "Toute la commune"


def held_pauses(*, now: datetime) -> QuerySet[HubPause]:
    """The pauses that hold, the whole town's first."""
    held = HubPause.objects.filter(Q(until=None) | Q(until__gt=now), since__lte=now, lifted_at=None)
    return held.select_related("hub").order_by("hub__name", "since", "pk")


@transaction.atomic
def pause_orders(*, hub_id: UUID | None, reason: str, until: datetime | None, actor: Any, now: datetime) -> HubPause:
    """Take no orders any more for a hub, or with None for the whole town, until an instant or until further notice.

    Raises Hub.DoesNotExist, django.core.exceptions.ValidationError tied to `reason` or `until`.
    """
    if hub_id is None:
        lock(Hub.objects.all())
    else:
        lock_one(Hub.objects.all(), pk=hub_id)
    check_pause(reason=reason, until=until, held=held_pauses(now=now).filter(hub=hub_id).first(), now=now)
    pause = HubPause(hub_id=hub_id, reason=reason.strip(), since=now, until=until)
    pause.clean_fields(exclude=["lifted_at"])
    pause.save(force_insert=True)
    details = {"name": scope_of(pause), "reason": pause.reason, "until": until.isoformat() if until else None}
    record(actor=actor, action="orders.paused", target=pause, details=details, now=now)
    return pause


@transaction.atomic
def resume_orders(*, pause_id: UUID, actor: Any, now: datetime) -> HubPause:
    """Take orders again. Twice is once. Raises HubPause.DoesNotExist."""
    pause = lock_one(HubPause.objects.select_related("hub"), pk=pause_id)
    if pause.lifted_at is None:
        pause.lifted_at = now
        pause.save(update_fields=["lifted_at"])
        details = {"name": scope_of(pause), "reason": pause.reason}
        record(actor=actor, action="orders.resumed", target=pause, details=details, now=now)
    return pause


def scope_of(pause: HubPause) -> str:
    """What is paused, by name."""
    return pause.hub.name if pause.hub else WHOLE_TOWN
