"""Finding or making the resident behind an account or a telephone call."""

from datetime import datetime

from django.db import transaction

from shared.accounts.models import User
from tenants.residents.models import Resident


@transaction.atomic
def resident_of(*, user: User, now: datetime) -> Resident:
    """The resident that `user` is; made at the first call.

    A resident first met on the phone who gave this same address keeps their history.
    """
    found = Resident.objects.filter(user=user).first()
    if found is not None:
        return found
    met = (
        Resident.objects.select_for_update(of=("self",))
        .filter(user=None, email__iexact=user.email)
        .order_by("created_at")
        .first()
    )
    if met is not None:
        met.user = user
        met.save(update_fields=["user"])
        return met
    return Resident.objects.create(user=user, name=user.name or user.email, email=user.email, created_at=now)


@transaction.atomic
def resident_on_the_phone(*, name: str, phone: str, email: str, now: datetime) -> Resident:
    """The resident who calls or writes, known by telephone number, else by e-mail address; made at the first time.

    The name is part of the key: several people of a household share a line.
    """
    key = {"phone": phone} if phone else {"email__iexact": email}
    found = Resident.objects.filter(name__iexact=name, **key).order_by("created_at").first()
    if found is not None:
        return found
    return Resident.objects.create(name=name, phone=phone, email=email, created_at=now)
