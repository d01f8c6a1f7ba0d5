"""Restricted hubs are their members'."""

from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.hashers import make_password

from shared.tenancy import in_town
from tenants.hubs.membership import WrongCodeError, is_member, join, leave, offered_to
from tenants.hubs.models import Hub, HubKind, HubMember
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
    assert not leave(hub_id=base.pk, resident=alice)
    join(hub_id=base.pk, resident=alice, code=CODE, now=now)
    assert leave(hub_id=base.pk, resident=alice)
    assert not is_member(alice, base)


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
