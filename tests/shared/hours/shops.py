"""The table of a hundred real shops (shops.txt), read."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Shop:
    """Who, their hours, the same in French with plain spaces, and why a library reads them otherwise."""

    name: str
    rule: str
    words: str
    differs: str = ""


def _read() -> tuple[Shop, ...]:
    _heading, *blocks = Path(__file__).with_name("shops.txt").read_text(encoding="utf-8").strip().split("\n\n")
    return tuple(Shop(*(line.removeprefix("≠ ") for line in block.splitlines())) for block in blocks)


SHOPS = _read()
