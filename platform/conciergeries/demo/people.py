"""Accounts of the demo: everybody has the same password, which is said on screen."""

from datetime import datetime

from allauth.account.models import EmailAddress

from shared.accounts.models import User
from tenants.residents.models import Resident
from tenants.residents.services import resident_of


def account(*, email: str, name: str, password: str) -> User:
    """The account of this address in the current schema, made if it is not there."""
    user = User.objects.filter(email=email).first() or User.objects.create_user(email, name=name, password=password)
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
