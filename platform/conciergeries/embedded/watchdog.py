"""Ends the servers of a program that was killed: reads orders on standard input, acts when it closes.

Run as a script by `children.Children`, in a session of its own, with the standard library only. The program holds
the only writing end of the pipe, so the pipe closes when the program ends, however it ends: SIGKILL included.

Why not PR_SET_PDEATHSIG: it exists on Linux only, follows the *thread* that forked, is cleared when the child changes
user (ours drops from root to nobody), and is not inherited by the server's own children.

Orders, one a line: `watch PID SIGNAL`, `forget PID`, `remove FOLDER`.
"""

import contextlib
import os
import shutil
import signal
import sys
import time
from collections.abc import Iterable

GRACE = 3.0  # seconds between a polite stop and SIGKILL


def follow(lines: Iterable[str]) -> tuple[dict[int, int], list[str]]:
    """Read the orders until they end; give what is left to stop (pid → signal) and to remove."""
    alive: dict[int, int] = {}
    folders: list[str] = []
    for line in lines:
        order, _, rest = line.rstrip("\n").partition(" ")
        if order == "watch":
            pid, _, number = rest.partition(" ")
            alive[int(pid)] = int(number)
        elif order == "forget":
            alive.pop(int(rest), None)
        elif order == "remove":
            folders.append(rest)
    return alive, folders


def stop(alive: dict[int, int]) -> None:
    """Stop each process politely, then kill what remains of its group."""
    # The last started is the first asked to stop: workers go before the databases they use.
    for pid, number in reversed(alive.items()):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)
    deadline = time.monotonic() + GRACE
    while any(_exists(pid) for pid in alive) and time.monotonic() < deadline:
        time.sleep(0.05)
    for pid in alive:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL)


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def main() -> None:
    """Wait for the end of the program, then tidy up after it."""
    # A Ctrl-C or a closed terminal is the program's business: the pipe tells when it is over.
    for number in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    alive, folders = follow(sys.stdin)
    stop(alive)
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
