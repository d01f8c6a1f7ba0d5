"""The letters that the platform wrote: the demo's mail folder, read as people read their post."""

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from email import policy
from email.parser import BytesParser
from pathlib import Path

from tests.story.pages import squeeze

PATIENCE = 40.0
_LINK = re.compile(r"https?://\S+")


class NoLetterError(AssertionError):
    """A letter that was to come did not."""


@dataclass(frozen=True)
class Letter:
    to: str
    subject: str
    text: str
    town: str

    @property
    def link(self) -> str:
        """The first link of the letter."""
        return next(iter(_LINK.findall(self.text)), "")

    def reads(self, words: str) -> "Letter":
        """Make sure that the letter says these words. Raises NoLetterError."""
        if squeeze(words) not in squeeze(self.text):
            raise NoLetterError(f"« {words} » n’est pas dans « {self.subject} » à {self.to} : {self.text}")
        return self

    def finds(self, pattern: str) -> str:
        """The first group of a pattern in the letter's text. Raises NoLetterError."""
        found = re.search(pattern, self.text)
        if not found:
            raise NoLetterError(f"rien comme {pattern} dans « {self.subject} » à {self.to} : {self.text}")
        return found.group(1)

    @property
    def code(self) -> str:
        """The code of a sign-in or verification letter: digits, with or without a dash."""
        found = re.search(r"\b(\d{3,4}[- ]?\d{3,4})\b", self.text)
        return found.group(1) if found else ""


class Post:
    """Everybody's letter boxes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def letters(self) -> list[Letter]:
        """All letters so far, in the order in which they were sent."""
        return list(self._letters())

    def _letters(self) -> Iterator[Letter]:
        for path in sorted(self.folder.glob("*.eml")):
            mail = BytesParser(policy=policy.default).parsebytes(path.read_bytes())
            body = mail.get_body(("plain",))
            yield Letter(
                to=str(mail["to"]),
                subject=squeeze(str(mail["subject"])),
                text=body.get_content() if body is not None else "",
                town=str(mail.get("X-Town", "")),
            )

    def wait_for(self, *, to: str, subject: str, count: int = 1) -> Letter:
        """The latest letter to somebody whose subject contains these words, once there are `count` of them.

        Raises NoLetterError after 40 s.
        """
        deadline = time.monotonic() + PATIENCE
        while True:
            found = [
                letter
                for letter in self._letters()
                if letter.to == to and squeeze(subject).lower() in letter.subject.lower()
            ]
            if len(found) >= count:
                return found[-1]
            if time.monotonic() > deadline:
                raise NoLetterError(f"aucune lettre « {subject} » à {to}")
            time.sleep(0.1)
