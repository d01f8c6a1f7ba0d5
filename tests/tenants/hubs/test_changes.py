"""Dated changes of hours: what is refused and why, what holds, and taking it back."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from shared.accounts.models import User
from shared.audit.models import AuditEvent
from shared.calendars import ChangeKind
from shared.changing import ChangeFacts
from shared.tenancy import in_town
from tenants.hubs.calendars import calendar_of, changes_of, rule_on
from tenants.hubs.changes import add_change, remove_change
from tenants.hubs.models import Hub, HubChange, HubKind, Round
from tenants.staff.models import StaffRole
from tests.factories import make_satellite, make_staff, set_hours

pytestmark = pytest.mark.django_db

# Tuesday is 24 November 2026.
WEDNESDAY = date(2026, 11, 25)
SUNDAY = date(2026, 11, 29)
INVENTORY = ChangeFacts(kind=ChangeKind.CLOSURE, first=WEDNESDAY, last=WEDNESDAY, reason="inventaire")
CHRISTMAS = ChangeFacts(kind=ChangeKind.OPENING, first=SUNDAY, last=SUNDAY, hours="16:00-22:00", reason="nocturne")
SUMMER = ChangeFacts(kind=ChangeKind.VERSION, first=date(2027, 5, 1), hours="Mo-Sa 12:00-21:00; PH off")


@pytest.fixture
def mayor(in_istres: Any) -> User:
    return make_staff(role=StaffRole.TOWN_HALL, name="Bernard Faure")


@pytest.fixture
def hub(in_istres: Any) -> Hub:
    return set_hours()


def _hours(town: Any, place: Hub | Round, day: date) -> list[str]:
    return [f"{each.start:%H:%M}-{each.end:%H:%M}" for each in calendar_of(town=town, place=place).on(day)]


def test_a_closure_an_opening_and_new_hours_hold_on_their_days(
    istres: Any, hub: Hub, mayor: User, now: datetime
) -> None:
    for facts in (INVENTORY, CHRISTMAS, SUMMER):
        add_change(town=istres, hub_id=hub.pk, facts=facts, actor=mayor, now=now)
    assert _hours(istres, hub, WEDNESDAY) == []
    assert _hours(istres, hub, SUNDAY) == ["16:00-22:00"]
    assert _hours(istres, hub, SUMMER.first) == []  # the first of May
    assert _hours(istres, hub, date(2027, 5, 3)) == ["12:00-21:00"]
    assert (rule_on(hub, now.date()), rule_on(hub, date(2027, 5, 3))) == (hub.hours, SUMMER.hours)
    trail = AuditEvent.objects.filter(action="hub.change_added", actor_id=mayor.pk)
    assert sorted(event.details["name"] for event in trail) == [
        "La conciergerie, le 25\u00a0novembre 2026",
        "La conciergerie, le 29\u00a0novembre 2026",
        "La conciergerie, à partir du samedi 1er\u00a0mai 2027",
    ]


def _closed(first: date, last: date, **more: str) -> ChangeFacts:
    return ChangeFacts(kind=ChangeKind.CLOSURE, first=first, last=last, **{"reason": "congés"} | more)


@pytest.mark.parametrize(
    ("facts", "field", "why"),
    [
        (_closed(date(2026, 11, 23), WEDNESDAY), "first", "lundi 23 novembre 2026 est passé"),
        (_closed(WEDNESDAY, date(2026, 11, 24)), "last", "vient avant le premier"),
        (_closed(date(2036, 1, 4), date(2036, 1, 5)), "first", "plus de deux ans"),
        (_closed(WEDNESDAY, date(2028, 1, 5)), "last", "pas plus d’un an"),
        (_closed(WEDNESDAY, WEDNESDAY, reason=" "), "reason", "Dites pourquoi"),
        (_closed(WEDNESDAY, WEDNESDAY, reason="x" * 121), "reason", "au plus 120"),
        (_closed(WEDNESDAY, WEDNESDAY, hours="de midi à deux"), "hours", "ne se lisent pas"),
        (_closed(SUNDAY, SUNDAY), "first", "déjà fermé"),
        (_closed(WEDNESDAY, WEDNESDAY, hours="08:00-09:00"), "first", "déjà fermé"),
        (
            ChangeFacts(kind=ChangeKind.OPENING, first=SUNDAY, last=SUNDAY, reason="nocturne"),
            "hours",
            "Indiquez les horaires",
        ),
        (
            ChangeFacts(
                kind=ChangeKind.OPENING, first=WEDNESDAY, last=WEDNESDAY, hours="12:00-14:00,18:00-20:00", reason="rien"
            ),
            "hours",
            "déjà ouvert à ces heures-là",
        ),
        (ChangeFacts(kind=ChangeKind.VERSION, first=date(2026, 11, 1), hours="24/7"), "first", "est passé"),
        (
            ChangeFacts(kind=ChangeKind.VERSION, first=WEDNESDAY, hours="Mo-Sa 12:00-14:00,18:00-20:00; PH off"),
            "hours",
            "déjà les horaires",
        ),
        (
            ChangeFacts(kind=ChangeKind.VERSION, first=WEDNESDAY, hours="2030 Jan 08:00-12:00"),
            "hours",
            "pas ouvert une fois en un an",
        ),
    ],
)
def test_what_cannot_be_is_explained_and_changes_nothing(
    istres: Any, hub: Hub, mayor: User, now: datetime, *, facts: ChangeFacts, field: str, why: str
) -> None:
    with pytest.raises(ValidationError) as raised:
        add_change(town=istres, hub_id=hub.pk, facts=facts, actor=mayor, now=now)
    [said] = raised.value.message_dict[field]
    assert why in said.replace("\u00a0", " ")
    assert not HubChange.objects.exists()
    assert not AuditEvent.objects.exists()


def test_the_same_closure_is_not_noted_twice(istres: Any, hub: Hub, mayor: User, now: datetime) -> None:
    week = _closed(WEDNESDAY, WEDNESDAY + timedelta(days=2))
    add_change(town=istres, hub_id=hub.pk, facts=week, actor=mayor, now=now)
    for facts in (week, _closed(WEDNESDAY + timedelta(days=2), WEDNESDAY + timedelta(days=9))):
        with pytest.raises(ValidationError, match="déjà notée du 25 au 27"):
            add_change(town=istres, hub_id=hub.pk, facts=facts, actor=mayor, now=now)
    opening = ChangeFacts(
        kind=ChangeKind.OPENING, first=WEDNESDAY, last=WEDNESDAY, hours="10:00-12:00", reason="marché"
    )
    with pytest.raises(ValidationError, match="une fermeture l’emporte"):
        add_change(town=istres, hub_id=hub.pk, facts=opening, actor=mayor, now=now)
    add_change(town=istres, hub_id=hub.pk, facts=SUMMER, actor=mayor, now=now)
    with pytest.raises(ValidationError, match="commencent déjà ce jour-là"):
        add_change(town=istres, hub_id=hub.pk, facts=SUMMER, actor=mayor, now=now)


def test_the_whole_conciergerie_only_closes_and_partners_do_not(
    istres: Any, hub: Hub, mayor: User, now: datetime
) -> None:
    tube = make_satellite(hours="We 14:00-18:00", run="We 12:30-13:30")
    partner = Hub.objects.create(name="Foyer", slug="foyer", kind=HubKind.PARTNER, hours="We 14:00-18:00")
    with pytest.raises(ValidationError) as raised:
        add_change(town=istres, facts=CHRISTMAS, actor=mayor, now=now)
    assert set(raised.value.message_dict) == {"kind"}
    add_change(town=istres, facts=INVENTORY, actor=mayor, now=now)
    run = Round.objects.get(hub=tube)
    assert [_hours(istres, place, WEDNESDAY) for place in (hub, tube, partner, run)] == [[], [], ["14:00-18:00"], []]


def test_a_round_has_its_own_changes(istres: Any, hub: Hub, mayor: User, now: datetime) -> None:
    run = Round.objects.get(hub=make_satellite(hours="We 14:00-18:00", run="We 12:30-13:30"))
    add_change(town=istres, round_id=run.pk, facts=INVENTORY, actor=mayor, now=now)
    assert _hours(istres, run, WEDNESDAY) == []
    assert _hours(istres, hub, WEDNESDAY) == ["12:00-14:00", "18:00-20:00"]


def test_a_change_is_taken_back_unless_it_has_become_the_rule(
    istres: Any, hub: Hub, mayor: User, now: datetime
) -> None:
    change = add_change(town=istres, hub_id=hub.pk, facts=INVENTORY, actor=mayor, now=now)
    remove_change(town=istres, change_id=change.pk, actor=mayor, now=now)
    assert _hours(istres, hub, WEDNESDAY) == ["12:00-14:00", "18:00-20:00"]
    assert AuditEvent.objects.get(action="hub.change_removed").details["reason"] == "inventaire"
    with pytest.raises(HubChange.DoesNotExist):
        remove_change(town=istres, change_id=change.pk, actor=mayor, now=now)
    begun = HubChange.objects.create(
        hub=hub, kind=ChangeKind.VERSION, first=now.date(), hours="Mo-Su 10:00-12:00", created_at=now
    )
    with pytest.raises(ValidationError, match="déjà en vigueur"):
        remove_change(town=istres, change_id=begun.pk, actor=mayor, now=now)


def test_what_would_be_is_read_without_being_written(istres: Any, hub: Hub, mayor: User, now: datetime) -> None:
    change = add_change(town=istres, hub_id=hub.pk, facts=INVENTORY, actor=mayor, now=now)
    would = calendar_of(town=istres, place=hub, rule="We 08:00-09:00", without=[change], added=[CHRISTMAS])
    assert [len(would.on(day)) for day in (WEDNESDAY, SUNDAY)] == [1, 1]
    assert [each.pk for each in changes_of(hub)] == [change.pk]


def test_a_change_of_another_town_does_not_exist_here(
    istres: Any, viroflay: Any, hub: Hub, mayor: User, now: datetime
) -> None:
    change = add_change(town=istres, hub_id=hub.pk, facts=INVENTORY, actor=mayor, now=now)
    with in_town(viroflay):
        with pytest.raises(HubChange.DoesNotExist):
            remove_change(town=viroflay, change_id=change.pk, actor=mayor, now=now)
        with pytest.raises(Hub.DoesNotExist):
            add_change(town=viroflay, hub_id=hub.pk, facts=INVENTORY, actor=mayor, now=now)
