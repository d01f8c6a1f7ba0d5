"""At what minutes a day is open, by what hours say.

An opening belongs to the day on which it begins: «Fr 20:00-02:00; Sa off» is open on Friday night until 2 h. (Libraries
that we tried cut it at midnight.) Counted in minutes by the wall clock; what clocks do is the schedule's business.
"""

import datetime as dt
from calendar import monthrange
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Final

from shared.hours.holidays import Kind
from shared.hours.tree import DAYS, MINUTES_OF_DAY, Dates, Holidays, Hours, Moment, Point, Rule, Times, Weekdays

Minutes = tuple[int, int]
IsHoliday = Callable[[Kind, dt.date], bool]
"""Whether a day is one of the public holidays (PH), or of the schools' (SH)."""

# The sun's hours are not known by place: the same all year, as opening-hours libraries take them without a position.
_SUN: Final = {"dawn": 6 * 60, "sunrise": 7 * 60, "sunset": 19 * 60, "dusk": 20 * 60}


def minutes_of(hours: Hours, day: dt.date, is_holiday: IsHoliday) -> list[Minutes]:
    """The openings that begin on a day, in order and apart, in minutes since it began; the end may be past 24 hours."""
    found: list[Minutes] = []
    is_said = False
    for rule in hours.rules:
        if rule.joint == " || " and is_said:
            continue
        if not holds(rule, day, is_holiday):
            continue
        times = times_of(rule)
        if rule.state == "off":
            found = [part for each in found for part in _without(each, times)] if rule.times else []
        elif not rule.is_open:
            # Perhaps open: nothing to promise, unless it only adds to what was said.
            found = found if rule.joint == ", " else []
        else:
            found = [*found, *times] if rule.joint == ", " else times
        # A day said to be closed has nothing said of it that keeps what stands behind «||» away.
        is_said = rule.state != "off" or bool(found)
    return merged(found)


def holds(rule: Rule, day: dt.date, is_holiday: IsHoliday) -> bool:
    """Tell whether a rule is about a day."""
    if rule.years and not any(each.holds(day.year) for each in rule.years):
        return False
    if rule.dates and not any(_in_dates(each, day) for each in rule.dates):
        return False
    if rule.weeks and not any(each.holds(day.isocalendar().week) for each in rule.weeks):
        return False
    if not rule.weekdays and not rule.holidays:
        return True
    is_day = any(_on_weekday(each, day) for each in rule.weekdays)
    is_free = any(_on_holiday(each, day, is_holiday) for each in rule.holidays)
    return (is_day and is_free) if rule.holidays_within else (is_day or is_free)


def times_of(rule: Rule) -> list[Minutes]:
    """The times of a rule in minutes; the whole day when it says none."""
    return [_minutes(each) for each in rule.times] or [(0, MINUTES_OF_DAY)]


def merged(spans: Iterable[Minutes]) -> list[Minutes]:
    """Spans in order, those that touch or overlap made one."""
    found: list[Minutes] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


def _minutes(times: Times) -> Minutes:
    start = _minute(times.first)
    # «18:00+»: nobody knows until when; the day's end is the most that can be meant.
    end = _minute(times.last) if times.last else max(MINUTES_OF_DAY, start)
    return start, end if end > start else end + MINUTES_OF_DAY


def _minute(moment: Moment) -> int:
    return _SUN[moment.event] + moment.minutes if moment.event else moment.minutes


def _without(span: Minutes, cuts: Iterable[Minutes]) -> list[Minutes]:
    parts = [span]
    for first, last in cuts:
        parts = [
            part
            for start, end in parts
            for part in ((start, min(end, first)), (max(start, last), end))
            if part[0] < part[1]
        ]
    return parts


def _on_weekday(days: Weekdays, day: dt.date) -> bool:
    meant = day - dt.timedelta(days=days.offset)
    if meant.weekday() not in days.numbers:
        return False
    if not days.nth:
        return True
    week = len(DAYS)
    from_start = (meant.day - 1) // week + 1
    from_end = -((monthrange(meant.year, meant.month)[1] - meant.day) // week + 1)
    return from_start in days.nth or from_end in days.nth


def _on_holiday(holidays: Holidays, day: dt.date, is_holiday: IsHoliday) -> bool:
    return is_holiday(holidays.kind, day - dt.timedelta(days=holidays.offset))


def _in_dates(dates: Dates, day: dt.date) -> bool:
    if dates.endless:
        return _first_day(dates.first, dates.first.year or day.year) <= day
    if dates.first.year:
        return _between(dates, day, dates.first.year, dates.last.year or dates.first.year)
    # Every year: one that began this year, or that began last year and lasts over New Year's Day.
    if not dates.first.month or not dates.last.month:
        return _between(dates, day, day.year, day.year)
    if _position(dates.first) <= _position(dates.last):
        return _between(dates, day, day.year, day.year)
    return _between(dates, day, day.year, day.year + 1) or _between(dates, day, day.year - 1, day.year)


def _between(dates: Dates, day: dt.date, first_year: int, last_year: int) -> bool:
    # 29 February of a common year begins on 1 March and ends on 28 February: it is no day.
    return _first_day(dates.first, first_year) <= day <= _last_day(dates.last, last_year)


def _position(point: Point) -> tuple[int, int]:
    return point.month, point.day or 1


def _first_day(point: Point, year: int) -> dt.date:
    if not point.month:
        return easter(year) + dt.timedelta(days=point.offset)
    if point.day and point.day > monthrange(year, point.month)[1]:
        return dt.date(year, point.month + 1, 1)
    return dt.date(year, point.month, point.day or 1)


def _last_day(point: Point, year: int) -> dt.date:
    if not point.month:
        return _first_day(point, year)
    length = monthrange(year, point.month)[1]
    return dt.date(year, point.month, min(point.day or length, length))


@lru_cache(maxsize=512)
def easter(year: int) -> dt.date:
    """Easter Sunday, by the Gregorian computation of Meeus, Jones and Butcher."""
    century, rest = divmod(year, 100)
    epact = (19 * (year % 19) + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (rest // 4) - epact - rest % 4) % 7
    correction = (year % 19 + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * correction + 114, 31)
    return dt.date(year, month, day + 1)
