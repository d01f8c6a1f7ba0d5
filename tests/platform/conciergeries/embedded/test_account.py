"""The servers' account: never root, and only sent where it can go."""

import os
from pathlib import Path

import pytest

from conciergeries.embedded.account import Account, servers_account

STRANGER = Account(uid=54321, gid=54321)


def test_an_ordinary_user_keeps_their_account_and_root_lends_another() -> None:
    account = servers_account()
    assert (account is None) == (os.geteuid() != 0)
    if account is not None:
        assert account.uid != 0
        assert account.as_popen_arguments() == {"user": account.uid, "group": account.gid, "extra_groups": []}


@pytest.mark.parametrize(("mode", "reached"), [(0o755, True), (0o711, True), (0o700, False), (0o750, False)])
def test_a_stranger_reaches_only_what_is_open_to_all(folder: Path, mode: int, *, reached: bool) -> None:
    home = folder / "home"
    (home / "data").mkdir(parents=True)
    home.chmod(mode)
    assert STRANGER.can_reach(home / "data") is reached


def test_the_owner_and_the_group_are_judged_by_their_own_bits(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    folder.chmod(0o701)
    facts = folder.stat()
    assert Account(uid=facts.st_uid, gid=54321)._may_enter(folder)  # noqa: SLF001  (one folder, whatever is above it)
    assert not Account(uid=54321, gid=facts.st_gid)._may_enter(folder)  # noqa: SLF001  (the same)
    assert STRANGER._may_enter(folder)  # noqa: SLF001  (the same)
