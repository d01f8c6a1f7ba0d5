"""A PostgreSQL cluster whose public schema is migrated: made once for each set of migrations, copied by every run.

`python -m tests.tools.migrated FOLDER` makes one there: in a process of its own, that Django may be set up in.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from conciergeries.embedded.account import servers_account
from conciergeries.embedded.cache import cached, user_folder
from conciergeries.embedded.children import Children
from conciergeries.embedded.environment import ROOT
from conciergeries.embedded.stack import launch_servers

NAME = "cluster-migrated"
FORGOTTEN_AFTER = 7 * 24 * 3600.0
# What a migrated schema comes from: migrations, the models whose content types they write, what both are made with.
SOURCES = (
    *(f"{root}/**/migrations/*.py" for root in ("platform", "tenants", "billing", "shared")),
    *(f"{root}/**/*models*.py" for root in ("platform", "tenants", "billing", "shared")),
    "platform/conciergeries/settings/*.py",
    "platform/conciergeries/towns/schemas/*.py",
    "shared/*.py",
    "uv.lock",
)


def migrated_cluster() -> Path:
    """Give a stopped cluster with the migrations of this checkout, and the script that opens towns."""
    sources = sorted({path for pattern in SOURCES for path in ROOT.glob(pattern)})
    version = hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()[:16]
    return cached(f"{NAME}-{version}", make=_make)


def _make(target: Path) -> None:
    """Make one, and forget those of other days."""
    ours = {"DATABASE_URL", "REDIS_URL"}
    environment = {name: value for name, value in os.environ.items() if name not in ours}
    command = [sys.executable, "-m", "tests.tools.migrated", str(target)]
    subprocess.run(command, cwd=ROOT, env=environment, check=True)  # noqa: S603  (our own command)
    for old in user_folder().glob(f"{NAME}-*"):
        if time.time() - old.stat().st_mtime > FORGOTTEN_AFTER:
            shutil.rmtree(old, ignore_errors=True)


def _migrate_into(target: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="cgs-") as workshop:
        folder = Path(workshop)
        if servers_account() is not None:
            # The servers' account passes through it to its own data.
            folder.chmod(0o711)
        with Children() as children:
            servers = launch_servers(children=children, data_dir=folder, logs=folder / "logs", durable=False).wait()
            os.environ.update(servers.environment(), DJANGO_SETTINGS_MODULE="conciergeries.settings.test")
            _migrate()
            # Left to the block's end it has a second and a half, then is killed: copies would begin by recovering.
            servers.postgres.child.ask_to_stop()
            servers.postgres.child.process.wait()
        shutil.copytree(folder / "postgres", target)


def _migrate() -> None:
    import django  # noqa: PLC0415  (its settings name the servers that were just started)
    from django.core.management import call_command  # noqa: PLC0415  (the same)

    django.setup()
    call_command("migrate_schemas", shared=True, interactive=False, verbosity=0)


if __name__ == "__main__":
    _migrate_into(Path(sys.argv[1]))
