"""Which characters people can read, and which a printed document can show: those of its fonts. Pure: no Django."""

import unicodedata
from typing import Final

NBSP: Final = "\u00a0"
UNKNOWN: Final = "?"
# Makes one picture of several: a family, a flag.
_JOINER: Final = "\u200d"
# Latin with all of Europe's accents, Greek, Cyrillic; then punctuation, currency and arrows that the fonts have.
_RANGES: Final = (
    (0x20, 0x7E),
    (0xA0, 0x17F),
    (0x386, 0x38A),
    (0x38C, 0x38C),
    (0x38E, 0x3A1),
    (0x3A3, 0x3CE),
    (0x400, 0x45F),
)
_OTHERS: Final = frozenset("ȘșȚțǍǎẞẁẃẅỳ‐‑–—‘’‚“”„†‡•…‰‹›€№™−×÷≤≥≠→←")
_SPACES: Final = frozenset("\t\n\r\u2002\u2003\u2009\u202f\u2007")


def readable(text: str) -> str:
    """The words as they are read, on one line: without marks of direction and whatever else nobody sees.

    A sentence of nothing else is empty. NUL stays, for whoever refuses it.
    """
    kept = "".join(
        " " if character in "\t\n\r" else character
        for character in text
        if character in "\t\n\r\x00" + _JOINER or unicodedata.category(character) not in {"Cc", "Cf"}
    )
    is_seen = any(character == "\x00" or unicodedata.category(character)[0] not in "CZ" for character in kept)
    return kept.strip() if is_seen else ""


def printable(text: str) -> str:
    """The text as a document can print it: one form for each letter, plain spaces, «?» for what no font of ours has.

    Nobody's name stops an invoice: an emoji, a letter of another script or a control character is no reason to.
    """
    return "".join(_printed(character) for character in unicodedata.normalize("NFC", text))


def _printed(character: str) -> str:
    if character == "\u202f":
        return NBSP
    if character in _SPACES:
        return " "
    if _has_glyph(character):
        return character
    if unicodedata.category(character) in {"Cc", "Cf", "Mn"}:
        return ""
    plain = "".join(each for each in unicodedata.normalize("NFKD", character) if _has_glyph(each))
    return plain or UNKNOWN


def _has_glyph(character: str) -> bool:
    return character in _OTHERS or any(first <= ord(character) <= last for first, last in _RANGES)
