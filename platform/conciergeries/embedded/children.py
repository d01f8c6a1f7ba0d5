"""The processes that one program starts, each with its log, and the certainty that they end with it."""

import contextlib
import os
import shutil
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
from conciergeries.embedded.account import Account, PopenArguments

PROGRAM_STOP_SECONDS = 2.0
SERVER_STOP_SECONDS = 1.5
"""How long each is given to stop by itself. Together they stay well under the five seconds that a person waits."""


class ChildDied(Exception):  # noqa: N818  (a fact about the child, told to a person)
    """A process that should run has ended."""

    def __init__(self, *, program: "Program", code: int) -> None:
        """Say which process ended, how, and what it last wrote."""
        super().__init__(f"{program.name} s'est arrêté (code {code}). Fin de {program.log} :\n{tail(program.log)}")
        self.program = program
        self.code = code


class StopRequested(Exception):  # noqa: N818  (a wish, not an error)
    """Somebody pressed Ctrl-C, or asked the program to stop."""


@dataclass(frozen=True, kw_only=True)
class Program:
    """What to run: a name for people, a command, and how it is asked to stop. Servers are stopped after the others."""

    name: str
    command: Sequence[str]
    env: Mapping[str, str]
    log: Path
    stop_signal: signal.Signals = signal.SIGTERM
    account: Account | None = None
    cwd: Path | None = None
    is_server: bool = False


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

    def ask_to_stop(self) -> None:
        """Send the program's own stop signal to the leader only: it knows how to stop its children."""
        if self.process.poll() is None:
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
    """All the children of one program, and its throw-away folders. Leaving the `with` block ends them all.

    Start children from the main thread only. If this program is killed, the watchdog does what `close` would have done.
    """

    def __init__(self) -> None:
        """Start the watchdog."""
        self.stop_requested = False
        self._children: list[Child] = []
        self._folders: list[Path] = []
        self._watchdog = subprocess.Popen(  # noqa: S603  (our own script, no shell)
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
            process = subprocess.Popen(  # noqa: S603  (commands are the platform's own, no shell)
                program.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=dict(program.env),
                cwd=program.cwd,
                start_new_session=True,
                **(program.account.as_popen_arguments() if program.account else PopenArguments()),
            )
        self._tell(f"watch {process.pid} {int(program.stop_signal)}")
        child = Child(program=program, process=process)
        self._children.append(child)
        return child

    def kill(self, child: Child) -> Program:
        """End a child and its own at once, as a crash would, and give back what it ran."""
        os.killpg(child.pid, signal.SIGKILL)
        child.process.wait()
        self._forget(child)
        return child.program

    def run(self, program: Program) -> None:
        """Start a program and wait for its end. Raises ChildDied unless it ends well."""
        self.wait(self.start(program))

    def wait(self, child: Child) -> None:
        """Wait for a child that is meant to end. Raises ChildDied unless it ends well."""
        while child.process.poll() is None:
            self.check(but=child)
            time.sleep(0.02)
        self._forget(child)
        if child.process.returncode != 0:
            raise ChildDied(program=child.program, code=child.process.returncode)

    def check(self, *, but: Child | None = None) -> None:
        """Raise ChildDied for the first child that has ended, StopRequested when somebody asked for the end."""
        if self.stop_requested:
            raise StopRequested
        for child in self._children:
            code = child.process.poll()
            if code is not None and child is not but:
                raise ChildDied(program=child.program, code=code)

    def own_folder(self, folder: Path) -> None:
        """Take charge of a throw-away folder: it is removed when the children have ended."""
        self._folders.append(folder)
        self._tell(f"remove {folder}")

    def close(self) -> None:
        """End what still runs, servers last, remove the folders, then let the watchdog go."""
        self._stop([child for child in self._children if not child.program.is_server], seconds=PROGRAM_STOP_SECONDS)
        self._stop(self._children, seconds=SERVER_STOP_SECONDS)
        for folder in self._folders:
            shutil.rmtree(folder, ignore_errors=True)
        with contextlib.suppress(BrokenPipeError):
            self._watchdog.communicate()

    def _stop(self, children: Sequence[Child], *, seconds: float) -> None:
        """Ask these children to stop, all at once, and kill those that have not after so many seconds."""
        for child in children:
            child.ask_to_stop()
        deadline = time.monotonic() + seconds
        for child in list(children):
            child.finish(deadline=deadline)
            self._forget(child)

    def _forget(self, child: Child) -> None:
        self._children.remove(child)
        self._tell(f"forget {child.pid}")

    def _tell(self, order: str) -> None:
        # A watchdog that somebody killed must not keep this program from ending its children itself.
        with contextlib.suppress(BrokenPipeError):
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
