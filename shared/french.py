"""French as it is written on a page: amounts, hours, days, telephone numbers, and the names of communes.

Pure functions. Spaces that must not break are U+00A0 and the apostrophe is U+2019, as the Imprimerie nationale asks.
"""

import re
import unicodedata
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Final

import phonenumbers

from shared.money import GRAMS_IN_KILO

NBSP: Final = "\u00a0"
APOSTROPHE: Final = "\u2019"
MINUS: Final = "\u2212"
EN_DASH: Final = "\u2013"

_DAYS: Final = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
_MONTHS: Final = (
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
)
# First words of communes whose h is mute, as their own town halls write «ville d’…»; any other h is taken as aspirated.
_MUTE_H: Final = frozenset(
    [
        "halluin",
        "hasparren",
        "hautmont",
        "hazebrouck",
        "hellemmes",
        "hendaye",
        "henin",
        "herblay",
        "hericourt",
        "herouville",
        "hesdin",
        "hyeres",
    ]
)


def money(cents: int) -> str:
    """Write an amount in euro cents: 125050 gives «1 250,50 €»."""
    sign = MINUS if cents < 0 else ""
    euros, rest = divmod(abs(cents), 100)
    grouped = f"{euros:,}".replace(",", NBSP)
    return f"{sign}{grouped},{rest:02d}{NBSP}€"


def euros(whole: int) -> str:
    """Write whole euros: 10000 gives «10 000 €»."""
    return f"{whole:,}".replace(",", NBSP) + f"{NBSP}€"


def weight(grams: int) -> str:
    """Write a weight: 480 gives «480 g», 1250 gives «1,25 kg»."""
    if grams < GRAMS_IN_KILO:
        return f"{grams}{NBSP}g"
    whole, rest = divmod(grams, 1000)
    decimals = f",{rest:03d}".rstrip("0") if rest else ""
    return f"{whole}{decimals}{NBSP}kg"


def siren(number: str) -> str:
    """Write a SIREN or a SIRET by groups: «732 829 320», «732 829 320 00074»."""
    groups = [number[0:3], number[3:6], number[6:9], number[9:]]
    return NBSP.join(group for group in groups if group)


def percent(basis_points: int) -> str:
    """Write a rate given in basis points: 550 gives «5,5 %»."""
    whole, rest = divmod(abs(basis_points), 100)
    sign = MINUS if basis_points < 0 else ""
    decimals = f",{rest:02d}".rstrip("0") if rest else ""
    return f"{sign}{whole}{decimals}{NBSP}%"


def clock(moment: time | datetime) -> str:
    """Write an hour: «14 h», «14 h 30»; a datetime is read in the zone it carries."""
    minutes = f"{NBSP}{moment.minute:02d}" if moment.minute else ""
    return f"{moment.hour}{NBSP}h{minutes}"


def span(start: time | datetime, end: time | datetime) -> str:
    """Write an opening or a window: «12 h–14 h»."""
    return f"{clock(start)}{EN_DASH}{clock(end)}"


def calendar_day(when: date, *, year: bool = False) -> str:
    """Write a date in full: «mardi 24 novembre», «dimanche 1er mars 2026» with its year."""
    number = "1er" if when.day == 1 else str(when.day)
    text = f"{_DAYS[when.weekday()]} {number}{NBSP}{_MONTHS[when.month - 1]}"
    return f"{text} {when.year}" if year else text


def month_name(when: date, *, year: bool = False) -> str:
    """Write the month that a day is in: «novembre», «novembre 2026» with its year."""
    name = _MONTHS[when.month - 1]
    return f"{name} {when.year}" if year else name


def day(when: date, today: date) -> str:
    """Write a date as one says it today: «aujourd’hui», «demain», «hier», else the day, with its year if another."""
    when, today = _plain(when), _plain(today)
    if when == today:
        return f"aujourd{APOSTROPHE}hui"
    if when == today + timedelta(days=1):
        return "demain"
    if when == today - timedelta(days=1):
        return "hier"
    return calendar_day(when, year=when.year != today.year)


def moment(when: datetime) -> str:
    """Write a day and its hour in full: «mardi 24 novembre à 18 h», in the zone that the datetime carries."""
    return f"{calendar_day(when)} à {clock(when)}"


def short_date(when: date) -> str:
    """Write a date in figures: «24/11/2026»."""
    return f"{when.day:02d}/{when.month:02d}/{when.year}"


def full_date(when: date) -> str:
    """Write a day with its month and year: «23 novembre 2026», «1er mars 2027»."""
    return _dated(when, month=True, year=True)


def period(first: date, last: date) -> str:
    """Write a period of whole days, both included: «du 16 au 22 novembre 2026»."""
    if first == last:
        return f"le {_dated(first, month=True, year=True)}"
    same_year = first.year == last.year
    same_month = same_year and first.month == last.month
    return f"du {_dated(first, month=not same_month, year=not same_year)} au {_dated(last, month=True, year=True)}"


def phone(number: str, *, region: str = "FR") -> str:
    """Write a telephone number as it is dictated: «04 42 00 00 00»; what is no number is given back as it came."""
    parsed = _parse_phone(number, region)
    if parsed is None:
        return number
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL).replace(" ", NBSP)


def phone_link(number: str, *, region: str = "FR") -> str:
    """Write a telephone number for a tel: link, in E.164 («+33442000000»)."""
    parsed = _parse_phone(number, region)
    if parsed is None:
        return re.sub(r"[^0-9+]", "", number)
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def of(name: str) -> str:
    """Join «de» and a commune's name: «d’Istres», «de Viroflay», «du Havre», «des Sables-d’Olonne»."""
    name = typographic(name)
    for article, joined in (("Le ", "du "), ("Les ", "des ")):
        if name.startswith(article):
            return joined + name.removeprefix(article)
    return f"d{APOSTROPHE}{name}" if _elides(name) else f"de {name}"


def at(name: str) -> str:
    """Join «à» and a commune's name: «à Istres», «au Havre», «aux Sables-d’Olonne»."""
    name = typographic(name)
    for article, joined in (("Le ", "au "), ("Les ", "aux ")):
        if name.startswith(article):
            return joined + name.removeprefix(article)
    return f"à {name}"


def initial(name: str) -> str:
    """Give the letter a town's crest bears: «H» for Le Havre, «I» for Istres."""
    bare = re.sub(rf"^(?:Le |La |Les |L{APOSTROPHE})", "", typographic(name))
    return _unaccented(bare)[:1].upper()


def plural(count: int, singular: str, many: str = "") -> str:
    """Write a count and its noun: «1 article», «3 articles»; zero is singular in French."""
    noun = singular if abs(count) < 2 else (many or f"{singular}s")  # noqa: PLR2004 - the plural begins at two
    return f"{count}{NBSP}{noun}"


def listed(names: Sequence[str]) -> str:
    """Write names one after the other: «Mistral, Amandine et Paul»."""
    return " et ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def typographic(text: str) -> str:
    """Replace straight apostrophes by the typographic one."""
    return text.replace("'", APOSTROPHE)


def fold(text: str) -> str:
    """Reduce a text to what a search compares: no accent, no capital, straight apostrophes, single spaces."""
    return " ".join(_unaccented(text).casefold().replace(APOSTROPHE, "'").split())


def _plain(when: date) -> date:
    return when.date() if isinstance(when, datetime) else when


def _dated(when: date, *, month: bool, year: bool) -> str:
    parts = ["1er" if when.day == 1 else str(when.day)]
    if month:
        parts.append(_MONTHS[when.month - 1])
    if year:
        parts.append(str(when.year))
    return NBSP.join(parts[:2]) + "".join(f" {part}" for part in parts[2:])


def _parse_phone(number: str, region: str) -> phonenumbers.PhoneNumber | None:
    try:
        parsed = phonenumbers.parse(number, region)
    except phonenumbers.NumberParseException:
        return None
    return parsed if phonenumbers.is_possible_number(parsed) else None


def _unaccented(text: str) -> str:
    text = text.replace("œ", "oe").replace("Œ", "Oe").replace("æ", "ae").replace("Æ", "Ae")
    return "".join(letter for letter in unicodedata.normalize("NFD", text) if not unicodedata.combining(letter))


def _elides(name: str) -> bool:
    plain = _unaccented(name).lower()
    if plain.startswith("h"):
        return re.split(r"[-\s]", plain)[0] in _MUTE_H
    if plain.startswith("y"):
        # «d’Yvetot», but «de Yutz»: a y before a vowel sounds as a consonant, and usage still says «maire d’Yerres».
        return plain[1:2] not in set("aeiou") or plain == "yerres"
    return plain[:1] in set("aeiou")
