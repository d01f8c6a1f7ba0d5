"""The days of a town, midnight to midnight on its own clocks."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from billing.settlements.periods import ONE_DAY
from conciergeries.towns.models import Town

# When people who decide begin their day.
MORNING = time(8)


def day_in(town: Town, instant: datetime) -> date:
    """The day it is in the town at an instant."""
    return instant.astimezone(ZoneInfo(town.timezone)).date()


def end_of(town: Town, day: date) -> datetime:
    """The first instant after a day of the town: 23:59:59 is before it, also on days of 23 and 25 hours."""
    return datetime.combine(day + ONE_DAY, time.min, tzinfo=ZoneInfo(town.timezone))


def next_morning(town: Town, now: datetime) -> datetime:
    """The next time that it is eight in the morning in the town."""
    zone = ZoneInfo(town.timezone)
    today = datetime.combine(day_in(town, now), MORNING, tzinfo=zone)
    return today if today > now else datetime.combine(day_in(town, now) + ONE_DAY, MORNING, tzinfo=zone)


def start_of(town: Town, day: date) -> datetime:
    """The first instant of a day of the town."""
    return end_of(town, day - ONE_DAY)
