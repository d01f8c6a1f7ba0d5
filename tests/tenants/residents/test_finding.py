"""Finding a resident."""

from typing import Any

import pytest

from tenants.residents.finding import MOST, find_residents, looks_like_phone
from tenants.residents.models import Resident
from tests.factories import make_resident

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice(in_istres: Any) -> Resident:
    return make_resident(name="Alice Martin", phone="+33639980001")


@pytest.fixture
def simone(in_istres: Any) -> Resident:
    """No e-mail, no account: she telephones."""
    return make_resident(name="Simone Roche", phone="+33442000011", account=False)


@pytest.mark.parametrize(
    "text", ["04 42 00 00 11", "0442000011", "+33 4 42 00 00 11", "0011", "simone", "roch", "ROCHE S"]
)
def test_found(simone: Resident, alice: Resident, text: str) -> None:
    assert find_residents(text) == [simone]


@pytest.mark.parametrize("text", ["", " ", "04 42 99 99 99", "12", "Chloé", "imone"])
def test_unknown(simone: Resident, text: str) -> None:
    assert find_residents(text) == []


def test_an_address_finds_too(alice: Resident, simone: Resident) -> None:
    assert find_residents(alice.email.upper()) == [alice]
    assert find_residents("@exemple.example") == [alice]
    assert find_residents("simone@\x00") == []


def test_a_household_shares_its_line(simone: Resident) -> None:
    paul = make_resident(name="Paul Roche", phone=simone.phone, account=False)
    assert find_residents(simone.phone) == [paul, simone]


def test_a_common_name_shows_the_first(simone: Resident) -> None:
    for number in range(MOST + 2):
        make_resident(name=f"Martin {number:02}", account=False)
    assert len(find_residents("martin")) == MOST


@pytest.mark.parametrize(("text", "is_one"), [("04 42", True), ("+33(0)4.42", True), ("4 42", False), ("K7-42", False)])
def test_what_looks_like_a_number(text: str, *, is_one: bool) -> None:
    assert looks_like_phone(text) is is_one
