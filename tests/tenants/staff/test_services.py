"""Naming staff, and letting them go."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from shared.accounts.models import Invitation, User
from shared.accounts.roles import roles_of
from shared.audit.models import AuditEvent
from shared.tenancy import in_town
from tenants.staff.models import Staff, StaffRole
from tenants.staff.services import (
    AlreadyStaffError,
    LastTownHallError,
    YourselfError,
    deactivate,
    invite_staff,
    reactivate,
)
from tests.factories import make_staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def mayor(in_istres: Any) -> User:
    return make_staff(role=StaffRole.TOWN_HALL, name="Bernard Faure", email="bernard@istres.example")


def _staff(user: User) -> Staff:
    return Staff.objects.get(user=user)


def test_invited_once_for_two_clicks(mayor: User, now: datetime) -> None:
    first = invite_staff(email="Nadia@Istres.example", role=StaffRole.CONCIERGE, actor=mayor, now=now)
    again = invite_staff(
        email="nadia@istres.example", role=StaffRole.CONCIERGE, actor=mayor, now=now + timedelta(seconds=2)
    )
    assert again == first
    later = invite_staff(
        email="nadia@istres.example", role=StaffRole.CONCIERGE, actor=mayor, now=now + timedelta(minutes=5)
    )
    first.refresh_from_db()
    assert first.revoked_at is not None
    assert later.revoked_at is None


def test_who_holds_the_role_is_not_invited(mayor: User, now: datetime) -> None:
    with pytest.raises(AlreadyStaffError):
        invite_staff(email="BERNARD@istres.example", role=StaffRole.TOWN_HALL, actor=mayor, now=now)
    assert not Invitation.objects.exists()
    invite_staff(email="bernard@istres.example", role=StaffRole.CONCIERGE, actor=mayor, now=now)


def test_out_at_once_and_back(mayor: User, now: datetime) -> None:
    nadia = make_staff(name="Nadia")
    for _ in range(2):
        deactivate(staff_id=_staff(nadia).pk, actor=mayor, now=now)
    assert roles_of(nadia) == []
    for _ in range(2):
        reactivate(staff_id=_staff(nadia).pk, actor=mayor, now=now)
    assert [role.key for role in roles_of(nadia)] == ["concierge"]
    trail = AuditEvent.objects.filter(object_type="staff.staff").order_by("action").values_list("action", flat=True)
    assert list(trail) == ["staff.deactivated", "staff.reactivated"]


def test_not_oneself_and_not_the_last(mayor: User, now: datetime) -> None:
    with pytest.raises(YourselfError):
        deactivate(staff_id=_staff(mayor).pk, actor=mayor, now=now)
    nadia = make_staff(name="Nadia")
    with pytest.raises(LastTownHallError):
        deactivate(staff_id=_staff(mayor).pk, actor=nadia, now=now)
    second = make_staff(role=StaffRole.TOWN_HALL, name="Odile")
    deactivate(staff_id=_staff(mayor).pk, actor=second, now=now)
    with pytest.raises(YourselfError):
        deactivate(staff_id=_staff(second).pk, actor=second, now=now)


def test_staff_of_another_town_does_not_exist_here(mayor: User, viroflay: Any, now: datetime) -> None:
    key = _staff(mayor).pk
    with in_town(viroflay):
        for verb in (deactivate, reactivate):
            with pytest.raises(Staff.DoesNotExist):
                verb(staff_id=key, actor=mayor, now=now)
