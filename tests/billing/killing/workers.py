"""Real processes that can be killed, of Celery and of the web, and locks of PostgreSQL that park them."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self
from uuid import UUID

import psycopg

from conciergeries.embedded.children import Child, Children, Program
from conciergeries.embedded.environment import ROOT
from conciergeries.embedded.programs import CELERY_APP
from tests.platform.conciergeries.embedded.processes import wait_until

SCHEMA = "coupures"
# As many tasks as are parked at once, and some for what they lead to.
AT_ONCE = 12
# Importing the platform takes seconds on a machine that is busy.
PATIENCE = 90.0


class Worker:
    """The worker of the demo, on the servers of this run, with hands enough for everything that is parked."""

    def __init__(self, *, children: Children, environment: Mapping[str, str], folder: Path) -> None:
        alone = ["--without-mingle", "--without-gossip", "--without-heartbeat"]
        arguments = ["worker", "--concurrency", str(AT_ONCE), "--loglevel", "INFO", *alone]
        self._children = children
        self._program = Program(
            name="le worker",
            command=[sys.executable, "-m", "celery", "-A", CELERY_APP, *arguments],
            env=environment,
            log=folder / "worker.log",
            cwd=ROOT,
        )
        self._child: Child | None = None

    def start(self) -> None:
        self._child = self._children.start(self._program)

    def kill(self) -> None:
        """SIGKILL, to all its processes at the same instant; PostgreSQL then notices that nobody listens any more."""
        if self._child is None:
            raise LookupError("no worker runs")
        os.killpg(self._child.pid, signal.SIGKILL)
        self._child.process.wait()
        self._child = None
        with _connect() as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
        wait_until(lambda: blocked() == 0)


def opening(what: str, key: UUID, *, environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """A process of the web that opens a customer's page («page», of a payment) or a merchant's account («account»)."""
    command = [sys.executable, "-m", "tests.billing.killing.opening", what, SCHEMA, str(key)]
    return subprocess.Popen(command, env=environment, cwd=ROOT)  # noqa: S603  (our own module)


class Lock:
    """What a statement locks, held in a transaction of its own until it is released."""

    def __init__(self, statement: str, *values: Any) -> None:
        self._connection = _connect()
        self._connection.execute(statement, values)

    def release(self) -> None:
        self._connection.close()


class Locks:
    """The locks of one point; whatever happens, none outlives it."""

    def __init__(self) -> None:
        self._held = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._held.close()

    def hold(self, statement: str, *values: Any) -> Lock:
        lock = Lock(statement, *values)
        self._held.callback(lock.release)
        return lock

    def row(self, table: str, key: UUID) -> Lock:
        """One row of the town."""
        return self.hold(f"SELECT 1 FROM {SCHEMA}.{table} WHERE id = %s FOR UPDATE", key)  # noqa: S608  (names of ours)


def blocked() -> int:
    """How many sessions wait for a lock."""
    with _connect() as connection:
        row = connection.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        ).fetchone()
    return int(row[0]) if row else 0


def _connect() -> psycopg.Connection[Any]:
    return psycopg.connect(os.environ["DATABASE_URL"])
