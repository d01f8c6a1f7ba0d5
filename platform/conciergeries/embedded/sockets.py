"""Short folders for Unix sockets: the kernel refuses a socket's path over 103 bytes, and a checkout may be deep."""

import tempfile
from pathlib import Path

from conciergeries.embedded.account import Account

LONGEST = 103
"""Bytes that `sun_path` holds on Linux (108) and macOS (104), less the closing zero."""


class PathTooLong(Exception):  # noqa: N818  (told to a person, in French)
    """No temporary folder has a name short enough for a Unix socket."""


def socket_folder(account: Account | None, *, longest_name: str) -> Path:
    """Make a private folder in which a socket called `longest_name` fits."""
    for parent in (tempfile.gettempdir(), "/tmp"):  # noqa: S108  (mkdtemp makes a private folder in it)
        folder = Path(tempfile.mkdtemp(prefix="cgs-", dir=parent))
        if len(str(folder / longest_name).encode()) <= LONGEST and (account is None or account.can_reach(Path(parent))):
            if account is not None:
                account.take(folder)
            return folder
        folder.rmdir()
    raise PathTooLong(f"Aucun dossier temporaire n'a un nom assez court pour « {longest_name} ».")
