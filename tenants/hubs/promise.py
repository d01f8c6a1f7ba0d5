"""When an order can be collected: one pure function that every page, mail and check reads.

A product made to order takes its hours; the hub closes its window to orders `cutoff` before it opens, the time the
concierge needs to go round the shops; what remains are the hub's open windows.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from shared.hours import Schedule

HORIZON = timedelta(days=14)


@dataclass(frozen=True, kw_only=True)
class Place:
    """What the promise needs to know of a hub: its hours, where its clock stands, how early orders close."""

    name: str
    schedule: Schedule
    zone: str
    territory: str
    cutoff: timedelta


@dataclass(frozen=True)
class Window:
    """A time to collect: open from `start` to `end`, for orders placed until `order_before`; all in the hub's zone."""

    start: datetime
    end: datetime
    order_before: datetime


@dataclass(frozen=True)
class Promise:
    """The windows still open to an order placed at `now`, soonest first, for the next 14 days."""

    now: datetime
    windows: tuple[Window, ...]

    @property
    def earliest(self) -> Window | None:
        return self.windows[0] if self.windows else None

    def window_at(self, start: datetime) -> Window | None:
        """The window that opens at `start`; None when it is not one that can still be promised."""
        return next((window for window in self.windows if window.start == start), None)


def promise(*, place: Place, lead: timedelta, now: datetime) -> Promise:
    """Every window of `place` that an order with this preparation time, placed at `now`, can still make."""
    spans = place.schedule.spans(start=now, end=now + HORIZON, zone=place.zone, territory=place.territory)
    needed = max(place.cutoff, lead)
    windows = [Window(span.start, span.end, _before(span.start, needed)) for span in spans]
    return Promise(now, tuple(window for window in windows if now.astimezone(UTC) < window.order_before))


def _before(moment: datetime, delay: timedelta) -> datetime:
    """`delay` of real time before: two days before noon is eleven o'clock when the clocks change in between."""
    return (moment.astimezone(UTC) - delay).astimezone(moment.tzinfo)
