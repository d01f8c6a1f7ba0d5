"""A role is a row, on the hosts where it exists."""

from datetime import datetime
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser

from conciergeries.merchants.models import MerchantMember
from conciergeries.towns.models import Operator
from shared.accounts.roles import grant, roles_of
from shared.models import NotInPublicError
from shared.tenancy import in_town
from tenants.staff.models import Staff, StaffRole
from tests.factories import leave, make_member, make_merchant, make_staff, make_user


def test_a_stranger_holds_no_role(db: None) -> None:
    assert roles_of(AnonymousUser()) == []


def test_a_resident_holds_no_role(in_istres: Any) -> None:
    assert roles_of(make_user()) == []


def test_a_member_of_staff_who_left_holds_no_role_any_more(in_istres: Any) -> None:
    user = make_staff(role=StaffRole.TOWN_HALL)
    assert [role.key for role in roles_of(user)] == ["town_hall"]
    Staff.objects.update(active=False)
    assert roles_of(user) == []


def test_granting_twice_is_once_and_takes_somebody_back(in_istres: Any, now: datetime) -> None:
    user = make_staff(role=StaffRole.CONCIERGE)
    Staff.objects.update(active=False)
    for _ in range(2):
        grant(user=user, key="concierge", context={}, now=now)
    assert Staff.objects.filter(user=user, active=True).count() == 1


def test_a_member_of_a_merchant_that_left_keeps_the_role_its_papers_are_behind_it(istres: Any, now: datetime) -> None:
    merchant = make_merchant(town=istres)
    user = make_member(merchant=merchant)
    leave(merchant=merchant, town=istres, at=now)
    assert [role.key for role in roles_of(user)] == ["merchant"]


def test_rows_that_mean_public_users_cannot_be_read_from_a_town(istres: Any) -> None:
    with in_town(istres):
        with pytest.raises(NotInPublicError):
            Operator.objects.exists()
        with pytest.raises(NotInPublicError):
            MerchantMember.objects.exists()
