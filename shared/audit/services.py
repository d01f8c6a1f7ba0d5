"""Writing to the audit trail."""

from datetime import datetime
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db import models

from shared.audit.masks import mask_details
from shared.audit.models import AuditEvent


def record(
    *, actor: Any, action: str, target: models.Model, now: datetime, details: dict[str, Any] | None = None
) -> AuditEvent:
    """Note that `actor` (a user, or None for the platform itself) did `action` to `target`.

    Call it in the transaction of the action, so that one never stands without the other. E-mail addresses in the
    details are masked: nobody can take them out of the trail again, when their owner asks or their time is over.
    """
    return AuditEvent.objects.create(
        at=now,
        actor_id=actor.pk if _is_somebody(actor) else None,
        actor_label=name_of(actor),
        action=action,
        object_type=target._meta.label_lower,  # noqa: SLF001  (Django's documented name of a model)
        object_id=str(target.pk),
        details=mask_details(details or {}),
    )


def name_of(actor: Any) -> str:
    """Who did it, as it is said for ever: «plateforme» when nobody did."""
    return str(actor) if _is_somebody(actor) else "plateforme"


def _is_somebody(actor: Any) -> bool:
    return actor is not None and not isinstance(actor, AnonymousUser)
