"""What the tests of the embedded servers share."""

import os
from pathlib import Path

import pytest


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder that the account lent by root can reach, unlike pytest's own."""
    open_to_all(tmp_path)
    return tmp_path


def open_to_all(folder: Path) -> None:
    """Let everybody through a folder and those above it that are this user's."""
    for each in (folder, *folder.parents):
        if each.stat().st_uid == os.geteuid():
            each.chmod(each.stat().st_mode | 0o111)
