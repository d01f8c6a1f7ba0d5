"""A whole platform of one's own, served: its own ports and data, real workers, nothing of any other demo."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from conciergeries.embedded.data import throw_away_data
from conciergeries.embedded.ports import first_free_port
from conciergeries.embedded.supervisor import Platform, running_platform
from conciergeries.embedded.telling import Narrator


class Silent(Narrator):
    """Says nothing."""

    def line(self, text: str = "") -> None:
        """Keep quiet."""


@contextmanager
def served_platform(*, seed: bool, first_port: int) -> Iterator[Platform]:
    """Serve a platform on the first free port from `first_port`: empty, or filled as the demo is."""
    with (
        throw_away_data() as data,
        first_free_port(first_port) as port,
        running_platform(folder=data, port=port, narrator=Silent(), seed=seed) as platform,
        _stopping_at_once(),
    ):
        yield platform


@contextmanager
def _stopping_at_once() -> Iterator[None]:
    """Let Ctrl-C and SIGTERM interrupt whatever is being waited for: every child has been started by now."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
