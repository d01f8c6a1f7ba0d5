"""The promise worked out minute by minute, forwards, as one would with a clock and a finger: slow, obviously right.

Here an instant is a whole number: the minutes since 1970, in UTC.
"""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from tenants.hubs.facts import Item, RoundFacts
from tests.tenants.hubs.random_towns import HORIZON, Minutes, RandomTown, Table

DAY = timedelta(days=1)
MINUTES_A_DAY = 24 * 60


def minute_of(instant: datetime) -> int:
    return int(instant.timestamp()) // 60


def instant_of(minute: int) -> datetime:
    return datetime.fromtimestamp(minute * 60, UTC)


def minutes(delay: timedelta) -> int:
    return int(delay.total_seconds()) // 60


@cache
def shown_on(day: date, zone: ZoneInfo) -> dict[int, int]:
    """What the clock on the wall shows at each minute of a day, in minutes since midnight."""
    begins, ends = (minute_of(datetime(each.year, each.month, each.day, tzinfo=zone)) for each in (day, day + DAY))
    walls = [(each, instant_of(each).astimezone(zone)) for each in range(begins, ends)]
    return {minute: wall.hour * 60 + wall.minute for minute, wall in walls} | {ends: MINUTES_A_DAY}


@cache
def minute_showing(number: int, day: date, zone: ZoneInfo) -> int:
    """The minute at which the clock on the wall shows a time: the last one in October, the leap itself in March."""
    clocks = shown_on(day, zone)
    exact = [minute for minute, clock in clocks.items() if clock == number]
    return max(exact) if exact else min(minute for minute, clock in clocks.items() if clock > number)


@dataclass
class Doors:
    """The minutes during which a table's door is open, and the first minute of each of its opening days."""

    minutes: set[int]
    opening_days: dict[date, int]

    def stretches(self) -> Iterator[tuple[int, int]]:
        """From each minute the door opens to the minute it closes."""
        for minute in sorted(self.minutes):
            if minute - 1 not in self.minutes:
                end = minute
                while end in self.minutes:
                    end += 1
                yield minute, end


class Oracle:
    """Answers for one town."""

    def __init__(self, town: RandomTown) -> None:
        self.town = town
        self.zone = ZoneInfo(town.zone)
        self.now = minute_of(town.now)
        first = (town.now.astimezone(self.zone) - DAY).date()
        # Beyond the horizon, so that nothing that begins within it is cut.
        self.days = [first + timedelta(days=number) for number in range(HORIZON.days + 4)]
        self.hub = self.doors(town.hub)
        self.shops = {key: self.doors(table) for key, table in town.shops.items()}
        self.collections = self.timetables(town.question.collections, town.collections)
        runs = town.question.hub.runs
        self.runs = None if runs is None else self.timetables(runs, town.runs)

    def timetables(
        self, rounds: tuple[RoundFacts, ...], tables: list[Table]
    ) -> list[tuple[RoundFacts, list[tuple[int, int]]]]:
        return [(each, self.whole_trips(table)) for each, table in zip(rounds, tables, strict=True)]

    def whole_trips(self, table: Table) -> list[tuple[int, int]]:
        """A trip from which a closure takes a minute is not made."""
        made = self.doors(table).minutes
        planned = self.doors(replace(table, closed=frozenset(), cut=())).stretches()
        return [(start, end) for start, end in planned if made.issuperset(range(start, end))]

    def doors(self, table: Table) -> Doors:
        """Open the door, and walk through the minutes until it closes."""
        found = Doors(set(), {})
        for day in self.days:
            openings = table.of_day(day, self.town.territory)
            cuts = [cut for each, cut in table.cut if each == day]
            open_minutes = self.minutes(day, openings) - self.minutes(day, cuts)
            if open_minutes:
                found.opening_days[day] = min(open_minutes)
                found.minutes |= open_minutes
        return found

    def minutes(self, day: date, openings: list[Minutes]) -> set[int]:
        return {minute for start, end in openings for minute in range(self.at(day, start), self.at(day, end))}

    def at(self, day: date, number: int) -> int:
        return minute_showing(number, day, self.zone)

    def windows(self) -> list[int]:
        """The opening of every window of the hub within the horizon."""
        last = self.now + minutes(HORIZON)
        starts = self.first_minutes_after_arrivals() if self.town.question.hub.any_time else self.openings()
        return sorted(start for start in starts if self.now < start < last)

    def openings(self) -> set[int]:
        return {start for start, _end in self.hub.stretches()}

    def first_minutes_after_arrivals(self) -> set[int]:
        """At lockers a window begins when a trip arrives, or when the door opens for what has arrived."""
        trips = self.collections if self.runs is None else self.runs
        arrivals = {end for each, stretches in trips for _start, end in self.with_room(each, stretches)}
        openings = sorted(self.hub.minutes)
        found = [bisect_left(openings, arrival) for arrival in arrivals if arrival > self.now]
        return {openings[number] for number in found if number < len(openings)}

    def can_promise(self, start: int, *, now: int) -> bool:
        """Whether an order placed during the minute that begins at `now` is at the hub when the window opens."""
        hub = self.town.question.hub
        placed = now + 1
        if hub.room is not None and hub.taken.get(instant_of(start), 0) >= hub.room:
            return False
        if placed > start - minutes(hub.cutoff):
            return False
        arrival = self.arrival(placed)
        return arrival is not None and arrival <= start

    def arrival(self, placed: int) -> int | None:
        """When everything is at the hub at the earliest; None when it never is."""
        collected = [self.collected(item, placed) for item in self.town.question.items]
        found = [each for each in collected if each is not None]
        if len(found) < len(collected):
            return None
        together = max(found)
        if self.runs is None:
            return together
        return min((end for start, end in self.trips(self.runs, placed) if start >= together), default=None)

    def collected(self, item: Item, placed: int) -> int | None:
        """When the first round that can have fetched an item is back."""
        ready = self.ready(item, placed)
        if ready is None:
            return None
        shop = self.shops[item.shop]
        found = [
            end
            for start, end in self.trips(self.collections, placed)
            if start >= ready
            and instant_of(start).astimezone(self.zone).weekday() in item.lead.weekdays
            and any(minute in shop.minutes for minute in range(start, end))
        ]
        return min(found, default=None)

    def ready(self, item: Item, placed: int) -> int | None:
        """When the shop has prepared an item."""
        shop = self.shops[item.shop]
        at = placed + item.lead.hours * 60
        if item.lead.opening_days:
            today = instant_of(at - 1).astimezone(self.zone).date()
            following = sorted(day for day in shop.opening_days if day > today)
            if len(following) < item.lead.opening_days:
                return None
            at = shop.opening_days[following[item.lead.opening_days - 1]]
        left = minutes(self.town.question.shops[item.shop].preparation)
        last = max(shop.minutes, default=at)
        while left and at <= last:
            left -= at in shop.minutes
            at += 1
        return None if left else at

    def trips(self, rounds: list[tuple[RoundFacts, list[tuple[int, int]]]], placed: int) -> Iterator[tuple[int, int]]:
        """Every trip that has room for the order's parcels, and whose last call is not over."""
        for each, stretches in rounds:
            for start, end in self.with_room(each, stretches):
                if placed <= start - minutes(each.last_call):
                    yield start, end

    def with_room(self, each: RoundFacts, stretches: list[tuple[int, int]]) -> list[tuple[int, int]]:
        """The trips that have room for one parcel a shop."""
        parcels = len({item.shop for item in self.town.question.items})
        return [
            (start, end)
            for start, end in stretches
            if each.room is None or each.room - each.taken.get(instant_of(start), 0) >= parcels
        ]
