"""Rounds as the town hall sets them."""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError

from shared.audit.models import AuditEvent
from shared.french import span
from shared.tenancy import in_town
from tenants.hubs.calendars import calendar_of
from tenants.hubs.models import Hub, HubChange, Round
from tenants.hubs.queries import main_hub
from tenants.hubs.rounds import Timetable, add_round, remove_round, set_round, timetable_of, trips_ahead
from tests.conftest import TUESDAY as NOW
from tests.factories import make_satellite

pytestmark = pytest.mark.django_db

BIKE = Timetable(
    name="Le vélo-cargo", hub_id=None, hours="Mo-Sa 11:00-11:45,17:00-17:45", last_call_minutes=60, room=20
)


@pytest.fixture
def bike(in_istres: Any) -> Round:
    Round.objects.all().delete()
    return add_round(town=in_istres, said=BIKE, actor=None, now=NOW)


def test_a_round_is_put_into_service(in_istres: Any, bike: Round) -> None:
    assert timetable_of(bike, today=NOW.date()) == BIKE
    assert bike.is_collection
    trail = AuditEvent.objects.get(action="round.added")
    assert trail.details == {"name": "Le vélo-cargo", "hours": BIKE.hours}


def test_setting_what_is_set_leaves_no_trace(in_istres: Any, bike: Round) -> None:
    for _twice in range(2):
        said = replace(BIKE, room=None, last_call_minutes=30)
        set_round(town=in_istres, round_id=bike.pk, said=said, actor=None, now=NOW)
    trail = AuditEvent.objects.get(action="round.set")
    assert trail.details["changed"] == {"last_call_minutes": [60, 30], "room": [20, None]}


@pytest.mark.parametrize(
    ("change", "field", "why"),
    [
        ({"hours": "Mo-Sa 11h"}, "hours", "ne se lisent pas"),
        ({"hours": "2030 Jan 08:00-12:00"}, "hours", "pas ouvert une fois en un an"),
        ({"hours": "Mo-Sa 05:00-19:00"}, "hours", "Un trajet durerait 14\u00a0h"),
        ({"hours": "24/7"}, "hours", "vérifiez l’heure du retour"),
        ({"hub_id": uuid4()}, "hub", "n’existe plus"),
    ],
)
def test_what_cannot_be_is_said(in_istres: Any, bike: Round, change: dict[str, Any], field: str, why: str) -> None:
    with pytest.raises(ValidationError) as raised:
        set_round(town=in_istres, round_id=bike.pk, said=replace(BIKE, **change), actor=None, now=NOW)
    assert why in raised.value.message_dict[field][0]


def test_two_rounds_of_one_name_would_be_confused(in_istres: Any, bike: Round) -> None:
    with pytest.raises(ValidationError, match="porte déjà ce nom"):
        add_round(town=in_istres, said=replace(BIKE, name="le VÉLO-cargo"), actor=None, now=NOW)


def test_no_van_goes_to_the_main_hub(in_istres: Any, bike: Round) -> None:
    hub = main_hub()
    assert hub
    with pytest.raises(ValidationError, match="pas de navette"):
        add_round(town=in_istres, said=replace(BIKE, name="Navette", hub_id=hub.pk), actor=None, now=NOW)


def test_hours_that_have_begun_become_its_own(in_istres: Any, bike: Round) -> None:
    HubChange.objects.create(
        round=bike, kind="version", first=date(2026, 11, 1), hours="Mo 11:00-12:00", created_at=NOW
    )
    later = HubChange.objects.create(
        round=bike, kind="version", first=date(2026, 12, 1), hours="Tu 11:00-12:00", created_at=NOW
    )
    assert timetable_of(bike, today=NOW.date()).hours == "Mo 11:00-12:00"
    set_round(town=in_istres, round_id=bike.pk, said=BIKE, actor=None, now=NOW)
    assert timetable_of(Round.objects.get(pk=bike.pk), today=NOW.date()) == BIKE
    assert list(HubChange.objects.filter(round=bike)) == [later]


def test_a_round_is_deleted(in_istres: Any, bike: Round) -> None:
    remove_round(round_id=bike.pk, actor=None, now=NOW)
    assert not Round.objects.exists()
    assert AuditEvent.objects.get(action="round.removed").details == {"name": "Le vélo-cargo"}
    with pytest.raises(Round.DoesNotExist):
        remove_round(round_id=bike.pk, actor=None, now=NOW)


def test_the_two_weeks_ahead(in_istres: Any, bike: Round) -> None:
    """A trip that a closure touches is not made at all; an exceptional opening replaces the day's."""
    for first, kind, hours, reason in (
        (date(2026, 11, 25), "closure", "11:30-12:00", "marché de Noël"),
        (date(2026, 11, 26), "closure", "", "vélo en révision"),
        (date(2026, 11, 29), "opening", "10:00-11:00", "dimanche de l’Avent"),
    ):
        HubChange.objects.create(
            round=bike, kind=kind, first=first, last=first, hours=hours, reason=reason, created_at=NOW
        )
    HubChange.objects.create(
        kind="closure", first=date(2026, 11, 27), last=date(2026, 11, 27), reason="grève", created_at=NOW
    )
    days = trips_ahead(calendar_of(town=in_istres, place=bike), now=NOW)
    assert len(days) == 14
    said = {each.day.day: ([span(trip.start, trip.end) for trip in each.trips], each.reason) for each in days[:7]}
    evening, both = "17\u00a0h–17\u00a0h\u00a045", ["11\u00a0h–11\u00a0h\u00a045", "17\u00a0h–17\u00a0h\u00a045"]
    assert said == {
        24: (both, ""),
        25: ([evening], "marché de Noël"),
        26: ([], "vélo en révision"),
        27: ([], "grève"),
        28: (both, ""),
        29: (["10\u00a0h–11\u00a0h"], "dimanche de l’Avent"),
        30: (both, ""),
    }


def test_rounds_of_another_town_are_not_here(in_istres: Any, bike: Round, viroflay: Any) -> None:
    with in_town(viroflay):
        hub = make_satellite()
        with pytest.raises(Round.DoesNotExist):
            set_round(town=viroflay, round_id=bike.pk, said=BIKE, actor=None, now=NOW)
        with pytest.raises(Round.DoesNotExist):
            remove_round(round_id=bike.pk, actor=None, now=NOW)
    assert not Hub.objects.filter(pk=hub.pk).exists()
    with pytest.raises(ValidationError, match="n’existe plus"):
        add_round(town=in_istres, said=replace(BIKE, name="Navette", hub_id=hub.pk), actor=None, now=NOW)
