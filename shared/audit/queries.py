"""Reading the audit trail."""

from datetime import datetime, timedelta

from django.db import models

from shared.audit.models import AuditEvent

# Two clicks, or a page sent again: the same wish.
SAME_CLICK = timedelta(minutes=1)


def done_just_now(*, action: str, target: models.Model, now: datetime) -> bool:
    """Whether the trail says that this was done to `target` less than a minute ago; for verbs that may be repeated.

    Lock the target first: of two clicks at once, the second then sees the first.
    """
    return AuditEvent.objects.filter(action=action, object_id=str(target.pk), at__gt=now - SAME_CLICK).exists()
