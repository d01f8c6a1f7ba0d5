"""Management commands on a platform that is served."""

import subprocess
import sys

from conciergeries.embedded.environment import ROOT, with_machine
from conciergeries.embedded.supervisor import Platform


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
