"""Reading hubs."""

from datetime import timedelta

from conciergeries.towns.models import Town
from shared.hours import Schedule
from tenants.hubs.models import Hub
from tenants.hubs.promise import Place


def place_of(hub: Hub, *, town: Town) -> Place:
    """What the promise needs of a hub of `town`."""
    return Place(
        name=hub.name,
        schedule=Schedule(hub.hours),
        zone=town.timezone,
        territory=town.territory,
        cutoff=timedelta(minutes=hub.cutoff_minutes),
    )


def open_hubs() -> list[Hub]:
    """The hubs that take orders, the main one first."""
    return list(Hub.objects.filter(active=True).order_by("-is_main", "name", "pk"))


def main_hub() -> Hub | None:
    return Hub.objects.filter(is_main=True, active=True).first()
