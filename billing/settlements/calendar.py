"""The weeks of a town: from Monday to Sunday, midnight to midnight on its own clocks."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from conciergeries.towns.models import Town

ONE_DAY = timedelta(days=1)


def day_in(town: Town, instant: datetime) -> date:
    """The day it is in the town at an instant."""
    return instant.astimezone(ZoneInfo(town.timezone)).date()


def end_of(town: Town, day: date) -> datetime:
    """The first instant after a day of the town: 23:59:59 is before it, also on days of 23 and 25 hours."""
    return datetime.combine(day + ONE_DAY, time.min, tzinfo=ZoneInfo(town.timezone))


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def last_finished_week(town: Town, now: datetime) -> date:
    """The Sunday that ended the last whole week of the town."""
    return monday_of(day_in(town, now)) - ONE_DAY
