"""When shops are open and how long they take, as the promise reads it."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from conciergeries.towns.models import Town
from shared.calendars import calendar, changes_as_json, longest_pause, pauses_as_json
from shared.hours import Calendar, HoursError
from tenants.shops.models import Shop, ShopChange, ShopPause

# A shop whose hours nobody wrote is visited at any hour: the concierge knows when.
ANY_HOUR = "24/7"


def with_times(shops: QuerySet[Shop], *, now: datetime) -> QuerySet[Shop]:
    """Load shops' changed hours and their pauses in the same statement."""
    return shops.annotate(
        changed=changes_as_json(ShopChange, of="shop_id = shops_shop.id"),
        paused=pauses_as_json(ShopPause, of="shop_id = shops_shop.id", now=now),
    )


def shop_calendar(shop: Any, *, town: Town) -> Calendar:
    """The calendar of a shop loaded by `with_times`."""
    return calendar(rule=shop.hours or ANY_HOUR, zone=town.timezone, territory=town.free_days, changes=shop.changed)


def written_calendar(shop: Any, *, town: Town) -> Calendar:
    """What people read of a shop loaded by `with_times`: without hours it says nothing, rather than «at any hour».

    Hours that cannot be read count as none.
    """
    try:
        return calendar(rule=shop.hours.strip(), zone=town.timezone, territory=town.free_days, changes=shop.changed)
    except HoursError:
        return Calendar(None, town.timezone, town.free_days)


def pause_of(shop: Any) -> tuple[str, datetime | None] | None:
    """The reason and the end of the pause that holds for a shop loaded by `with_times`; None without any."""
    return longest_pause(shop.paused)
