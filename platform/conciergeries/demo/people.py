"""Accounts of the demo: everybody has the same password, which is said on screen."""

from datetime import datetime
from functools import cache

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password

from shared.accounts.models import User
from tenants.residents.models import Resident
from tenants.residents.services import resident_of


@cache
def hashed(password: str) -> str:
    """Hash the one password of the demo once: a hash is slow on purpose, and there are seventeen accounts."""
    return make_password(password)


def account(*, email: str, name: str, password: str) -> User:
    """The account of this address in the current schema, made if it is not there."""
    user = User.objects.filter(email=email).first()
    if user is None:
        user = User.objects.create(email=email, name=name, password=hashed(password))
    EmailAddress.objects.get_or_create(user=user, email=email, defaults={"verified": True, "primary": True})
    return user


def resident(*, name: str, phone: str, email: str, password: str, now: datetime) -> Resident:
    """A resident of the current town, with an account when they have an e-mail address."""
    if email:
        found = resident_of(user=account(email=email, name=name, password=password), now=now)
        found.phone = phone
        found.save(update_fields=["phone"])
        return found
    return Resident.objects.get_or_create(name=name, phone=phone, defaults={"created_at": now})[0]
