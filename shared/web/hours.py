"""The editor of hours: a week of boxes, seasons with a week of their own, a line for what a grid cannot say.

Every verb of it (copy a day, one more opening, a season more or less, look at the two weeks, save) is a button that
sends the form.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any, ClassVar, Self

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from shared.calendars import HOURS_LENGTH
from shared.changing import LONGEST_CLOSURE
from shared.french import calendar_day, span
from shared.hours import HoursError, Schedule
from shared.hours.problems import opens_next, problems, remarks
from shared.hours.week import DAYS, MIDNIGHT, Opening
from shared.hours.words import in_lines
from shared.hours.year import Part, Year, problem_of_year, year_of
from shared.web.parts import MOST_SEASONS, ORDINALS, PartFields, fits, is_box

FEWEST_OPENINGS, MOST_OPENINGS = 2, 3
ALWAYS = "24/7"
# What surprises, and is asked about before it is saved.
_EARLY = time(5)
_LONG, _SHORT = timedelta(hours=14), timedelta(minutes=30)
_SOON = timedelta(days=60)
# What a season that is added says before anybody changes it.
_SUMMER = {"first_day": 1, "first_month": 7, "last_day": 31, "last_month": 8}


@dataclass(frozen=True)
class Instead:
    """A tick that stands for a whole week, and the hours that it means."""

    label: str
    rule: str
    help: str = "Cochée, cette case remplace la semaine."


class HoursForm(forms.Form):
    """A week as a grid, and seasons; hours that grids cannot say are written as OpenStreetMap does, and win over it."""

    instead: Instead | None = None
    of_an_opening: ClassVar[str] = "plage"
    ends: ClassVar[tuple[str, str]] = ("de", "à")
    closed_season: ClassVar[str] = "Fermé toute la saison"

    closed_on_holidays = forms.BooleanField(label="Fermé les jours fériés", required=False)
    hours = forms.CharField(
        label="Horaires, en écriture OpenStreetMap",
        max_length=HOURS_LENGTH,
        required=False,
        help_text="Remplie, cette ligne remplace tout ce qui précède. Exemple : week 01-53/2 We 14:00-18:00; PH off",
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}),
    )
    no_week = forms.BooleanField(required=False)
    slots = forms.IntegerField(required=False, widget=forms.HiddenInput)
    seasons = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, today: date, free_days: str, rule: str | None = None, **kwargs: Any) -> None:
        """`rule` is what there is today: None before any. `free_days` are the town's, as `shared.hours` takes them."""
        super().__init__(*args, **kwargs)
        self.today, self.free_days = today, free_days
        self.said, self.said_in = "", 0
        self.doubts: list[str] = []
        self._rule = rule
        self.initial = {**self._shown(rule), **self.initial}
        self.openings_a_day = MOST_OPENINGS if self._count("slots") == MOST_OPENINGS else FEWEST_OPENINGS
        self.parts = [
            PartFields(self, number, self.openings_a_day)
            for number in range(1 + min(self._count("seasons"), MOST_SEASONS))
        ]
        for part in self.parts:
            part.add_to(self, ordinals=self._ordinals(), of=self.of_an_opening, ends=self.ends)
            if part.number:
                self.fields[f"{part.prefix}closed"].label = self.closed_season
        if self.instead is None:
            del self.fields["no_week"]
        else:
            self.fields["no_week"].label, self.fields["no_week"].help_text = self.instead.label, self.instead.help

    @classmethod
    def rearranges(cls, data: QueryDict) -> bool:
        """Whether a verb was pressed that only changes what is shown."""
        return bool(cls._verbs() & data.keys())

    @classmethod
    def rearranged(cls, data: QueryDict, **kwargs: Any) -> Self:
        """What was typed, with a day copied, one more opening, a season more or less: nothing is checked yet."""
        sent = cls(data, **kwargs)
        shown = {
            name: field.widget.value_from_datadict(data, {}, sent.add_prefix(name))
            for name, field in sent.fields.items()
        }
        said, said_in = "", 0
        for part in sent.parts:
            if f"{part.prefix}copy" in data:
                said, said_in = _copy(shown, data, part), part.number
        if "more" in data:
            shown["slots"] = MOST_OPENINGS
        if "add_season" in data:
            said, said_in = sent._add_season(shown), len(sent.parts)
        if "remove_season" in data:
            said = sent._remove_season(shown, data.get("remove_season", ""))
        form = cls(initial=shown, **kwargs)
        form.said, form.said_in = said, min(said_in, len(form.parts) - 1)
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
    def has_room_for_a_season(self) -> bool:
        return len(self.parts) <= MOST_SEASONS

    @property
    def next_season(self) -> int:
        return len(self.parts)

    @property
    def names_of_days(self) -> list[str]:
        return list(DAYS)

    @property
    def reading(self) -> list[str]:
        """The hours in French, a line each: those that are kept, or those that were filled in, once they are valid."""
        rule = (self._rule if not self.said else "") if not self.is_bound else "" if self.errors else self.rule
        return in_lines(rule) if rule else []

    @property
    def begins(self) -> date:
        """From when on these hours hold."""
        return self.today

    @property
    def rule(self) -> str:
        """The hours that were filled in, once the form is valid."""
        return str(self.cleaned_data["hours"])

    def doubts_of(self, year: Year) -> list[str]:
        """What may be a slip of the hand in a year."""
        return doubts_of(year)

    def clean_hours(self) -> str:
        rule = " ".join(self.cleaned_data["hours"].split())
        if rule:
            try:
                Schedule(rule)
            except HoursError as error:
                raise ValidationError(str(error)) from error
            found = problems(rule, today=self.today, territory=self.free_days)
            if found:
                raise ValidationError([str(problem) for problem in found])
        return rule

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if self.instead and data.get("no_week"):
            if data.get("hours"):
                self.add_error("hours", f"Videz cette ligne, ou décochez « {self.instead.label} ».")
            data["hours"] = self.instead.rule
            return data
        if "hours" in self.errors:
            return data
        if data.get("hours"):
            self._drop_errors_of_parts()
            self.doubts = [*map(str, remarks(data["hours"])), *self._late(data["hours"])]
            return data
        year = self._year(data)
        if year is not None and not self._is_wrong(year):
            data["hours"] = year.to_osm()
            self.doubts = [*self.doubts_of(year), *self._late(data["hours"])]
        return data

    def put_errors(self, error: ValidationError) -> None:
        """Say beside its field what a service refused: hours where they were written, in the grid or in the line."""
        if not hasattr(error, "error_dict"):
            self.add_error(None, error)
            return
        for field, errors in error.message_dict.items():
            is_of_grid = field == "hours" and not self.data.get("hours")
            place = self.parts[0].day_field(0, 0, end=False) if is_of_grid else field
            for said in errors:
                self.add_error(place if place in self.fields else None, said)

    def _shown(self, rule: str | None) -> dict[str, Any]:
        """The grids of a rule; the line, when grids cannot show it."""
        if self.instead is not None and rule is not None and rule == self.instead.rule:
            return {"no_week": True, "closed_on_holidays": True}
        year = year_of(rule, openings_a_day=MOST_OPENINGS) if rule else None
        if year is None or len(year.seasons) > MOST_SEASONS or not all(map(fits, _parts_of(year))):
            return {"hours": rule or "", "closed_on_holidays": True}
        most = max(FEWEST_OPENINGS, *(len(openings) for part in _parts_of(year) for openings in part.days))
        shown: dict[str, Any] = {
            "closed_on_holidays": year.closed_on_holidays,
            "slots": most,
            "seasons": len(year.seasons),
        }
        shown |= PartFields(self, 0, most).shown(year.ordinary)
        for number, season in enumerate(year.seasons, start=1):
            shown |= PartFields(self, number, most).shown_season(season)
        return shown

    def _count(self, name: str) -> int:
        said = str(self.data.get(self.add_prefix(name)) if self.is_bound else self.initial.get(name))
        return int(said) if said.isascii() and said.isdigit() and len(said) <= 2 else 0  # noqa: PLR2004  (of digits)

    def _ordinals(self) -> tuple[str, ...]:
        return ORDINALS[self.openings_a_day]

    def _year(self, data: dict[str, Any]) -> Year | None:
        """The year that was filled in; None when something of it is wrong, which is said beside it."""
        ordinary, *others = self.parts
        week = ordinary.read(data)
        seasons = [part.read_season(data) for part in others]
        found = tuple(season for season in seasons if season is not None)
        if any(map(is_box, self.errors)) or len(found) < len(seasons):
            return None
        return Year(week, found, bool(data.get("closed_on_holidays")))

    def _is_wrong(self, year: Year) -> bool:
        """Say what is wrong with parts that are right by themselves."""
        ordinary, *others = self.parts
        rule = year.to_osm()
        if year.is_empty:
            self.add_error(ordinary.day_field(0, 0, end=False), self._empty())
        elif problem := problem_of_year(year):
            self.add_error(f"{others[-1].prefix}first_day", problem)
        elif len(rule) > HOURS_LENGTH:
            self.add_error(None, "Ces horaires sont trop longs à noter : retirez une saison, ou un jour du mois.")
        else:
            for found in problems(rule, today=self.today, territory=self.free_days):
                self.add_error(None, str(found))
        return bool(self.errors)

    def _late(self, rule: str) -> Iterator[str]:
        """Doubt hours that do not open for long: a season, or a slip of the hand. Later still, they are refused."""
        begins = self.begins
        first = opens_next(rule, today=begins, territory=self.free_days)
        if first is not None and begins + _SOON < first <= begins + LONGEST_CLOSURE:
            yield f"Avec ces horaires, ce n’est pas ouvert avant le {calendar_day(first, year=True)}."

    def _empty(self) -> str:
        said = "Indiquez au moins une plage dans la semaine"
        return f"{said}, ou cochez « {self.instead.label} »." if self.instead else f"{said}."

    def _drop_errors_of_parts(self) -> None:
        """Boxes that the line replaces need not be right."""
        for name in filter(is_box, [*self.errors]):
            del self.errors[name]

    def _add_season(self, shown: dict[str, Any]) -> str:
        if not self.has_room_for_a_season:
            return f"Pas plus de {MOST_SEASONS} saisons."
        ordinary, added = self.parts[0], PartFields(self, len(self.parts), self.openings_a_day)
        for day in range(len(DAYS)):
            for (had_first, had_last), (first, last) in zip(ordinary.spans_of(day), added.spans_of(day), strict=True):
                shown[first], shown[last] = shown[had_first], shown[had_last]
        shown |= {f"{added.prefix}{name}": value for name, value in _SUMMER.items()}
        shown["seasons"] = added.number
        return "Une saison est ajoutée, avec les horaires de la semaine ordinaire : changez-les."

    def _remove_season(self, shown: dict[str, Any], number: str) -> str:
        numbers = {str(part.number): part for part in self.parts if part.number}
        if number not in numbers:
            return "Cette saison n’est plus là."
        removed = numbers[number]
        kept = [part for part in self.parts if part.number and part is not removed]
        values = [
            {name.removeprefix(part.prefix): value for name, value in shown.items() if name.startswith(part.prefix)}
            for part in kept
        ]
        for part in self.parts[1:]:
            for name in [name for name in shown if name.startswith(part.prefix)]:
                del shown[name]
        for position, fields in enumerate(values, start=1):
            shown |= {f"s{position}_{name}": value for name, value in fields.items()}
        shown["seasons"] = len(kept)
        return f"La saison {number} est retirée."

    @staticmethod
    def _verbs() -> set[str]:
        copies = {"copy", *(f"s{number}_copy" for number in range(1, MOST_SEASONS + 1))}
        return {*copies, "more", "add_season", "remove_season"}


def doubts_of(year: Year) -> list[str]:
    """What may be a slip of the hand: an opening very long, very short, before dawn or past midnight."""
    days: dict[Opening, list[str]] = {}
    for season in (None, *year.seasons):
        part = season.part if season else year.ordinary
        named = [*zip(DAYS, part.days, strict=True), *((str(each), each.openings) for each in part.month_days)]
        for name, openings in named:
            for opening in openings:
                days.setdefault(opening, []).append(f"{name} {season}" if season else name)
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


def _copy(shown: dict[str, Any], data: QueryDict, part: PartFields) -> str:
    """Copy a day's boxes over others'; what was done, or what is missing, in words."""
    source, targets = data.get(f"{part.prefix}copy_from", ""), data.getlist(f"{part.prefix}copy_to")
    numbers = [str(number) for number in range(len(DAYS))]
    to = [int(each) for each in targets if each in numbers and each != source]
    if source not in numbers or not to:
        return "Choisissez un jour, et cochez au moins un autre jour vers lequel le copier."
    for day in to:
        for (had_first, had_last), (first, last) in zip(part.spans_of(int(source)), part.spans_of(day), strict=True):
            shown[first], shown[last] = shown[had_first], shown[had_last]
    return f"{DAYS[int(source)].capitalize()} est copié vers {', '.join(DAYS[day] for day in to)}."


def _parts_of(year: Year) -> list[Part]:
    return [year.ordinary, *(season.part for season in year.seasons)]
