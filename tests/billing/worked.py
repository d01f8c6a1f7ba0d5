"""The worked tables of docs/money.md, read by the tests: a table and its test cannot say two things."""

from dataclasses import dataclass
from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "docs" / "money.md"


class NoSuchTableError(LookupError):
    """docs/money.md has no table under this heading with these columns."""


@dataclass(frozen=True)
class Table:
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def records(self) -> list[dict[str, str]]:
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


def table(*, heading: str, first_column: str) -> Table:
    """The first table under a heading whose first column has this name ('' for none)."""
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    try:
        start = next(
            index for index, line in enumerate(lines) if line.lstrip("#").strip() == heading and line[:1] == "#"
        )
    except StopIteration:
        raise NoSuchTableError(heading) from None
    level = len(lines[start]) - len(lines[start].lstrip("#"))
    block: list[tuple[str, ...]] = []
    for line in lines[start + 1 :]:
        if line.startswith("#") and len(line) - len(line.lstrip("#")) <= level:
            break
        if line.startswith("|"):
            block.append(tuple(cell.strip().strip("*").strip() for cell in line.strip().strip("|").split("|")))
            continue
        if block and block[0][0] == first_column:
            break
        block = []
    if not block or block[0][0] != first_column:
        raise NoSuchTableError(f"{heading} / {first_column}")
    return Table(columns=block[0], rows=tuple(block[2:]))


def cents(text: str) -> int:
    """An amount as the page writes it («12.50», «+2.88», «−60.00», «0», nothing) in cents."""
    cleaned = text.replace("−", "-").replace("+", "").replace("€", "").replace("\u00a0", "").replace(" ", "")
    if not cleaned:
        return 0
    sign = -1 if cleaned.startswith("-") else 1
    euros, _, rest = cleaned.lstrip("-").partition(".")
    return sign * (int(euros or "0") * 100 + int((rest + "00")[:2]))


def rate_bp(text: str) -> int:
    """A rate as the page writes it («5 %», «5.5 %») in basis points."""
    return cents(text.replace("%", ""))
