"""Who the servers run as: PostgreSQL refuses root, so root lends them the unprivileged account «nobody»."""

import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict


class NoAccount(Exception):  # noqa: N818  (told to a person, in French)
    """Root has no unprivileged account to run the servers as."""


class PopenArguments(TypedDict, total=False):
    """What subprocess needs to run a program as another user; nothing, to keep this one."""

    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True, kw_only=True)
class Account:
    """An unprivileged user and group."""

    uid: int
    gid: int

    def as_popen_arguments(self) -> PopenArguments:
        """Drop the user, the group and every supplementary group."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def can_reach(self, path: Path) -> bool:
        """Tell whether every folder down to `path`, itself included, lets the account through."""
        return all(self._may_enter(folder) for folder in (path, *path.parents))

    def _may_enter(self, folder: Path) -> bool:
        facts = folder.stat()
        if facts.st_uid == self.uid:
            return bool(facts.st_mode & stat.S_IXUSR)
        if facts.st_gid == self.gid:
            return bool(facts.st_mode & stat.S_IXGRP)
        return bool(facts.st_mode & stat.S_IXOTH)

    def take(self, folder: Path) -> None:
        """Give a folder and all that it holds to the account."""
        os.chown(folder, self.uid, self.gid)
        for parent, folders, files in os.walk(folder):
            for name in (*folders, *files):
                os.chown(Path(parent, name), self.uid, self.gid, follow_symlinks=False)


def servers_account() -> Account | None:
    """Give the account that root must drop to; None for an ordinary user, who keeps their own."""
    if os.geteuid() != 0:
        return None
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError as error:
        raise NoAccount(
            "PostgreSQL refuse de tourner en root et le compte « nobody » n'existe pas ici : "
            "lancez la commande avec un compte ordinaire."
        ) from error
    return Account(uid=nobody.pw_uid, gid=nobody.pw_gid)
