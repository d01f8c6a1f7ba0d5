"""A round: its trips as a grid, what it serves, how much it takes."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django import forms

from shared.calendars import HOURS_LENGTH
from shared.french import NBSP, plural, span
from shared.hours.week import DAYS, Day
from shared.hours.year import Year
from shared.web.changes import ExceptionForm, VersionForm
from shared.web.hours import HoursForm
from tenants.hubs.models import Hub, Round
from tenants.hubs.rounds import LONGEST_LAST_CALL, MOST_PARCELS, Timetable, timetable_of

_LONG = timedelta(hours=6)
_ORDINALS = ("premier", "deuxième", "troisième")
SHOPS = "shops"


class TripsForm(HoursForm):
    """A week of trips: each pair of hours is a departure and a return."""

    of_an_opening = "trajet"
    ends = ("départ", "retour")
    closed_season = "Aucun trajet de la saison"

    closed_on_holidays = forms.BooleanField(label="Pas de tournée les jours fériés", required=False)
    hours = forms.CharField(
        label="Départs et retours, en écriture OpenStreetMap",
        max_length=HOURS_LENGTH,
        required=False,
        help_text="Remplie, cette ligne remplace la semaine ci-dessus. Exemple : Mo-Sa 11:00-11:45; Aug off; PH off",
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}),
    )

    def doubts_of(self, year: Year) -> list[str]:
        """Goods on the road for very long."""
        found: dict[str, list[str]] = {}
        for name, trips in _trips_of(year):
            for trip in trips:
                if trip.ends_at - trip.starts_at >= _LONG:
                    hours = (trip.ends_at - trip.starts_at) // timedelta(hours=1)
                    said = f"{span(trip.start, trip.end)} : {plural(hours, 'heure')} de trajet"
                    found.setdefault(said, []).append(name)
        return [f"{said}{NBSP}({', '.join(names)})." for said, names in found.items()]

    def _ordinals(self) -> tuple[str, ...]:
        return _ORDINALS


class RoundForm(TripsForm):
    """What the town hall says of a round."""

    name = forms.CharField(label="Nom", max_length=100, help_text="« Le vélo-cargo », « La navette du Tubé »…")
    hub = forms.ChoiceField(label="Ce qu’elle dessert", choices=[], initial=SHOPS)
    last_call_minutes = forms.IntegerField(
        label="Dernier appel, en minutes avant le départ",
        min_value=0,
        max_value=LONGEST_LAST_CALL,
        initial=60,
        help_text="Une commande passée après attend le départ suivant.",
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={
            "min_value": "Pas moins de 0 minute.",
            "max_value": "Pas plus d’une semaine (10080 minutes).",
            "invalid": "Écrivez un nombre de minutes : 60.",
        },
    )
    room = forms.IntegerField(
        label="Colis par trajet, au plus",
        required=False,
        min_value=1,
        max_value=MOST_PARCELS,
        help_text="Un colis par boutique d’une commande. Vide : autant qu’il en vient.",
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    active = forms.BooleanField(
        label="En service", required=False, help_text="Décochée, la tournée garde ses horaires et ne part plus."
    )

    field_order = ("name", "hub")

    def __init__(self, *args: Any, today: date, there: Round | None = None, **kwargs: Any) -> None:
        said = timetable_of(there, today=today) if there else None
        if said:
            shown = {name: getattr(said, name) for name in ("name", "last_call_minutes", "room", "active")}
            shown["hub"] = str(said.hub_id or SHOPS)
            kwargs["initial"] = shown | (kwargs.get("initial") or {})
        super().__init__(*args, today=today, rule=said.hours if said else None, **kwargs)
        field = self.fields["hub"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  (for the type checker)
        hubs = Hub.objects.exclude(is_main=True).order_by("name", "pk")
        field.choices = [
            (SHOPS, "Les boutiques : le ramassage"),
            *((str(hub.pk), f"{hub.name} : la livraison") for hub in hubs),
        ]
        if there is None:
            # A new one runs.
            del self.fields["active"]

    def timetable(self) -> Timetable:
        """What was filled in, once it is valid."""
        data = self.cleaned_data
        return Timetable(
            name=data["name"],
            hub_id=None if data["hub"] == SHOPS else UUID(data["hub"]),
            hours=self.rule,
            last_call_minutes=data["last_call_minutes"],
            room=data["room"],
            active=data.get("active", True),
        )


class RoundVersionForm(TripsForm, VersionForm):
    """New trips from a day on."""


class RoundExceptionForm(ExceptionForm):
    """Days off, trips that are not made, other trips; from a day to another."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["what"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  (for the type checker)
        field.choices = [
            (self.CLOSED, "Aucun trajet de la journée"),
            (self.CLOSED_AT, "Pas de trajet à certaines heures"),
            (self.OPEN_AT, "D’autres trajets, à la place de ceux d’habitude"),
        ]
        self.fields["reason"].help_text = "« Vélo en révision », « deuxième passage de Noël »."


def _trips_of(year: Year) -> Iterator[tuple[str, Day]]:
    for season in (None, *year.seasons):
        part = season.part if season else year.ordinary
        where = f" {season}" if season else ""
        yield from ((f"{name}{where}", trips) for name, trips in zip(DAYS, part.days, strict=True))
        yield from ((f"{each}{where}", each.openings) for each in part.month_days)
