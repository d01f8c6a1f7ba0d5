"""A hub and its week."""

from dataclasses import dataclass
from datetime import time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BoundField

from shared.hours import HoursError, Schedule
from tenants.hubs.models import Hub
from tenants.hubs.services import HubFacts
from tenants.hubs.week import DAYS, OPENINGS_A_DAY, Opening, Week, problem_of_day, week_of

_ORDINALS = ("première", "seconde")
LONGEST_CUTOFF = 7 * 24 * 60


@dataclass(frozen=True)
class DayFields:
    """One day's row of the grid: from and to, twice."""

    name: str
    spans: list[tuple[BoundField, BoundField]]
    errors: list[str]


class HubForm(forms.Form):
    """A hub, its week as a grid; hours that the grid cannot say are written as OpenStreetMap does, and win over it."""

    name = forms.CharField(label="Nom", max_length=100, help_text="« La conciergerie », « Zone du Tubé »…")
    address = forms.CharField(label="Adresse", max_length=200)
    access_notes = forms.CharField(
        label="Accès", max_length=300, required=False, help_text="Entrée, parking, marches, interphone…"
    )
    closed_on_holidays = forms.BooleanField(label="Fermé les jours fériés", required=False)
    hours = forms.CharField(
        label="Horaires, en écriture OpenStreetMap",
        max_length=300,
        required=False,
        help_text="Remplie, cette ligne remplace la semaine ci-dessus. Exemple : Mo-Sa 12:00-14:00; Aug off; PH off",
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}),
    )
    cutoff_minutes = forms.IntegerField(
        label="Dernière commande, en minutes avant l’ouverture",
        min_value=0,
        max_value=LONGEST_CUTOFF,
        help_text="Le temps de passer chez les commerçants : 240 pour quatre heures.",
        error_messages={
            "min_value": "Pas moins de 0 minute.",
            "max_value": "Pas plus d’une semaine (10080 minutes).",
            "invalid": "Écrivez un nombre de minutes : 240.",
        },
    )
    active = forms.BooleanField(label="Ouvert aux commandes", required=False)

    def __init__(self, *args: Any, hub: Hub | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.week = week_of(hub.hours) if hub else None
        for day, name in enumerate(DAYS):
            for number in range(OPENINGS_A_DAY):
                for end in (False, True):
                    self.fields[_field(day, number, end=end)] = _time_field(name, number, end=end)
        if hub is not None:
            self.initial = {**_initial(hub, self.week), **self.initial}
        if hub is None or hub.is_main:
            # The main hub is never closed to orders, and a new one opens.
            del self.fields["active"]

    @property
    def is_advanced(self) -> bool:
        """Whether the line in OpenStreetMap's syntax is the one in use."""
        return bool(self["hours"].value())

    @property
    def days(self) -> list[DayFields]:
        """The grid, for the template."""
        return [
            DayFields(
                name,
                [
                    (self[_field(day, number, end=False)], self[_field(day, number, end=True)])
                    for number in range(OPENINGS_A_DAY)
                ],
                [str(error) for field in self._names(day) for error in self.errors.get(field, [])],
            )
            for day, name in enumerate(DAYS)
        ]

    def facts(self) -> HubFacts:
        """What was filled in, once it is valid."""
        data = self.cleaned_data
        return HubFacts(
            name=data["name"],
            address=data["address"],
            access_notes=data["access_notes"],
            hours=data["hours"],
            cutoff_minutes=data["cutoff_minutes"],
            active=data.get("active", True),
        )

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
        if data.get("hours") or "hours" in self.errors:
            return data
        days = [self._day(day, data) for day in range(len(DAYS))]
        if any(field in self.errors for day in range(len(DAYS)) for field in self._names(day)):
            return data
        week = Week(tuple(days), bool(data.get("closed_on_holidays")))
        if week.is_empty:
            self.add_error(_field(0, 0, end=False), "Indiquez au moins une plage dans la semaine.")
        data["hours"] = week.to_osm()
        return data

    def _day(self, day: int, data: dict[str, Any]) -> tuple[Opening, ...]:
        """One day's openings; what is wrong with them is said beside that day."""
        found = []
        for number in range(OPENINGS_A_DAY):
            first, last = _field(day, number, end=False), _field(day, number, end=True)
            start, end = data.get(first), data.get(last)
            if start is None and end is None:
                continue
            if isinstance(start, time) and isinstance(end, time):
                found.append(Opening(start, end))
            elif first not in self.errors and last not in self.errors:
                missing, word = (last, "la fin") if end is None else (first, "le début")
                self.add_error(missing, f"il manque {word} de la {_ORDINALS[number]} plage.")
        problem = problem_of_day(found)
        if problem:
            self.add_error(_field(day, 0, end=False), problem)
        return tuple(found)

    @staticmethod
    def _names(day: int) -> list[str]:
        return [_field(day, number, end=end) for number in range(OPENINGS_A_DAY) for end in (False, True)]


def _field(day: int, number: int, *, end: bool) -> str:
    return f"d{day}_{number}_{'to' if end else 'from'}"


def _time_field(day: str, number: int, *, end: bool) -> forms.TimeField:
    return forms.TimeField(
        label=f"{day.capitalize()}, {_ORDINALS[number]} plage, {'à' if end else 'de'}",
        required=False,
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
        error_messages={"invalid": "Écrivez l’heure comme 18:00."},
    )


def _initial(hub: Hub, week: Week | None) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "name": hub.name,
        "address": hub.address,
        "access_notes": hub.access_notes,
        "cutoff_minutes": hub.cutoff_minutes,
        "active": hub.active,
        "hours": "" if week else hub.hours,
        "closed_on_holidays": week.closed_on_holidays if week else True,
    }
    for day, openings in enumerate(week.days if week else ()):
        for number, opening in enumerate(openings):
            facts[_field(day, number, end=False)] = opening.start
            facts[_field(day, number, end=True)] = opening.end
    return facts
