"""PostgreSQL 18 in a folder, reached by a Unix socket only, ended with the program that started it."""

import os
import shutil
import signal
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from conciergeries.embedded import orphans
from conciergeries.embedded.account import Account, servers_account
from conciergeries.embedded.binaries import postgres_home, postgres_version
from conciergeries.embedded.cache import cached
from conciergeries.embedded.children import Child, Children, Program, tail
from conciergeries.embedded.sockets import socket_folder

PORT = 5432
"""It only names the socket's file: nothing listens on the network."""

DATABASE = "conciergeries"
START_SECONDS = 60.0
"""Recovery after a kill replays the journal; on a slow disk that takes a while."""

_ALWAYS = {
    "listen_addresses": "",
    "port": str(PORT),
    "unix_socket_permissions": "0700",
    "logging_collector": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # One schema per town: a town's opening or removal locks more than a hundred tables at once.
    "max_locks_per_transaction": "1024",
}
_THROW_AWAY = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}


class PostgresDidNotStart(Exception):  # noqa: N818  (told to a person, in French)
    """PostgreSQL runs but does not answer."""


@dataclass(frozen=True, kw_only=True)
class PostgresServer:
    """A running PostgreSQL."""

    url: str
    child: Child
    sockets: Path


@dataclass(frozen=True, kw_only=True)
class StartingPostgres:
    """A PostgreSQL that was launched and may not answer yet."""

    children: Children
    child: Child
    sockets: Path

    @property
    def url(self) -> str:
        """The address of the platform's database, which exists once `wait` has returned."""
        return _url(self.sockets, DATABASE)

    def wait(self) -> PostgresServer:
        """Wait until it answers, and make the platform's database when it is missing."""
        deadline = time.monotonic() + START_SECONDS
        while True:
            self.children.check()
            try:
                _create_database(_url(self.sockets, "postgres"))
            except psycopg.OperationalError as error:
                if time.monotonic() > deadline:
                    log = self.child.program.log
                    raise PostgresDidNotStart(f"PostgreSQL ne répond pas : {error}\n{tail(log)}") from error
                time.sleep(0.02)
            else:
                return PostgresServer(url=self.url, child=self.child, sockets=self.sockets)


def launch_postgres(
    *, children: Children, data_dir: Path, durable: bool, log: Path, cluster: Path | None = None
) -> StartingPostgres:
    """Start PostgreSQL on the cluster in `data_dir`, made when missing, without waiting for it to answer.

    A server that is not `durable` starts faster, and loses everything if the machine stops: for tests. It may start on
    a copy of `cluster`, which was stopped.
    """
    account = servers_account()
    home = postgres_home(account)
    if (data_dir / "PG_VERSION").exists():
        orphans.clear(data_dir)
    elif durable:
        _make_cluster(data_dir, home=home, account=account, children=children, log=log)
    else:
        cluster = cluster or _empty_cluster(home=home, account=account, children=children, log=log)
        _copy_cluster(cluster, data_dir, account=account)
    sockets = socket_folder(account, longest_name=f".s.PGSQL.{PORT}.lock")
    children.own_folder(sockets)
    options = {**_ALWAYS, **({} if durable else _THROW_AWAY), "unix_socket_directories": str(sockets)}
    child = children.start(
        Program(
            name="PostgreSQL",
            command=[
                str(home / "bin" / "postgres"),
                "-D",
                str(data_dir),
                *(part for name, value in options.items() for part in ("-c", f"{name}={value}")),
            ],
            env=_environment(),
            log=log,
            # SIGTERM would wait for every client to leave; SIGINT is PostgreSQL's «fast» stop.
            stop_signal=signal.SIGINT,
            account=account,
            cwd=Path("/"),
            is_server=True,
        )
    )
    return StartingPostgres(children=children, child=child, sockets=sockets)


def _make_cluster(
    data_dir: Path, *, home: Path, account: Account | None, children: Children, log: Path, sync: bool = True
) -> None:
    """Make an empty cluster; a half-made one never stays under its final name."""
    half_made = Path(tempfile.mkdtemp(prefix="half-made-", dir=data_dir.parent))
    children.own_folder(half_made)
    if account is not None:
        account.take(half_made)
    command = [
        str(home / "bin" / "initdb"),
        *("-D", str(half_made)),
        *("-U", "postgres", "--auth=trust", "-E", "UTF8"),
        # The embedded build has no ICU, and the machine's locales are not to be relied on.
        *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"),
        *([] if sync else ["--no-sync"]),
    ]
    children.run(Program(name="initdb", command=command, env=_environment(), log=log, account=account, cwd=Path("/")))
    if data_dir.exists():
        data_dir.rmdir()
    half_made.rename(data_dir)


def _empty_cluster(*, home: Path, account: Account | None, children: Children, log: Path) -> Path:
    """Give an empty cluster kept from an earlier run: copying it takes a tenth of initdb's time."""

    def make(template: Path) -> None:
        # Made in a folder that the servers' account may enter, then kept by this user.
        with tempfile.TemporaryDirectory(prefix="cgs-") as workshop:
            Path(workshop).chmod(0o711)
            cluster = Path(workshop, "cluster")
            _make_cluster(cluster, home=home, account=account, children=children, log=log, sync=False)
            shutil.copytree(cluster, template)

    return cached(f"cluster-{postgres_version()}", make=make)


def _copy_cluster(cluster: Path, data_dir: Path, *, account: Account | None) -> None:
    shutil.copytree(cluster, data_dir, dirs_exist_ok=True)
    data_dir.chmod(0o700)
    if account is not None:
        account.take(data_dir)


def _create_database(url: str) -> None:
    with psycopg.connect(url, autocommit=True, connect_timeout=5) as connection:
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
        if found is None:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))


def _url(sockets: Path, database: str) -> str:
    # The folder goes in the query: libpq, Django's URL parser and SQLAlchemy all read it there, while only
    # libpq decodes a folder written in the host's place. The port is written so that a PGPORT cannot change it.
    return f"postgresql://postgres@:{PORT}/{database}?host={quote(str(sockets))}"


def _environment() -> dict[str, str]:
    """Give the servers what they need and nothing of this machine's PG* variables and locales."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}
