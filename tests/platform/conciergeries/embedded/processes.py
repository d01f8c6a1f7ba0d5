"""What the tests of the embedded servers ask about processes, and wait for."""

import contextlib
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Process:
    """A process as the system tells it."""

    pid: int
    parent: int
    state: str
    command: str


def wait_until(true: Callable[[], object], *, seconds: float = 10.0) -> None:
    """Wait for something to become true; fail after so many seconds."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, f"not true after {seconds} s"
        time.sleep(0.02)


def is_running(pid: int) -> bool:
    """Tell whether a process runs; a zombie that nobody has buried does not."""
    return any(process.pid == pid for process in running())


def mentioning(path: Path) -> list[Process]:
    """List the running processes whose command line names a path."""
    return [process for process in running() if str(path) in process.command]


def descendants(pid: int) -> list[Process]:
    """List the running children of a process, their children, and so on."""
    everybody = list(running())
    family = {pid}
    for _generation in range(10):
        family |= {process.pid for process in everybody if process.parent in family}
    return [process for process in everybody if process.pid in family and process.pid != pid]


def running() -> Iterator[Process]:
    """List the processes that run, zombies left out."""
    listed = _from_proc() if Path("/proc/self/stat").exists() else _from_ps()
    return (process for process in listed if not process.state.startswith("Z"))


def _from_proc() -> Iterator[Process]:
    for folder in Path("/proc").glob("[0-9]*"):
        # It may end while it is being read.
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            # The name, in parentheses, may hold anything.
            state, parent = (folder / "stat").read_text().rpartition(")")[2].split()[:2]
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
            yield Process(pid=int(folder.name), parent=int(parent), state=state, command=command)


def _from_ps() -> Iterator[Process]:
    # macOS, which has no /proc, always has ps.
    table = subprocess.run(
        ["/bin/ps", "-Ao", "pid=,ppid=,stat=,args="], capture_output=True, text=True, check=True
    ).stdout
    for line in table.splitlines():
        pid, parent, state, *command = line.split(maxsplit=3)
        yield Process(pid=int(pid), parent=int(parent), state=state, command="".join(command))
