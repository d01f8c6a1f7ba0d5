"""A socket's folder is private, short, and elsewhere when the temporary folder is too deep."""

import tempfile
from pathlib import Path

import pytest

from conciergeries.embedded.account import servers_account
from conciergeries.embedded.sockets import LONGEST, socket_folder


def test_the_folder_is_private() -> None:
    folder = socket_folder(servers_account(), longest_name="a.sock")
    try:
        assert folder.stat().st_mode & 0o077 == 0
    finally:
        folder.rmdir()


def test_a_deep_temporary_folder_is_left_for_a_short_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deep = tmp_path / ("é" * 60)
    deep.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(deep))
    folder = socket_folder(None, longest_name=".s.PGSQL.5432.lock")
    try:
        assert not folder.is_relative_to(deep)
        assert len(str(folder / ".s.PGSQL.5432.lock").encode()) <= LONGEST
        assert list(deep.iterdir()) == []
    finally:
        folder.rmdir()
