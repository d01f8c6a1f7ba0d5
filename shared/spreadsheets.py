"""Files of figures that a spreadsheet set to French opens as they are. Pure: no Django."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

# A spreadsheet takes a text that begins so for a formula, and runs it.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
# Without it, spreadsheets read UTF-8 as something else.
_BOM = "\ufeff"

CONTENT_TYPE = "text/csv; charset=utf-8"


def euros(cents: int) -> str:
    """Write cents as a spreadsheet set to French reads a number: 125050 gives «1250,50»."""
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100},{abs(cents) % 100:02d}"


def rate(basis_points: int) -> str:
    """Write basis points as a number of percents: 550 gives «5,50»."""
    return euros(basis_points)


def text(value: str) -> str:
    """Write a text so that no spreadsheet takes it for a formula."""
    return f"'{value}" if value.startswith(_FORMULA_STARTS) else value


def written(*, header: Sequence[str], rows: Iterable[Sequence[str | int]]) -> Iterator[bytes]:
    """The file, line by line: semicolons, decimal commas as `euros` writes them, UTF-8 with its mark.

    The caller passes texts that people typed through `text`.
    """
    yield (_BOM + _line(header)).encode()
    for row in rows:
        yield _line(row).encode()


def _line(cells: Sequence[str | int]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=";", lineterminator="\r\n").writerow(cells)
    return buffer.getvalue()
