"""A merchant's leaving: who decides it, why, from when, and what becomes of the orders under way."""

from datetime import datetime
from typing import Any

from django import forms

from conciergeries.towns.models import Town
from shared.french import calendar_day
from shared.web.fields import WordsField, date_field
from tenants.shops.departures import LONGEST_REASON, Ground, OrdersThen
from tenants.shops.leaving import earliest_day


class DepartureForm(forms.Form):
    """Who decides says how early the day may be."""

    ground = forms.ChoiceField(
        label="Qui le décide",
        choices=Ground.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Dites qui le décide : le délai en dépend."},
    )
    reason = WordsField(
        label="Motif",
        max_length=LONGEST_REASON,
        required=False,
        help_text="Le commerçant le lit. Quand la commune décide, la loi demande des faits précis.",
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    leaves_on = date_field("Ne vend plus à partir du")
    orders_then = forms.ChoiceField(
        label="Ses commandes en cours",
        choices=OrdersThen.choices,
        initial=OrdersThen.FINISHED.value,
        widget=forms.RadioSelect,
    )

    def __init__(self, data: Any, *, town: Town, now: datetime) -> None:
        today = earliest_day(town=town, ground=Ground.ASKED, now=now)
        super().__init__(data, initial={"leaves_on": today})
        self.town, self.now = town, now
        with_notice = earliest_day(town=town, ground=Ground.NOTICE, now=now)
        self.fields["leaves_on"].help_text = f"Avec préavis, au plus tôt le {calendar_day(with_notice, year=True)}."

    def clean_reason(self) -> str:
        return " ".join(self.cleaned_data["reason"].split())

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if "ground" not in data:
            return data
        ground = Ground(data["ground"])
        if ground != Ground.ASKED and not data.get("reason") and "reason" not in self.errors:
            self.add_error("reason", "Écrivez le motif : la loi demande de le dire au commerçant.")
        earliest = earliest_day(town=self.town, ground=ground, now=self.now)
        if "leaves_on" in data and data["leaves_on"] < earliest:
            self.add_error("leaves_on", f"Au plus tôt le {calendar_day(earliest, year=True)}.")
        return data

    @property
    def facts(self) -> dict[str, Any]:
        """What was filled in, once it is valid."""
        data = self.cleaned_data
        return {
            "ground": Ground(data["ground"]),
            "reason": data["reason"],
            "leaves_on": data["leaves_on"],
            "orders_then": OrdersThen(data["orders_then"]),
        }

    @property
    def is_now(self) -> bool:
        return bool(self.cleaned_data["leaves_on"] <= earliest_day(town=self.town, ground=Ground.ASKED, now=self.now))
