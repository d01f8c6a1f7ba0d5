"""Public holidays of the French territories.

Article L. 3133-1 of the Code du travail; for Alsace-Moselle article L. 3134-13; overseas, the abolition of slavery by
article L. 3422-2.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from functools import lru_cache

import holidays

from shared.french import typographic


def public_holidays(territory: str, years: Iterable[int]) -> Mapping[dt.date, str]:
    """The holidays of some years with their French names; `territory` is empty in most of metropolitan France.

    Its other values are the subdivisions that the `holidays` library knows: 57 and 6AE, 971 to 976, PM, NC, PF…
    """
    found: dict[dt.date, str] = {}
    for year in years:
        found |= _of_year(territory, year)
    return found


def holiday_name(day: dt.date, territory: str) -> str:
    """The name of the holiday that a day is; empty when it is none."""
    return _of_year(territory, day.year).get(day, "")


def is_holiday(day: dt.date, territory: str) -> bool:
    """Whether a day is a public holiday of a territory."""
    return day in _of_year(territory, day.year)


@lru_cache(maxsize=512)
def _of_year(territory: str, year: int) -> dict[dt.date, str]:
    found = holidays.country_holidays("FR", subdiv=territory or None, years=year, language="fr")
    return {day: typographic(name) for day, name in found.items()}
