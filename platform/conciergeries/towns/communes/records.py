"""The file of communes, read once, and one commune of it.

The file stays one text and a `Commune` is made only for what is shown: 35,000 objects would cost more than every search
of a day.
"""

import gzip
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import accumulate
from typing import NamedTuple

from conciergeries.towns.communes.territories import department_code, holiday_calendar, time_zone

_DATA = files("conciergeries.towns.communes") / "data"


@dataclass(frozen=True, slots=True, kw_only=True)
class Commune:
    """One current commune of France, as in the official geographic code (Insee) of the year in data/README.md."""

    insee: str
    name: str
    department: str
    department_name: str
    region: str
    postcodes: tuple[str, ...]
    """Empty for the five communes where nobody lives."""
    population: int | None
    """Inhabitants; None where Insee publishes no figure."""
    zone: str
    """IANA name of the time zone."""
    territory: str
    """Code of the calendar of public holidays in the `holidays` library; "" is the national one."""


INSEE_LENGTH = 5


class Department(NamedTuple):
    code: str
    name: str
    region: str


class Lines:
    """A text of which each line is a commune, searched whole by C code: a hundred times faster than line by line."""

    def __init__(self, text: str) -> None:
        self._text = f"\n{text}\n"
        # Where each line's own break stands, so that a needle may begin with it to mean «at the start».
        self._starts = [0, *accumulate(len(line) + 1 for line in text.split("\n"))]

    @property
    def text(self) -> str:
        return self._text[1:-1]

    def containing(self, needle: str) -> Iterator[int]:
        """The positions of the lines that contain a text, in order; after a line break: that begin with it."""
        at = self._text.find(needle)
        while at != -1:
            position = bisect_right(self._starts, at) - 1
            if position == len(self._starts) - 1:  # the break that ends the last line begins none
                return
            yield position
            at = self._text.find(needle, self._starts[position + 1])

    def __getitem__(self, position: int) -> str:
        return self._text[self._starts[position] + 1 : self._starts[position + 1]]


@cache
def table() -> Lines:
    """The file, largest population first: INSEE code and postcodes, name, population (both last may be empty)."""
    text = gzip.decompress((_DATA / "communes.csv.gz").read_bytes()).decode()
    _header, _break, lines = text.strip().partition("\n")
    return Lines(lines)


@cache
def _departments() -> dict[str, Department]:
    _header, *lines = (_DATA / "departments.csv").read_text(encoding="utf-8").splitlines()
    departments = (Department(*line.split(";")) for line in lines)
    return {department.code: department for department in departments}


def commune_at(position: int) -> Commune:
    """The commune of one line of the table."""
    codes, name, population = table()[position].split(";")
    insee, *postcodes = codes.split()
    department = _departments()[department_code(insee)]
    return Commune(
        insee=insee,
        name=name,
        department=department.code,
        department_name=department.name,
        region=department.region,
        postcodes=tuple(postcodes),
        population=int(population) if population else None,
        zone=time_zone(insee),
        territory=holiday_calendar(insee),
    )


def commune(insee: str) -> Commune | None:
    """The commune of an INSEE code, or None; in Corsica "2a004" is as good as "2A004"."""
    code = insee.strip().upper()
    if len(code) != INSEE_LENGTH:
        # No code at all begins every line: all of France would be read to say no.
        return None
    found = (commune_at(position) for position in table().containing(f"\n{code}"))
    return next((commune for commune in found if commune.insee == code), None)
