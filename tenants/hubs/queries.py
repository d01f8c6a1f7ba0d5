"""Reading hubs."""

from datetime import timedelta
from typing import Any

from shared.hours import Schedule
from tenants.hubs.models import Hub
from tenants.hubs.promise import Place


def place_of(hub: Hub, *, town: Any) -> Place:
    """What the promise needs of a hub of `town`."""
    return Place(
        name=hub.name,
        schedule=Schedule(hub.hours),
        zone=town.timezone,
        territory=town.territory,
        cutoff=timedelta(minutes=hub.cutoff_minutes),
    )


def main_hub() -> Hub | None:
    return Hub.objects.filter(is_main=True, active=True).first()
