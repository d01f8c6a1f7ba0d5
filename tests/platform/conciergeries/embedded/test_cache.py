"""The cache makes a folder once, notices when it lost files, and never uses what somebody else filled."""

import tempfile
from pathlib import Path

import pytest

from conciergeries.embedded.cache import cached, user_folder


@pytest.fixture(autouse=True)
def _own_temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


class Maker:
    """Fills a folder with two files, and counts how often it had to."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self, folder: Path) -> None:
        self.times += 1
        folder.mkdir()
        (folder / "one").touch()
        (folder / "two").touch()


def test_made_once() -> None:
    make = Maker()
    first = cached("thing-1", make=make)
    assert sorted(path.name for path in first.iterdir()) == ["one", "two"]
    assert cached("thing-1", make=make) == first
    assert make.times == 1
    cached("thing-2", make=make)
    assert make.times == 2


def test_made_again_when_a_file_was_cleaned_away() -> None:
    make = Maker()
    folder = cached("thing", make=make)
    (folder / "one").unlink()
    assert (cached("thing", make=make) / "one").exists()
    assert make.times == 2


def test_a_failed_making_is_not_kept() -> None:
    def fail(folder: Path) -> None:
        folder.mkdir()
        raise OSError

    with pytest.raises(OSError, match=r"^$"):
        cached("thing", make=fail)
    assert (cached("thing", make=Maker()) / "two").exists()


@pytest.mark.parametrize("mode", [0o777, 0o775])
def test_a_folder_that_others_may_fill_is_not_used(mode: int) -> None:
    guessed = user_folder()
    guessed.chmod(mode)
    assert user_folder() != guessed


def test_a_link_in_the_folder_s_place_is_not_followed(tmp_path: Path) -> None:
    guessed = user_folder()
    guessed.rmdir()
    (tmp_path / "elsewhere").mkdir()
    guessed.symlink_to(tmp_path / "elsewhere")
    assert user_folder() != guessed
