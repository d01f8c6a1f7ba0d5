"""What the demo tells on the terminal: short lines in French, each with the seconds since the start."""

import contextlib
import json
import sys
import time
from pathlib import Path
from typing import TypedDict

NBSP = "\u00a0"
TOLD = "› "
"""Begins each line of a program's log that is meant for the person who started the demo."""


class DemoAccount(TypedDict):
    """A sign-in of the demo, as `seed_demo` writes it in demo-accounts.json."""

    who: str
    where: str
    email: str
    password: str


class Narrator:
    """Tells a person what is going on. It never fails: the terminal may be gone while everything is being stopped."""

    def __init__(self) -> None:
        """Start the clock."""
        self._start = time.monotonic()

    @property
    def seconds(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self._start

    def step(self, text: str) -> None:
        """Tell one step, with the seconds."""
        self.line(f"{french_seconds(self.seconds):>8}  {text}")

    def line(self, text: str = "") -> None:
        """Tell a line."""
        with contextlib.suppress(OSError, ValueError):
            sys.stdout.write(f"{text}\n")
            sys.stdout.flush()


class LogFollower:
    """Reads what a program tells in its log, as it is written."""

    def __init__(self, log: Path) -> None:
        """Begin at the beginning of the log."""
        self._log = log
        self._offset = 0

    def told(self) -> list[str]:
        """Give the lines told since the last time."""
        if not self._log.exists():
            return []
        with self._log.open("rb") as log:
            log.seek(self._offset)
            new = log.read()
        whole = new[: new.rfind(b"\n") + 1]
        self._offset += len(whole)
        lines = whole.decode("utf-8", "replace").splitlines()
        return [line.removeprefix(TOLD) for line in lines if line.startswith(TOLD)]


def french_seconds(seconds: float) -> str:
    """Write seconds with one decimal and a comma."""
    return f"{seconds:.1f}{NBSP}s".replace(".", ",")


def read_accounts(file: Path) -> list[DemoAccount]:
    """Read the demo's sign-ins; none when the demo was not filled."""
    if not file.exists():
        return []
    accounts: list[DemoAccount] = json.loads(file.read_text(encoding="utf-8"))
    return accounts


def accounts_table(accounts: list[DemoAccount]) -> list[str]:
    """Lay the sign-ins out in columns."""
    rows = [(account["who"], account["where"], account["email"], account["password"]) for account in accounts]
    widths = [max(len(row[column]) for row in rows) for column in range(4)] if rows else []
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
