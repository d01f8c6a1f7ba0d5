"""The editor of hours: a week as a grid that a keyboard fills, a line for what a grid cannot say.

Every verb of it (copy a day, one more opening, look at the two weeks, save) is a button that sends the form.
"""

from dataclasses import dataclass
from datetime import time, timedelta
from typing import Any, Self

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BoundField
from django.http import QueryDict

from shared.calendars import HOURS_LENGTH
from shared.french import span
from shared.hours import HoursError, Schedule
from shared.hours.week import DAYS, MIDNIGHT, Opening, Week, problems_of_week, week_of

FEWEST_OPENINGS, MOST_OPENINGS = 2, 3
ALWAYS = "24/7"
# What surprises, and is asked about before it is saved.
_EARLY = time(5)
_LONG, _SHORT = timedelta(hours=14), timedelta(minutes=30)
_ORDINALS = {2: ("première", "seconde"), 3: ("première", "deuxième", "troisième")}


@dataclass(frozen=True)
class DayFields:
    """One day's row of the grid: from and to, two or three times."""

    name: str
    spans: list[tuple[BoundField, BoundField]]
    errors: list[str]


@dataclass(frozen=True)
class Instead:
    """A tick that stands for a whole week, and the hours that it means."""

    label: str
    rule: str
    help: str = "Cochée, cette case remplace la semaine."


class HoursForm(forms.Form):
    """A week as a grid; hours that the grid cannot say are written as OpenStreetMap does, and win over it."""

    instead: Instead | None = None

    closed_on_holidays = forms.BooleanField(label="Fermé les jours fériés", required=False)
    hours = forms.CharField(
        label="Horaires, en écriture OpenStreetMap",
        max_length=HOURS_LENGTH,
        required=False,
        help_text="Remplie, cette ligne remplace la semaine ci-dessus. Exemple : Mo-Sa 12:00-14:00; Aug off; PH off",
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}),
    )
    no_week = forms.BooleanField(required=False)
    slots = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, rule: str | None = None, **kwargs: Any) -> None:
        """`rule` is what there is today: None before any."""
        super().__init__(*args, **kwargs)
        self.said = ""
        self.doubts: list[str] = []
        self.initial = {**self._shown(rule), **self.initial}
        self.openings_a_day = self._openings_a_day()
        for day, name in enumerate(DAYS):
            for number in range(self.openings_a_day):
                for end in (False, True):
                    label = _label(name, number, end=end, of=self.openings_a_day)
                    self.fields[field_name(day, number, end=end)] = time_field(label)
        if self.instead is None:
            del self.fields["no_week"]
        else:
            self.fields["no_week"].label, self.fields["no_week"].help_text = self.instead.label, self.instead.help

    @classmethod
    def rearranged(cls, data: QueryDict, **kwargs: Any) -> Self:
        """What was typed, a day of it copied to others, or with room for one more opening: nothing is checked yet."""
        sent = cls(data, **kwargs)
        shown = {
            name: field.widget.value_from_datadict(data, {}, sent.add_prefix(name))
            for name, field in sent.fields.items()
        }
        said = ""
        if "copy" in data:
            said = _copy(shown, data.get("copy_from", ""), data.getlist("copy_to"), slots=sent.openings_a_day)
        if "more" in data:
            shown["slots"] = MOST_OPENINGS
        form = cls(initial=shown, **kwargs)
        form.said = said
        return form

    @property
    def is_advanced(self) -> bool:
        """Whether the line in OpenStreetMap's syntax is the one in use."""
        return bool(self["hours"].value())

    @property
    def has_room(self) -> bool:
        """Whether one more opening a day may be asked for."""
        return self.openings_a_day < MOST_OPENINGS

    @property
    def names_of_days(self) -> list[str]:
        return list(DAYS)

    @property
    def days(self) -> list[DayFields]:
        """The grid, for the template."""
        return [
            DayFields(
                name,
                [
                    (self[field_name(day, number, end=False)], self[field_name(day, number, end=True)])
                    for number in range(self.openings_a_day)
                ],
                [str(error) for field in self._names(day) for error in self.errors.get(field, [])],
            )
            for day, name in enumerate(DAYS)
        ]

    @property
    def rule(self) -> str:
        """The hours that were filled in, once the form is valid."""
        return str(self.cleaned_data["hours"])

    def clean_hours(self) -> str:
        rule = " ".join(self.cleaned_data["hours"].split())
        if rule:
            try:
                Schedule(rule)
            except HoursError as error:
                raise ValidationError(str(error)) from error
        return rule

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if self.instead and data.get("no_week"):
            if data.get("hours"):
                self.add_error("hours", f"Videz cette ligne, ou décochez « {self.instead.label} ».")
            data["hours"] = self.instead.rule
            return data
        if data.get("hours") or "hours" in self.errors:
            return data
        days = [self._day(day, data) for day in range(len(DAYS))]
        if any(field in self.errors for day in range(len(DAYS)) for field in self._names(day)):
            return data
        for day, problem in problems_of_week(days).items():
            self.add_error(field_name(day, 0, end=False), problem)
        week = Week(tuple(days), bool(data.get("closed_on_holidays")))
        if week.is_empty:
            self.add_error(field_name(0, 0, end=False), self._empty())
        self.doubts = doubts_of(week)
        data["hours"] = week.to_osm()
        return data

    def put_errors(self, error: ValidationError) -> None:
        """Say beside its field what a service refused: hours where they were written, in the grid or in the line."""
        if not hasattr(error, "error_dict"):
            self.add_error(None, error)
            return
        for field, errors in error.message_dict.items():
            place = field_name(0, 0, end=False) if field == "hours" and not self.data.get("hours") else field
            for said in errors:
                self.add_error(place if place in self.fields else None, said)

    def _shown(self, rule: str | None) -> dict[str, Any]:
        """The grid of a rule; the line, when a grid cannot show it."""
        if self.instead is not None and rule is not None and rule == self.instead.rule:
            return {"no_week": True, "closed_on_holidays": True}
        week = week_of(rule, openings_a_day=MOST_OPENINGS) if rule else None
        if week is None:
            return {"hours": rule or "", "closed_on_holidays": True}
        shown: dict[str, Any] = {
            "closed_on_holidays": week.closed_on_holidays,
            "slots": max(FEWEST_OPENINGS, *(len(day) for day in week.days)),
        }
        for day, openings in enumerate(week.days):
            for number, opening in enumerate(openings):
                shown[field_name(day, number, end=False)] = opening.start
                shown[field_name(day, number, end=True)] = opening.end
        return shown

    def _openings_a_day(self) -> int:
        said = self.data.get(self.add_prefix("slots")) if self.is_bound else self.initial.get("slots")
        return MOST_OPENINGS if str(said) == str(MOST_OPENINGS) else FEWEST_OPENINGS

    def _empty(self) -> str:
        said = "Indiquez au moins une plage dans la semaine"
        return f"{said}, ou cochez « {self.instead.label} »." if self.instead else f"{said}."

    def _day(self, day: int, data: dict[str, Any]) -> tuple[Opening, ...]:
        """One day's openings; what is missing of them is said beside that day."""
        names = [
            (field_name(day, number, end=False), field_name(day, number, end=True))
            for number in range(self.openings_a_day)
        ]
        return read_openings(self, data, names)

    def _names(self, day: int) -> list[str]:
        return [field_name(day, number, end=end) for number in range(self.openings_a_day) for end in (False, True)]


def field_name(day: int, number: int, *, end: bool) -> str:
    """The name of one box of the grid."""
    return f"d{day}_{number}_{'to' if end else 'from'}"


def time_field(label: str) -> forms.TimeField:
    """An hour, as a keyboard types it."""
    return forms.TimeField(
        label=label,
        required=False,
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
        error_messages={"invalid": "Écrivez l’heure comme 18:00."},
    )


def read_openings(form: forms.Form, data: dict[str, Any], names: list[tuple[str, str]]) -> tuple[Opening, ...]:
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
            form.add_error(missing, f"il manque {word} de la {_ORDINALS[max(2, len(names))][number]} plage.")
    return tuple(found)


def doubts_of(week: Week) -> list[str]:
    """What may be a slip of the hand in a week: an opening very long, very short, before dawn or past midnight."""
    days: dict[Opening, list[str]] = {}
    for name, openings in zip(DAYS, week.days, strict=True):
        for opening in openings:
            days.setdefault(opening, []).append(name)
    return [
        f"{span(opening.start, opening.end)} ({', '.join(names)}) : {why}"
        for opening, names in days.items()
        if (why := _doubt(opening))
    ]


def _doubt(opening: Opening) -> str:
    length = opening.ends_at - opening.starts_at
    if length >= _LONG:
        return f"{length // timedelta(hours=1)} heures de suite."
    if length < _SHORT:
        return f"{length // timedelta(minutes=1)} minutes seulement."
    if opening.start < _EARLY:
        return "avant 5 heures du matin."
    if opening.end != MIDNIGHT and opening.is_night:
        return "après minuit, jusqu’au lendemain."
    return ""


def _copy(shown: dict[str, Any], source: str, targets: list[str], *, slots: int) -> str:
    """Copy a day's boxes over others'; what was done, or what is missing, in words."""
    numbers = [str(number) for number in range(len(DAYS))]
    to = [int(each) for each in targets if each in numbers and each != source]
    if source not in numbers or not to:
        return "Choisissez un jour, et cochez au moins un autre jour vers lequel le copier."
    for day in to:
        for number in range(slots):
            for end in (False, True):
                shown[field_name(day, number, end=end)] = shown[field_name(int(source), number, end=end)]
    return f"{DAYS[int(source)].capitalize()} est copié vers {', '.join(DAYS[day] for day in to)}."


def _label(day: str, number: int, *, end: bool, of: int) -> str:
    return f"{day.capitalize()}, {_ORDINALS[of][number]} plage, {'à' if end else 'de'}"
