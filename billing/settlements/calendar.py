"""The days of a town, midnight to midnight on its own clocks."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from billing.settlements.periods import ONE_DAY
from conciergeries.towns.models import Town


def day_in(town: Town, instant: datetime) -> date:
    """The day it is in the town at an instant."""
    return instant.astimezone(ZoneInfo(town.timezone)).date()


def end_of(town: Town, day: date) -> datetime:
    """The first instant after a day of the town: 23:59:59 is before it, also on days of 23 and 25 hours."""
    return datetime.combine(day + ONE_DAY, time.min, tzinfo=ZoneInfo(town.timezone))


def start_of(town: Town, day: date) -> datetime:
    """The first instant of a day of the town."""
    return end_of(town, day - ONE_DAY)
