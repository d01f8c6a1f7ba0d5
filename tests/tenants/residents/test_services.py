"""The resident behind an account, or behind a telephone call."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from shared.tenancy import in_town
from tenants.residents.models import Resident
from tenants.residents.services import rectify, resident_of, resident_on_the_phone
from tests.factories import make_resident, make_user

pytestmark = pytest.mark.django_db


def test_an_account_becomes_a_resident_once(in_istres: Any, now: datetime) -> None:
    user = make_user(email="alice@exemple.example", name="Alice Martin")
    assert resident_of(user=user, now=now) == resident_of(user=user, now=now)
    assert Resident.objects.get().name == "Alice Martin"


def test_somebody_known_by_telephone_keeps_their_history(in_istres: Any, now: datetime) -> None:
    called = resident_on_the_phone(name="Mme Rey", phone="+33199000009", email="Rey@Exemple.example", now=now)
    user = make_user(email="rey@exemple.example", name="Odile Rey")
    assert resident_of(user=user, now=now) == called
    called.refresh_from_db()
    assert (called.user, called.name, called.email) == (user, "Mme Rey", "rey@exemple.example")


def test_of_two_who_share_an_address_the_first_met_is_theirs(in_istres: Any, now: datetime) -> None:
    first = resident_on_the_phone(name="Mme Rey", phone="+33199000009", email="rey@exemple.example", now=now)
    later = now + timedelta(minutes=1)
    resident_on_the_phone(name="M. Rey", phone="+33199000009", email="rey@exemple.example", now=later)
    assert resident_of(user=make_user(email="rey@exemple.example"), now=now) == first
    assert Resident.objects.filter(user=None).count() == 1


def test_an_account_never_takes_anothers_history(in_istres: Any, now: datetime) -> None:
    alice = make_resident(name="Alice Martin", email="alice@exemple.example")
    chloe = make_user(email="chloe@exemple.example", name="Chloé Petit")
    assert resident_of(user=chloe, now=now) != alice


def test_a_new_address_follows_the_account(in_istres: Any, now: datetime) -> None:
    alice = make_resident(name="Alice Martin", email="avant@exemple.example")
    assert alice.user is not None
    alice.user.email = "apres@exemple.example"
    alice.user.save()
    assert resident_of(user=alice.user, now=now).email == "apres@exemple.example"


def test_a_household_shares_a_line(in_istres: Any, now: datetime) -> None:
    one = resident_on_the_phone(name="Mme Rey", phone="+33199000009", email="", now=now)
    again = resident_on_the_phone(name="mme rey", phone="+33199000009", email="", now=now)
    other = resident_on_the_phone(name="M. Rey", phone="+33199000009", email="", now=now)
    assert one == again != other


def test_a_number_that_is_none_is_refused(in_istres: Any) -> None:
    alice = make_resident()
    with pytest.raises(ValidationError, match="téléphone"):
        rectify(resident_id=alice.pk, name="Alice", phone="12")
    assert rectify(resident_id=alice.pk, name="Alice", phone="").phone == ""


def test_a_resident_of_one_town_is_nobody_in_another(in_istres: Any, viroflay: Any) -> None:
    alice = make_resident()
    with in_town(viroflay), pytest.raises(Resident.DoesNotExist):
        rectify(resident_id=alice.pk, name="Bruno", phone="")
