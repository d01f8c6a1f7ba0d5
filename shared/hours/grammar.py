"""Reading hours: the part of OpenStreetMap's `opening_hours` that French shops use.

Syntax: https://wiki.openstreetmap.org/wiki/Key:opening_hours/specification. What is read is exactly what is meant:
nothing is guessed, and what people type instead («Lu-Ve 9h-12h») is refused with the words to write.
"""

from functools import lru_cache

from shared.french import NBSP
from shared.hours.dates import DatesReader
from shared.hours.habits import translated
from shared.hours.lexer import END, HoursError, Token, tokens
from shared.hours.times import TimesReader
from shared.hours.tree import Hours, Joint, Rule, State

_STATES: dict[str, State] = {"open": "open", "off": "off", "closed": "off", "unknown": "unknown"}
_JOINTS: dict[str, Joint] = {";": "; ", ",": ", ", "||": " || "}


def read(rule: str) -> Hours:
    """What hours say. Raises HoursError, in French, with the column and, for what people type, what to write."""
    try:
        return parsed(rule)
    except HoursError as error:
        better = translated(rule)
        if better and better != rule and _is_readable(better):
            said = f"{error} Vouliez-vous écrire «{NBSP}{normalise(better)}{NBSP}»{NBSP}?"
            raise HoursError(said, column=error.column, suggestion=normalise(better)) from error
        raise


def normalise(rule: str) -> str:
    """The same hours as OpenStreetMap writes them: spaces, capitals, «8:00» as «08:00». Raises HoursError."""
    return str(read(rule))


@lru_cache(maxsize=4096)
def parsed(rule: str) -> Hours:
    """What hours say, without advice. Raises HoursError."""
    if not rule.strip():
        raise HoursError("Indiquez au moins une plage horaire.", column=1)
    return _Reader(rule, tokens(rule)).hours()


def _is_readable(rule: str) -> bool:
    try:
        parsed(rule)
    except HoursError:
        return False
    return True


class _Reader(DatesReader, TimesReader):
    def hours(self) -> Hours:
        rules = [self._rule("; ")]
        while not self.at(END):
            joint = self.peek
            if joint.kind not in _JOINTS:
                raise self.unexpected("Attendu ici : une heure, «off», un commentaire entre guillemets, ou «;».")
            self.take()
            # «Mo 9:00-12:00;» and «;;»: a separator with nothing behind it says nothing.
            if joint.kind == ";" and (self.at(END) or self.at(";")):
                continue
            rules.append(self._rule(_JOINTS[joint.kind]))
        return Hours(tuple(rules))

    def _rule(self, joint: Joint) -> Rule:
        first = self.peek
        years, dates = self.years_and_dates()
        self._colon_after(first)
        weeks = self.weeks()
        weekdays, holidays, holidays_first, within = self.days()
        self._colon_after(first)
        always = self.skip("always")
        times = () if always else self.times()
        state = self._state()
        comment = self.take().text.strip('"').strip() if self.at("comment") else ""
        if first is self.peek:
            raise self.unexpected(_expected_first(first))
        return Rule(
            joint=joint,
            column=first.column,
            years=years,
            dates=dates,
            weeks=weeks,
            weekdays=weekdays,
            holidays=holidays,
            holidays_within=within,
            holidays_first=holidays_first,
            times=times,
            always=always,
            state=state,
            comment=comment,
        )

    def _colon_after(self, first: Token) -> None:
        """«Jul-Aug: Mo 09:00-12:00»: the colon is for the eye."""
        if self.peek is not first:
            self.skip(":")

    def _state(self) -> State:
        if self.at("word") and self.peek.text.lower() in _STATES:
            return _STATES[self.take().text.lower()]
        return ""


def _expected_first(token: Token) -> str:
    if token.kind == "french":
        return "Les heures s’écrivent «08:00-12:30»."
    return "Attendu ici : un jour («Mo-Fr»), un mois («Jul-Aug») ou des heures («08:00-12:30»)."
