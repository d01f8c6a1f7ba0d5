"""The folder in which one demo keeps everything, held by one program at a time."""

import fcntl
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from conciergeries.embedded.account import servers_account

MARKER = ".conciergeries"
_MARKER_TEXT = "Dossier de données d'une démonstration : ./run --reset l'efface.\n"
_LOCK = "lock"
_SERVERS = "servers"
_STATE = "running.json"
_FIRST_START = "first-start"
_MOST = 50
"""Demos of one checkout at the same time."""


class DataFolderBusy(Exception):  # noqa: N818  (told to a person, in French)
    """Another program holds the folder."""


class NotOurFolder(Exception):  # noqa: N818  (told to a person, in French)
    """The folder holds something else, or belongs to another user."""


class DataFolder:
    """A data folder that this program holds until it lets go, or ends."""

    def __init__(self, path: Path) -> None:
        """Take the folder, made when missing. Raises DataFolderBusy, NotOurFolder."""
        self.path = path.resolve()
        try:
            self._prepare()
            self._lock: IO[str] = (self.path / _LOCK).open("a")
        except PermissionError as error:
            raise NotOurFolder(
                f"{self.path} appartient à un autre compte : effacez-le, ou choisissez un autre dossier avec --data."
            ) from error
        try:
            # Released by the kernel when this program ends, however it ends.
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            self._lock.close()
            raise DataFolderBusy(f"{self.path} sert déjà à une autre démonstration.") from error

    def __enter__(self) -> Self:
        """Hand over the folder."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let the folder go."""
        self._lock.close()

    @property
    def logs(self) -> Path:
        """Where each program writes its log."""
        return self.path / "logs"

    @contextmanager
    def published(self, environment: Mapping[str, str]) -> Iterator[None]:
        """Let other commands of this user find the running servers for as long as the block lasts."""
        state = self.path / _STATE
        write_private(state, dict(environment))
        try:
            yield
        finally:
            state.unlink(missing_ok=True)

    def servers(self) -> Path:
        """Give the folder of the servers' own data, which the account they run as can reach.

        Root lends the servers an account that may not enter root's own home: for a checkout there, the data goes to the
        system's folder for lasting temporary files, and a link in the data folder says where.
        """
        link = self.path / _SERVERS
        account = servers_account()
        if account is None or account.can_reach(self.path):
            if link.is_symlink():
                self._bring_back(link)
            link.mkdir(mode=0o755, exist_ok=True)
        elif not link.exists() or not link.is_symlink():
            self._move_out(link)
        folder = link.resolve()
        self._check_owner(folder)
        return folder

    def begin(self) -> bool:
        """Note a first start until `prepared` is called; tell whether an earlier one was cut short.

        What such a one left is half a demo that nobody has used: it is thrown away rather than mended.
        """
        first_start = self.path / _FIRST_START
        cut_short = first_start.exists()
        if cut_short:
            self.reset()
        if not (self.path / _SERVERS).exists():
            first_start.touch()
        return cut_short

    def prepared(self) -> None:
        """Note that the data is whole: from now on it is somebody's."""
        (self.path / _FIRST_START).unlink(missing_ok=True)

    def reset(self) -> None:
        """Remove everything in the folder, and what it keeps elsewhere."""
        link = self.path / _SERVERS
        if link.is_symlink():
            elsewhere = link.resolve()
            if (elsewhere / MARKER).exists():
                shutil.rmtree(elsewhere)
            link.unlink()
        for entry in self.path.iterdir():
            if entry.name in {MARKER, _LOCK}:
                continue
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            else:
                entry.unlink()

    def _prepare(self) -> None:
        self.path.mkdir(parents=True, exist_ok=True)
        marker = self.path / MARKER
        if marker.exists():
            return
        if any(entry.name != _LOCK for entry in self.path.iterdir()):
            raise NotOurFolder(
                f"{self.path} n'est pas vide et n'a pas été créé par ./run : il reste intact. "
                "Choisissez un autre dossier avec --data."
            )
        marker.write_text(_MARKER_TEXT, encoding="utf-8")

    def _move_out(self, link: Path) -> None:
        lasting = Path("/var/tmp")  # noqa: S108  (mkdtemp makes a folder of our own in it)
        parent = lasting if os.access(lasting, os.W_OK) else Path(tempfile.gettempdir())
        elsewhere = Path(tempfile.mkdtemp(prefix="conciergeries-data-", dir=parent))
        elsewhere.chmod(0o755)
        (elsewhere / MARKER).write_text(_MARKER_TEXT, encoding="utf-8")
        if link.is_symlink():
            link.unlink()
        elif link.is_dir():
            for entry in link.iterdir():
                shutil.move(entry, elsewhere / entry.name)
            link.rmdir()
        link.symlink_to(elsewhere)

    def _bring_back(self, link: Path) -> None:
        elsewhere = link.resolve()
        link.unlink()
        link.mkdir(mode=0o755)
        if (elsewhere / MARKER).exists():
            for entry in elsewhere.iterdir():
                if entry.name != MARKER:
                    shutil.move(entry, link / entry.name)
            shutil.rmtree(elsewhere)

    def _check_owner(self, folder: Path) -> None:
        """Give the servers' data to the account that will run them: the checkout may have changed hands."""
        account = servers_account()
        for entry in (folder / "postgres", folder / "valkey"):
            if not entry.exists():
                continue
            owner = entry.stat().st_uid
            if account is not None and owner != account.uid:
                account.take(entry)
            elif account is None and owner != os.geteuid():
                raise NotOurFolder(
                    f"{folder} appartient à un autre compte (une démonstration lancée en root ?) : "
                    "effacez-le avec ce compte, ou choisissez un autre dossier avec --data."
                )


def published_environment(path: Path) -> dict[str, str] | None:
    """Give what the program that holds the folder published; None when nobody holds it. Raises NotOurFolder."""
    try:
        with (path / _LOCK).open() as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                environment: dict[str, str] = json.loads((path / _STATE).read_text(encoding="utf-8"))
                return environment
    except FileNotFoundError:
        return None
    except PermissionError as error:
        raise NotOurFolder(f"{path} appartient à un autre compte.") from error
    # Left by a program that was killed.
    return None


def write_private(file: Path, content: object) -> None:
    """Write a file that only its owner reads, in one step."""
    half_written = file.with_suffix(".tmp")
    half_written.unlink(missing_ok=True)
    with os.fdopen(os.open(half_written, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as text:
        json.dump(content, text, indent=2, ensure_ascii=False)
    half_written.rename(file)


def claim(path: Path) -> DataFolder:
    """Take the first free folder among `path`, `path-2`, `path-3`… Raises NotOurFolder, DataFolderBusy."""
    for number in range(1, _MOST + 1):
        candidate = path if number == 1 else path.with_name(f"{path.name}-{number}")
        try:
            return DataFolder(candidate)
        except DataFolderBusy:
            continue
    raise DataFolderBusy(f"{_MOST} démonstrations tournent déjà depuis {path.parent}.")


@contextmanager
def throw_away_data() -> Iterator[DataFolder]:
    """Hold an empty data folder, removed at the end of the block with whatever it keeps elsewhere."""
    parent = Path(tempfile.mkdtemp(prefix="conciergeries-data-"))
    # The servers' account passes through it to its own data.
    parent.chmod(0o711)
    try:
        with DataFolder(parent / "data") as folder:
            try:
                yield folder
            finally:
                folder.reset()
    finally:
        shutil.rmtree(parent, ignore_errors=True)
