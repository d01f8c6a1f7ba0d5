"""When and where an order can be collected: one pure function that every page, mail and check reads.

Worked backwards from each window of the hub: the delivery run that still arrives before it, the collection rounds that
return before that run leaves, the moment each shop must have begun. The latest moment to order follows, and a window
can be promised to whoever orders before it. Since every step is monotone, ordering later never gets it earlier.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from shared.hours import Span
from tenants.hubs.facts import HubFacts, Item, Pause, Question
from tenants.hubs.supply import Brought, Collected, Missing, Obstacle, Supply, Trip

HORIZON = timedelta(days=14)
# How far back trips and openings are looked at, to say until when one should have ordered.
_PAST = timedelta(days=7)


@dataclass(frozen=True)
class Window:
    """A time to collect: open from `start` to `end`, for orders placed before `order_before`; all in the hub's zone.

    `room` is how many more orders it takes; None when it takes any. `collections` are the trips that fetch the items,
    in the items' order, and `run` the one that brings them to a satellite hub.
    """

    start: datetime
    end: datetime
    order_before: datetime
    room: int | None = None
    collections: tuple[Trip, ...] = ()
    run: Trip | None = None


@dataclass(frozen=True)
class Excluded:
    """A window of the hub that cannot be promised; `item` or `order_before` where they are the reason."""

    start: datetime
    end: datetime
    obstacle: Obstacle
    item: Item | None = None
    order_before: datetime | None = None


@dataclass(frozen=True)
class Promise:
    """The windows open to an order placed at `now`, soonest first, and those that are not; for the next 14 days."""

    now: datetime
    windows: tuple[Window, ...]
    excluded: tuple[Excluded, ...]

    @property
    def earliest(self) -> Window | None:
        return self.windows[0] if self.windows else None

    def window_at(self, start: datetime) -> Window | None:
        """The window that opens at `start`; None when it is not one that can still be promised."""
        instant = start.astimezone(UTC)
        return next((window for window in self.windows if window.start.astimezone(UTC) == instant), None)


def collect(question: Question, *, now: datetime, horizon: timedelta = HORIZON) -> Collected:
    """What the rounds can fetch of the items, for all hubs of a town to share: it is most of the work."""
    instant = now.astimezone(UTC)
    return Collected(question, start=instant - _PAST, end=instant + horizon)


def promise(
    question: Question, *, now: datetime, horizon: timedelta = HORIZON, collected: Collected | None = None
) -> Promise:
    """Every window of the hub within the horizon that an order of these items, placed at `now`, can still make.

    Without items: what an order of something ready at once could make. `collected` is what `collect` gives for the
    same items, rounds, moment and horizon.
    """
    instant = now.astimezone(UTC)
    brought = Brought(question, collected or collect(question, now=now, horizon=horizon))
    is_paused = bool(pauses_at(question, now))
    windows: list[Window] = []
    excluded: list[Excluded] = []
    for span in _hub_spans(question.hub, brought, start=instant, end=instant + horizon):
        if is_paused:
            excluded.append(Excluded(span.start, span.end, Obstacle.PAUSED))
            continue
        answer = _answer(question.hub, brought.by(span.begins), span, now=instant)
        if isinstance(answer, Window):
            windows.append(answer)
        else:
            excluded.append(answer)
    return Promise(now.astimezone(ZoneInfo(question.hub.calendar.zone)), tuple(windows), tuple(excluded))


def last_trips(shops: Sequence[UUID], window: Window) -> dict[UUID, Trip]:
    """The last trip that fetches something from each shop of a window's items: by then, all of it."""
    found: dict[UUID, Trip] = {}
    for shop, trip in zip(shops, window.collections, strict=bool(shops)):
        known = found.setdefault(shop, trip)
        if trip.departure > known.departure:
            found[shop] = trip
    return found


def pauses_at(question: Question, now: datetime) -> list[Pause]:
    """The pauses that keep these items from being ordered at this hub at `now`."""
    shops = {item.shop: question.shops[item.shop] for item in question.items}
    pauses = [question.hub.pause, *(shop.pause for shop in shops.values())]
    return [pause for pause in pauses if pause and (pause.until is None or now < pause.until)]


def _answer(hub: HubFacts, supply: Supply | Missing, span: Span, *, now: datetime) -> Window | Excluded:
    """Promise one window, or say what stands in the way."""
    if isinstance(supply, Missing):
        return Excluded(span.start, span.end, supply.obstacle, supply.item)
    closes = span.begins - hub.cutoff
    before = min(supply.order_before, closes)
    local = before.astimezone(span.start.tzinfo)
    if now >= before:
        obstacle, item = _too_late(supply, closes=closes)
        return Excluded(span.start, span.end, obstacle, item, local)
    room = None if hub.room is None else hub.room - hub.taken.get(span.begins, 0)
    if room is not None and room <= 0:
        return Excluded(span.start, span.end, Obstacle.FULL)
    return Window(span.start, span.end, local, room, supply.collections, supply.run)


def _too_late(supply: Supply, *, closes: datetime) -> tuple[Obstacle, Item | None]:
    if closes <= supply.order_before:
        return Obstacle.CUTOFF, None
    if supply.decided_by is None and supply.run:
        return Obstacle.RUN_LEFT, None
    return Obstacle.TOO_LATE, supply.decided_by


def _hub_spans(hub: HubFacts, brought: Brought, *, start: datetime, end: datetime) -> Iterator[Span]:
    """The hub's windows that open between two instants."""
    spans = hub.calendar.spans(start=start, end=end)
    if not hub.any_time:
        yield from (span for span in spans if span.begins > start)
        return
    begun: datetime | None = None
    for arrival in brought.arrivals(start=start, end=end):
        number = bisect_right(spans, arrival, key=lambda span: span.ends)
        if number == len(spans):
            return
        window = _from_arrival(spans[number], arrival)
        # What arrives while the doors are closed waits, with what arrived before, until they open.
        if window.begins != begun and window.begins < end:
            yield window
        begun = window.begins


def _from_arrival(span: Span, arrival: datetime) -> Span:
    """What is left of an opening once goods have arrived, until midnight: a window has a day."""
    zone = span.start.tzinfo
    start = span.start if arrival <= span.begins else arrival.astimezone(zone)
    midnight = datetime.combine(start.date() + timedelta(days=1), time(), tzinfo=zone)
    return Span(start, midnight if midnight.astimezone(UTC) < span.ends else span.end)
