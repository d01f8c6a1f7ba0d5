"""Reading the times of a rule: «09:00-12:30,15:00-19:00», «18:00+», «sunrise-sunset»."""

from shared.hours.lexer import Token
from shared.hours.reader import Reader
from shared.hours.tree import EVENTS, MINUTES_OF_DAY, Moment, Times

_MINUTES = 60
_EXPECTED = "Attendu ici : une heure comme «08:00»."


class TimesReader(Reader):
    """Reads times, where the line has come to them."""

    def times(self) -> tuple[Times, ...]:
        found: list[Times] = []
        while self._is_time(self.peek):
            found.append(self._span())
            # «…,14:00-18:00» is one more time of the same days; «…, We 14:00-18:00» is one more rule.
            if not (self.at(",") and self._is_time(self.ahead(1))):
                break
            self.take()
        return tuple(found)

    @staticmethod
    def _is_time(token: Token) -> bool:
        return token.kind in {"time", "french", "("} or token.text.lower() in EVENTS

    def _span(self) -> Times:
        column = self.peek.column
        first = self._moment(latest=MINUTES_OF_DAY)
        if self.skip("+"):
            return Times(first, None, open_ended=True, column=column)
        self.want("-", "Attendu ici : l’heure de la fin, comme dans «08:00-12:30».")
        last = self._moment(latest=2 * MINUTES_OF_DAY)
        open_ended = self.skip("+")
        if self.at("/"):
            raise self.unexpected("Les horaires d’ouverture ne se répètent pas : donnez le début et la fin.")
        return Times(first, last, open_ended=open_ended, column=column)

    def _moment(self, *, latest: int) -> Moment:
        if self.skip("("):
            event = self._event()
            sign = -1 if self.at("-") else 1
            if not self.skip("-"):
                self.want("+", "Attendu ici : «+» ou «-», comme dans «(sunset-01:00)».")
            moved = sign * self._clock(latest=MINUTES_OF_DAY)
            self.want(")", "Attendu ici : la parenthèse fermante, comme dans «(sunset-01:00)».")
            return Moment(moved, event)
        if self.at("word"):
            return Moment(0, self._event())
        return Moment(self._clock(latest=latest))

    def _event(self) -> str:
        if not self.at_word(*EVENTS):
            raise self.unexpected("Attendu ici : une heure comme «08:00», «sunrise» ou «sunset».")
        return self.take().text.lower()

    def _clock(self, *, latest: int) -> int:
        token = self.want("time", _EXPECTED)
        hours, minutes = (int(part) for part in token.text.split(":"))
        if minutes >= _MINUTES:
            raise self.wrong(token, f"«{token.text}» n’est pas une heure.")
        total = hours * _MINUTES + minutes
        if total > latest:
            raise self.wrong(token, _too_late(token, latest))
        return total


def _too_late(token: Token, latest: int) -> str:
    if latest == MINUTES_OF_DAY:
        return f"«{token.text}» n’est pas une heure : une ouverture commence entre 00:00 et 24:00."
    return f"«{token.text}» est trop tard : une ouverture finit au plus tard à 48:00, le lendemain à minuit."
