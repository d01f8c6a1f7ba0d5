"""Both servers together, as the demo, the tests and the command line want them."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from conciergeries.embedded.account import servers_account
from conciergeries.embedded.children import Children
from conciergeries.embedded.postgres import PostgresServer, launch_postgres, stop_postgres
from conciergeries.embedded.valkey import ValkeyServer, launch_valkey, stop_valkey

STOP_SECONDS = 2.0


@dataclass(frozen=True, kw_only=True)
class Servers:
    """PostgreSQL and Valkey, running."""

    postgres: PostgresServer
    valkey: ValkeyServer

    def environment(self) -> dict[str, str]:
        """Give the variables by which the settings find them."""
        return {"DATABASE_URL": self.postgres.url, "REDIS_URL": self.valkey.url}


def start_servers(*, children: Children, data_dir: Path, logs: Path, durable: bool) -> Servers:
    """Start both servers on the data under `data_dir`, side by side, and wait until both answer."""
    logs.mkdir(parents=True, exist_ok=True)
    valkey = launch_valkey(children=children, data_dir=data_dir / "valkey", durable=durable, log=logs / "valkey.log")
    postgres = launch_postgres(
        children=children, data_dir=data_dir / "postgres", durable=durable, log=logs / "postgres.log"
    )
    return Servers(postgres=postgres.wait(), valkey=valkey.wait())


def stop_servers(*, children: Children, servers: Servers, seconds: float = STOP_SECONDS) -> None:
    """Stop both servers."""
    stop_valkey(children=children, server=servers.valkey, seconds=seconds)
    stop_postgres(children=children, server=servers.postgres, seconds=seconds)


@contextmanager
def throw_away_servers() -> Iterator[Servers]:
    """Run both servers on empty data in a temporary folder, for as long as the block lasts."""
    with Children() as children:
        folder = Path(tempfile.mkdtemp(prefix="conciergeries-"))
        children.own_folder(folder)
        if servers_account() is not None:
            # The servers' account passes through it to its own data.
            folder.chmod(0o711)
        try:
            servers = start_servers(children=children, data_dir=folder, logs=folder / "logs", durable=False)
            try:
                yield servers
            finally:
                stop_servers(children=children, servers=servers)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
