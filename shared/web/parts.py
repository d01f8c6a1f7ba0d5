"""The parts of a year in the editor of hours: the ordinary week and the seasons, as boxes, and read back."""

import re
from dataclasses import dataclass
from datetime import time
from typing import Any

from django import forms
from django.forms import BoundField

from shared.hours.week import DAYS, Day, Opening, problems_of_week
from shared.hours.year import MONTH_LENGTHS, MONTHS, RANKS, MonthDay, Part, Season, YearDay, problem_of_month_days

MOST_SEASONS = 6
MONTH_DAYS = 2
_SPANS_OF_A_MONTH_DAY = 2
ORDINALS = {2: ("première", "seconde"), 3: ("première", "deuxième", "troisième")}
_RANKS = [("", "—"), *((str(rank), f"Le {name}") for rank, name in RANKS.items())]
_BOUNDS = (("first_day", "Du"), ("first_month", "Mois du début"), ("last_day", "Au"), ("last_month", "Mois de la fin"))


@dataclass(frozen=True)
class DayFields:
    """One day's row of a grid: from and to, two or three times."""

    name: str
    spans: list[tuple[BoundField, BoundField]]
    errors: list[str]


@dataclass(frozen=True)
class MonthDayFields:
    """«Le deuxième dimanche du mois», and its hours."""

    rank: BoundField
    weekday: BoundField
    spans: list[tuple[BoundField, BoundField]]
    errors: list[str]


@dataclass(frozen=True)
class PartFields:
    """The boxes of the ordinary week (`number` 0) or of a season, in a form; it adds them, shows them, reads them."""

    form: forms.Form
    number: int
    openings_a_day: int

    @property
    def prefix(self) -> str:
        """What the names of its boxes, and of its verbs, begin with."""
        return f"s{self.number}_" if self.number else ""

    def add_to(self, form: forms.Form, *, ordinals: tuple[str, ...], of: str, ends: tuple[str, str]) -> None:
        """Add the boxes; the rest says how they are called: «première plage, de»."""
        where = f"Saison {self.number}, " if self.number else ""
        for day, name in enumerate(DAYS):
            for number in range(self.openings_a_day):
                for end, said in zip((False, True), ends, strict=True):
                    label = f"{name}, {ordinals[number]} {of}, {said}"
                    form.fields[self.day_field(day, number, end=end)] = time_field(_capital(where + label))
        for number in range(MONTH_DAYS):
            called = f"{where}jour du mois {number + 1}"
            form.fields[self._name(f"m{number}_rank")] = _choice(f"{called}, rang", _RANKS, required=False)
            days = [(str(day), name) for day, name in enumerate(DAYS)]
            form.fields[self._name(f"m{number}_day")] = _choice(f"{called}, jour", days, required=False)
            for first, last in self._month_day_spans(number):
                for field, said in zip((first, last), ends, strict=True):
                    form.fields[field] = time_field(_capital(f"{called}, {said}"))
        if self.number:
            self._add_season_to(form, where)

    def day_field(self, day: int, number: int, *, end: bool) -> str:
        """The name of one box of the grid."""
        return f"{self.prefix}d{day}_{number}_{'to' if end else 'from'}"

    @property
    def days(self) -> list[DayFields]:
        """The grid, for the template."""
        return [
            DayFields(name, self._bound(self.spans_of(day)), self._errors(self._names(day)))
            for day, name in enumerate(DAYS)
        ]

    @property
    def month_days(self) -> list[MonthDayFields]:
        """The days of the month, for the template."""
        return [
            MonthDayFields(
                self.form[self._name(f"m{number}_rank")],
                self.form[self._name(f"m{number}_day")],
                self._bound(self._month_day_spans(number)),
                self._errors(self._month_day_names(number)),
            )
            for number in range(MONTH_DAYS)
        ]

    @property
    def says_month_days(self) -> bool:
        """Whether a day of the month is filled in, or wrong."""
        return any(each.rank.value() or each.errors for each in self.month_days)

    @property
    def is_closed(self) -> bool:
        """Whether the whole season is ticked as closed."""
        return bool(self.number and self.form[self._name("closed")].value())

    @property
    def closed(self) -> BoundField:
        return self.form[self._name("closed")]

    @property
    def bounds(self) -> list[tuple[str, BoundField, BoundField]]:
        """The day and the month of the season's beginning, then of its end."""
        first, first_month, last, last_month = (self.form[self._name(name)] for name, _label in _BOUNDS)
        return [("du", first, first_month), ("au", last, last_month)]

    @property
    def bounds_errors(self) -> list[str]:
        return self._errors([self._name(name) for name, _label in _BOUNDS])

    def shown(self, part: Part) -> dict[str, Any]:
        """What the boxes show of a week and its days of the month."""
        found: dict[str, Any] = {}
        for day, openings in enumerate(part.days):
            _show(found, openings, self.spans_of(day))
        for number, each in enumerate(part.month_days):
            found[self._name(f"m{number}_rank")] = each.rank
            found[self._name(f"m{number}_day")] = each.weekday
            _show(found, each.openings, self._month_day_spans(number))
        return found

    def shown_season(self, season: Season) -> dict[str, Any]:
        """The same of a season: its days, its week, or that it is closed."""
        values = (season.first[1], season.first[0], season.last[1], season.last[0])
        found = {self._name(name): value for (name, _label), value in zip(_BOUNDS, values, strict=True)}
        return found | self.shown(season.part) | {self._name("closed"): season.part.is_empty}

    def read(self, data: dict[str, Any]) -> Part:
        """The week that was filled in; what is wrong with it is said beside its boxes."""
        if self.number and data.get(self._name("closed")):
            return Part()
        days = tuple(read_openings(self.form, data, self.spans_of(day)) for day in range(len(DAYS)))
        if not any(name in self.form.errors for day in range(len(DAYS)) for name in self._names(day)):
            for day, problem in problems_of_week(days).items():
                self.form.add_error(self.day_field(day, 0, end=False), problem)
        return Part(days, self._read_month_days(data))

    def read_season(self, data: dict[str, Any]) -> Season | None:
        """The season that was filled in; None when its days are missing or wrong, which is said beside them."""
        part = self.read(data)
        first, last = self._read_day(data, "first"), self._read_day(data, "last")
        return Season(first, last, part) if first and last else None

    def spans_of(self, day: int) -> list[tuple[str, str]]:
        """The names of a day's boxes, by pairs."""
        return [
            (self.day_field(day, number, end=False), self.day_field(day, number, end=True))
            for number in range(self.openings_a_day)
        ]

    def _add_season_to(self, form: forms.Form, where: str) -> None:
        months = [(str(number), name) for number, name in enumerate(MONTHS, start=1)]
        for name, label in _BOUNDS:
            called = _capital(f"{where}{label.lower()}")
            if name.endswith("month"):
                form.fields[self._name(name)] = _choice(called, months, required=True)
            else:
                form.fields[self._name(name)] = forms.IntegerField(
                    label=called,
                    min_value=1,
                    max_value=31,
                    widget=forms.NumberInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
                    error_messages=dict.fromkeys(
                        ("required", "invalid", "min_value", "max_value"), "Écrivez le jour du mois : de 1 à 31."
                    ),
                )
        form.fields[self._name("closed")] = forms.BooleanField(required=False)

    def _read_day(self, data: dict[str, Any], which: str) -> YearDay | None:
        day, month = data.get(self._name(f"{which}_day")), data.get(self._name(f"{which}_month"))
        if not isinstance(day, int) or not month:
            return None
        number = int(month)
        length = MONTH_LENGTHS[number - 1]
        if day > length:
            self.form.add_error(self._name(f"{which}_day"), f"{MONTHS[number - 1]} n’a pas plus de {length} jours.")
            return None
        return number, day

    def _read_month_days(self, data: dict[str, Any]) -> tuple[MonthDay, ...]:
        found = []
        for number in range(MONTH_DAYS):
            rank, weekday = data.get(self._name(f"m{number}_rank")), data.get(self._name(f"m{number}_day"))
            openings = read_openings(self.form, data, self._month_day_spans(number))
            if rank:
                found.append(MonthDay(int(rank), int(weekday or 0), openings))
            elif openings:
                self.form.add_error(self._name(f"m{number}_rank"), "dites lequel : le premier, le deuxième…")
        problem = problem_of_month_days(found)
        if problem:
            self.form.add_error(self._name("m0_rank"), problem)
        return tuple(found)

    def _name(self, field: str) -> str:
        return f"{self.prefix}{field}"

    def _names(self, day: int) -> list[str]:
        return [name for pair in self.spans_of(day) for name in pair]

    def _month_day_spans(self, number: int) -> list[tuple[str, str]]:
        return [
            (self._name(f"m{number}_{span}_from"), self._name(f"m{number}_{span}_to"))
            for span in range(_SPANS_OF_A_MONTH_DAY)
        ]

    def _month_day_names(self, number: int) -> list[str]:
        spans = [name for pair in self._month_day_spans(number) for name in pair]
        return [self._name(f"m{number}_rank"), self._name(f"m{number}_day"), *spans]

    def _bound(self, spans: list[tuple[str, str]]) -> list[tuple[BoundField, BoundField]]:
        return [(self.form[first], self.form[last]) for first, last in spans]

    def _errors(self, names: list[str]) -> list[str]:
        return [str(error) for name in names for error in self.form.errors.get(name, [])]


def is_box(name: str) -> bool:
    """Whether a field is one of the boxes of a part."""
    return re.match(r"[dms]\d", name) is not None


def fits(part: Part) -> bool:
    """Whether there are boxes for all the days of the month that a week has."""
    return len(part.month_days) <= MONTH_DAYS and all(
        len(each.openings) <= _SPANS_OF_A_MONTH_DAY for each in part.month_days
    )


def time_field(label: str) -> forms.TimeField:
    """An hour, as a keyboard types it."""
    return forms.TimeField(
        label=label,
        required=False,
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
        error_messages={"invalid": "Écrivez l’heure comme 18:00."},
    )


def read_openings(form: forms.Form, data: dict[str, Any], names: list[tuple[str, str]]) -> Day:
    """The openings of pairs of boxes; a half-filled pair is said beside the empty box."""
    found = []
    for number, (first, last) in enumerate(names):
        start, end = data.get(first), data.get(last)
        if start is None and end is None:
            continue
        if isinstance(start, time) and isinstance(end, time):
            found.append(Opening(start, end))
        elif first not in form.errors and last not in form.errors:
            missing, word = (last, "la fin") if end is None else (first, "le début")
            form.add_error(missing, f"il manque {word} de la {ORDINALS[max(2, len(names))][number]} plage.")
    return tuple(found)


def _show(found: dict[str, Any], openings: Day, names: list[tuple[str, str]]) -> None:
    for opening, (first, last) in zip(openings, names, strict=False):
        found[first], found[last] = opening.start, opening.end


def _choice(label: str, choices: list[tuple[str, str]], *, required: bool) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=choices, required=required)


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]
