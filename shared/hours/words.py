"""Hours in French: «lundi au samedi, 12 h–14 h et 18 h–20 h ; fermé les jours fériés».

What has no words here is given as OpenStreetMap writes it, and never in words that say something else.
"""

from datetime import time
from typing import Final

from shared.french import NBSP, clock, listed, plural
from shared.hours.grammar import read
from shared.hours.lexer import HoursError
from shared.hours.tree import MINUTES_OF_DAY, Moment, Rule, Times
from shared.hours.words_of_days import Unsayable, dates, holidays, many_days, weekdays, weeks, years

_ALL_DAY: Final = "jour et nuit"
_EVENTS: Final = {
    "dawn": "l’aube",
    "sunrise": "le lever du soleil",
    "sunset": "le coucher du soleil",
    "dusk": "la tombée de la nuit",
}
_HOUR = 60


def in_words(rule: str) -> str:
    """Hours as one says them; what cannot be said, or read, is given as it is written."""
    return f"{NBSP}; ".join(in_lines(rule))


def in_lines(rule: str) -> list[str]:
    """The same, what each rule says by itself."""
    try:
        hours = read(rule)
    except HoursError:
        return [rule]
    return [_said_of(each, hours.rules[:number]) for number, each in enumerate(hours.rules)]


def _said_of(rule: Rule, former: tuple[Rule, ...]) -> str:
    try:
        return _said(rule, former)
    except Unsayable:
        return str(rule)


def _said(rule: Rule, former: tuple[Rule, ...]) -> str:
    comment = rule.comment
    if rule.always and rule.is_open:
        words = f"{_days(rule)}, {_ALL_DAY}" if rule.selects else f"{_ALL_DAY}, tous les jours"
    elif rule.state == "off":
        words = _closed(rule)
    elif rule.is_open:
        words = _open(rule, former)
    else:
        # A comment is all there is to say: «samedi, sur rendez-vous».
        words = ", ".join(part for part in (_days(rule), _times(rule.times), comment or "à confirmer") if part)
        comment = ""
    if rule.joint == " || ":
        words = f"sinon, {words}"
    return f"{words} ({comment})" if comment else words


def _open(rule: Rule, former: tuple[Rule, ...]) -> str:
    days = _days(rule)
    if not days and (former or not rule.times):
        days = "tous les jours"
    times = _times(rule.times) or _ALL_DAY
    if rule.joint == ", " and any(_may_share_days(rule, each) for each in former):
        times = f"aussi {times}"
    return ", ".join(part for part in (days, times) if part)


def _may_share_days(rule: Rule, other: Rule) -> bool:
    if any(each.offset for each in (*rule.weekdays, *other.weekdays)):
        return True
    numbers, others = ({number for each in found.weekdays for number in each.numbers} for found in (rule, other))
    return bool(numbers & others) or not numbers or not others


def _closed(rule: Rule) -> str:
    days = _days_closed(rule)
    times = _times(rule.times)
    return " ".join(part for part in ("fermé", ", ".join(part for part in (days, times) if part)) if part)


def _days(rule: Rule) -> str:
    """«en juillet et août, semaines impaires, lundi au vendredi et jours fériés»."""
    when = [years(rule.years, rule.dates), dates(rule.dates), weeks(rule.weeks), _weekdays_and_holidays(rule)]
    return ", ".join(part for part in when if part)


def _weekdays_and_holidays(rule: Rule) -> str:
    named, free = weekdays(rule.weekdays), holidays(rule.holidays)
    if rule.holidays_within:
        return _within(rule, free)
    if named and free:
        both = (free, named) if rule.holidays_first else (named, free)
        return " et ".join((both[0], both[1].removeprefix("les ")))
    return named or free


def _within(rule: Rule, free: str) -> str:
    """«les jours fériés qui tombent du lundi au vendredi»."""
    if free.startswith("les "):
        return f"{free} qui tombent {many_days(rule.weekdays)}"
    return f"{free}, {weekdays(rule.weekdays)}"


def _days_closed(rule: Rule) -> str:
    named, free = many_days(rule.weekdays), holidays(rule.holidays)
    if rule.holidays_within:
        which = _within(rule, free)
    else:
        which = " et ".join(part for part in ((free, named) if rule.holidays_first else (named, free)) if part)
    when = [years(rule.years, rule.dates), dates(rule.dates), weeks(rule.weeks), which]
    return ", ".join(part for part in when if part)


def _times(times: tuple[Times, ...]) -> str:
    return listed([_span(each) for each in times])


def _span(times: Times) -> str:
    first, last = times.first, times.last
    if last is None:
        return f"à partir {_from(first)}"
    if (first, last) == (Moment(0), Moment(MINUTES_OF_DAY)):
        return _ALL_DAY
    if (first, last) == (Moment(0, "sunrise"), Moment(0, "sunset")):
        return "du lever au coucher du soleil"
    beyond = " et au-delà" if times.open_ended else ""
    if first.event or last.event:
        return f"{_from(first)} {_to(last)}{beyond}"
    return f"{_clock(first)}–{_clock(last)}{beyond}"


def _from(moment: Moment) -> str:
    name = _EVENTS[moment.event] if moment.event and not moment.minutes else _clock(moment)
    return f"du {name.removeprefix('le ')}" if name.startswith("le ") else f"de {name}"


def _to(last: Moment) -> str:
    if not last.event or last.minutes:
        return f"à {_clock(last)}"
    name = _EVENTS[last.event]
    return f"au {name.removeprefix('le ')}" if name.startswith("le ") else f"à {name}"


def _clock(moment: Moment) -> str:
    if moment.event:
        how_long = _length(abs(moment.minutes))
        return f"{how_long} {'après' if moment.minutes > 0 else 'avant'} {_EVENTS[moment.event]}"
    if moment.minutes == MINUTES_OF_DAY:
        return "minuit"
    hours, minutes = divmod(moment.minutes % MINUTES_OF_DAY, _HOUR)
    return clock(time(hours, minutes))


def _length(minutes: int) -> str:
    hours, rest = divmod(minutes, _HOUR)
    if not hours:
        return plural(rest, "minute")
    return clock(time(hours, rest)) if rest else plural(hours, "heure")
