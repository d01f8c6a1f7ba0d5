"""Years, dates, weeks, days and holidays of a rule, in French."""

from itertools import groupby
from typing import Final

from shared.french import NBSP, listed
from shared.hours.tree import Dates, Holidays, Numbers, Point, Weekdays

_DAYS: Final = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
_MONTHS: Final = (
    *("janvier", "février", "mars", "avril", "mai", "juin"),
    *("juillet", "août", "septembre", "octobre", "novembre", "décembre"),
)
_NTH: Final = {
    1: "premier",
    2: "deuxième",
    3: "troisième",
    4: "quatrième",
    5: "cinquième",
    -1: "dernier",
    -2: "avant-dernier",
}
_EASTER: Final = {
    -47: "le mardi gras",
    -46: "le mercredi des Cendres",
    -7: "le dimanche des Rameaux",
    -3: "le jeudi saint",
    -2: "le vendredi saint",
    -1: "le samedi saint",
    0: "le dimanche de Pâques",
    1: "le lundi de Pâques",
    39: "le jeudi de l’Ascension",
    49: "le dimanche de Pentecôte",
    50: "le lundi de Pentecôte",
}
_VOWELS: Final = "aeiouâéèêîôœ"


class Unsayable(Exception):  # noqa: N818  (not an error: the words are missing, and the rule itself is given)
    """There are no words here for what a rule says."""


def years(found: tuple[Numbers, ...], dated: tuple[Dates, ...]) -> str:
    """«en 2026 et 2027», «à partir de 2027»."""
    if not found:
        return ""
    if any(each.step > 1 for each in found) or (dated and any(each.first.year for each in dated)):
        raise Unsayable
    if len(found) == 1 and found[0].last is None:
        return f"à partir de {found[0].first}"
    if any(each.last is None for each in found):
        raise Unsayable
    said = [str(each.first) if each.first == each.last else f"de {each.first} à {each.last}" for each in found]
    return said[0] if said[0].startswith("de ") and len(said) == 1 else f"en {listed(said)}"


def weeks(found: tuple[Numbers, ...]) -> str:
    """«semaines impaires», «semaines 10 à 20», «semaine 12»."""
    if len(found) == 1 and found[0].step == 2 and (found[0].last or 53) >= 52 and found[0].first in {1, 2}:  # noqa: PLR2004
        return "semaines impaires" if found[0].first == 1 else "semaines paires"
    if any(each.step > 1 or each.last is None for each in found):
        raise Unsayable
    said = [str(each.first) if each.first == each.last else f"{each.first} à {each.last}" for each in found]
    if not said:
        return ""
    is_one = len(found) == 1 and found[0].first == found[0].last
    return f"semaine{'' if is_one else 's'} {listed(said)}"


def weekdays(found: tuple[Weekdays, ...]) -> str:
    """«lundi au samedi», «lundi, mercredi et vendredi», «le deuxième dimanche du mois»."""
    if _is_whole_week(found):
        return "tous les jours"
    if any(each.nth or each.offset for each in found):
        return listed([_nth(each) if each.nth or each.offset else f"le {_DAYS[each.first]}" for each in found])
    return listed([said for each in found for said in _run(each, "{}", "{} au {}")])


def many_days(found: tuple[Weekdays, ...]) -> str:
    """The same after «fermé»: «le lundi», «du lundi au mercredi», «le samedi et le dimanche»."""
    if _is_whole_week(found):
        return "tous les jours"
    if any(each.nth or each.offset for each in found):
        return weekdays(found)
    return listed([said for each in found for said in _run(each, "le {}", "du {} au {}")])


def holidays(found: tuple[Holidays, ...]) -> str:
    """«les jours fériés», «les veilles de jours fériés»."""
    names = {("PH", 0): "les jours fériés", ("PH", -1): "les veilles de jours fériés"}
    names |= {("PH", 1): "les lendemains de jours fériés", ("SH", 0): "pendant les vacances scolaires"}
    try:
        return listed([names[each.kind, each.offset] for each in found])
    except KeyError as error:
        raise Unsayable from error


def dates(found: tuple[Dates, ...]) -> str:
    """«en juillet et août», «du 1er juillet au 31 août», «les 24 et 31 décembre», «le lundi de Pâques»."""
    said: list[str] = []
    for (is_day, year, month), group in groupby(found, key=_kind):
        alike = list(group)
        if is_day and len(alike) > 1:
            numbers = listed([_number(each.first) for each in alike])
            said.append(f"les {numbers}{NBSP}{_MONTHS[month - 1]}{f' {year}' if year else ''}")
        else:
            said += [_range(each) for each in alike]
    if len(said) > 1 and all(each.startswith("en ") for each in said):
        return f"en {listed([name for each in said for name in each.removeprefix('en ').split(' et ')])}"
    return listed(said)


def _kind(each: Dates) -> tuple[bool, int, int]:
    """Single days of the same month are said together; anything else by itself."""
    is_day = each.first == each.last and each.first.day is not None and not each.endless
    return is_day, (each.first.year or 0) if is_day else 0, each.first.month if is_day else 0


def _range(each: Dates) -> str:
    first, last = each.first, each.last
    if each.endless:
        return f"à partir {_of(_point(first, article=False))}"
    if first == last:
        if first.month and not first.day:
            return f"en {_point(first, article=False)}"
        return _point(first, article=True)
    if first.month and last.month and not first.day:
        return _months(first, last)
    # The year is said once when both ends are of the same.
    begin = Point(None, first.month, first.day, first.offset) if first.year == last.year else first
    if first.month and begin.month == last.month and begin.year is None:
        return f"du {_number(first)} au {_point(last, article=False)}"
    return f"{_of(_point(begin, article=False))} {_to(_point(last, article=False))}"


def _months(first: Point, last: Point) -> str:
    is_one_year = first.year == last.year
    if is_one_year and last.month == first.month + 1:
        return f"en {_MONTHS[first.month - 1]} et {_point(last, article=False)}"
    begin = Point(None, first.month) if is_one_year else first
    return f"{_of(_point(begin, article=False))} à {_point(last, article=False)}"


def _point(point: Point, *, article: bool) -> str:
    year = f" {point.year}" if point.year else ""
    if not point.month:
        if point.offset not in _EASTER:
            raise Unsayable
        said = f"{_EASTER[point.offset]}{year}"
        return said if article else said.removeprefix("le ")
    if not point.day:
        return f"{_MONTHS[point.month - 1]}{year}"
    return f"{'le ' if article else ''}{_number(point)}{NBSP}{_MONTHS[point.month - 1]}{year}"


def _number(point: Point) -> str:
    return "1er" if point.day == 1 else str(point.day)


def _of(name: str) -> str:
    """«du 1er juillet», «du lundi de Pâques», «d’avril», «de juillet»."""
    if name[0].isdigit() or name.split(maxsplit=1)[0] in {*_DAYS}:
        return f"du {name}"
    return f"d’{name}" if name[0] in _VOWELS else f"de {name}"


def _to(name: str) -> str:
    return f"au {name}" if name[0].isdigit() or name.split(maxsplit=1)[0] in {*_DAYS} else f"à {name}"


def _is_whole_week(found: tuple[Weekdays, ...]) -> bool:
    plain = {number for each in found if not each.nth and not each.offset for number in each.numbers}
    return len(plain) == len(_DAYS)


def _run(each: Weekdays, one: str, many: str) -> list[str]:
    """A range of days; two are no range: «samedi», «dimanche»."""
    days = each.numbers
    if len(days) > 2:  # noqa: PLR2004  (two are a pair)
        return [many.format(_DAYS[each.first], _DAYS[each.last])]
    return [one.format(_DAYS[number]) for number in days]


def _nth(each: Weekdays) -> str:
    name = _DAYS[each.first]
    if not each.nth:
        raise Unsayable
    try:
        ranks = [_NTH[number] for number in each.nth]
    except KeyError as error:
        raise Unsayable from error
    is_one = len(ranks) == 1
    which = f"{listed(ranks)} {name}" if is_one else f"{listed(ranks)} {name}s"
    if not each.offset:
        return f"{'l’' if is_one and which[0] in _VOWELS else 'le ' if is_one else 'les '}{which} du mois"
    if not is_one or abs(each.offset) > 1 or which[0] in _VOWELS:
        raise Unsayable
    return f"{'le lendemain' if each.offset > 0 else 'la veille'} du {which} du mois"
