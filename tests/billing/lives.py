"""The lives of docs/money.md, played: each row of a life is the entry that the services must post, in that order."""

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from types import TracebackType
from typing import Self

from billing.ledger.models import Account, Entry, Posting
from tests.billing.worked import PAGE, cents, table

SECTION = "What is posted, and when"
_SIDE = re.compile(r"^(?P<account>\d{3,5}|411M) (?P<amount>\d+\.\d\d)$")

Lines = dict[str, int]


class Life:
    """One life of the page, to be played from its first row to its last.

    `with Life("At the desk") as life:` then, for each row, `with life.event("paid in cash"):` around the service that
    posts it; `life.events(…)` when one call posts several. Leaving it early fails, as a row that is not posted does.
    """

    def __init__(self, heading: str) -> None:
        rows = table(heading=heading, first_column="Event").records()
        self._left = [(row["Event"], side(row["Debit"]) | side(row["Credit"], -1)) for row in rows]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert error is not None or not self._left, f"not played: {[name for name, _lines in self._left]}"

    def event(self, name: str) -> AbstractContextManager[None]:
        return self.events(name)

    @contextmanager
    def events(self, *names: str) -> Iterator[None]:
        known = set(Entry.objects.values_list("pk", flat=True))
        yield
        rows, self._left = self._left[: len(names)], self._left[len(names) :]
        assert [name for name, _lines in rows] == list(names)
        posted = [_posted(entry) for entry in Entry.objects.exclude(pk__in=known)]
        assert _counted(posted) == _counted([lines for _name, lines in rows]), names


def lives() -> list[str]:
    """The headings of the section's lives: those whose table has events, debits and credits."""
    section = PAGE.read_text(encoding="utf-8").split(f"\n## {SECTION}\n")[1].split("\n## ")[0]
    parts = section.split("\n### ")[1:]
    return [part.splitlines()[0].strip() for part in parts if "\n| Event | Debit | Credit |" in part]


def side(cell: str, sign: int = 1) -> Lines:
    """«706 2.40 + 44571 0.48» as cents by account, which must exist."""
    found = {}
    for part in cell.split(" + "):
        read = _SIDE.match(part)
        assert read, f"«{cell}» is not an account and an amount"
        found[Account(read["account"]).value] = sign * cents(read["amount"])
    return found


def _posted(entry: Entry) -> Lines:
    found: Counter[str] = Counter()
    for posting in Posting.objects.filter(entry=entry):
        found[posting.account] += posting.amount_cents
    return dict(found)


def _counted(entries: list[Lines]) -> Counter[tuple[tuple[str, int], ...]]:
    return Counter(tuple(sorted(lines.items())) for lines in entries)
