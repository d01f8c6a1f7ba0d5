"""Writing how a town presents itself: its row is in public, its audit trail in the town."""

from datetime import datetime
from typing import Any

from django.db import transaction

from conciergeries.towns.models import Town
from shared.audit.services import record
from shared.locks import lock_one
from shared.tenancy import in_public


@transaction.atomic
def set_look(*, town: Town, facts: dict[str, Any], actor: Any, now: datetime) -> bool:
    """Set these fields of the town; False when they were so already. Its pages wear them at once."""
    with in_public():
        fresh = lock_one(Town.objects.all(), pk=town.pk)
        changed = {
            name: [getattr(fresh, name), value] for name, value in facts.items() if getattr(fresh, name) != value
        }
        if not changed:
            return False
        for name, value in facts.items():
            setattr(fresh, name, value)
        fresh.save(update_fields=list(changed))
    record(actor=actor, action="look.set", target=fresh, details={"changed": changed}, now=now)
    return True
