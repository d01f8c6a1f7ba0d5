"""A test that would reach for the world outside fails: what it needs of others, it starts itself."""

import socket
import urllib.request
from collections.abc import Iterator

import pytest
from pytest_socket import SocketConnectBlockedError

# The refusal also warns, and warnings are errors here: the warning would hide it.
pytestmark = pytest.mark.filterwarnings("ignore:A test tried to use socket:UserWarning")

# Kept for documentation (RFC 5737): nobody answers there, should this test itself be broken.
OUTSIDE = "192.0.2.1"


@pytest.fixture
def listening() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_a_connection_to_the_outside_is_refused() -> None:
    with pytest.raises(SocketConnectBlockedError):
        socket.create_connection((OUTSIDE, 443), timeout=1)


def test_a_library_that_asks_the_outside_is_refused() -> None:
    with pytest.raises(SocketConnectBlockedError):
        urllib.request.urlopen(f"http://{OUTSIDE}/", timeout=1)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "istres.localhost"])
def test_this_machine_is_reached_by_each_of_its_names(host: str, listening: int) -> None:
    with socket.create_connection((host, listening), timeout=5) as connection:
        assert connection.getpeername()[1] == listening
