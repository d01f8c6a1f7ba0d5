"""What a killed program left behind does not prevent the next start."""

import os
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from conciergeries.embedded import orphans


@pytest.fixture
def sleeping(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process that works in another folder than the cluster's."""
    with subprocess.Popen(["/bin/sleep", "600"], cwd="/") as process:
        yield process
        process.kill()


@pytest.fixture
def orphan(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process that works in the cluster's folder, as PostgreSQL does."""
    with subprocess.Popen(["/bin/sleep", "600"], cwd=tmp_path) as process:
        yield process
        process.kill()


def note(folder: Path, pid: int) -> Path:
    lock = folder / "postmaster.pid"
    lock.write_text(f"{pid}\n{folder}\n")
    return lock


def test_no_lock_file_is_nothing_to_do(tmp_path: Path) -> None:
    orphans.clear(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_lock_of_a_number_taken_over_by_another_program_goes(
    tmp_path: Path, sleeping: subprocess.Popen[bytes]
) -> None:
    lock = note(tmp_path, sleeping.pid)
    orphans.clear(tmp_path)
    assert not lock.exists()
    assert sleeping.poll() is None


def test_a_lock_of_a_dead_process_is_left_to_postgresql(tmp_path: Path) -> None:
    dead = subprocess.Popen(["/bin/true"])
    dead.wait()
    lock = note(tmp_path, dead.pid)
    orphans.clear(tmp_path)
    assert lock.exists()


def test_an_orphan_is_stopped_first(tmp_path: Path, orphan: subprocess.Popen[bytes]) -> None:
    note(tmp_path, orphan.pid)
    # Buried at once, as the system's first process does for orphans.
    burial = threading.Thread(target=orphan.wait)
    burial.start()
    orphans.clear(tmp_path)
    burial.join(timeout=5)
    assert orphan.returncode is not None


def test_an_unreadable_lock_is_left_to_postgresql(tmp_path: Path) -> None:
    lock = tmp_path / "postmaster.pid"
    lock.write_text("")
    orphans.clear(tmp_path)
    assert lock.exists()


def test_this_process_is_alive_and_works_where_it_does() -> None:
    assert orphans.is_alive(os.getpid())
    assert orphans.works_in(os.getpid(), Path.cwd())
    assert orphans.is_alive(1)
