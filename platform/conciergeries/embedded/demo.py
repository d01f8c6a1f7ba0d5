"""The `demo` command: one person, one machine, two towns, until Ctrl-C."""

import time
from pathlib import Path

from conciergeries.embedded.account import NoAccount
from conciergeries.embedded.binaries import NoBinaries
from conciergeries.embedded.children import ChildDied, StopRequested
from conciergeries.embedded.data import DataFolder, DataFolderBusy, NotOurFolder, claim
from conciergeries.embedded.environment import ROOT, RealMoney, ignored_variables, own_stripe_key
from conciergeries.embedded.ports import NoFreePort, Port, first_free_port
from conciergeries.embedded.postgres import PostgresDidNotStart
from conciergeries.embedded.sockets import PathTooLong
from conciergeries.embedded.supervisor import Platform, WebDidNotStart, running_platform
from conciergeries.embedded.telling import NBSP, Narrator, accounts_table, read_accounts
from conciergeries.embedded.valkey import ValkeyDidNotStart

DEFAULT_DATA = ROOT / "var" / "demo"
FIRST_PORT = 8000

# What a person can do something about: told in a sentence, without a traceback.
EXPECTED = (
    ChildDied,
    DataFolderBusy,
    NoAccount,
    NoBinaries,
    NoFreePort,
    NotOurFolder,
    PathTooLong,
    PostgresDidNotStart,
    RealMoney,
    ValkeyDidNotStart,
    WebDidNotStart,
)


def demo(*, data: Path | None, port: int | None, reset: bool) -> int:
    """Run the demo until somebody stops it. Gives the exit code."""
    narrator = Narrator()
    narrator.line(f"Conciergeries{NBSP}: démonstration sur cette machine")
    narrator.line()
    try:
        own_stripe_key()
        with _folder(data) as folder, _port(port) as kept_port:
            _tell_choices(folder=folder, port=kept_port, asked_data=data, narrator=narrator)
            if reset:
                folder.reset()
                narrator.step("Données précédentes effacées")
            _run(folder=folder, port=kept_port, narrator=narrator)
    except EXPECTED as error:
        narrator.line()
        narrator.line(f"Erreur{NBSP}: {error}")
        return 1
    return 0


def _run(*, folder: DataFolder, port: Port, narrator: Narrator) -> None:
    try:
        with running_platform(folder=folder, port=port, narrator=narrator, seed=True) as platform:
            _tell_ready(platform, narrator)
            while True:
                platform.children.check()
                time.sleep(0.2)
    except StopRequested:
        narrator.step(f"Tout est arrêté. Les données restent dans {_short(folder.path)}.")


def _folder(data: Path | None) -> DataFolder:
    """Take the folder asked for, or the first free one of this checkout."""
    return claim(DEFAULT_DATA) if data is None else DataFolder(data)


def _port(port: int | None) -> Port:
    """Keep the port asked for, or the first free one."""
    return first_free_port(FIRST_PORT) if port is None else Port(port)


def _tell_choices(*, folder: DataFolder, port: Port, asked_data: Path | None, narrator: Narrator) -> None:
    narrator.step(f"Données{NBSP}: {_short(folder.path)}")
    if asked_data is None and folder.path != DEFAULT_DATA:
        narrator.step("(une autre démonstration tourne déjà ici : celle-ci a ses propres données)")
    if port.number != FIRST_PORT:
        narrator.step(f"Port{NBSP}: {port.number}")
    for name in ignored_variables():
        narrator.step(f"{name} est mise de côté{NBSP}: la démonstration a ses propres serveurs")


def _tell_ready(platform: Platform, narrator: Narrator) -> None:
    narrator.step("Prêt")
    narrator.line()
    narrator.line(f"  La plateforme{NBSP}: {platform.url}")
    accounts = read_accounts(platform.folder.path / "demo-accounts.json")
    if accounts:
        narrator.line()
        narrator.line(f"  Comptes de démonstration (personnes inventées){NBSP}:")
        for row in accounts_table(accounts):
            narrator.line(f"    {row}")
    narrator.line()
    narrator.line(f"  Journaux{NBSP}: {_short(platform.folder.logs)}")
    narrator.line("  Ctrl-C arrête tout.")


def _short(path: Path) -> str:
    """Write a path from the checkout's root when it is below it."""
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)
