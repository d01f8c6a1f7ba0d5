"""Both servers together, as the demo, the tests and the command line want them."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from conciergeries.embedded.account import servers_account
from conciergeries.embedded.children import Children
from conciergeries.embedded.postgres import PostgresServer, StartingPostgres, launch_postgres
from conciergeries.embedded.valkey import StartingValkey, ValkeyServer, launch_valkey


@dataclass(frozen=True, kw_only=True)
class Servers:
    """PostgreSQL and Valkey, running."""

    postgres: PostgresServer
    valkey: ValkeyServer

    def environment(self) -> dict[str, str]:
        """Give the variables by which the settings find them."""
        return {"DATABASE_URL": self.postgres.url, "REDIS_URL": self.valkey.url}


@dataclass(frozen=True, kw_only=True)
class StartingServers:
    """PostgreSQL and Valkey, launched; their addresses are known before they answer."""

    postgres: StartingPostgres
    valkey: StartingValkey

    def environment(self) -> dict[str, str]:
        """Give the variables by which the settings will find them."""
        return {"DATABASE_URL": self.postgres.url, "REDIS_URL": self.valkey.url}

    def wait(self) -> Servers:
        """Wait until both answer and the platform's database exists."""
        return Servers(valkey=self.valkey.wait(), postgres=self.postgres.wait())


def launch_servers(
    *, children: Children, data_dir: Path, logs: Path, durable: bool, cluster: Path | None = None
) -> StartingServers:
    """Start both servers on the data under `data_dir`, without waiting for them to answer.

    Those that are not durable start on a copy of `cluster`, if there is one.
    """
    logs.mkdir(parents=True, exist_ok=True)
    valkey = launch_valkey(children=children, data_dir=data_dir / "valkey", durable=durable, log=logs / "valkey.log")
    postgres = launch_postgres(
        children=children,
        data_dir=data_dir / "postgres",
        durable=durable,
        log=logs / "postgres.log",
        cluster=cluster,
    )
    return StartingServers(postgres=postgres, valkey=valkey)


@contextmanager
def throw_away_servers(cluster: Path | None = None) -> Iterator[Servers]:
    """Run both servers in a temporary folder, on empty data or a copy of `cluster`, for as long as the block lasts."""
    with Children() as children:
        folder = Path(tempfile.mkdtemp(prefix="conciergeries-"))
        children.own_folder(folder)
        if servers_account() is not None:
            # The servers' account passes through it to its own data.
            folder.chmod(0o711)
        logs = folder / "logs"
        yield launch_servers(children=children, data_dir=folder, logs=logs, durable=False, cluster=cluster).wait()
