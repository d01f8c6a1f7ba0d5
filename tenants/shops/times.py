"""When shops are open and how long they take, as the promise reads it."""

from datetime import datetime
from typing import Any

from django.db.models import OuterRef, QuerySet

from conciergeries.towns.models import Town
from shared.calendars import calendar, changes_as_json, pauses_as_json
from shared.hours import Calendar
from tenants.shops.models import Shop, ShopChange, ShopPause

# A shop whose hours nobody wrote is visited at any hour: the concierge knows when.
ANY_HOUR = "24/7"


def with_times(shops: QuerySet[Shop], *, now: datetime) -> QuerySet[Shop]:
    """Load shops' changed hours and their pauses in the same statement."""
    return shops.annotate(
        changed=changes_as_json(ShopChange.objects.filter(shop=OuterRef("pk"))),
        paused=pauses_as_json(ShopPause.objects.filter(shop=OuterRef("pk")), now=now),
    )


def shop_calendar(shop: Any, *, town: Town) -> Calendar:
    """The calendar of a shop loaded by `with_times`."""
    return calendar(rule=shop.hours or ANY_HOUR, zone=town.timezone, territory=town.territory, changes=shop.changed)
