"""The calendar that a hub has, or would have if its hours or its changes were others."""

from collections.abc import Collection, Iterable
from dataclasses import asdict
from datetime import date

from conciergeries.towns.models import Town
from shared.calendars import calendar, rule_in_force
from shared.changing import ChangeFacts
from shared.hours import Calendar
from tenants.hubs.models import Hub, HubChange, Round
from tenants.hubs.queries import KEPT_BY_CONCIERGE

_FIELDS = ("pk", "kind", "first", "last", "hours", "reason")


def changes_of(place: Hub | Round | None) -> list[HubChange]:
    """The changes of a hub, of a round, or (None) of the whole conciergerie, by day."""
    if place is None:
        found = HubChange.objects.filter(hub=None, round=None)
    elif isinstance(place, Hub):
        found = HubChange.objects.filter(hub=place)
    else:
        found = HubChange.objects.filter(round=place)
    return list(found.order_by("first", "pk"))


def rule_on(place: Hub | Round, day: date) -> str:
    """The weekly hours of a hub or of a round on a day, its versions counted."""
    return rule_in_force(rule=place.hours, changes=changes_of(place), on=day)


def calendar_of(
    *,
    town: Town,
    place: Hub | Round,
    rule: str | None = None,
    without: Collection[HubChange] = (),
    added: Iterable[ChangeFacts] = (),
) -> Calendar:
    """The calendar of a hub or of a round: as it is, or with another rule, without some changes, with some more.

    A place that is not saved yet has the changes of the whole conciergerie only.
    """
    shared = not isinstance(place, Hub) or place.kind in KEPT_BY_CONCIERGE
    found = [*([] if place._state.adding else changes_of(place)), *(changes_of(None) if shared else [])]  # noqa: SLF001  (Django's documented way to know)
    left_out = {change.pk for change in without}
    kept = [{name: getattr(change, name) for name in _FIELDS} for change in found if change.pk not in left_out]
    return calendar(
        rule=place.hours if rule is None else rule,
        zone=town.timezone,
        territory=town.free_days,
        changes=[*kept, *map(asdict, added)],
    )
