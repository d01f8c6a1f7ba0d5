"""Setting a hub: every fact of it, its code, and what may not be done to it."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.hashers import check_password
from django.core.exceptions import ValidationError

from shared.accounts.models import User
from shared.audit.models import AuditEvent
from shared.calendars import ChangeKind
from shared.tenancy import in_town
from tenants.hubs.calendars import changes_of
from tenants.hubs.models import Hub, HubChange, HubKind
from tenants.hubs.services import HubFacts, HubInUseError, add_hub, facts_of, hash_code, remove_hub, set_hub
from tenants.orders.models import Order
from tenants.staff.models import StaffRole
from tests.factories import make_market, make_order, make_satellite, make_staff, pay_in_shops, set_hours

pytestmark = pytest.mark.django_db

FACTS = HubFacts(
    name="La conciergerie",
    kind=HubKind.MAIN,
    address="12 boulevard Paul-Painlevé",
    access_notes="",
    hours="Mo-Sa 12:00-14:00,18:00-20:00; PH off",
    cutoff_minutes=240,
)
SATELLITE = replace(FACTS, kind=HubKind.SATELLITE)
DAY = timedelta(days=1)


@pytest.fixture
def mayor(in_istres: Any) -> User:
    return make_staff(role=StaffRole.TOWN_HALL, name="Bernard Faure")


@pytest.fixture
def hub(in_istres: Any) -> Hub:
    return set_hours()


def test_set_once_however_often_it_is_sent(istres: Any, hub: Hub, mayor: User, now: datetime) -> None:
    for _ in range(2):
        set_hub(town=istres, hub_id=hub.pk, facts=FACTS, actor=mayor, now=now)
    hub.refresh_from_db()
    assert hub.address == FACTS.address
    [event] = AuditEvent.objects.filter(action="hub.set")
    assert event.details["changed"]["address"] == ["", FACTS.address]


def test_a_second_hub_may_close_and_the_main_one_not(istres: Any, hub: Hub, mayor: User, now: datetime) -> None:
    tube = replace(SATELLITE, name="Zone du Tubé")
    second = add_hub(town=istres, facts=tube, actor=mayor, now=now)
    set_hub(town=istres, hub_id=second.pk, facts=replace(tube, active=False), actor=mayor, now=now)
    second.refresh_from_db()
    assert not second.active
    with pytest.raises(ValidationError, match="principal reste ouvert"):
        set_hub(town=istres, hub_id=hub.pk, facts=replace(FACTS, active=False), actor=mayor, now=now)


def test_lockers_ask_no_fee_where_nothing_is_paid_online(istres: Any, hub: Hub, mayor: User, now: datetime) -> None:
    lockers = replace(SATELLITE, name="Casiers de la gare", kind=HubKind.ANY_TIME, hours="24/7", fee_cents=200)
    only = pay_in_shops(town=istres, only=True)
    with pytest.raises(ValidationError, match="Personne n’est là pour encaisser") as refused:
        add_hub(town=only, facts=lockers, actor=mayor, now=now)
    assert list(refused.value.message_dict) == ["fee_cents"]
    add_hub(town=only, facts=replace(lockers, fee_cents=0), actor=mayor, now=now)
    # Where somebody is there to be paid, the fee is the conciergerie's own.
    set_hub(town=only, hub_id=hub.pk, facts=replace(FACTS, fee_cents=200), actor=mayor, now=now)
    with in_town(only):
        assert Hub.objects.get(pk=hub.pk).fee_cents == 200


def test_every_fact_of_a_hub_is_kept(istres: Any, hub: Hub, mayor: User, now: datetime) -> None:
    facts = HubFacts(
        name="Foyer La Meraviho",
        kind=HubKind.PARTNER,
        address="Entressen",
        access_notes="Sonner",
        parking="Devant",
        phone="+33199000002",
        handed_over_by="L’accueil du foyer",
        hours="Mo-Fr 09:00-12:00",
        cutoff_minutes=60,
        room=12,
        kept_days=5,
        fee_cents=150,
        active=False,
    )
    made = add_hub(town=istres, facts=facts, actor=mayor, now=now)
    assert facts_of(Hub.objects.get(pk=made.pk), today=now.date()) == facts
    with pytest.raises(ValidationError) as raised:
        set_hub(town=istres, hub_id=made.pk, facts=replace(facts, kind=HubKind.MAIN), actor=mayor, now=now)
    assert set(raised.value.message_dict) == {"kind"}


def test_a_code_is_kept_hashed_changed_and_never_written_down(
    istres: Any, hub: Hub, mayor: User, now: datetime
) -> None:
    base = replace(SATELLITE, name="Base aérienne", kind=HubKind.RESTRICTED)
    for code in (None, "", "12345"):
        with pytest.raises(ValidationError) as raised:
            add_hub(town=istres, facts=base, access_code=code, actor=mayor, now=now)
        assert set(raised.value.message_dict) == {"access_code"}
    made = add_hub(town=istres, facts=base, access_code="mistral-13", actor=mayor, now=now)
    assert check_password("mistral-13", made.access_code)

    set_hub(town=istres, hub_id=made.pk, facts=replace(base, address="Porte sud"), actor=mayor, now=now)
    made.refresh_from_db()
    assert check_password("mistral-13", made.access_code)

    moved = replace(base, address="Porte sud")
    set_hub(town=istres, hub_id=made.pk, facts=moved, code_hash=hash_code("tramontane"), actor=mayor, now=now)
    made.refresh_from_db()
    assert check_password("tramontane", made.access_code)
    trail = str(list(AuditEvent.objects.values_list("details", flat=True)))
    assert "tramontane" not in trail
    assert "mistral-13" not in trail
    assert made.access_code not in trail

    everybody = replace(moved, kind=HubKind.SATELLITE)
    with pytest.raises(ValidationError, match="accès réservé"):
        set_hub(town=istres, hub_id=made.pk, facts=everybody, code_hash=hash_code("tramontane"), actor=mayor, now=now)
    set_hub(town=istres, hub_id=made.pk, facts=everybody, actor=mayor, now=now)
    made.refresh_from_db()
    assert made.access_code == ""


def test_hours_that_have_begun_are_the_hubs_own_once_it_is_set(
    istres: Any, hub: Hub, mayor: User, now: datetime
) -> None:
    for first, hours in (
        (now.date() - timedelta(days=3), "Mo-Sa 12:00-21:00"),
        (now.date() + DAY, "Mo-Sa 10:00-12:00"),
    ):
        HubChange.objects.create(hub=hub, kind=ChangeKind.VERSION, first=first, hours=hours, created_at=now)
    shown = facts_of(hub, today=now.date())
    assert shown.hours == "Mo-Sa 12:00-21:00"
    set_hub(town=istres, hub_id=hub.pk, facts=replace(shown, address="Ailleurs"), actor=mayor, now=now)
    hub.refresh_from_db()
    assert hub.hours == "Mo-Sa 12:00-21:00"
    assert [change.hours for change in changes_of(hub)] == ["Mo-Sa 10:00-12:00"]


def test_a_hub_that_orders_name_is_not_deleted(istres: Any, hub: Hub, mayor: User, now: datetime) -> None:
    market = make_market(town=istres)
    tube = make_satellite()
    Order.objects.filter(pk=make_order(town=istres, lines=market.everything).pk).update(hub=tube)
    with pytest.raises(HubInUseError):
        remove_hub(hub_id=tube.pk, actor=mayor, now=now)
    with pytest.raises(ValidationError, match="principal ne se supprime pas"):
        remove_hub(hub_id=hub.pk, actor=mayor, now=now)
    other = add_hub(town=istres, facts=replace(SATELLITE, name="Les Craux"), actor=mayor, now=now)
    remove_hub(hub_id=other.pk, actor=mayor, now=now)
    assert not Hub.objects.filter(pk=other.pk).exists()
    assert AuditEvent.objects.get(action="hub.removed").details["name"] == "Les Craux"
    assert Hub.objects.filter(pk=tube.pk).exists()


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
        set_hub(town=istres, hub_id=hub.pk, facts=facts, actor=mayor, now=now)
    assert field in raised.value.message_dict
    with pytest.raises(ValidationError):
        add_hub(town=istres, facts=replace(facts, kind=HubKind.SATELLITE), actor=mayor, now=now)
    assert Hub.objects.count() == 1


def test_a_name_is_taken_once(istres: Any, hub: Hub, mayor: User, now: datetime) -> None:
    facts = replace(SATELLITE, name="Zone du Tubé")
    add_hub(town=istres, facts=facts, actor=mayor, now=now)
    for name in ("Zone du Tubé", "zone du tubé", "···"):
        with pytest.raises(ValidationError):
            add_hub(town=istres, facts=replace(facts, name=name), actor=mayor, now=now)
    assert Hub.objects.filter(is_main=False).count() == 1


def test_a_hub_of_another_town_does_not_exist_here(
    istres: Any, viroflay: Any, hub: Hub, mayor: User, now: datetime
) -> None:
    with in_town(viroflay), pytest.raises(Hub.DoesNotExist):
        set_hub(town=viroflay, hub_id=hub.pk, facts=FACTS, actor=mayor, now=now)
