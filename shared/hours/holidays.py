"""Public holidays of the French territories, those that are kept by custom only, and the holidays of schools.

The law: article L. 3133-1 of the Code du travail; for Alsace-Moselle article L. 3134-13; overseas, the abolition of
slavery by article L. 3422-2. A town's `territory` names its public holidays, then, behind «/», its zone of schools.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Final, Literal

import holidays

from shared.french import typographic

Kind = Literal["PH", "SH"]

# Kept in many shops there, and in no law: who closes notes it.
_BY_CUSTOM: Final = {
    "971": {"Vendredi saint", "Mi-Carême", "Fête de Victor Schoelcher"},
    "972": {"Fête de Victor Schoelcher"},
    "MF": {"Fête de Victor Schoelcher"},
}
# The library goes on by its own rule where no order has been published yet: that of 21 July 2026 ends here.
SCHOOLS_KNOWN_UNTIL: Final = dt.date(2028, 8, 31)
_ZONES: Final = frozenset("ABC")


def public_holidays(territory: str, years: Iterable[int]) -> Mapping[dt.date, str]:
    """The holidays of some years with their French names; `territory` is empty in most of metropolitan France.

    Its other values are the subdivisions that the `holidays` library knows: 57 and 6AE, 971 to 976, PM, NC, PF…
    """
    found: dict[dt.date, str] = {}
    for year in years:
        found |= _of_year(_public(territory), year)
    return found


def holiday_name(day: dt.date, territory: str) -> str:
    """The name of the holiday that a day is; empty when it is none."""
    return _of_year(_public(territory), day.year).get(day, "")


def custom_name(day: dt.date, territory: str) -> str:
    """The name of a day that is kept there by custom only; empty when it is none."""
    return _by_custom(_public(territory), day.year).get(day, "")


def is_holiday(kind: Kind, day: dt.date, *, territory: str) -> bool:
    """Whether a day is a public holiday (PH) of a territory, or one of its schools' (SH)."""
    if kind == "PH":
        return day in _of_year(_public(territory), day.year)
    return day <= SCHOOLS_KNOWN_UNTIL and day in _of_schools(school_zone(territory), day.year)


def school_zone(territory: str) -> str:
    """A, B or C; empty where a rector decides of holidays, of whom nothing is published: Corsica, and overseas."""
    zone = territory.partition("/")[2]
    return zone if zone in _ZONES else ""


def _public(territory: str) -> str:
    return territory.partition("/")[0]


@lru_cache(maxsize=512)
def _of_year(public: str, year: int) -> dict[dt.date, str]:
    return {day: name for day, name in _kept(public, year).items() if name not in _BY_CUSTOM.get(public, ())}


@lru_cache(maxsize=512)
def _by_custom(public: str, year: int) -> dict[dt.date, str]:
    return {day: name for day, name in _kept(public, year).items() if name in _BY_CUSTOM.get(public, ())}


def _kept(public: str, year: int) -> dict[dt.date, str]:
    found = holidays.country_holidays("FR", subdiv=public or None, years=year, language="fr")
    return {day: typographic(name) for day, name in found.items()}


@lru_cache(maxsize=64)
def _of_schools(zone: str, year: int) -> frozenset[dt.date]:
    if not zone:
        return frozenset()
    return frozenset(holidays.country_holidays("FR", subdiv=f"Zone {zone}", years=year, categories=(holidays.SCHOOL,)))
