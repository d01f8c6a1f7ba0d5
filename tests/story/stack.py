"""The story's own platform, and management commands on it."""

import subprocess
import sys
from contextlib import AbstractContextManager

from conciergeries.embedded.environment import ROOT, with_machine
from conciergeries.embedded.supervisor import Platform
from tests.tools.served import served_platform

FIRST_PORT = 8600


def fresh_platform() -> AbstractContextManager[Platform]:
    """Serve an empty platform: no town, no account."""
    return served_platform(seed=False, first_port=FIRST_PORT)


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
