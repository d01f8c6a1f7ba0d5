"""The demo's variables: its own servers, its own keys, and never real money."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import environ
import pytest

from conciergeries.embedded.data import DataFolder
from conciergeries.embedded.environment import (
    NOWHERE,
    RealMoney,
    adopt,
    ignored_variables,
    kept_secrets,
    platform_environment,
    with_machine,
)

SERVERS = {
    "DATABASE_URL": "postgresql://postgres@:5432/conciergeries?host=/tmp/cgs-1",
    "REDIS_URL": "unix:///v.sock?db=0",
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[DataFolder]:
    for name in ("STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET", "STRIPE_API_URL"):
        monkeypatch.delenv(name, raising=False)
    with DataFolder(tmp_path / "demo") as folder:
        yield folder


def test_keys_are_made_once_and_kept_private(folder: DataFolder) -> None:
    made = kept_secrets(folder)
    assert kept_secrets(folder) == made
    assert len(made["SECRET_KEY"]) >= 50
    assert stat.S_IMODE((folder.path / "secrets.json").stat().st_mode) == 0o600


def test_without_a_key_every_call_to_stripe_goes_to_the_simulated_one(folder: DataFolder) -> None:
    environment = platform_environment(folder=folder, servers=SERVERS, port=8001, stripe_url="http://localhost:12111")
    assert environment["STRIPE_API_URL"] == "http://localhost:12111"
    assert environment["STRIPE_SECRET_KEY"].startswith("sk_test_")
    assert environment["PUBLIC_PORT"] == "8001"
    assert environment["DATA_DIR"] == str(folder.path)
    assert environment["DJANGO_SETTINGS_MODULE"] == "conciergeries.settings.demo"


def test_and_to_nobody_when_it_does_not_run(folder: DataFolder) -> None:
    assert platform_environment(folder=folder, servers=SERVERS, port=8000)["STRIPE_API_URL"] == NOWHERE


def test_somebody_s_own_test_key_is_used_with_stripe_s_servers(
    folder: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STRIPE_SECRET_KEY", "sk_test_mine")
    monkeypatch.setenv("STRIPE_WEBHOOK_SECRET", "whsec_mine")
    environment = platform_environment(folder=folder, servers=SERVERS, port=8000)
    assert (environment["STRIPE_SECRET_KEY"], environment["STRIPE_WEBHOOK_SECRET"]) == ("sk_test_mine", "whsec_mine")
    assert "STRIPE_API_URL" not in environment


@pytest.mark.parametrize("key", ["sk_live_x", "rk_live_x"])
def test_a_key_that_moves_real_money_is_refused(folder: DataFolder, monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    monkeypatch.setenv("STRIPE_SECRET_KEY", key)
    with pytest.raises(RealMoney, match="clé de production"):
        platform_environment(folder=folder, servers=SERVERS, port=8000)


def test_a_real_installation_s_variables_are_set_aside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"DATABASE_URL": "postgresql://prod", "PGPORT": "1", "EMAIL_URL": "smtp://prod"}.items():
        monkeypatch.setenv(name, value)
    env = with_machine({"DATA_DIR": "/data"})
    assert "DATABASE_URL" not in env
    assert "PGPORT" not in env
    assert "EMAIL_URL" not in env
    assert env["PATH"]
    assert {"DATABASE_URL", "EMAIL_URL"} <= set(ignored_variables())


def test_adopt_replaces_what_the_shell_said() -> None:
    shell = {"STRIPE_API_URL": "http://somewhere", "DATABASE_URL": "postgresql://prod"}
    with patch.dict(os.environ, shell):
        adopt({"DATABASE_URL": "postgresql://demo"})
        assert os.environ["DATABASE_URL"] == "postgresql://demo"
        assert "STRIPE_API_URL" not in os.environ


def test_django_reads_the_socket_s_folder_in_the_database_s_address() -> None:
    config = environ.Env.db_url_config(SERVERS["DATABASE_URL"])
    assert (config["HOST"], config["PORT"], config["NAME"], config["USER"]) == ("", 5432, "conciergeries", "postgres")
    assert config["OPTIONS"] == {"host": "/tmp/cgs-1"}  # noqa: S108  (nothing is made there)
