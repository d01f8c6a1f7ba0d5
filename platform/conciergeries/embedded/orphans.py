"""What a killed program may have left in PostgreSQL's folder: a lock file, or a server about to stop."""

import contextlib
import os
import signal
import time
from pathlib import Path

WAIT_SECONDS = 10.0


def clear(data_dir: Path) -> None:
    """Make a cluster's folder ready for a new server. The caller holds the folder's lock, so any server is an orphan.

    PostgreSQL takes its lock file for good as soon as *any* process has the number written in it: after a restart of a
    container, that is likely. It is removed only when no process works in the folder, and otherwise left to PostgreSQL,
    which also looks at the shared memory.
    """
    lock = data_dir / "postmaster.pid"
    pid = _first_number(lock)
    if pid is None:
        return
    deadline = time.monotonic() + WAIT_SECONDS
    while works_in(pid, data_dir) and time.monotonic() < deadline:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGINT)
        time.sleep(0.1)
    if not works_in(pid, data_dir) and is_alive(pid):
        lock.unlink(missing_ok=True)


def is_alive(pid: int) -> bool:
    """Tell whether a process has this number, whoever runs it."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def works_in(pid: int, folder: Path) -> bool:
    """Tell whether the process has `folder` as its current folder, as PostgreSQL does with its data.

    Without /proc (macOS), a living process is believed to: PostgreSQL then decides by itself.
    """
    if not Path("/proc/self/cwd").exists():
        return is_alive(pid)
    try:
        return Path(f"/proc/{pid}/cwd").readlink() == folder.resolve()
    except OSError:
        return False


def _first_number(lock: Path) -> int | None:
    try:
        return int(lock.read_text().splitlines()[0])
    except (FileNotFoundError, IndexError, ValueError):
        return None
