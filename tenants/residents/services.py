"""Finding or making the resident behind an account or a telephone call."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from shared.accounts.models import User
from shared.locks import lock, lock_one
from tenants.residents.models import Resident


@transaction.atomic
def resident_of(*, user: User, now: datetime) -> Resident:
    """The resident that `user` is; made at the first call.

    A resident first met on the phone who gave this same address keeps their history: sign-in proves the address.
    """
    found = Resident.objects.filter(user=user).first()
    if found is None:
        # Two first clicks at once: the second waits here, then finds what the first made.
        lock_one(User.objects.all(), pk=user.pk)
        found = Resident.objects.filter(user=user).first() or _met_before(user) or _new(user, now=now)
    if found.email != user.email:
        found.email = user.email
        found.save(update_fields=["email"])
    return found


def _met_before(user: User) -> Resident | None:
    met = lock(Resident.objects.filter(user=None, email__iexact=user.email))
    if not met:
        return None
    oldest = min(met, key=lambda resident: resident.created_at)
    oldest.user = user
    oldest.save(update_fields=["user"])
    return oldest


def _new(user: User, *, now: datetime) -> Resident:
    return Resident.objects.create(user=user, name=user.name or user.email, email=user.email, created_at=now)


@transaction.atomic
def rectify(*, resident_id: UUID, name: str, phone: str) -> Resident:
    """Put a resident's name and telephone (E.164, or empty) right; orders already made keep what they were told.

    Raises django.core.exceptions.ValidationError, Resident.DoesNotExist.
    """
    resident = lock_one(Resident.objects.all(), pk=resident_id)
    if (resident.name, resident.phone) != (name, phone):
        resident.name, resident.phone = name, phone
        resident.clean_fields()
        resident.save(update_fields=["name", "phone"])
    return resident


@transaction.atomic
def resident_on_the_phone(*, name: str, phone: str, email: str, now: datetime) -> Resident:
    """The resident who calls or writes, known by telephone number, else by e-mail address; made at the first time.

    The name is part of the key: several people of a household share a line.
    """
    key = {"phone": phone} if phone else {"email__iexact": email}
    found = Resident.objects.filter(name__iexact=name, **key).order_by("created_at").first()
    if found is not None:
        if email and not found.email:
            # Told for the first time: confirmations can now be sent.
            found.email = email
            found.save(update_fields=["email"])
        return found
    return Resident.objects.create(name=name, phone=phone, email=email, created_at=now)
