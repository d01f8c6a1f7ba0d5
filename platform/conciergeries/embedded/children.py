"""The processes that one program starts, each with its log, and the certainty that they end with it."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from conciergeries.embedded import watchdog
from conciergeries.embedded.account import Account

STOP_SECONDS = 4.5
"""Everything is gone after this long: what has not stopped when asked is killed."""


class ChildDied(Exception):  # noqa: N818  (a fact about the child, told to a person)
    """A process that should run has ended."""

    def __init__(self, *, name: str, code: int | None, tail: str, log: Path) -> None:
        """Say which process ended, how, and what it last wrote."""
        how = "s'est arrêté" if code is None else f"s'est arrêté (code {code})"
        super().__init__(f"{name} {how}. Dernières lignes de {log} :\n{tail}")
        self.name = name


@dataclass(frozen=True, kw_only=True)
class Program:
    """What to run: a name for people, a command, and how it is asked to stop."""

    name: str
    command: Sequence[str]
    env: Mapping[str, str]
    log: Path
    stop_signal: signal.Signals = signal.SIGTERM
    account: Account | None = None
    cwd: Path | None = None


class Child:
    """A running process, leader of its own session and process group."""

    def __init__(self, *, program: Program, process: subprocess.Popen[bytes]) -> None:
        """Keep the process together with the program it runs."""
        self.program = program
        self.process = process

    @property
    def pid(self) -> int:
        """The process's number, which is also its group's."""
        return self.process.pid

    def check(self) -> None:
        """Raise ChildDied when the process has ended."""
        code = self.process.poll()
        if code is not None:
            raise ChildDied(name=self.program.name, code=code, tail=tail(self.program.log), log=self.program.log)

    def ask_to_stop(self) -> None:
        """Send the program's own stop signal to the leader only: it knows how to stop its children."""
        if self.process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                self.process.send_signal(self.program.stop_signal)

    def finish(self, *, deadline: float) -> None:
        """Wait until `deadline` (monotonic seconds), then kill whatever remains of the group."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(timeout=max(0.0, deadline - time.monotonic()))
        # Even after a clean end: a leader may leave its own children behind.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        self.process.wait()


class Children:
    """All the children of one program. Leaving the `with` block ends them, the last started first."""

    def __init__(self) -> None:
        """Start the watchdog that outlives this program if it is killed."""
        self._children: list[Child] = []
        self._watchdog = subprocess.Popen(  # noqa: S603  (our own commands, no shell)
            [sys.executable, "-I", "-S", watchdog.__file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            cwd="/",
            text=True,
        )

    def __enter__(self) -> Self:
        """Hand over the empty set of children."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End every child, then the watchdog."""
        self.close()

    def __iter__(self) -> Iterator[Child]:
        """List the children in the order they were started."""
        return iter(list(self._children))

    def start(self, program: Program) -> Child:
        """Start a program with its output in its log, away from the terminal's signals."""
        with program.log.open("ab") as log:
            process = subprocess.Popen(  # noqa: S603  (our own commands, no shell)
                program.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=dict(program.env),
                cwd=program.cwd,
                start_new_session=True,
                **(program.account.as_popen_arguments() if program.account else {}),
            )
        self._tell(f"watch {process.pid} {int(program.stop_signal)}")
        child = Child(program=program, process=process)
        self._children.append(child)
        return child

    def own_folder(self, folder: Path) -> None:
        """Have a throw-away folder removed if this program is killed before it does so itself."""
        self._tell(f"remove {folder}")

    def disown_folder(self, folder: Path) -> None:
        """Tell that the folder is gone already."""
        self._tell(f"keep {folder}")

    def check(self) -> None:
        """Raise ChildDied for the first child that has ended."""
        for child in self._children:
            child.check()

    def stop(self, children: Sequence[Child], *, seconds: float) -> None:
        """Ask these children to stop, all at once, and kill those that have not after so many seconds."""
        for child in children:
            child.ask_to_stop()
        deadline = time.monotonic() + seconds
        for child in children:
            child.finish(deadline=deadline)
            self._children.remove(child)
            self._tell(f"forget {child.pid}")

    def close(self) -> None:
        """End what still runs, the last started first, then let the watchdog go."""
        deadline = time.monotonic() + STOP_SECONDS
        while self._children:
            self.stop([self._children[-1]], seconds=deadline - time.monotonic())
        if self._watchdog.stdin and not self._watchdog.stdin.closed:
            with contextlib.suppress(BrokenPipeError):
                self._watchdog.stdin.close()
        self._watchdog.wait()

    def _tell(self, order: str) -> None:
        if self._watchdog.stdin:
            self._watchdog.stdin.write(f"{order}\n")
            self._watchdog.stdin.flush()


def tail(log: Path, *, lines: int = 20) -> str:
    """Give the last lines of a log, indented, for a person to read."""
    if not log.exists():
        return "  (rien)"
    with log.open(encoding="utf-8", errors="replace") as text:
        last = [f"  {line.rstrip()}" for line in deque(text, maxlen=lines)]
    return "\n".join(last) or "  (rien)"
