"""Somebody on the telephone is found again, and noted down once."""

from datetime import datetime
from typing import Any

import pytest

from tenants.residents.models import Resident
from tenants.residents.services import resident_on_the_phone

pytestmark = pytest.mark.django_db

PHONE = "+33442000011"


def _call(now: datetime, **said: str) -> Resident:
    return resident_on_the_phone(**{"name": "Simone Roche", "phone": PHONE, "email": "", **said}, now=now)


def test_known_by_number_and_name(in_istres: Any, now: datetime) -> None:
    assert _call(now) == _call(now, name="SIMONE ROCHE")
    assert _call(now) != _call(now, name="Paul Roche"), "a household shares its line"
    assert Resident.objects.count() == 2


def test_without_a_number_known_by_e_mail(in_istres: Any, now: datetime) -> None:
    first = _call(now, phone="", email="simone@habitants.example")
    assert _call(now, phone="", email="Simone@Habitants.example") == first
    assert _call(now, phone="", email="autre@habitants.example") != first


def test_an_e_mail_told_later_is_kept_and_never_replaced(in_istres: Any, now: datetime) -> None:
    assert _call(now).email == ""
    assert _call(now, email="simone@habitants.example").email == "simone@habitants.example"
    assert _call(now, email="autre@habitants.example").email == "simone@habitants.example"
