"""Istres's town hall on a Tuesday: Bernard decides; Chloé must see nothing."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from shared.accounts.models import User
from tenants.staff.models import StaffRole
from tests.conftest import TUESDAY
from tests.factories import Market, make_market, make_staff
from tests.tenants.staff.pages import Clock, signed_in


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Tuesday, nine in the morning in Istres, when the test begins."""
    ticking = Clock(TUESDAY)
    monkeypatch.setattr(timezone, "now", ticking)
    return ticking


@pytest.fixture
def bernard(in_istres: Any) -> User:
    return make_staff(role=StaffRole.TOWN_HALL, name="Bernard Faure", email="bernard@istres.example")


@pytest.fixture
def hall(istres: Any, bernard: User) -> Client:
    """Bernard's computer."""
    return signed_in(town=istres, user=bernard)


@pytest.fixture
def market(in_istres: Any) -> Market:
    return make_market(town=in_istres)
