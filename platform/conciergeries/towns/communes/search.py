"""Find a commune from what a person types: a name, the beginning of one, a postcode, an INSEE code, or both together.

Names are compared folded, so that «st etienne» finds Saint-Étienne and «Oeting» finds Œting. Numbers narrow:
«istres 13» is the Istres whose postcode or INSEE code begins with 13.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from itertools import chain

from conciergeries.towns.communes.records import Commune, Lines, commune_at, table

# The longest name has 45 characters; nobody types twice that, and folding must not be made to work for nothing.
_LONGEST_QUERY = 90

# Bytes to bytes: letters, digits and line breaks stay, everything else separates words.
_SEPARATED = bytes(byte if chr(byte).isalnum() or byte == ord("\n") else ord(" ") for byte in range(128)).ljust(256)
_SPACES = re.compile(r" {2,}")
_SAINT = re.compile(r"\bst(es?)?\b")
_CODE = re.compile(r"\d{2,5}|2[ab]\d{0,3}")
_NAME = re.compile(r"^[^;]*;([^;]*)", re.MULTILINE)
_ARTICLES = ("", "le ", "la ", "les ", "l ")


def fold(text: str) -> str:
    """Lower case, no accents, ligatures spelt out, «st» and «ste» in full, one space for all the rest; lines kept."""
    # Unicode does not take these two apart, they are letters of their own in some languages.
    spelt = text.casefold().replace("œ", "oe").replace("æ", "ae")
    letters = unicodedata.normalize("NFKD", spelt).encode("ascii", "ignore").translate(_SEPARATED).decode()
    return _SAINT.sub(r"saint\1", _SPACES.sub(" ", letters))


@cache
def _folded() -> str:
    # All the names as one text, ten times faster than one by one.
    return fold("\n".join(_NAME.findall(table().text)))


@cache
def _names() -> Lines:
    """Names, folded, with a space before and after: " x" means that a word begins with x."""
    return Lines(" " + _folded().replace("\n", " \n ") + " ")


@cache
def _letters() -> Lines:
    """Names with nothing between their words: «lisledabeau» is still L'Isle-d'Abeau."""
    return Lines(_folded().replace(" ", ""))


def _by_name(words: list[str]) -> Iterator[int]:
    """Positions, best answers first: the same name, its beginning, a word's, every word's, the same letters."""
    names, name = _names(), " ".join(words)
    for article in _ARTICLES:
        yield from names.containing(f"\n {article}{name} \n")
    yield from names.containing(f"\n {name}")
    yield from names.containing(f" {name}")
    longest = max(words, key=len)
    for position in names.containing(f" {longest}"):
        found = names[position]
        if all(f" {word}" in found for word in words):
            yield position
    yield from _letters().containing("\n" + "".join(words))


def _by_code(code: str) -> Iterator[int]:
    """Positions, best answers first: a whole postcode, a whole INSEE code, the beginning of either."""
    lines = table()
    return chain(
        lines.containing(f" {code} "),
        lines.containing(f" {code};"),
        lines.containing(f"\n{code} "),
        lines.containing(f"\n{code};"),
        lines.containing(f" {code}"),
        lines.containing(f"\n{code}"),
    )


def _has(position: int, codes: list[str]) -> bool:
    """Whether each number begins the commune's INSEE code or one of its postcodes."""
    line = f" {table()[position]}"
    return all(f" {code}" in line for code in codes)


def search(query: str, *, limit: int = 10) -> list[Commune]:
    """The communes that answer a query, best first, then by population.

    An empty or far too long query, or one that means nothing, has no answer: never an error.
    """
    if limit <= 0 or len(query) > _LONGEST_QUERY:
        return []
    tokens = fold(query).split()
    codes = [token.upper() for token in tokens if _CODE.fullmatch(token)]
    words = [token for token in tokens if not _CODE.fullmatch(token)]
    positions: Iterator[int] = iter(())
    if words:
        positions = _by_name(words)
    elif codes:
        positions = _by_code(codes[0])
    # A commune may answer in several ways: its first, best place counts.
    answers: dict[int, None] = {}
    for position in positions:
        if _has(position, codes):
            answers[position] = None
        if len(answers) == limit:
            break
    return [commune_at(position) for position in answers]
