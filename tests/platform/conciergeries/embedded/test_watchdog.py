"""The watchdog outlives a killed program and tidies up after it."""

import signal
import subprocess
import sys
import time
from pathlib import Path

from conciergeries.embedded import watchdog
from tests.platform.conciergeries.embedded.processes import is_running, mentioning, wait_until

# Starts two children, one of which ignores polite requests and has a child of its own, then waits to be killed.
PROGRAM = """
import sys, time
from pathlib import Path
from conciergeries.embedded.children import Children, Program

folder = Path(sys.argv[1])
children = Children()
children.own_folder(folder / "throw-away")
(folder / "throw-away").mkdir()
stubborn = "trap '' TERM; sleep 600 & echo $! > grandchild; wait; wait"
for name, script in (("polite", "exec sleep 600"), ("stubborn", stubborn)):
    child = children.start(
        Program(name=name, command=["/bin/sh", "-c", script], env={}, log=folder / "log", cwd=folder)
    )
    (folder / name).write_text(str(child.pid))
(folder / "ready").touch()
time.sleep(600)
"""


def test_follow_keeps_what_was_not_forgotten() -> None:
    orders = ["watch 10 2\n", "watch 11 15\n", "remove /a folder\n", "forget 10\n"]
    assert watchdog.follow(orders) == ({11: 15}, ["/a folder"])


def test_follow_accepts_nothing_at_all() -> None:
    assert watchdog.follow([]) == ({}, [])


def test_stop_does_not_mind_a_process_that_is_gone() -> None:
    gone = subprocess.Popen(["/bin/true"], start_new_session=True)
    gone.wait()
    watchdog.stop({gone.pid: signal.SIGTERM})


def test_a_killed_program_leaves_no_process_and_no_folder(tmp_path: Path) -> None:
    program = subprocess.Popen([sys.executable, "-c", PROGRAM, str(tmp_path)])  # noqa: S603  (written above)
    try:
        wait_until(lambda: (tmp_path / "ready").exists() and (tmp_path / "grandchild").exists())
        pids = [int((tmp_path / name).read_text()) for name in ("polite", "stubborn", "grandchild")]
        assert all(is_running(pid) for pid in pids)
        program.kill()
        program.wait()
        began = time.monotonic()
        wait_until(lambda: not any(is_running(pid) for pid in pids))
        assert time.monotonic() - began < watchdog.GRACE + 1
        wait_until(lambda: not (tmp_path / "throw-away").exists())
        wait_until(lambda: not mentioning(tmp_path))
    finally:
        program.kill()
        program.wait()
