"""Who may collect at a restricted hub: its members, who once gave its access code."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.contrib.auth.hashers import check_password
from django.db import transaction

from shared.locks import lock_one
from tenants.hubs.models import Hub, HubKind, HubMember
from tenants.residents.models import Resident

# Nobody types more; hashing is slow on purpose, and slower on a novel.
LONGEST_CODE = 128


class WrongCodeError(ValueError):
    """The code is not this hub's; `str()` says so in French."""


@transaction.atomic
def join(*, hub_id: UUID, resident: Resident, code: str, now: datetime) -> HubMember:
    """Make a resident who gives the right code a member of a restricted hub; twice is once.

    Raises WrongCodeError, and Hub.DoesNotExist for a hub that is not restricted, or takes no orders.
    """
    hub = lock_one(Hub.objects.filter(kind=HubKind.RESTRICTED, active=True), pk=hub_id)
    known = HubMember.objects.filter(hub=hub, resident=resident).first()
    if known is not None:
        return known
    if not _is_code_of(hub, code):
        raise WrongCodeError("Ce n’est pas le code de ce point de retrait.")
    return HubMember.objects.create(hub=hub, resident=resident, since=now)


def leave(*, hub_id: UUID, resident: Resident) -> bool:
    """Take a resident out of a hub's members; what is already ordered is collected there. False when they were not."""
    left, _by_model = HubMember.objects.filter(hub=hub_id, resident=resident).delete()
    return bool(left)


def offered_to(resident: Resident | None, hubs: Iterable[Hub]) -> list[Hub]:
    """The hubs of a list where somebody may collect. One statement, when one of them is restricted."""
    listed = list(hubs)
    restricted = [hub.pk for hub in listed if hub.is_restricted]
    joined: set[UUID] = set()
    if restricted and resident is not None:
        joined = set(HubMember.objects.filter(resident=resident, hub__in=restricted).values_list("hub", flat=True))
    return [hub for hub in listed if not hub.is_restricted or hub.pk in joined]


def is_member(resident: Resident | None, hub: Hub) -> bool:
    """Whether somebody may collect at a hub."""
    return bool(offered_to(resident, [hub]))


def _is_code_of(hub: Hub, typed: str) -> bool:
    code = typed.strip()
    return bool(hub.access_code and code and len(code) <= LONGEST_CODE and check_password(code, hub.access_code))
