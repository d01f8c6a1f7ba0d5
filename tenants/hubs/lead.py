"""The latest moment to order a product so that it is ready when a round passes. Pure; every instant in UTC."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from shared.hours import Calendar, Span
from shared.hours.schedule import days_between, midnight
from tenants.hubs.facts import Lead


@dataclass(frozen=True)
class OpenTime:
    """A shop's opening spans in order, in UTC, and its opening days: each one's midnight and first opening."""

    spans: Sequence[Span]
    midnights: Sequence[datetime]
    first_openings: Sequence[datetime]

    def touches(self, start: datetime, end: datetime) -> bool:
        """Whether the shop is open at some moment between two instants."""
        number = bisect_right(self.spans, start, key=lambda span: span.end)
        return number < len(self.spans) and self.spans[number].start < end


def open_time(calendar: Calendar, *, start: datetime, end: datetime) -> OpenTime:
    """Read a shop's calendar on the days of two instants, and those between."""
    zone = ZoneInfo(calendar.zone)
    return _of_days(calendar, start.astimezone(zone).date(), end.astimezone(zone).date())


@lru_cache(maxsize=512)
def _of_days(calendar: Calendar, first: date, last: date) -> OpenTime:
    zone = ZoneInfo(calendar.zone)
    start, end = midnight(first, zone), midnight(last + timedelta(days=1), zone)
    opened = [(midnight(day, zone), today[0]) for day in days_between(first, last) if (today := calendar.on(day))]
    spans = calendar.spans(start=start, end=end)
    return OpenTime(
        spans=[Span(span.begins, span.ends) for span in spans],
        midnights=[begins.astimezone(UTC) for begins, _first in opened],
        first_openings=[today.begins for _begins, today in opened],
    )


def order_before(*, ready_by: datetime, lead: Lead, preparation: timedelta, shop: OpenTime) -> datetime | None:
    """The instant before which to order for goods to be ready by `ready_by`; None when the known past has none.

    Ordered, then `lead.hours` on the clock, then the opening of the `opening_days`-th opening day that follows, then
    `preparation` of opening time. Each step is undone from the last to the first.
    """
    begun = _before_preparation(ready_by, preparation, shop.spans)
    if begun is None:
        return None
    if lead.opening_days:
        opened = bisect_right(shop.first_openings, begun)
        number = opened - lead.opening_days
        if number < 0:
            return None
        # Any moment before that day: it is then the first of the opening days that follow.
        begun = shop.midnights[number]
    return begun - timedelta(hours=lead.hours)


def _before_preparation(ready_by: datetime, preparation: timedelta, spans: Sequence[Span]) -> datetime | None:
    left = preparation
    if not left:
        return ready_by
    number = bisect_right(spans, ready_by, key=lambda span: span.start)
    for span in reversed(spans[:number]):
        end = min(span.end, ready_by)
        if end - span.start >= left:
            return end - left
        left -= end - span.start
    return None
