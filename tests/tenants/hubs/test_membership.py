"""Restricted hubs are their members'."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.hashers import make_password
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shared.audit.models import AuditEvent
from shared.tenancy import in_town
from tenants.hubs.membership import (
    WrongCodeError,
    forget_the_code,
    is_member,
    join,
    leave,
    name_member,
    offered_to,
    remove_member,
)
from tenants.hubs.models import Hub, HubKind, HubMember, JoinedBy
from tenants.residents.models import Resident
from tests.factories import Market, make_market, make_resident, make_satellite

pytestmark = pytest.mark.django_db

CODE = "mirage-2000"


@pytest.fixture
def market(in_istres: Any) -> Market:
    return make_market(town=in_istres)


@pytest.fixture
def alice(market: Market) -> Resident:
    return make_resident(name="Alice Martin")


@pytest.fixture
def base(market: Market) -> Hub:
    return make_satellite(name="Base aérienne", slug="base", kind=HubKind.RESTRICTED, access_code=make_password(CODE))


def test_the_code_lets_in_once_for_all(base: Hub, alice: Resident, now: datetime) -> None:
    assert not is_member(alice, base)
    member = join(hub_id=base.pk, resident=alice, code=f" {CODE}\n", now=now)
    assert is_member(alice, base)
    assert join(hub_id=base.pk, resident=alice, code="n’importe quoi", now=now) == member
    assert HubMember.objects.count() == 1


@pytest.mark.parametrize("code", ["", " ", "mirage-2001", "Mirage-2000", "\x00", "🛩", "x" * 100_000])
def test_another_code_does_not(base: Hub, alice: Resident, now: datetime, code: str) -> None:
    with pytest.raises(WrongCodeError, match="Ce n’est pas le code"):
        join(hub_id=base.pk, resident=alice, code=code, now=now)
    assert not HubMember.objects.exists()


def test_a_hub_without_a_code_lets_nobody_in(base: Hub, alice: Resident, now: datetime) -> None:
    Hub.objects.filter(pk=base.pk).update(access_code="")
    for code in ("", CODE):
        with pytest.raises(WrongCodeError):
            join(hub_id=base.pk, resident=alice, code=code, now=now)


def test_there_is_nothing_to_join_elsewhere(market: Market, base: Hub, alice: Resident, now: datetime) -> None:
    Hub.objects.filter(pk=base.pk).update(active=False)
    for hub_id in (market.hub.pk, base.pk, uuid4()):
        with pytest.raises(Hub.DoesNotExist):
            join(hub_id=hub_id, resident=alice, code=CODE, now=now)


def test_leaving_is_being_a_stranger_again(base: Hub, alice: Resident, now: datetime) -> None:
    assert not leave(hub_id=base.pk, resident=alice, now=now)
    join(hub_id=base.pk, resident=alice, code=CODE, now=now)
    assert leave(hub_id=base.pk, resident=alice, now=now)
    assert not is_member(alice, base)


def test_who_is_named_needs_no_code_and_is_named_once(base: Hub, alice: Resident, now: datetime) -> None:
    Hub.objects.filter(pk=base.pk).update(active=False)
    assert name_member(hub_id=base.pk, resident_id=alice.pk, actor=None, now=now)
    assert not name_member(hub_id=base.pk, resident_id=alice.pk, actor=None, now=now)
    assert HubMember.objects.get().joined_by == JoinedBy.TOWN_HALL


def test_naming_who_had_the_code_keeps_since_when(base: Hub, alice: Resident, now: datetime) -> None:
    join(hub_id=base.pk, resident=alice, code=CODE, now=now)
    assert name_member(hub_id=base.pk, resident_id=alice.pk, actor=None, now=now + timedelta(days=3))
    member = HubMember.objects.get()
    assert (member.since, member.joined_by) == (now, JoinedBy.TOWN_HALL)


def test_nobody_is_named_at_everybodys_hub(market: Market, base: Hub, alice: Resident, now: datetime) -> None:
    for hub_id in (market.hub.pk, uuid4()):
        with pytest.raises(Hub.DoesNotExist):
            name_member(hub_id=hub_id, resident_id=alice.pk, actor=None, now=now)
    with pytest.raises(Resident.DoesNotExist):
        name_member(hub_id=base.pk, resident_id=uuid4(), actor=None, now=now)


def test_forgetting_the_code_keeps_the_named_and_other_hubs(base: Hub, alice: Resident, now: datetime) -> None:
    company = make_satellite(name="Usine", slug="usine", kind=HubKind.RESTRICTED, access_code=base.access_code)
    chloe = make_resident(name="Chloé Petit")
    join(hub_id=base.pk, resident=alice, code=CODE, now=now)
    join(hub_id=company.pk, resident=alice, code=CODE, now=now)
    name_member(hub_id=base.pk, resident_id=chloe.pk, actor=None, now=now)
    assert forget_the_code(base) == 1
    assert [is_member(who, hub) for who, hub in ((alice, base), (alice, company), (chloe, base))] == [False, True, True]


def test_coming_and_going_is_in_the_trail_once_without_a_name(base: Hub, alice: Resident, now: datetime) -> None:
    for _twice in range(2):
        join(hub_id=base.pk, resident=alice, code=CODE, now=now)
    for _twice in range(2):
        leave(hub_id=base.pk, resident=alice, now=now)
    for _twice in range(2):
        name_member(hub_id=base.pk, resident_id=alice.pk, actor=None, now=now)
    for _twice in range(2):
        remove_member(hub_id=base.pk, resident_id=alice.pk, actor=None, now=now)
    told = AuditEvent.objects.filter(action__startswith="hub.member_")
    assert sorted(told.values_list("action", flat=True)) == [
        "hub.member_joined",
        "hub.member_left",
        "hub.member_named",
        "hub.member_removed",
    ]
    assert {event.details["resident"] for event in told} == {str(alice.pk)}
    assert "Alice" not in str(list(told.values()))


def test_a_code_is_checked_before_the_hub_is_locked(base: Hub, alice: Resident, now: datetime) -> None:
    with CaptureQueriesContext(connection) as asked, pytest.raises(WrongCodeError):
        join(hub_id=base.pk, resident=alice, code="mirage-2001", now=now)
    assert not [query for query in asked if "FOR UPDATE" in query["sql"]]


def test_who_is_offered_what(market: Market, base: Hub, alice: Resident, now: datetime) -> None:
    hubs = list(Hub.objects.order_by("-is_main", "name", "pk"))
    assert offered_to(None, hubs) == [market.hub]
    assert offered_to(alice, hubs) == [market.hub]
    join(hub_id=base.pk, resident=alice, code=CODE, now=now)
    assert offered_to(alice, hubs) == [market.hub, base]
    assert offered_to(make_resident(name="Chloé Petit"), hubs) == [market.hub]


def test_nothing_is_asked_where_every_hub_is_everybodys(
    market: Market, alice: Resident, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(0):
        assert offered_to(alice, [market.hub]) == [market.hub]


def test_another_towns_hub_has_other_members(base: Hub, alice: Resident, viroflay: Any, now: datetime) -> None:
    join(hub_id=base.pk, resident=alice, code=CODE, now=now)
    with in_town(viroflay):
        assert not HubMember.objects.exists()
        with pytest.raises(Hub.DoesNotExist):
            join(hub_id=base.pk, resident=make_resident(name="Bruno"), code=CODE, now=now)
