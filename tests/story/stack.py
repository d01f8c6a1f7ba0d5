"""A whole platform for one story: its own ports and data, real workers, nothing of any other demo."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from conciergeries.embedded.data import throw_away_data
from conciergeries.embedded.environment import ROOT, with_machine
from conciergeries.embedded.ports import first_free_port
from conciergeries.embedded.supervisor import Platform, running_platform
from conciergeries.embedded.telling import Narrator

FIRST_PORT = 8600


class Silent(Narrator):
    """Says nothing: the story is what is told."""

    def line(self, text: str = "") -> None:
        """Keep quiet."""


@contextmanager
def fresh_platform() -> Iterator[Platform]:
    """Start an empty platform: no town, no account."""
    with (
        throw_away_data() as data,
        first_free_port(FIRST_PORT) as port,
        running_platform(folder=data, port=port, narrator=Silent(), seed=False) as platform,
    ):
        yield platform


class CommandFailedError(RuntimeError):
    """A management command ended with an error."""


def manage(platform: Platform, *arguments: str) -> str:
    """Run a management command on that platform; what it printed. Raises CommandFailedError."""
    done = subprocess.run(  # noqa: S603  (our own command)
        [sys.executable, "-m", "django", *arguments],
        env=with_machine(platform.environment),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    if done.returncode:
        raise CommandFailedError(f"{' '.join(arguments)} : {done.stderr[-1500:]}")
    return done.stdout
