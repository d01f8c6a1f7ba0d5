"""What is wrong with hours that somebody wrote: unreadable, absurd, or never open. For forms; nothing is changed.

`problems` are reasons to refuse, `remarks` what the hours say that people may not have meant.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise
from typing import Final

from shared.french import clock, span
from shared.hours.grammar import read
from shared.hours.holidays import is_holiday, school_zone
from shared.hours.lexer import HoursError
from shared.hours.opens import IsHoliday, holds, minutes_of, times_of
from shared.hours.reader import typeset
from shared.hours.tree import MINUTES_OF_DAY, Hours, Rule, Times

_DAYS: Final = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
_HOUR: Final = 60
# A night that ends by 6 h, or that is no longer than half a day, is meant; «14:00-12:00» is a slip of the hand.
_NIGHT_ENDS, _LONGEST_NIGHT = 6 * _HOUR, 12 * _HOUR
# 29 February comes back within eight years (1896 to 1904, 2096 to 2104); a year and a half shows every week.
_EVER, _USUAL = 8 * 366, 550
# Where a calendar begins when nobody says today.
_SOME_DAY: Final = dt.date(2026, 1, 1)


@dataclass(frozen=True)
class Problem:
    """A sentence in French; the column where it is, from 1; what to write instead, where that is known."""

    message: str
    column: int | None = None
    suggestion: str = ""

    def __str__(self) -> str:
        return self.message


def problems(rule: str, *, today: dt.date | None = None, territory: str = "") -> list[Problem]:
    """Why hours cannot be kept, in the order of the line; empty when they can.

    With `today`, hours of which every date is past no longer open. Holidays are those of `territory`.
    """
    try:
        hours = read(rule)
    except HoursError as error:
        return [Problem(str(error), error.column, error.suggestion)]
    found = [*_of_times(hours), *_of_schools(hours, territory)]
    if not found:
        is_free = partial(is_holiday, territory=territory)
        first = today or _SOME_DAY
        found = [*_never(hours, first, is_free, is_today=today is not None)]
        found = found or [*_meeting(hours, first, is_free), *_useless(hours, first, is_free)]
    return found


def opens_next(rule: str, *, today: dt.date, territory: str) -> dt.date | None:
    """The first day that is open, today or later; None when there is none within eight years."""
    hours, is_free = read(rule), partial(is_holiday, territory=territory)
    return next((day for day in _days(today, _EVER) if minutes_of(hours, day, is_free)), None)


def remarks(rule: str) -> list[Problem]:
    """What readable hours say that people may not have meant: to be shown beside them, not refused."""
    return [remark for each in read(rule).rules for remark in _remarks_of(each)]


def _remarks_of(rule: Rule) -> Iterator[Problem]:
    column = rule.column
    if any(moment and moment.event for each in rule.times for moment in (each.first, each.last)):
        said = "Le lever et le coucher du soleil sont comptés à 7 h et 19 h toute l’année : écrivez plutôt des heures."
        yield Problem(typeset(said), column)
    if any(each.open_ended for each in rule.times):
        said = "Sans heure de fin («18:00+»), on compte jusqu’à minuit ; après une heure de fin, jusqu’à elle."
        yield Problem(typeset(said), column)
    if not rule.is_open and rule.state != "off":
        said = f"«{rule}» ne promet rien : personne ne pourra retirer une commande à ces heures."
        yield Problem(typeset(said), column)
    if rule.is_open and not rule.times and not rule.always:
        yield Problem(typeset(f"«{rule}» ne dit pas d’heures : c’est ouvert jour et nuit."), column)


def _of_times(hours: Hours) -> Iterator[Problem]:
    for rule in hours.rules:
        for times, (start, end) in zip(rule.times, times_of(rule), strict=False):
            message = _absurd(times, start, end)
            if message:
                yield Problem(typeset(message), times.column)
        yield from _overlaps(rule)


def _of_schools(hours: Hours, territory: str) -> Iterator[Problem]:
    """Refuse what would never hold, where the holidays of schools are not known."""
    for rule in hours.rules:
        if any(each.kind == "SH" for each in rule.holidays) and not school_zone(territory):
            said = "Les vacances scolaires (SH) d’ici ne sont pas connues : écrivez leurs dates."
            yield Problem(typeset(said), rule.column)


def _absurd(times: Times, start: int, end: int) -> str:
    if times.last is None or times.first.event or times.last.event:
        return ""
    if times.first == times.last:
        return f"«{times}» commence et finit à la même heure : pour une journée entière, écrivez «00:00-24:00»."
    if end - start > MINUTES_OF_DAY:
        return f"«{times}» dure plus d’une journée."
    is_next_morning = times.last.minutes < times.first.minutes
    if is_next_morning and times.last.minutes > _NIGHT_ENDS and end - start > _LONGEST_NIGHT:
        length, until = clock(_time(end - start)), clock(_time(end))
        plain = f"{_written(start)}-{_written(end)}"
        return (
            f"«{times}» dure {length}, jusqu’au lendemain à {until} : la fin vient avant le début. "
            f"Si c’est voulu, écrivez «{plain}»."
        )
    return ""


def _overlaps(rule: Rule) -> Iterator[Problem]:
    timed = sorted(zip(times_of(rule), rule.times, strict=False), key=lambda pair: pair[0])
    for ((_, first_end), first), ((second_start, _), second) in pairwise(timed):
        if second_start < first_end:
            yield Problem(typeset(f"«{first}» et «{second}» se chevauchent."), second.column)
        elif second_start == first_end:
            said = f"«{first}» et «{second}» se touchent : faites-en une seule plage."
            yield Problem(typeset(said), second.column)


def _never(hours: Hours, first: dt.date, is_free: IsHoliday, *, is_today: bool) -> Iterator[Problem]:
    if any(minutes_of(hours, day, is_free) for day in _days(first, _EVER)):
        return
    before = [each for rule in hours.rules for each in _dated(rule) if each < first.year or is_today]
    if before and any(minutes_of(hours, day, is_free) for day in _days(dt.date(min(before), 1, 1), _EVER)):
        if is_today:
            yield Problem(typeset("Ces horaires n’ouvrent plus jamais : leurs dates sont passées."))
        return
    yield Problem(typeset("Ces horaires n’ouvrent jamais : indiquez au moins une plage horaire."))


def _dated(rule: Rule) -> Iterator[int]:
    yield from (each.first for each in rule.years)
    yield from (each.first.year for each in rule.dates if each.first.year)


def _meeting(hours: Hours, first: dt.date, is_free: IsHoliday) -> Iterator[Problem]:
    """Openings that overlap by rules that add to each other, or an evening that lasts into the next day's hours."""
    if all(rule.joint != ", " and not _is_night(rule) for rule in hours.rules):
        return
    for day in _days(first, _USUAL):
        added = [
            times
            for rule in hours.rules
            if rule.joint == ", " and holds(rule, day, is_free)
            for times in times_of(rule)
        ]
        base = minutes_of(replace(hours, rules=tuple(r for r in hours.rules if r.joint != ", ")), day, is_free)
        together = sorted([*base, *added]) if added else []
        for (first_start, first_end), (second_start, second_end) in pairwise(together):
            if second_start < first_end:
                spans = f"{_span(first_start, first_end)} et {_span(second_start, second_end)}"
                yield Problem(typeset(f"Le {_DAYS[day.weekday()]}, {spans} se chevauchent."))
                return
        today, following = minutes_of(hours, day, is_free), minutes_of(hours, day + dt.timedelta(days=1), is_free)
        if today and following and today[-1][1] - MINUTES_OF_DAY > following[0][0]:
            name, until = _DAYS[day.weekday()], clock(_time(today[-1][1]))
            opens = f"le {_DAYS[(day.weekday() + 1) % len(_DAYS)]} ouvre déjà à {clock(_time(following[0][0]))}"
            yield Problem(typeset(f"La nuit du {name} dure jusqu’à {until}, mais {opens}."))
            return


def _is_night(rule: Rule) -> bool:
    return any(end > MINUTES_OF_DAY for _start, end in times_of(rule))


def _useless(hours: Hours, first: dt.date, is_free: IsHoliday) -> Iterator[Problem]:
    """Rules that what follows replaces wholly: «Mo 09:00-12:00; Mo 14:00-18:00» keeps the afternoon only."""
    days = [*_days(first, _USUAL)]
    for number, rule in enumerate(hours.rules[:-1]):
        is_holiday_rule = rule.state == "off" and bool(rule.holidays) and not rule.times
        if not (is_holiday_rule or (rule.is_open and rule.selects)):
            continue
        others = (*hours.rules[:number], *hours.rules[number + 1 :])
        without = replace(hours, rules=(replace(others[0], joint="; "), *others[1:]))
        held = [day for day in days if holds(rule, day, is_free)]
        is_replaced = [_is_reopened(hours, day, is_free) if is_holiday_rule else True for day in held]
        if (
            not held
            or not any(is_replaced)
            or (rule.is_open and any(_is_kept(rule, hours, day, is_free) for day in held))
            or any(minutes_of(hours, day, is_free) != minutes_of(without, day, is_free) for day in held)
        ):
            continue
        if is_holiday_rule:
            said = f"«{rule}» n’a pas d’effet : ce qui le suit rouvre ces jours-là. Écrivez-le à la fin."
        else:
            said = (
                f"«{rule}» n’a pas d’effet : ce qui le suit remplace ces jours-là. "
                "Pour plusieurs plages du même jour, écrivez-les ensemble : «Mo 09:00-12:00,14:00-18:00»."
            )
        yield Problem(typeset(said), rule.column)


def _is_kept(rule: Rule, hours: Hours, day: dt.date, is_free: IsHoliday) -> bool:
    """Whether a day is as a rule says: a season that repeats the usual hours is no mistake."""
    return set(times_of(rule)) <= set(minutes_of(hours, day, is_free))


def _is_reopened(hours: Hours, day: dt.date, is_free: IsHoliday) -> bool:
    return bool(minutes_of(hours, day, is_free))


def _days(first: dt.date, count: int) -> Iterator[dt.date]:
    return (first + dt.timedelta(days=number) for number in range(count))


def _time(minutes: int) -> dt.time:
    return dt.time(minutes // _HOUR % 24, minutes % _HOUR)


def _written(minutes: int) -> str:
    return f"{minutes // _HOUR:02}:{minutes % _HOUR:02}"


def _span(start: int, end: int) -> str:
    return span(_time(start), _time(end))
