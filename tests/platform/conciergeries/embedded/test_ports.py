"""A port is kept by one demo, even before anything listens on it."""

import socket
from collections.abc import Iterator
from contextlib import closing

import pytest

from conciergeries.embedded.ports import NoFreePort, Port, first_free_port

FIRST = 18600


@pytest.fixture
def listening() -> Iterator[int]:
    """A port on which a server of somebody else listens."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        yield server.getsockname()[1]


def test_two_demos_at_once_get_two_ports() -> None:
    with first_free_port(FIRST) as one, first_free_port(FIRST) as other:
        assert FIRST <= one.number < other.number
        taken = one.number
    with first_free_port(FIRST) as again:
        assert again.number == taken


def test_a_port_that_was_asked_for_and_is_taken_is_refused(listening: int) -> None:
    with pytest.raises(NoFreePort, match=rf"Le port {listening} est déjà pris"):
        Port(listening)


def test_the_search_passes_over_a_port_in_use(listening: int) -> None:
    with first_free_port(listening) as port:
        assert port.number > listening


def test_a_server_on_the_other_protocol_counts() -> None:
    try:
        server = socket.create_server(("::1", 0), family=socket.AF_INET6)
    except OSError:
        pytest.skip("this machine has no IPv6")
    with closing(server), pytest.raises(NoFreePort):
        Port(server.getsockname()[1])


def test_the_search_ends_at_the_last_port() -> None:
    with Port(65535), pytest.raises(NoFreePort):
        first_free_port(65535)


def test_connections_that_linger_do_not_hold_a_port() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        number = server.getsockname()[1]
        with closing(socket.create_connection(("127.0.0.1", number))):
            accepted, _ = server.accept()
            # The side that closes first is the one the kernel remembers.
            accepted.close()
    with Port(number) as port:
        assert port.number == number
