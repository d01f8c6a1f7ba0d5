"""The data folder: one demo at a time, only what is ours is removed, and the servers' account can reach it."""

import os
import stat
from pathlib import Path

import pytest

from conciergeries.embedded import data
from conciergeries.embedded.account import Account, servers_account
from conciergeries.embedded.data import (
    DataFolder,
    DataFolderBusy,
    NotOurFolder,
    claim,
    published_environment,
    throw_away_data,
)


def test_a_folder_serves_one_demo_at_a_time(tmp_path: Path) -> None:
    with DataFolder(tmp_path / "demo"), pytest.raises(DataFolderBusy, match="sert déjà"):
        DataFolder(tmp_path / "demo")
    with DataFolder(tmp_path / "demo") as folder:
        assert folder.path == tmp_path / "demo"


def test_a_second_demo_gets_its_own_folder(tmp_path: Path) -> None:
    with claim(tmp_path / "demo") as one, claim(tmp_path / "demo") as two, claim(tmp_path / "demo") as three:
        assert [folder.path.name for folder in (one, two, three)] == ["demo", "demo-2", "demo-3"]


def test_somebody_s_folder_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("…")
    with pytest.raises(NotOurFolder, match="n'est pas vide"):
        DataFolder(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_an_empty_folder_is_taken(tmp_path: Path) -> None:
    with DataFolder(tmp_path) as folder:
        assert (folder.path / data.MARKER).exists()


def test_reset_empties_the_folder_and_keeps_hold_of_it(tmp_path: Path) -> None:
    with DataFolder(tmp_path / "demo") as folder:
        (folder.servers() / "postgres").mkdir()
        (folder.path / "mail").mkdir()
        (folder.path / "secrets.json").touch()
        (tmp_path / "kept").mkdir()
        (folder.path / "link").symlink_to(tmp_path / "kept")
        folder.reset()
        assert sorted(path.name for path in folder.path.iterdir()) == [data.MARKER, "lock"]
        assert (tmp_path / "kept").exists()
        with pytest.raises(DataFolderBusy):
            DataFolder(tmp_path / "demo")


def test_a_first_start_that_was_cut_short_is_thrown_away(folder: Path) -> None:
    with DataFolder(folder / "demo") as demo:
        assert not demo.begin()
        half_made = demo.servers() / "postgres"
        half_made.mkdir()
        assert demo.begin()
        assert not half_made.exists()


def test_data_that_was_whole_once_is_never_thrown_away(folder: Path) -> None:
    with DataFolder(folder / "demo") as demo:
        demo.begin()
        whole = demo.servers() / "postgres"
        whole.mkdir()
        demo.prepared()
        assert not demo.begin()
        assert not demo.begin()
        assert whole.exists()


def test_data_that_a_command_made_before_any_demo_is_never_thrown_away(folder: Path) -> None:
    with DataFolder(folder / "demo") as demo:
        made = demo.servers() / "postgres"
        made.mkdir()
        assert not demo.begin()
        assert not demo.begin()
        assert made.exists()


def test_what_is_published_is_private_and_found_only_while_held(tmp_path: Path) -> None:
    path = tmp_path / "demo"
    assert published_environment(path) is None
    with DataFolder(path) as folder:
        with folder.published({"DATABASE_URL": "postgresql://…"}):
            assert published_environment(path) == {"DATABASE_URL": "postgresql://…"}
            assert stat.S_IMODE((path / "running.json").stat().st_mode) == 0o600
        assert published_environment(path) is None
    assert published_environment(path) is None


def test_what_a_killed_demo_published_is_not_believed(tmp_path: Path) -> None:
    with DataFolder(tmp_path):
        (tmp_path / "running.json").write_text('{"DATABASE_URL": "postgresql://gone"}')
    assert published_environment(tmp_path) is None


def test_throw_away_data_is_thrown_away() -> None:
    with throw_away_data() as folder:
        path, servers = folder.path, folder.servers()
        account = servers_account()
        assert account is None or account.can_reach(servers)
    assert not path.exists()
    assert not servers.exists()


@pytest.fixture
def lent_account(monkeypatch: pytest.MonkeyPatch) -> Account:
    """Tests of root's case that ordinary users run too: the account is the user's own, and cannot enter."""
    account = Account(uid=os.geteuid(), gid=os.getegid())
    monkeypatch.setattr(data, "servers_account", lambda: account)
    monkeypatch.setattr(Account, "can_reach", lambda _self, path: not (path / "closed").exists())
    return account


def test_data_that_the_account_cannot_reach_goes_elsewhere(tmp_path: Path, lent_account: Account) -> None:
    with DataFolder(tmp_path / "demo") as folder:
        (folder.path / "closed").touch()
        elsewhere = folder.servers()
        assert not elsewhere.is_relative_to(tmp_path)
        assert (folder.path / "servers").readlink() == elsewhere
        assert folder.servers() == elsewhere
        (elsewhere / "postgres").mkdir()
        folder.reset()
    assert not elsewhere.exists()


def test_data_follows_when_the_checkout_becomes_closed_and_open_again(tmp_path: Path, lent_account: Account) -> None:
    with DataFolder(tmp_path / "demo") as folder:
        (folder.servers() / "postgres").mkdir()
        (folder.path / "closed").touch()
        elsewhere = folder.servers()
        assert (elsewhere / "postgres").is_dir()
        (folder.path / "closed").unlink()
        assert folder.servers() == folder.path / "servers"
        assert (folder.path / "servers" / "postgres").is_dir()
        assert not elsewhere.exists()


def test_data_cleaned_away_elsewhere_begins_anew(tmp_path: Path, lent_account: Account) -> None:
    with DataFolder(tmp_path / "demo") as folder:
        (folder.path / "closed").touch()
        lost = folder.servers()
        for entry in lost.iterdir():
            entry.unlink()
        lost.rmdir()
        assert folder.servers() != lost
        folder.reset()


@pytest.mark.skipif(servers_account() is None, reason="only root gives folders away")
def test_data_of_an_ordinary_user_is_given_to_the_account_that_root_lends(folder: Path) -> None:
    account = servers_account()
    assert account is not None
    with DataFolder(folder / "demo") as data_folder:
        cluster = data_folder.servers() / "postgres"
        (cluster / "base").mkdir(parents=True)
        data_folder.servers()
        assert cluster.stat().st_uid == (cluster / "base").stat().st_uid == account.uid
        data_folder.reset()
