"""The year that a report is about."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django import forms
from django.http import QueryDict

from conciergeries.towns.models import Town

# Nothing was sold through a conciergerie, nor had to be reported, before it.
FIRST_YEAR = 2023


class YearForm(forms.Form):
    """A year up to the present one of the town; without one, the present one. Sent by GET."""

    annee = forms.IntegerField(label="Année", min_value=FIRST_YEAR)

    def __init__(self, data: QueryDict, *, town: Town, now: datetime) -> None:
        present = now.astimezone(ZoneInfo(town.timezone)).year
        asked = data.copy()
        if not asked.get("annee"):
            asked["annee"] = str(present)
        super().__init__(asked)
        field = self.fields["annee"]
        field.error_messages = {"invalid": "Écrivez une année, comme 2026."}
        self.present = present

    def clean_annee(self) -> int:
        year = int(self.cleaned_data["annee"])
        if year > self.present:
            raise forms.ValidationError("Cette année n’a pas commencé.")
        return year
