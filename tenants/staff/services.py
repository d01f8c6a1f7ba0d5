"""Naming the people who work for a town, and letting them go."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from shared.accounts.invitations import invite
from shared.accounts.models import Invitation, User
from shared.audit.services import record
from shared.locks import lock
from tenants.staff.models import Staff, StaffRole

# A second click is not a second invitation.
SAME_CLICK = timedelta(minutes=1)


class AlreadyStaffError(ValueError):
    """The person already holds this role."""


class YourselfError(ValueError):
    """Nobody takes a role away from themselves: a colleague does."""


class LastTownHallError(ValueError):
    """The town would have nobody left to run it."""


@transaction.atomic
def invite_staff(*, email: str, role: StaffRole, actor: Any, now: datetime) -> Invitation:
    """Offer a role of the town's staff by e-mail; asked twice within a minute, it is sent once.

    Raises AlreadyStaffError.
    """
    address = User.objects.normalize_email(email)
    if Staff.objects.filter(user__email=address, role=role, active=True).exists():
        raise AlreadyStaffError(address)
    just_sent = Invitation.objects.filter(
        email=address, role=role.value, created_at__gt=now - SAME_CLICK, accepted_at=None, revoked_at=None
    ).first()
    return just_sent or invite(email=address, role_key=role.value, invited_by=actor, now=now).invitation


@transaction.atomic
def deactivate(*, staff_id: UUID, actor: User, now: datetime) -> Staff:
    """Take a role away from somebody, at once; what they did keeps their name. Twice is once.

    Raises YourselfError, LastTownHallError, Staff.DoesNotExist.
    """
    role = Staff.objects.values_list("role", flat=True).get(pk=staff_id)
    # The whole role is locked: two members of the town hall cannot each remove the other.
    members = lock(Staff.objects.filter(role=role).select_related("user"))
    member = next(each for each in members if each.pk == staff_id)
    if not member.active:
        return member
    if member.user_id == actor.pk:
        raise YourselfError
    if role == StaffRole.TOWN_HALL and sum(each.active for each in members) == 1:
        raise LastTownHallError
    member.active = False
    member.save(update_fields=["active"])
    details = {"role": role, "email": member.user.email}
    record(actor=actor, action="staff.deactivated", target=member, details=details, now=now)
    return member


@transaction.atomic
def reactivate(*, staff_id: UUID, actor: User, now: datetime) -> Staff:
    """Give somebody their role back. Twice is once. Raises Staff.DoesNotExist."""
    members = lock(Staff.objects.filter(pk=staff_id).select_related("user"))
    if not members:
        raise Staff.DoesNotExist
    member = members[0]
    if not member.active:
        member.active = True
        member.save(update_fields=["active"])
        details = {"role": member.role, "email": member.user.email}
        record(actor=actor, action="staff.reactivated", target=member, details=details, now=now)
    return member
