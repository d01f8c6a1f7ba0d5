"""Loading hubs and rounds for the promise: with two towns, and what the whole conciergerie shares."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from shared.calendars import ChangeKind
from shared.tenancy import in_town
from tenants.hubs.models import Hub, HubChange, HubKind, HubPause, Round
from tenants.hubs.queries import hub_calendar, main_hub, open_hubs, round_facts, rounds_with_times, with_times
from tenants.orders.promising import prospects
from tests.factories import make_satellite, set_hours

pytestmark = pytest.mark.django_db

WEDNESDAY = date(2026, 11, 25)


def closes(*, now: datetime, **of: Any) -> None:
    """Close on Wednesday: a hub, a round, or with neither the whole conciergerie."""
    facts = {"kind": ChangeKind.CLOSURE, "first": WEDNESDAY, "last": WEDNESDAY, "reason": "inventaire"}
    HubChange.objects.create(**facts | {"created_at": now} | of)


def opens_on(town: Any, now: datetime, day: date = WEDNESDAY) -> list[str]:
    """The hubs that open on a day."""
    hubs: Any = with_times(Hub.objects.all(), now=now).order_by("slug")
    return [hub.slug for hub in hubs if hub_calendar(hub, town=town).on(day)]


def leave_on(town: Any, day: date = WEDNESDAY) -> list[str]:
    """The rounds that have a trip on a day."""
    return [each.name for each in rounds_with_times() if round_facts(each, town=town, taken={}).calendar.on(day)]


def starts(town: Any, now: datetime) -> list[datetime]:
    hub = main_hub()
    assert hub is not None
    return [window.start for window in prospects(town=town, products=[], now=now).at(hub).windows]


def test_the_whole_conciergerie_closes_with_its_rounds_but_not_its_partners(in_istres: Any, now: datetime) -> None:
    set_hours()
    make_satellite(hours="Mo-Sa 14:00-18:00", run="Mo-Sa 12:30-13:30")
    make_satellite(name="Foyer", slug="foyer", kind=HubKind.PARTNER, hours="Mo-Sa 09:00-18:00", run="Mo 08:00-09:00")
    assert opens_on(in_istres, now) == ["conciergerie", "foyer", "tube"]
    assert leave_on(in_istres) == ["Navette du Tubé", "Tournée de ramassage"]
    closes(now=now)
    assert opens_on(in_istres, now) == ["foyer"]
    assert leave_on(in_istres) == []
    assert [start.day for start in starts(in_istres, now)[:3]] == [24, 26, 26]


def test_a_hub_and_a_round_close_alone(in_istres: Any, now: datetime) -> None:
    main = set_hours()
    tube = make_satellite(hours="Mo-Sa 14:00-18:00", run="Mo-Sa 12:30-13:30")
    closes(now=now, hub=main)
    assert opens_on(in_istres, now) == ["tube"]
    closes(now=now, round=Round.objects.get(hub=tube))
    assert leave_on(in_istres) == ["Tournée de ramassage"]


def test_new_hours_hold_from_their_day_on(in_istres: Any, now: datetime) -> None:
    hub = set_hours()
    HubChange.objects.create(
        hub=hub, kind=ChangeKind.VERSION, first=WEDNESDAY, hours="We-Su 08:00-09:00", created_at=now
    )
    found: Any = with_times(Hub.objects.filter(pk=hub.pk), now=now).get()
    times = {
        day: [span.start.hour for span in hub_calendar(found, town=in_istres).on(date(2026, 11, day))]
        for day in (24, 25, 29, 30)
    }
    assert times == {24: [12, 18], 25: [8], 29: [8], 30: []}


def test_rounds_out_of_service_are_no_rounds(in_istres: Any, now: datetime) -> None:
    set_hours()
    assert starts(in_istres, now)
    Round.objects.update(active=False)
    assert leave_on(in_istres) == []
    assert starts(in_istres, now) == []


def test_closed_hubs_are_not_open_and_the_main_one_comes_first(in_istres: Any, now: datetime) -> None:
    make_satellite(name="Antenne")
    make_satellite(name="Ancienne", slug="ancienne", active=False)
    assert [hub.name for hub in open_hubs()] == ["La conciergerie", "Antenne"]


def test_what_viroflay_holds_changes_nothing_in_istres(istres: Any, viroflay: Any, now: datetime) -> None:
    """Hours, rounds, closures and pauses of the one, all different from those of the other."""
    with in_town(istres):
        set_hours()
        expected = starts(istres, now)
        assert expected
    with in_town(viroflay):
        set_hours(hours="Mo-Fr 07:30-09:30")
        Round.objects.update(hours="Mo-Fr 06:00-07:00")
        make_satellite()
        assert [start.hour for start in starts(viroflay, now)][:2] == [7, 7]
        closes(now=now)
        HubPause.objects.create(reason="Panne", since=now - timedelta(hours=1))
        assert starts(viroflay, now) == []
    with in_town(istres):
        assert starts(istres, now) == expected
        assert [hub.slug for hub in open_hubs()] == ["conciergerie"]
        assert leave_on(istres) == ["Tournée de ramassage"]
