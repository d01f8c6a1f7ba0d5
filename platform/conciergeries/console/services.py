"""What the operator does to a town: stop it, start it again, let its town hall in."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from conciergeries.towns.facts import COMPANY_CHANGED
from conciergeries.towns.models import OperatingCompany, Town
from shared.accounts.invitations import Invited
from shared.accounts.invitations import invite as offer
from shared.audit.services import record
from shared.locks import lock_one
from shared.outbox.services import record_effect
from shared.tenancy import in_town


@transaction.atomic
def suspend(*, town_id: UUID, reason: str, actor: Any, now: datetime) -> Town:
    """Close a town's doors, data kept: its hosts answer that it is paused. Twice is once."""
    town: Town = lock_one(Town.objects.all(), pk=town_id)
    if town.suspended_at is None:
        town.suspended_at = now
        town.save(update_fields=["suspended_at"])
        record(
            actor=actor, action="town_suspended", target=town, details={"town": town.name, "reason": reason}, now=now
        )
    return town


@transaction.atomic
def resume(*, town_id: UUID, actor: Any, now: datetime) -> Town:
    """Open a suspended town's doors again. Twice is once."""
    town: Town = lock_one(Town.objects.all(), pk=town_id)
    if town.suspended_at is not None:
        town.suspended_at = None
        town.save(update_fields=["suspended_at"])
        record(actor=actor, action="town_resumed", target=town, details={"town": town.name}, now=now)
    return town


class TownNotReadyError(ValueError):
    """The town has no tables yet to write an invitation in."""


@transaction.atomic
def invite_town_hall(*, town: Town, email: str, actor: Any, now: datetime) -> Invited:
    """Invite a member of the town hall. The invitation belongs to the town: it opens on the town's host only.

    Raises TownNotReadyError.
    """
    if not town.ready:
        raise TownNotReadyError(town.name)
    with in_town(town):
        invited = offer(email=email, role_key="town_hall", invited_by=actor, now=now)
    record(
        actor=actor,
        action="town_hall_invited",
        target=town,
        details={"town": town.name, "email": invited.invitation.email},
        now=now,
    )
    return invited


@transaction.atomic
def save_company(*, company: OperatingCompany, actor: Any, now: datetime) -> OperatingCompany:
    """Save a new company, or a changed one, that its form has validated."""
    adding = company._state.adding  # noqa: SLF001  (Django's documented way to know)
    company.save()
    action = "company_added" if adding else "company_changed"
    record_effect(kind=COMPANY_CHANGED, payload={"company_id": str(company.pk)}, now=now)
    record(actor=actor, action=action, target=company, details={"company": company.name}, now=now)
    return company
