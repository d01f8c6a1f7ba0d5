"""The days, or the year, that a report is about. Sent by GET: the address is the question."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django import forms
from django.http import QueryDict

from shared.web.fields import date_field
from tenants.reports.period import BadPeriodError, Period, month_of

# Nothing was sold through a conciergerie, nor had to be reported, before it.
FIRST_YEAR = 2023


class PeriodForm(forms.Form):
    """From one day to another, both included; without one, this month. `period` is there once the form is valid."""

    du = date_field("Du")
    au = date_field("Au")

    def __init__(self, data: QueryDict, *, zone: ZoneInfo, now: datetime) -> None:
        self.zone = zone
        month = month_of(now.astimezone(zone).date(), zone=zone)
        asked = data.copy()
        for name, day in (("du", month.first), ("au", month.last)):
            if not asked.get(name):
                asked[name] = day.isoformat()
        super().__init__(asked)

    def clean(self) -> None:
        first, last = self.cleaned_data.get("du"), self.cleaned_data.get("au")
        if first and last:
            try:
                self.period = Period(first, last, self.zone)
            except BadPeriodError as error:
                raise forms.ValidationError(str(error)) from error


class YearForm(forms.Form):
    """A year up to the present one; without one, the present one."""

    annee = forms.IntegerField(label="Année", min_value=FIRST_YEAR)

    def __init__(self, data: QueryDict, *, today: date) -> None:
        asked = data.copy()
        if not asked.get("annee"):
            asked["annee"] = str(today.year)
        super().__init__(asked)
        self.fields["annee"].error_messages = {"invalid": "Écrivez une année, comme 2026."}
        self.present = today.year

    def clean_annee(self) -> int:
        year = int(self.cleaned_data["annee"])
        if year > self.present:
            raise forms.ValidationError("Cette année n’a pas commencé.")
        return year
