"""The forms of dated changes of hours and of pauses, the same for the town hall and for merchants."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms

from shared.calendars import CalendarChange, ChangeKind
from shared.changing import ChangeFacts, change_words
from shared.french import NBSP
from shared.hours.week import Week, problem_of_day
from shared.web.fields import date_field
from shared.web.hours import HoursForm
from shared.web.parts import read_openings, time_field
from shared.web.templatetags.hours import rule_words

C = TypeVar("C", bound=CalendarChange)
_SPANS = [("from_1", "to_1"), ("from_2", "to_2")]
_CLOSURES = [("closed", "Fermé toute la journée"), ("closed_at", "Fermé à certaines heures")]
_OPENING = ("open_at", "Ouvert à d’autres heures que d’habitude")
_TIMES = ("de", "à", "puis de", "à nouveau jusqu’à")


class ExceptionForm(forms.Form):
    """A closure, of whole days or of some hours, or an opening; from a day to another."""

    CLOSED, CLOSED_AT, OPEN_AT = (choice[0] for choice in (*_CLOSURES, _OPENING))

    what = forms.ChoiceField(
        label="Ce jour-là, ou ces jours-là",
        choices=[*_CLOSURES, _OPENING],
        widget=forms.RadioSelect,
        initial=CLOSED,
    )
    first = date_field("Du", help_text="Le premier jour, ou le seul.")
    last = date_field("Au", required=False, help_text="Vide : ce seul jour.")
    reason = forms.CharField(
        label="Motif", max_length=120, help_text="Les habitants le liront : « inventaire », « nocturne de Noël »."
    )

    def __init__(self, *args: Any, only_closed: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for (first, last), (begins, ends) in zip(_SPANS, (_TIMES[:2], _TIMES[2:]), strict=True):
            self.fields[first], self.fields[last] = time_field(begins.capitalize()), time_field(ends.capitalize())
        what = self.fields["what"]
        if only_closed and isinstance(what, forms.ChoiceField):
            what.choices = _CLOSURES

    @property
    def times(self) -> list[forms.BoundField]:
        return [self[name] for pair in _SPANS for name in pair]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        what = data.get("what")
        openings = read_openings(self, data, _SPANS)
        boxes = {name for pair in _SPANS for name in pair}
        if what == self.CLOSED and openings:
            self.add_error("from_1", "Videz les heures, ou choisissez « Fermé à certaines heures ».")
        if what in {self.CLOSED_AT, self.OPEN_AT} and not openings and not boxes & self.errors.keys():
            self.add_error("from_1", "Dites à quelles heures.")
        problem = problem_of_day(openings)
        if problem:
            self.add_error("from_1", problem)
        data["hours"] = Week((openings,) * 7, closed_on_holidays=False).to_osm().removeprefix("Mo-Su ")
        return data

    def facts(self) -> ChangeFacts:
        """What was filled in, once it is valid."""
        data = self.cleaned_data
        return ChangeFacts(
            kind=ChangeKind.OPENING if data["what"] == self.OPEN_AT else ChangeKind.CLOSURE,
            first=data["first"],
            last=data["last"] or data["first"],
            hours=data["hours"],
            reason=data["reason"],
        )

    def put_errors(self, error: forms.ValidationError) -> None:
        """Say beside its field what a service refused."""
        _put(self, error, {"hours": "from_1", "kind": "what"})


class VersionForm(HoursForm):
    """New weekly hours from a day on."""

    first = date_field("À partir du")
    reason = forms.CharField(
        label="Motif", max_length=120, required=False, help_text="« Horaires d’été », par exemple."
    )
    field_order = ("first", "reason")

    @property
    def begins(self) -> date:
        first = self.cleaned_data.get("first")
        return first if isinstance(first, date) else super().begins

    def facts(self) -> ChangeFacts:
        """What was filled in, once it is valid."""
        data = self.cleaned_data
        return ChangeFacts(kind=ChangeKind.VERSION, first=data["first"], hours=self.rule, reason=data["reason"])


class PauseForm(forms.Form):
    """Orders are taken no more, until a moment or until further notice."""

    reason = forms.CharField(
        label="Motif", max_length=200, help_text="Les habitants le liront : « Inondation place de la Mairie »."
    )
    until_day = date_field("Reprise le", required=False, help_text="Vide : jusqu’à nouvel ordre.")
    until_time = time_field("À")

    def __init__(self, *args: Any, zone: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone = zone

    @property
    def until(self) -> datetime | None:
        """When orders are taken again, by the town's clock; midnight when no hour is given."""
        day, hour = self.cleaned_data["until_day"], self.cleaned_data["until_time"]
        return datetime.combine(day, hour or time(), tzinfo=ZoneInfo(self.zone)) if day else None

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("until_time") and not data.get("until_day") and "until_day" not in self.errors:
            self.add_error("until_day", "Dites aussi de quel jour.")
        return data

    def put_errors(self, error: forms.ValidationError) -> None:
        """Say beside its field what a service refused."""
        _put(self, error, {"until": "until_day"})


def _put(form: forms.Form, error: forms.ValidationError, places: dict[str, str]) -> None:
    if not hasattr(error, "error_dict"):
        form.add_error(None, error)
        return
    for field, errors in error.message_dict.items():
        place = places.get(field, field)
        for said in errors:
            form.add_error(place if place in form.fields else None, said)


@dataclass(frozen=True)
class ChangeRow:
    """A change in a list; without `href` it cannot be taken away."""

    title: str
    note: str
    is_now: bool
    href: str


def rows_of(
    changes: Iterable[C], *, today: date, href: Callable[[UUID], str], where: Callable[[C], str] | None = None
) -> list[ChangeRow]:
    """The changes that hold or are to come, by day. New hours that have begun are the ordinary ones: not listed.

    `where` names what each change is of, in lists of several places.
    """
    found = []
    for change in changes:
        is_version = change.kind == ChangeKind.VERSION
        if (is_version and change.first <= today) or (change.last is not None and change.last < today):
            continue
        said = [*([rule_words(change.hours)] if change.hours else []), *([change.reason] if change.reason else [])]
        found.append(
            ChangeRow(
                title=_title(change, where(change) if where else ""),
                note=" : ".join(said).replace("tous les jours ", ""),
                is_now=change.first <= today,
                href=href(change.pk),
            )
        )
    return found


def _title(change: CalendarChange, where: str) -> str:
    kind = str(change.get_kind_display())
    return f"{f'{where}{NBSP}: {kind}' if where else kind.capitalize()} {change_words(change)}"
