"""How the story is told: chapters and facts in French, or one JSON object."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any


def euros(cents: int) -> str:
    """An amount as the pages write it, no-break spaces aside: «1 234,50 €»."""
    whole, rest = divmod(cents, 100)
    return f"{whole:,},{rest:02} €".replace(",", " ", f"{whole:,}".count(","))


@dataclass
class Told:
    """What `--json` prints; amounts in cents, durations in seconds."""

    towns: list[dict[str, Any]] = field(default_factory=list)
    orders: list[dict[str, Any]] = field(default_factory=list)
    settlements: list[dict[str, Any]] = field(default_factory=list)
    ledger: dict[str, int] = field(default_factory=dict)
    mails: list[dict[str, str]] = field(default_factory=list)
    isolation: dict[str, int] = field(default_factory=lambda: {"tried": 0, "refused": 0})
    seconds: float = 0.0


class Teller:
    """Tells the story as it goes; silent when only the JSON is wanted."""

    def __init__(self, *, silent: bool) -> None:
        self.silent = silent
        self.told = Told()
        self._began = time.monotonic()
        self._chapter = 0

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._began

    def begins(self, url: str) -> None:
        self._line(f"Une plateforme neuve est prête en {_seconds(self.seconds)} : {url}")

    def ends(self) -> Told:
        """Say how long it all took. Returns what was told."""
        self.told.seconds = round(self.seconds, 1)
        counted = f"{len(self.told.mails)} e-mails, {self.told.ledger.get('entries', 0)} écritures"
        self._line(f"\nTout est vrai, en {_seconds(self.seconds)} : {counted}.")
        return self.told

    @contextmanager
    def chapter(self, title: str) -> Iterator[None]:
        self._chapter += 1
        began = time.monotonic()
        self._line(f"\n{self._chapter}. {title}")
        yield
        self._line(f"   ({_seconds(time.monotonic() - began)})")

    def fact(self, text: str) -> None:
        self._line(f"   · {text}")

    def _line(self, text: str) -> None:
        if not self.silent:
            sys.stdout.write(f"{text}\n")
            sys.stdout.flush()


def _seconds(seconds: float) -> str:
    return f"{seconds:.1f} s".replace(".", ",")
