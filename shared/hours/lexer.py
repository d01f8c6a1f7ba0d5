"""Words of a line of hours, each with the column where it stands, and what is wrong when there is none."""

import re
from dataclasses import dataclass
from typing import Final

from shared.french import NBSP


class HoursError(ValueError):
    """The hours cannot be; the message says so in French. `column` counts from 1; None when it is not one place."""

    def __init__(self, message: str, *, column: int | None = None, suggestion: str = "") -> None:
        super().__init__(message)
        self.column = column
        self.suggestion = suggestion


@dataclass(frozen=True)
class Token:
    """A word: its kind, its text as it was written, its column from 1."""

    kind: str
    text: str
    column: int

    def __str__(self) -> str:
        return self.text


END: Final = "end"
_TOKEN: Final = re.compile(
    r"""
    (?P<space>\s+)
  | (?P<comment>"[^"]*")
  | (?P<always>24/7)
  | (?P<time>\d{1,2}:\d\d(?!\d))
  | (?P<french>\d{1,2}\s?[hH](?:\s?\d\d)?(?![\w:]))
  | (?P<number>\d+)
  | (?P<word>[^\W\d_]+)
  | (?P<mark>\|\||[;,+/:()\[\]]|[-–—])
    """,
    re.VERBOSE,
)


def tokens(rule: str) -> list[Token]:
    """The words of a rule, the last one being its end. Raises HoursError."""
    found: list[Token] = []
    at = 0
    while at < len(rule):
        read = _TOKEN.match(rule, at)
        if read is None:
            if rule[at] == '"':
                raise unreadable(rule, at + 1, f"Le commentaire n’est pas fermé{NBSP}: il manque un guillemet.")
            raise unreadable(rule, at + 1, f"«{NBSP}{rule[at]}{NBSP}» n’a pas de sens ici.")
        if read.lastgroup and read.lastgroup != "space":
            text = "-" if read[0] in {"–", "—"} else read[0]
            kind = text if read.lastgroup == "mark" else read.lastgroup
            found.append(Token(kind, text, at + 1))
        at = read.end()
    found.append(Token(END, "", len(rule.rstrip()) + 1))
    return found


def unreadable(rule: str, column: int, reason: str) -> HoursError:
    """An error that shows from which character on a rule cannot be read, and why (a sentence)."""
    rest = rule[column - 1 :].strip()
    if not rest:
        said = f"Il manque quelque chose à la fin de ces horaires{NBSP}: «{NBSP}{rule.strip()}{NBSP}»."
    else:
        said = f"Ces horaires ne se lisent pas à partir du caractère {column}{NBSP}: «{NBSP}{rest}{NBSP}»."
    return HoursError(f"{said} {reason}", column=column)
