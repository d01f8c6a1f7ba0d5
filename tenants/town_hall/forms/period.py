"""The days that a report is about."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django import forms
from django.http import QueryDict

from conciergeries.towns.models import Town
from shared.web.fields import date_field
from tenants.reports.period import BadPeriodError, Period, month_of


class PeriodForm(forms.Form):
    """From one day to another, both included. Sent by GET: the address is the question; without one, this month."""

    du = date_field("Du")
    au = date_field("Au")

    def __init__(self, data: QueryDict, *, town: Town, now: datetime) -> None:
        self.zone = ZoneInfo(town.timezone)
        month = month_of(now.astimezone(self.zone).date(), zone=self.zone)
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
