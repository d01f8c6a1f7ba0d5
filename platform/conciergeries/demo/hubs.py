"""Where and when the demo's orders are collected: hubs of every kind, rounds, runs, and days unlike others."""

from datetime import date, datetime, timedelta
from typing import Any

from conciergeries.demo.people import hashed
from shared.calendars import ChangeKind
from tenants.hubs.models import Hub, HubChange, HubKind, HubMember, JoinedBy, Round
from tenants.residents.models import Resident


def hubs_and_rounds(data: dict[str, Any], *, today: date, now: datetime) -> None:
    """Make the hubs and the rounds of a town as the file says; running it again changes nothing that is there."""
    hubs = {hub["slug"]: _hub(hub) for hub in data["hubs"]}
    for each in data["rounds"]:
        # A new town has one round: the file knows its name.
        Round.objects.update_or_create(hub=None, name=each["name"], defaults=_trips(each))
    for hub in data["hubs"]:
        if "run" in hub:
            Round.objects.update_or_create(hub=hubs[hub["slug"]], defaults=_trips(hub["run"]))
    if not HubChange.objects.exists():
        HubChange.objects.bulk_create(
            HubChange(hub=hubs[hub["slug"]], **changed_hours(each, today=today, now=now))
            for hub in data["hubs"]
            for each in hub.get("changes", [])
        )


def named_members(data: dict[str, Any], *, now: datetime) -> None:
    """Make members of restricted hubs of the residents whom the file names; running it again changes nothing."""
    for hub in data["hubs"]:
        for name in hub.get("members", []):
            HubMember.objects.get_or_create(
                hub=Hub.objects.get(slug=hub["slug"]),
                resident=Resident.objects.get(name=name),
                defaults={"since": now, "joined_by": JoinedBy.TOWN_HALL},
            )


def changed_hours(data: dict[str, Any], *, today: date, now: datetime) -> dict[str, Any]:
    """The facts of an exception of one day, so many days after today."""
    day = today + timedelta(days=data["after_days"])
    return {
        "kind": ChangeKind(data["kind"]),
        "first": day,
        "last": day,
        "hours": data.get("hours", ""),
        "reason": data["reason"],
        "created_at": now,
    }


def _hub(data: dict[str, Any]) -> Hub:
    kind = HubKind(data["kind"])
    # A new town has its main hub: it becomes the file's.
    key: dict[str, Any] = {"kind": kind} if kind == HubKind.MAIN else {"slug": data["slug"]}
    hub, _made = Hub.objects.update_or_create(
        **key,
        defaults={
            "kind": kind,
            "name": data["name"],
            "slug": data["slug"],
            "address": data["address"],
            "access_notes": data["access"],
            "parking": data.get("parking", ""),
            "phone": data.get("phone", ""),
            "handed_over_by": data.get("by", ""),
            "hours": data["hours"],
            "room": data.get("room"),
            "kept_days": data.get("kept_days", 3),
            "fee_cents": data.get("fee", 0),
            "access_code": hashed(data["code"]) if "code" in data else "",
        },
    )
    return hub


def _trips(data: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": data["name"],
        "hours": data["hours"],
        "last_call_minutes": data.get("last_call", 60),
        "room": data.get("room"),
    }
