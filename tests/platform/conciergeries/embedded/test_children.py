"""Children end with their owner, all of them, in time."""

import os
import signal
import time
from pathlib import Path

import pytest

from conciergeries.embedded import children as subject
from conciergeries.embedded.children import Child, ChildDied, Children, Program, StopRequested, tail
from tests.platform.conciergeries.embedded.processes import is_running, wait_until


def shell(folder: Path, script: str, *, name: str = "un programme", is_server: bool = False) -> Program:
    return Program(
        name=name, command=["/bin/sh", "-c", script], env={}, log=folder / "log", cwd=folder, is_server=is_server
    )


def test_leaving_the_block_ends_the_children(tmp_path: Path) -> None:
    with Children() as children:
        child = children.start(shell(tmp_path, "exec sleep 600"))
        assert is_running(child.pid)
    assert child.process.returncode == -signal.SIGTERM
    assert list(children) == []


def test_a_stubborn_child_and_its_own_children_are_killed_in_time(tmp_path: Path) -> None:
    with Children() as children:
        children.start(shell(tmp_path, "trap '' TERM; sleep 600 & echo $! > grandchild; wait; wait"))
        children.start(shell(tmp_path, "trap '' TERM; sleep 600 & wait; wait", is_server=True))
        wait_until(lambda: (tmp_path / "grandchild").exists() and (tmp_path / "grandchild").read_text())
        grandchild = int((tmp_path / "grandchild").read_text())
        began = time.monotonic()
    assert time.monotonic() - began < 5
    assert not is_running(grandchild)


def test_a_leader_that_ends_well_leaves_no_child_behind(tmp_path: Path) -> None:
    with Children() as children:
        children.start(shell(tmp_path, "sleep 600 & echo $! > grandchild; trap 'exit 0' TERM; wait"))
        wait_until(lambda: (tmp_path / "grandchild").exists() and (tmp_path / "grandchild").read_text())
        grandchild = int((tmp_path / "grandchild").read_text())
    wait_until(lambda: not is_running(grandchild), seconds=1)


def test_servers_stop_after_the_programs_that_use_them(tmp_path: Path) -> None:
    with Children() as children:
        for name, is_server in (("server", True), ("program", False)):
            script = f"trap 'echo {name} >> ended; exit 0' TERM; touch {name}; while :; do sleep 0.05; done"
            children.start(shell(tmp_path, script, is_server=is_server))
        wait_until(lambda: (tmp_path / "server").exists() and (tmp_path / "program").exists())
    assert (tmp_path / "ended").read_text().split() == ["program", "server"]


def test_check_names_the_child_that_died_and_shows_its_last_words(tmp_path: Path) -> None:
    with Children() as children:
        child = children.start(shell(tmp_path, "echo plus de place; exit 3", name="la base"))
        child.process.wait()
        with pytest.raises(ChildDied, match=r"(?s)la base s'est arrêté \(code 3\).*plus de place"):
            children.check()


def test_a_killed_child_takes_its_own_with_it_and_may_be_started_again(tmp_path: Path) -> None:
    with Children() as children:
        child = children.start(shell(tmp_path, "sleep 600 & echo $! > grandchild; wait"))
        wait_until(lambda: (tmp_path / "grandchild").exists() and (tmp_path / "grandchild").read_text())
        grandchild = int((tmp_path / "grandchild").read_text())
        program = children.kill(child)
        wait_until(lambda: not is_running(grandchild), seconds=1)
        children.check()
        assert is_running(children.start(program).pid)


def test_run_waits_for_the_end_and_refuses_a_failure(tmp_path: Path) -> None:
    with Children() as children:
        children.run(shell(tmp_path, "sleep 0.1; touch done"))
        assert (tmp_path / "done").exists()
        with pytest.raises(ChildDied):
            children.run(shell(tmp_path, "exit 1"))
        assert list(children) == []


def test_a_wish_to_stop_interrupts_every_wait(tmp_path: Path) -> None:
    with Children() as children:
        child: Child = children.start(shell(tmp_path, "exec sleep 600"))
        children.stop_requested = True
        with pytest.raises(StopRequested):
            children.wait(child)
    assert not is_running(child.pid)


def test_a_child_is_out_of_reach_of_the_terminal(tmp_path: Path) -> None:
    with Children() as children:
        child = children.start(shell(tmp_path, "exec sleep 600"))
        assert os.getsid(child.pid) == os.getpgid(child.pid) == child.pid


def test_folders_go_with_their_owner(tmp_path: Path) -> None:
    folder = tmp_path / "throw-away"
    with Children() as children:
        children.own_folder(folder)
        (folder / "deep").mkdir(parents=True)
    assert not folder.exists()


def test_children_end_even_without_a_watchdog(tmp_path: Path) -> None:
    with Children() as children:
        child = children.start(shell(tmp_path, "exec sleep 600"))
        children._watchdog.kill()  # noqa: SLF001  (somebody kills it: no public way to do so)
        children._watchdog.wait()  # noqa: SLF001  (the same)
    assert not is_running(child.pid)


def test_tail_shows_the_last_lines_only(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_bytes(b"".join(f"{number}\n".encode() for number in range(50)) + b"\xff\n")
    assert tail(log, lines=2) == "  49\n  �"
    assert tail(tmp_path / "none") == "  (rien)"


def test_both_stops_together_stay_under_five_seconds() -> None:
    assert subject.PROGRAM_STOP_SECONDS + subject.SERVER_STOP_SECONDS < 5
