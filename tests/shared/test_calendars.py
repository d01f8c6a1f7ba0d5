"""From rows and from their JSON to a calendar: changes of hours, and pauses."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from shared.calendars import ChangeKind, calendar, longest_pause
from shared.hours import Calendar, Exceptional, Schedule, Version
from tenants.hubs.models import Hub, HubChange, HubPause
from tenants.hubs.queries import with_times
from tests.factories import set_hours

RULE = "Mo-Sa 12:00-14:00; PH off"


def change(kind: str, first: date | str, last: date | str | None = None, hours: str = "", reason: str = "") -> Any:
    return {"kind": kind, "first": first, "last": last, "hours": hours, "reason": reason}


def read(*changes: Any) -> Calendar:
    return calendar(rule=RULE, zone="Europe/Paris", territory="6AE", changes=changes)


def test_a_rule_alone() -> None:
    assert read() == Calendar(Schedule(RULE), "Europe/Paris", "6AE")


def test_no_rule_is_never_open() -> None:
    nothing = calendar(rule="", zone="Europe/Paris", territory="")
    assert nothing.schedule is None
    assert nothing.on(date(2026, 11, 24)) == ()


@pytest.mark.parametrize("day", [date(2026, 12, 24), "2026-12-24"])
def test_days_are_days_or_what_json_makes_of_them(day: date | str) -> None:
    found = read(
        change("closure", day, day, reason="inventaire"),
        change("opening", day, day, hours="10:00-12:00", reason="nocturne"),
        change("version", day, hours="Mo-Fr 09:00-10:00"),
    )
    eve = date(2026, 12, 24)
    assert found.exceptions == (
        Exceptional(eve, eve, closed=True, reason="inventaire"),
        Exceptional(eve, eve, closed=False, hours=Schedule("10:00-12:00"), reason="nocturne"),
    )
    assert found.versions == (Version(eve, Schedule("Mo-Fr 09:00-10:00")),)


@pytest.mark.parametrize(
    ("pauses", "expected"),
    [
        ([], None),
        ([("Fête", None)], ("Fête", None)),
        ([("Fête", "2026-11-24T10:00:00+01:00")], ("Fête", datetime(2026, 11, 24, 9, tzinfo=UTC))),
        ([("Fête", "2026-11-24T10:00:00Z"), ("Panne", None)], ("Panne", None)),
        (
            [("Longue", "2026-11-25T10:00:00Z"), ("Brève", "2026-11-24T10:00:00Z")],
            ("Longue", datetime(2026, 11, 25, 10, tzinfo=UTC)),
        ),
    ],
)
def test_of_several_pauses_the_last_to_end_is_told(pauses: list[tuple[str, str | None]], expected: Any) -> None:
    assert longest_pause({"reason": reason, "until": until} for reason, until in pauses) == expected


@pytest.mark.django_db
def test_changes_and_pauses_come_with_their_rows(in_istres: Any, now: datetime) -> None:
    hub, day = set_hours(hours=RULE), date(2026, 11, 25)
    HubChange.objects.create(hub=hub, kind=ChangeKind.CLOSURE, first=day, last=day, reason="inventaire", created_at=now)
    HubChange.objects.create(hub=hub, kind=ChangeKind.VERSION, first=day, hours="Mo 09:00-10:00", created_at=now)
    over = {"since": now - timedelta(hours=2), "until": now}
    for pause in (
        {"reason": "Travaux", "since": now - timedelta(hours=1), "until": now + timedelta(hours=1)},
        {"reason": "Finie"} | over,
        {"reason": "À venir", "since": now + timedelta(minutes=1)},
        {"reason": "Levée", "since": now, "lifted_at": now},
    ):
        HubPause.objects.create(hub=hub, **pause)
    found: Any = with_times(Hub.objects.filter(pk=hub.pk), now=now).get()
    read_back = calendar(rule=found.hours, zone="Europe/Paris", territory="", changes=found.changed)
    assert read_back.on(day) == ()
    why = read_back.why(day)
    assert why is not None
    assert why.reason == "inventaire"
    assert len(read_back.versions) == 1
    assert longest_pause(found.paused) == ("Travaux", now + timedelta(hours=1))
