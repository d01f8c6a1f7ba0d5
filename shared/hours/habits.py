"""What people type instead of OpenStreetMap's words: known so as to say what to write, never changed silently."""

import re

from shared.french import fold

_DAYS = {
    "Mo": ("lu", "lun", "lundi", "lundis"),
    "Tu": ("ma", "mardi", "mardis"),
    "We": ("me", "mer", "mercredi", "mercredis"),
    "Th": ("je", "jeu", "jeudi", "jeudis"),
    "Fr": ("ve", "ven", "vend", "vendredi", "vendredis"),
    "Sa": ("sam", "samedi", "samedis"),
    "Su": ("di", "dim", "dimanche", "dimanches"),
}
_MONTHS = {
    "Jan": ("janv", "janvier"),
    "Feb": ("fev", "fevr", "fevrier"),
    "Mar": ("mars",),
    "Apr": ("avr", "avril"),
    "May": ("mai",),
    "Jun": ("juin",),
    "Jul": ("juil", "juillet"),
    "Aug": ("aou", "aout"),
    "Sep": ("sept", "septembre"),
    "Oct": ("octobre",),
    "Nov": ("novembre",),
    "Dec": ("decembre",),
}
_OTHERS = {
    "off": ("ferme", "fermee", "fermes", "fermeture"),
    "open": ("ouvert", "ouverte"),
    "PH": ("ferie", "feries", "jf"),
    "SH": ("vacances",),
    "easter": ("paques",),
    "week": ("semaine", "semaines"),
    "12:00": ("midi",),
    "24:00": ("minuit",),
}
_OSM = {
    french: osm for table in (_DAYS, _MONTHS, _OTHERS) for osm, french_words in table.items() for french in french_words
}
_CLOCK = re.compile(r"\b(\d{1,2})\s?(?:h(?:eures?)?)(?:\s?(\d\d))?(?![\w:])", re.IGNORECASE)
_BARE = re.compile(r"(?<![\d:/\[-])\b(\d{1,2})\s?-\s?(\d{1,2})\b(?![:\d\]/])")
_WORD = re.compile(r"[^\W\d_]+")
_OPENS, _CLOSES = re.compile(r"\bdu (?=\w)|\bde (?=\d)|\bles? (?=\w)", re.IGNORECASE), re.compile(r"\s+(?:au|à|a)\s+")


def in_osm(word: str) -> str:
    """OpenStreetMap's word for a French one or a French hour; empty when it is none."""
    clock = _CLOCK.fullmatch(word)
    return _clock(clock) if clock else _OSM.get(fold(word), "")


def translated(rule: str) -> str:
    """The rule with OpenStreetMap's words in the place of French ones, to be offered: it may not be readable."""
    if '"' in rule:
        return ""
    text = _CLOSES.sub("-", _OPENS.sub("", rule.replace("–", "-")))
    text = re.sub(r"\bjours? fériés?\b", "PH", text, flags=re.IGNORECASE)
    text = re.sub(r"\b24\s?h?\s?/\s?24(?:\s?h)?\b(?:.*7\s?j?\s?/\s?7)?", "24/7", text, flags=re.IGNORECASE)
    text = _CLOCK.sub(_clock, text)
    text = re.sub(r"\s+et\s+", ",", text)
    text = _BARE.sub(lambda found: f"{int(found[1]):02}:00-{int(found[2]):02}:00", text)
    text = _WORD.sub(lambda found: _OSM.get(fold(found[0]), found[0]), text)
    # «fermé le lundi» is «Mo off».
    return re.sub(r"(^|[;,])\s*off\s+([^;,]+)", r"\1 \2 off", text).strip()


def _clock(found: re.Match[str]) -> str:
    return f"{int(found[1]):02}:{found[2] or '00'}"
