"""A folder for what is slow to make and safe to lose: readable copies of binaries, a fresh PostgreSQL cluster."""

import os
import shutil
import stat
import tempfile
from collections.abc import Callable
from pathlib import Path

_COUNT = "number-of-files"


def cached(name: str, *, make: Callable[[Path], None]) -> Path:
    """Give the folder called `name`, which `make` fills the first time.

    A folder that lost files since (systems clean their temporary folder one old file at a time) is made again.
    """
    folder = user_folder() / name
    if not _is_whole(folder):
        half_made = Path(tempfile.mkdtemp(prefix="half-made-", dir=folder.parent))
        content = half_made / "content"
        make(content)
        (half_made / _COUNT).write_text(str(_count(content)))
        half_made.chmod(0o755)
        _put_in_place(half_made, folder)
    return folder / "content"


def user_folder() -> Path:
    """Give this user's own folder for what is not worth keeping.

    Its name can be guessed and its parent is open to all: a folder that somebody else could have filled is not used.
    """
    folder = Path(tempfile.gettempdir()) / f"conciergeries-cache-{os.geteuid()}"
    folder.mkdir(mode=0o755, exist_ok=True)
    facts = folder.lstat()
    others_may_write = facts.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    if not stat.S_ISDIR(facts.st_mode) or facts.st_uid != os.geteuid() or others_may_write:
        folder = Path(tempfile.mkdtemp(prefix="conciergeries-cache-"))
    # Whatever the umask: the servers' account passes through.
    folder.chmod(0o755)
    return folder


def _is_whole(folder: Path) -> bool:
    try:
        return int((folder / _COUNT).read_text()) == _count(folder / "content")
    except (FileNotFoundError, ValueError):
        return False


def _count(folder: Path) -> int:
    return sum(len(files) for _, _, files in os.walk(folder))


def _put_in_place(made: Path, target: Path) -> None:
    """Move a finished folder to its name in one step; another program that was faster wins."""
    try:
        made.rename(target)
    except OSError:
        if _is_whole(target):
            shutil.rmtree(made)
            return
        shutil.rmtree(target)
        made.rename(target)
