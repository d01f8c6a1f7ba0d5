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


def running() -> Iterator[Process]:
    """List the processes that run, zombies left out."""
    listed = _from_proc() if Path("/proc/self/stat").exists() else _from_ps()
    return (process for process in listed if not process.state.startswith("Z"))


def _from_proc() -> Iterator[Process]:
    for folder in Path("/proc").glob("[0-9]*"):
        # It may end while it is being read.
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            state = (folder / "stat").read_text().rpartition(")")[2].split()[0]
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
            yield Process(pid=int(folder.name), state=state, command=command)


def _from_ps() -> Iterator[Process]:
    # macOS, which has no /proc, always has ps.
    table = subprocess.run(["/bin/ps", "-Ao", "pid=,stat=,args="], capture_output=True, text=True, check=True).stdout
    for line in table.splitlines():
        pid, state, *command = line.split(maxsplit=2)
        yield Process(pid=int(pid), state=state, command="".join(command))
