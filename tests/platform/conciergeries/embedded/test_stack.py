"""PostgreSQL and Valkey, started for real: settings, durability, restarts after a kill."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
import redis

from conciergeries.embedded.account import servers_account
from conciergeries.embedded.children import ChildDied, Children
from conciergeries.embedded.stack import Servers, launch_servers, throw_away_servers
from tests.platform.conciergeries.embedded.processes import is_running, mentioning, wait_until

# Starts both servers on the folder given, writes down their processes, then waits to be killed.
PROGRAM = """
import sys, time
from pathlib import Path
from conciergeries.embedded.children import Children
from conciergeries.embedded.stack import launch_servers

folder = Path(sys.argv[1])
children = Children()
servers = launch_servers(children=children, data_dir=folder, logs=folder / "logs", durable=True).wait()
(folder / "pids").write_text(f"{servers.postgres.child.pid} {servers.valkey.child.pid}")
(folder / "url").write_text(servers.postgres.url)
(folder / "ready").touch()
time.sleep(600)
"""


@contextmanager
def durable_servers(folder: Path) -> Iterator[Servers]:
    with Children() as children:
        yield launch_servers(children=children, data_dir=folder, logs=folder / "logs", durable=True).wait()


def setting(servers: Servers, name: str) -> str:
    with psycopg.connect(servers.postgres.url) as connection:
        row = connection.execute("SELECT current_setting(%s)", [name]).fetchone()
    assert row is not None
    return str(row[0])


def test_throw_away_servers_are_fast_private_and_leave_nothing() -> None:
    with throw_away_servers() as servers:
        assert setting(servers, "fsync") == "off"
        assert setting(servers, "max_locks_per_transaction") == "1024"
        assert setting(servers, "listen_addresses") == ""
        with redis.Redis.from_url(servers.valkey.url) as client:
            assert client.ping()
            assert client.config_get("port") == {"port": "0"}
        sockets = servers.postgres.sockets
        data = Path(setting(servers, "data_directory"))
        assert sockets.stat().st_mode & 0o077 == 0
        pids = [servers.postgres.child.pid, servers.valkey.child.pid]
    assert not any(is_running(pid) for pid in pids)
    assert not sockets.exists()
    assert not data.exists()
    assert not mentioning(data)


def test_the_database_is_there_in_the_locale_that_needs_no_machine() -> None:
    with throw_away_servers() as servers, psycopg.connect(servers.postgres.url) as connection:
        row = connection.execute(
            "SELECT datname, pg_encoding_to_char(encoding), datlocprovider, datlocale FROM pg_database"
            " WHERE datname = current_database()"
        ).fetchone()
        assert row == ("conciergeries", "UTF8", "b", "C.UTF-8")
        upper = connection.execute("SELECT upper('é')").fetchone()
        assert upper == ("É",)


def test_a_machine_s_own_variables_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"PGPORT": "5999", "PGHOST": "nowhere", "PGDATA": "/nowhere", "LC_ALL": "xx_XX"}.items():
        monkeypatch.setenv(name, value)
    with throw_away_servers() as servers:
        assert setting(servers, "port") == "5432"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has another account to lend")
def test_root_s_servers_run_as_somebody_else() -> None:
    account = servers_account()
    assert account is not None
    with throw_away_servers() as servers:
        for child in (servers.postgres.child, servers.valkey.child):
            assert Path(f"/proc/{child.pid}").stat().st_uid == account.uid


def test_data_outlives_a_stop_and_a_kill(folder: Path) -> None:
    with durable_servers(folder) as servers:
        with psycopg.connect(servers.postgres.url) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 1 AS one")
        with redis.Redis.from_url(servers.valkey.url) as client:
            client.set("kept", "one")
        time.sleep(1.1)  # Valkey's journal reaches the disk once a second.
        for child in (servers.postgres.child, servers.valkey.child):
            os.killpg(child.pid, signal.SIGKILL)
            child.process.wait()
        assert (folder / "postgres" / "postmaster.pid").exists()
    with durable_servers(folder) as servers:
        with psycopg.connect(servers.postgres.url) as connection:
            assert connection.execute("SELECT one FROM kept").fetchone() == (1,)
        with redis.Redis.from_url(servers.valkey.url) as client:
            assert client.get("kept") == b"one"
        assert setting(servers, "fsync") == "on"


def test_a_killed_owner_s_servers_end_and_the_next_start_at_once(folder: Path) -> None:
    program = subprocess.Popen([sys.executable, "-c", PROGRAM, str(folder)])  # noqa: S603  (written above)
    try:
        wait_until((folder / "ready").exists, seconds=30)
        pids = [int(pid) for pid in (folder / "pids").read_text().split()]
        program.kill()
        program.wait()
        # Not waiting for the orphans: whoever starts again just after a kill meets them.
        with durable_servers(folder) as servers:
            assert setting(servers, "server_version").startswith("18.")
            wait_until(lambda: not any(is_running(pid) for pid in pids))
    finally:
        program.kill()
        program.wait()


def test_a_busy_client_does_not_delay_the_stop(folder: Path) -> None:
    with durable_servers(folder) as servers:
        client = psycopg.connect(servers.postgres.url, autocommit=True)
        began = time.monotonic()
    took = time.monotonic() - began
    client.close()
    assert took < 3


def test_a_server_that_cannot_start_says_why(folder: Path) -> None:
    with durable_servers(folder):
        pass
    (folder / "postgres" / "PG_VERSION").write_text("12\n")
    with pytest.raises(ChildDied, match=r"(?s)PostgreSQL s'est arrêté.*12"), durable_servers(folder):
        pytest.fail("a cluster of another version was started")


def test_a_cluster_half_made_by_a_killed_program_is_made_again(folder: Path) -> None:
    (folder / "half-made-abc" / "base").mkdir(parents=True)
    with durable_servers(folder) as servers:
        assert setting(servers, "server_version").startswith("18.")
