"""Who may collect at a restricted hub: its members, who gave its access code or whom the town hall named.

The audit trail is for ever, and where people collect may say where they work: it has residents' ids, not their names.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.hashers import check_password
from django.db import transaction

from shared.audit.services import record
from shared.locks import lock, lock_one
from tenants.hubs.models import Hub, HubKind, HubMember, JoinedBy
from tenants.residents.models import Resident

# Nobody types more; hashing is slow on purpose, and slower on a novel.
LONGEST_CODE = 128


class WrongCodeError(ValueError):
    """The code is not this hub's; `str()` says so in French."""


def join(*, hub_id: UUID, resident: Resident, code: str, now: datetime) -> HubMember:
    """Make a resident who gives the right code a member of a restricted hub; twice is once.

    Raises WrongCodeError, and Hub.DoesNotExist for a hub that is not restricted, or takes no orders.
    """
    open_hubs = Hub.objects.filter(kind=HubKind.RESTRICTED, active=True)
    asked = open_hubs.get(pk=hub_id)
    known = HubMember.objects.filter(hub=asked, resident=resident).first()
    if known is not None:
        return known
    # Before the lock: hashing is slow, and orders at the hub wait for its row.
    if not _is_code_of(asked, code):
        raise WrongCodeError(_WRONG)
    with transaction.atomic():
        hub = lock_one(open_hubs, pk=hub_id)
        if hub.access_code != asked.access_code:
            # Changed meanwhile: it was the old one.
            raise WrongCodeError(_WRONG)
        member, joins = HubMember.objects.get_or_create(
            hub=hub, resident=resident, defaults={"since": now, "joined_by": JoinedBy.CODE}
        )
        if joins:
            _note("hub.member_joined", actor=None, member=member, now=now)
    return member


@transaction.atomic
def leave(*, hub_id: UUID, resident: Resident, now: datetime) -> bool:
    """Take a resident out of a hub's members; what is already ordered is collected there. False when they were not."""
    return _take_out("hub.member_left", hub_id=hub_id, resident_id=resident.pk, actor=None, now=now)


@transaction.atomic
def name_member(*, hub_id: UUID, resident_id: UUID, actor: Any, now: datetime) -> bool:
    """Make a resident a member in the town hall's name: another code does not concern them. False when they were.

    A member by the code keeps since when. Raises Hub.DoesNotExist for a hub that is not restricted,
    Resident.DoesNotExist.
    """
    hub = lock_one(Hub.objects.filter(kind=HubKind.RESTRICTED), pk=hub_id)
    resident = Resident.objects.get(pk=resident_id)
    member, _joins = HubMember.objects.get_or_create(hub=hub, resident=resident, defaults={"since": now})
    if member.joined_by == JoinedBy.TOWN_HALL:
        return False
    member.joined_by = JoinedBy.TOWN_HALL
    member.save(update_fields=["joined_by"])
    _note("hub.member_named", actor=actor, member=member, now=now)
    return True


@transaction.atomic
def remove_member(*, hub_id: UUID, resident_id: UUID, actor: Any, now: datetime) -> bool:
    """Take a member out, in the town hall's name; orders already placed stay. False when they were not."""
    return _take_out("hub.member_removed", hub_id=hub_id, resident_id=resident_id, actor=actor, now=now)


def forget_the_code(hub: Hub) -> int:
    """Take out who joined by the code, how many; who was named stays. In a transaction that has locked the hub."""
    gone = lock(HubMember.objects.filter(hub=hub, joined_by=JoinedBy.CODE))
    HubMember.objects.filter(pk__in=[member.pk for member in gone]).delete()
    return len(gone)


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


_WRONG = "Ce n’est pas le code de ce point de retrait."


def _take_out(action: str, *, hub_id: UUID, resident_id: UUID, actor: Any, now: datetime) -> bool:
    found = lock(HubMember.objects.select_related("hub").filter(hub=hub_id, resident=resident_id))
    for member in found:
        _note(action, actor=actor, member=member, now=now)
        member.delete()
    return bool(found)


def _note(action: str, *, actor: Any, member: HubMember, now: datetime) -> None:
    details = {"name": member.hub.name, "resident": str(member.resident_id)}
    record(actor=actor, action=action, target=member.hub, details=details, now=now)


def _is_code_of(hub: Hub, typed: str) -> bool:
    code = typed.strip()
    return bool(hub.access_code and code and len(code) <= LONGEST_CODE and check_password(code, hub.access_code))
