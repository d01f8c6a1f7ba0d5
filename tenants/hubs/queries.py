"""Reading hubs and rounds, with all that the promise needs of them."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from conciergeries.towns.models import Town
from shared.calendars import calendar, changes_as_json, longest_pause, pauses_as_json
from shared.hours import Calendar
from tenants.hubs.facts import HubFacts, Pause, RoundFacts
from tenants.hubs.models import Hub, HubChange, HubKind, HubPause, Round

# The concierge keeps these herself: when the conciergerie is closed, so are they.
KEPT_BY_CONCIERGE = frozenset({HubKind.MAIN, HubKind.SATELLITE})


def open_hubs() -> list[Hub]:
    """The hubs that take orders, the main one first."""
    return list(Hub.objects.filter(active=True).order_by("-is_main", "name", "pk"))


def main_hub() -> Hub | None:
    return Hub.objects.filter(kind=HubKind.MAIN, active=True).first()


def with_times(hubs: QuerySet[Hub], *, now: datetime) -> QuerySet[Hub]:
    """Load hubs' changed hours and their pauses in the same statement; `hub_calendar` and `hub_facts` read them."""
    return hubs.annotate(
        changed=changes_as_json(HubChange, of="hub_id = hubs_hub.id"),
        changed_for_all=_changed_for_all(),
        paused=pauses_as_json(HubPause, of="hub_id = hubs_hub.id OR hub_id IS NULL", now=now),
    )


def rounds_with_times() -> QuerySet[Round]:
    """The rounds in service with their changed hours, in one statement."""
    return (
        Round.objects.filter(active=True)
        .annotate(changed=changes_as_json(HubChange, of="round_id = hubs_round.id"), changed_for_all=_changed_for_all())
        .order_by("name", "pk")
    )


def hub_calendar(hub: Any, *, town: Town) -> Calendar:
    """The calendar of a hub loaded by `with_times`."""
    changes = [*hub.changed, *(hub.changed_for_all if hub.kind in KEPT_BY_CONCIERGE else [])]
    return calendar(rule=hub.hours, zone=town.timezone, territory=town.free_days, changes=changes)


def hub_facts(
    hub: Any,
    *,
    town: Town,
    rounds: Iterable[Any],
    taken: Mapping[datetime, int],
    trips: Mapping[Any, Mapping[datetime, int]],
) -> HubFacts:
    """What the promise reads of a hub loaded by `with_times`; `taken` counts orders by window, `trips` parcels."""
    runs = tuple(round_facts(each, town=town, taken=trips.get(each.pk, {})) for each in rounds if each.hub_id == hub.pk)
    pause = longest_pause(hub.paused)
    return HubFacts(
        name=hub.name,
        calendar=hub_calendar(hub, town=town),
        cutoff=timedelta(minutes=hub.cutoff_minutes),
        room=hub.room,
        taken=taken,
        runs=None if hub.is_main else runs,
        any_time=hub.is_any_time,
        pause=Pause(*pause) if pause else None,
    )


def round_facts(each: Any, *, town: Town, taken: Mapping[datetime, int]) -> RoundFacts:
    """What the promise reads of a round loaded by `rounds_with_times`."""
    changes = [*each.changed, *each.changed_for_all]
    return RoundFacts(
        key=each.pk,
        name=each.name,
        calendar=calendar(rule=each.hours, zone=town.timezone, territory=town.free_days, changes=changes),
        last_call=timedelta(minutes=each.last_call_minutes),
        room=each.room,
        taken=taken,
    )


def _changed_for_all() -> RawSQL:
    return changes_as_json(HubChange, of="hub_id IS NULL AND round_id IS NULL")
