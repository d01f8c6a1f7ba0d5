"""How many places and parcels are taken, payments awaited included: one statement, asked for every promise."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import connection

# By hub or round, then by start or departure in UTC.
Taken = Mapping[UUID, Mapping[datetime, int]]

# Written out: Django takes longer to write its three parts than PostgreSQL to answer them. A trip of the past took the
# goods of windows to come; its parcels are counted no more.
_TAKEN = """
WITH living AS (
    SELECT id, hub_id, window_start, run_id, run_departs_at FROM orders_order
    WHERE cancelled_at IS NULL AND window_start > %(now)s AND NOT id = ANY(%(besides)s::uuid[])
)
SELECT hub_id, window_start, count(*) FROM living WHERE hub_id = ANY(%(places)s::uuid[]) GROUP BY 1, 2
UNION ALL
SELECT collection_id, collection_departs_at, count(*) FROM orders_shoporder JOIN living ON living.id = order_id
WHERE collection_id = ANY(%(places)s::uuid[]) AND collection_departs_at > %(now)s GROUP BY 1, 2
UNION ALL
SELECT run_id, run_departs_at, count(*) FROM orders_shoporder JOIN living ON living.id = order_id
WHERE run_id = ANY(%(places)s::uuid[]) AND run_departs_at > %(now)s GROUP BY 1, 2
"""


def taken(*, places: Iterable[Any], besides: Collection[UUID], now: datetime) -> Taken:
    """How many orders each window to come of some hubs has, and how many parcels each trip to come of some rounds.

    Nothing is asked for those that take any number. The orders `besides` are not counted.
    """
    limited = [place.pk for place in places if place.room is not None]
    if not limited:
        return {}
    counts: dict[UUID, dict[datetime, int]] = defaultdict(dict)
    with connection.cursor() as cursor:
        cursor.execute(_TAKEN, {"now": now, "besides": list(besides), "places": limited})
        for key, instant, count in cursor.fetchall():
            counts[key][instant.astimezone(UTC)] = count
    return counts
