"""What a merchant has paid of the commission that it owes."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from django import forms

from conciergeries.merchants.models import Merchant
from shared.french import money
from shared.web.fields import EurosField, date_field

LARGEST_CENTS = 10_000_000


class ReceiptForm(forms.Form):
    """A transfer that came on the company's account. `key` makes two clicks one."""

    key = forms.UUIDField(widget=forms.HiddenInput, error_messages={"required": "Rechargez la page."})
    merchant = forms.ChoiceField(
        label="Commerçant",
        error_messages={
            "required": "Choisissez qui a payé.",
            "invalid_choice": "Ce commerçant ne doit rien.",
        },
    )
    amount = EurosField(
        label="Montant reçu, en euros",
        max_cents=LARGEST_CENTS,
        what="Le montant",
        error_messages={"required": "Écrivez le montant reçu."},
    )
    received_on = date_field("Reçu le")

    def __init__(self, data: Any, *, owing: Iterable[tuple[Merchant, int]], today: date) -> None:
        super().__init__(data, initial={"key": uuid4(), "received_on": today})
        self.today = today
        self.merchants = {merchant.pk: merchant for merchant, _cents in owing}
        who = self.fields["merchant"]
        assert isinstance(who, forms.ChoiceField)  # noqa: S101  (for the type checker)
        who.choices = [
            ("", "Choisissez"),
            *((str(merchant.pk), f"{merchant.name}, doit {money(cents)}") for merchant, cents in owing),
        ]

    def clean_received_on(self) -> date:
        day: date = self.cleaned_data["received_on"]
        if day > self.today:
            raise forms.ValidationError("Ce jour n’est pas encore venu.")
        return day

    @property
    def of(self) -> Merchant:
        return self.merchants[UUID(self.cleaned_data["merchant"])]
