"""The characters that every bank of the SEPA area must accept (EPC217-08), and nothing else."""

import re
import unicodedata
from typing import Final

ALLOWED: Final = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/-?:().,'+ ")
_SPELT: Final = str.maketrans(
    {
        "œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE", "ß": "ss", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d",
        "Đ": "D", "þ": "th", "Þ": "Th", "ð": "d", "ı": "i", "’": "'", "‘": "'", "´": "'", "`": "'", "–": "-", "—": "-",
        "‑": "-", "&": "+", "€": "EUR", "°": " ", "@": "(at)", "_": "-", ";": ",", "·": "-", "…": "...",
    }
)  # fmt: skip


def latin(text: str, longest: int) -> str:
    """The text in those characters: accents dropped, the rest spelt or left out; at most `longest` of them.

    No slash begins or ends it and no two follow each other: banks keep those for themselves.
    """
    plain = unicodedata.normalize("NFKD", text.translate(_SPELT))
    kept = "".join(each if each in ALLOWED else " " if each.isspace() else "" for each in plain)
    kept = re.sub(r"/{2,}", "/", re.sub(r" +", " ", kept)).strip(" /")
    return kept[:longest].strip(" /")


def is_latin(text: str) -> bool:
    return set(text) <= ALLOWED and "//" not in text and not text.startswith("/") and not text.endswith("/")
