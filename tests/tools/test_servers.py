"""The plugin that gives a run of tests its servers."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import psycopg
import redis

from conciergeries.embedded.environment import ROOT
from tests.platform.conciergeries.embedded.processes import is_running, mentioning, wait_until

PROJECT = """
[pytest]
addopts = -p tests.tools.servers --import-mode=importlib
"""
TESTS = """
import os, time
from pathlib import Path

def test_slow():
    Path("seen").write_text(os.environ["DATABASE_URL"] + " " + str(os.environ.get("REDIS_URL")))
    if {wait}:
        time.sleep(60)
"""


def run_of_tests(folder: Path, *, wait: bool = False, env: dict[str, str] | None = None) -> subprocess.Popen[bytes]:
    (folder / "pytest.ini").write_text(PROJECT)
    (folder / "test_slow.py").write_text(TESTS.format(wait=wait))
    ours = ("DATABASE_URL", "REDIS_URL")
    machine = {name: value for name, value in os.environ.items() if name not in ours}
    return subprocess.Popen(
        [sys.executable, "-m", "pytest", "-q"],
        cwd=folder,
        # The plugin alone: nothing else that is installed takes its time.
        env=machine | {"PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"} | (env or {}),
        stdout=subprocess.DEVNULL,
    )


def sockets_of(folder: Path) -> Path:
    return Path((folder / "seen").read_text().split()[0].partition("host=")[2])


def test_this_run_has_servers_that_answer() -> None:
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        assert connection.execute("SHOW max_locks_per_transaction").fetchone() == ("1024",)
    with redis.Redis.from_url(os.environ["REDIS_URL"]) as client:
        assert client.ping()


def test_hosts_of_towns_resolve_here() -> None:
    assert socket.getaddrinfo("istres.localhost", 80, type=socket.SOCK_STREAM)[0][4] == ("127.0.0.1", 80)
    assert socket.getaddrinfo(b"VIROFLAY.localhost.", 80)[0][4][0] == "127.0.0.1"
    assert socket.getaddrinfo(None, 80)
    assert socket.getaddrinfo("127.0.0.2", 80)[0][4][0] == "127.0.0.2"


def test_the_servers_go_with_the_run(tmp_path: Path) -> None:
    assert run_of_tests(tmp_path).wait(timeout=60) == 0
    assert not sockets_of(tmp_path).exists()
    assert not mentioning(sockets_of(tmp_path))


def test_ctrl_c_and_a_kill_leave_nothing(tmp_path: Path) -> None:
    for end in ("send_signal", "kill"):
        run = run_of_tests(tmp_path, wait=True)
        # The file is there before its line is.
        wait_until(lambda: (tmp_path / "seen").exists() and "host=" in (tmp_path / "seen").read_text(), seconds=60)
        run.send_signal(2) if end == "send_signal" else run.kill()
        run.wait(timeout=60)
        wait_until(lambda: not sockets_of(tmp_path).exists() and not mentioning(sockets_of(tmp_path)))
        assert not is_running(run.pid)
        (tmp_path / "seen").unlink()


def test_servers_given_by_the_environment_are_used(tmp_path: Path) -> None:
    given = {"DATABASE_URL": "postgresql://elsewhere", "REDIS_URL": "redis://elsewhere"}
    assert run_of_tests(tmp_path, env=given).wait(timeout=60) == 0
    assert (tmp_path / "seen").read_text() == "postgresql://elsewhere redis://elsewhere"
