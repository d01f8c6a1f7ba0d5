"""What every part of the reader shares: one word ahead, and an error where it stands."""

from shared.french import NBSP
from shared.hours.habits import in_osm
from shared.hours.lexer import HoursError, Token, unreadable


class Reader:
    """The words of a line, read from left to right."""

    def __init__(self, rule: str, words: list[Token]) -> None:
        self._text = rule
        self._words = words
        self._at = 0

    @property
    def peek(self) -> Token:
        return self.ahead(0)

    def ahead(self, count: int) -> Token:
        """The word so many places on; the end of the line beyond it."""
        return self._words[min(self._at + count, len(self._words) - 1)]

    def at(self, *kinds: str) -> bool:
        return self.peek.kind in kinds

    def at_word(self, *words: str) -> bool:
        return self.at("word") and self.peek.text.lower() in words

    def take(self) -> Token:
        token = self.peek
        self._at += 1
        return token

    def skip(self, kind: str) -> bool:
        """Take a word of a kind, if it is there."""
        found = self.at(kind)
        if found:
            self.take()
        return found

    def want(self, kind: str, expected: str) -> Token:
        if not self.at(kind):
            raise self.unexpected(expected)
        return self.take()

    def number(self, expected: str, *, first: int, last: int) -> int:
        token = self.want("number", expected)
        if not first <= int(token.text) <= last:
            raise self.wrong(token, expected)
        return int(token.text)

    def offset(self) -> int:
        """«+1 day», «-2 days»: by how many days what stands before is moved; 0 when it is not."""
        is_offset = (
            self.at("+", "-") and self.ahead(1).kind == "number" and self.ahead(2).text.lower() in {"day", "days"}
        )
        if not is_offset:
            return 0
        sign = 1 if self.take().kind == "+" else -1
        days = self.number("Attendu ici : un nombre de jours, de 1 à 366.", first=1, last=366)
        self.take()
        return sign * days

    def unexpected(self, expected: str) -> HoursError:
        return self.wrong(self.peek, expected)

    def wrong(self, token: Token, expected: str) -> HoursError:
        """An error at a word, with what was expected; a French word is answered with OpenStreetMap's own."""
        meant = in_osm(token.text)
        if meant:
            expected = f"Écrivez «{meant}» au lieu de «{token.text}»."
        return unreadable(self._text, token.column, typeset(expected))


def typeset(text: str) -> str:
    """Put the spaces that French wants and that do not break."""
    text = text.replace("«", f"«{NBSP}").replace("»", f"{NBSP}»")
    return text.replace(" :", f"{NBSP}:").replace(" ;", f"{NBSP};")
