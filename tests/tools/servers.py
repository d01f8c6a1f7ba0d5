"""A pytest plugin: a private PostgreSQL and a private Valkey for the run, and names under `localhost` that resolve.

Switched on by `-p tests.tools.servers`. Given both DATABASE_URL and REDIS_URL, it starts nothing and uses those.
"""

import os
import signal
import socket
from collections.abc import Generator
from contextlib import ExitStack
from typing import Any

import pytest

_system_getaddrinfo = socket.getaddrinfo


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None, Any, Any]:
    """Start the servers before anything imports Django's settings.

    A wrapper, because it runs before every plain implementation of this hook: pytest-django's, which imports the
    settings, and the one that loads the conftest files.
    """
    # A shell that starts the tests in the background has them ignore Ctrl-C, and all they start: some test it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "conciergeries.settings.test")
    from conciergeries.embedded.stack import throw_away_servers  # noqa: PLC0415  (the platform reads the line above)
    from tests.tools.migrated import migrated_cluster  # noqa: PLC0415  (the same)

    resolve_localhost()
    wanted = {"DATABASE_URL", "REDIS_URL"} - os.environ.keys()
    known = early_config.known_args_namespace
    # With `-n`, each process that runs tests has servers of its own; the one that hands them out needs none.
    hands_out = getattr(known, "numprocesses", None) and "PYTEST_XDIST_WORKER" not in os.environ
    if wanted and not known.version and not known.help:
        # Made before the processes start: once, and not by each.
        cluster = migrated_cluster()
        if hands_out:
            return (yield)
        stack = ExitStack()
        # Registered first: Ctrl-C during the start, a conftest that fails, all end here. A SIGKILL: see the watchdog.
        early_config.add_cleanup(stack.close)
        servers = stack.enter_context(throw_away_servers(cluster))
        for name, value in servers.environment().items():
            os.environ.setdefault(name, value)
    return (yield)


def resolve_localhost() -> None:
    """Make names under `localhost` resolve in this process, whatever the machine's C library does."""
    socket.getaddrinfo = _getaddrinfo


def _getaddrinfo(host: Any, *arguments: Any, **options: Any) -> list[Any]:
    """Resolve `istres.localhost` as browsers and curl do: glibc does not everywhere.

    Writing 127.0.0.1 in the URL instead would put every town's cookies under one host.
    """
    name = host.decode() if isinstance(host, bytes) else host
    if isinstance(name, str) and name.lower().rstrip(".").endswith(".localhost"):
        host = "127.0.0.1"
    return _system_getaddrinfo(host, *arguments, **options)
