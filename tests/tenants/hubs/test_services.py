"""Setting a hub, without leaving anybody before a closed door."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError

from shared.accounts.models import User
from shared.audit.models import AuditEvent
from shared.tenancy import in_town
from tenants.hubs.models import Hub
from tenants.hubs.services import Appointment, HubFacts, StrandedError, add_hub, set_hub
from tenants.staff.models import StaffRole
from tests.factories import make_staff, set_hours

pytestmark = pytest.mark.django_db

FACTS = HubFacts(
    name="La conciergerie",
    address="12 boulevard Paul-Painlevé",
    access_notes="",
    hours="Mo-Sa 12:00-14:00,18:00-20:00; PH off",
    cutoff_minutes=240,
)


@pytest.fixture
def mayor(in_istres: Any) -> User:
    return make_staff(role=StaffRole.TOWN_HALL, name="Bernard Faure")


@pytest.fixture
def hub(in_istres: Any) -> Hub:
    return set_hours()


def _this_evening(now: datetime) -> Appointment:
    evening = now.replace(hour=17, minute=0)
    return Appointment(uuid4(), evening, evening + timedelta(hours=2))


def test_set_once_however_often_it_is_sent(istres: Any, hub: Hub, mayor: User, now: datetime) -> None:
    for _ in range(2):
        set_hub(town=istres, hub_id=hub.pk, facts=FACTS, appointments=[], actor=mayor, now=now)
    hub.refresh_from_db()
    assert hub.address == FACTS.address
    [event] = AuditEvent.objects.filter(action="hub.set")
    assert event.details["changed"]["address"] == ["", FACTS.address]


@pytest.mark.parametrize("hours", ["Mo-Sa 12:00-14:00; PH off", "Mo-Sa 18:00-19:00; PH off", "We 18:00-20:00"])
def test_nobody_is_stranded_without_being_named(istres: Any, hub: Hub, mayor: User, now: datetime, hours: str) -> None:
    promised = _this_evening(now)
    facts = replace(FACTS, hours=hours)
    with pytest.raises(StrandedError) as raised:
        set_hub(town=istres, hub_id=hub.pk, facts=facts, appointments=[promised], actor=mayor, now=now)
    assert raised.value.lost == [promised]
    hub.refresh_from_db()
    assert hub.hours != hours
    other = {uuid4()}
    with pytest.raises(StrandedError):
        set_hub(town=istres, hub_id=hub.pk, facts=facts, appointments=[promised], accepted=other, actor=mayor, now=now)
    set_hub(
        town=istres, hub_id=hub.pk, facts=facts, appointments=[promised], accepted={promised.key}, actor=mayor, now=now
    )
    assert AuditEvent.objects.get(action="hub.set").details["stranded"] == [str(promised.key)]


@pytest.mark.parametrize("hours", ["Mo-Sa 17:00-21:00", "Mo-Su 18:00-20:00", "24/7"])
def test_longer_hours_strand_nobody(istres: Any, hub: Hub, mayor: User, now: datetime, hours: str) -> None:
    facts = replace(FACTS, hours=hours)
    set_hub(town=istres, hub_id=hub.pk, facts=facts, appointments=[_this_evening(now)], actor=mayor, now=now)


def test_a_second_hub_may_close_but_not_on_its_orders(istres: Any, hub: Hub, mayor: User, now: datetime) -> None:
    second = add_hub(town=istres, facts=replace(FACTS, name="Zone du Tubé"), actor=mayor, now=now)
    closed = replace(FACTS, name="Zone du Tubé", active=False)
    with pytest.raises(StrandedError):
        set_hub(town=istres, hub_id=second.pk, facts=closed, appointments=[_this_evening(now)], actor=mayor, now=now)
    set_hub(town=istres, hub_id=second.pk, facts=closed, appointments=[], actor=mayor, now=now)
    with pytest.raises(ValidationError, match="principal reste ouvert"):
        set_hub(town=istres, hub_id=hub.pk, facts=replace(FACTS, active=False), appointments=[], actor=mayor, now=now)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"hours": "Mo-Fr 12h-14h"}, "hours"),
        ({"hours": ""}, "hours"),
        ({"hours": "2030 Jan 08:00-12:00"}, "hours"),
        ({"name": ""}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"cutoff_minutes": -1}, "cutoff_minutes"),
    ],
)
def test_what_cannot_be_is_refused(
    istres: Any, hub: Hub, mayor: User, now: datetime, *, change: dict[str, Any], field: str
) -> None:
    facts = replace(FACTS, **change)
    with pytest.raises(ValidationError) as raised:
        set_hub(town=istres, hub_id=hub.pk, facts=facts, appointments=[], actor=mayor, now=now)
    assert field in raised.value.message_dict
    with pytest.raises(ValidationError):
        add_hub(town=istres, facts=facts, actor=mayor, now=now)
    assert Hub.objects.count() == 1


def test_a_name_is_taken_once(istres: Any, hub: Hub, mayor: User, now: datetime) -> None:
    facts = replace(FACTS, name="Zone du Tubé")
    add_hub(town=istres, facts=facts, actor=mayor, now=now)
    for name in ("Zone du Tubé", "zone du tubé", "···"):
        with pytest.raises(ValidationError):
            add_hub(town=istres, facts=replace(facts, name=name), actor=mayor, now=now)
    assert Hub.objects.filter(is_main=False).count() == 1


def test_a_hub_of_another_town_does_not_exist_here(
    istres: Any, viroflay: Any, hub: Hub, mayor: User, now: datetime
) -> None:
    with in_town(viroflay), pytest.raises(Hub.DoesNotExist):
        set_hub(town=viroflay, hub_id=hub.pk, facts=FACTS, appointments=[], actor=mayor, now=now)
