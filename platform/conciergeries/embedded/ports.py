"""Ports of this machine, kept for one program before the server that will listen on them has started."""

import contextlib
import fcntl
import socket
from types import TracebackType
from typing import IO, Self

from conciergeries.embedded.cache import user_folder

HIGHEST_TRIED = 200
"""How many ports after the first are tried."""


class NoFreePort(Exception):  # noqa: N818  (told to a person, in French)
    """The port asked for is taken, or every port tried is."""


class Port:
    """A port that no other demo of this user takes, until it is let go.

    A lock file, because granian shares its port (SO_REUSEPORT): two demos that start together would both listen on it
    and be served each other's pages.
    """

    def __init__(self, number: int) -> None:
        """Keep the port. Raises NoFreePort when somebody listens on it or keeps it."""
        self.number = number
        locks = user_folder() / "ports"
        locks.mkdir(exist_ok=True)
        self._lock: IO[str] = (locks / str(number)).open("a")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _check_free(number)
        except OSError as error:
            self._lock.close()
            raise NoFreePort(f"Le port {number} est déjà pris.") from error

    def __enter__(self) -> Self:
        """Hand over the port."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let the port go."""
        self._lock.close()


def first_free_port(first: int) -> Port:
    """Keep the first free port from `first` on. Raises NoFreePort."""
    for number in range(first, min(first + HIGHEST_TRIED, 65536)):
        with contextlib.suppress(NoFreePort):
            return Port(number)
    raise NoFreePort(f"Aucun port libre entre {first} et {first + HIGHEST_TRIED}.")


def _check_free(number: int) -> None:
    """Raise OSError when a server listens on the port of this machine, on either protocol.

    Browsers try ::1 first: a server there would answer in the demo's place.
    """
    for family, host in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
        if family == socket.AF_INET6 and not _has_ipv6():
            continue
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            # Not refused by connections of an earlier demo that the kernel still remembers.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, number))
            probe.listen(1)


def _has_ipv6() -> bool:
    if not socket.has_ipv6:
        return False
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True
