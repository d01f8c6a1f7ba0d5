"""The host names at which a town is served: the platform's own for it, and those that the town brings."""

import re
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction

from conciergeries.towns.hosts import LONGEST_HOST
from conciergeries.towns.models import Domain, Town
from shared.audit.services import record
from shared.french import of
from shared.locks import lock_one

_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")
_FEWEST_LABELS = 2


class BadHostError(ValueError):
    """The name cannot be a town's own; `str()` says why in French."""


def read_host(typed: str) -> str:
    """The host name in what a person typed or pasted: lower case, as browsers send it, without «www.».

    Raises BadHostError.
    """
    name = re.sub(r"^[a-z]+://", "", typed.strip().lower())
    name = re.split(r"[/?#]", name, maxsplit=1)[0].rstrip(".").removeprefix("www.")
    try:
        host = name.encode("idna").decode("ascii")
    except UnicodeError as error:
        raise BadHostError(_NOT_A_NAME) from error
    labels = host.split(".")
    if len(labels) < _FEWEST_LABELS or not all(map(_LABEL.fullmatch, labels)) or labels[-1].isdigit():
        raise BadHostError(_NOT_A_NAME)
    if len(host) > LONGEST_HOST:
        raise BadHostError("Ce nom de domaine est trop long.")
    if host == settings.PLATFORM_DOMAIN or host.endswith(f".{settings.PLATFORM_DOMAIN}"):
        raise BadHostError(f"Les adresses en {settings.PLATFORM_DOMAIN} sont celles de la plateforme.")
    return host


_NOT_A_NAME = "Ce n’est pas un nom de domaine : écrivez-le comme « conciergerie.istres.fr »."


@transaction.atomic
def add_domain(*, town_id: UUID, host: str, actor: Any, now: datetime) -> Domain:
    """Serve a town at a host of its own, that `read_host` has read. Letters go on leading to its main address.

    Raises BadHostError when a town has it already.
    """
    town: Town = lock_one(Town.objects.all(), pk=town_id)
    try:
        with transaction.atomic():
            domain: Domain = Domain.objects.create(domain=host, tenant=town, is_primary=False)
    except IntegrityError as error:
        owner = Domain.objects.select_related("tenant").get(domain=host).tenant
        raise BadHostError(f"Cette adresse est déjà celle de la conciergerie {of(owner.name)}.") from error
    _note("domain_added", domain, town=town, actor=actor, now=now)
    return domain


class PlatformHostError(ValueError):
    """The platform's own host for a town stays: it is how the town is found when its own domain is lost."""


@transaction.atomic
def remove_domain(*, town_id: UUID, domain_id: UUID, actor: Any, now: datetime) -> str:
    """Serve a town at this host no more; the platform's becomes the main one if it was. Returns the host.

    Raises Domain.DoesNotExist, PlatformHostError.
    """
    town: Town = lock_one(Town.objects.all(), pk=town_id)
    domain: Domain = lock_one(Domain.objects.filter(tenant=town), pk=domain_id)
    if not domain.is_own:
        raise PlatformHostError(domain.domain)
    was_main, host = domain.is_primary, str(domain.domain)
    # Before the row, and its key with it, are gone.
    _note("domain_removed", domain, town=town, actor=actor, now=now)
    domain.delete()
    if was_main:
        for left in Domain.objects.filter(tenant=town).order_by("pk"):
            if not left.is_own:
                left.is_primary = True
                left.save(update_fields=["is_primary"])
    return host


@transaction.atomic
def make_main(*, town_id: UUID, domain_id: UUID, actor: Any, now: datetime) -> Domain:
    """Make this host the one that letters lead to. Twice is once. Raises Domain.DoesNotExist."""
    town: Town = lock_one(Town.objects.all(), pk=town_id)
    domain: Domain = lock_one(Domain.objects.filter(tenant=town), pk=domain_id)
    if not domain.is_primary:
        domain.is_primary = True
        domain.save(update_fields=["is_primary"])
        _note("domain_made_main", domain, town=town, actor=actor, now=now)
    return domain


def _note(action: str, domain: Domain, *, town: Town, actor: Any, now: datetime) -> None:
    details = {"town": town.name, "host": domain.domain}
    record(actor=actor, action=action, target=domain, details=details, now=now)
