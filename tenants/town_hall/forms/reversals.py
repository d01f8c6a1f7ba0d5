"""Taking a payout back from a merchant's account at Stripe."""

from typing import Any
from uuid import uuid4

from django import forms

from shared.french import money
from shared.web.fields import EurosField, WordsField, euros


class ReversalForm(forms.Form):
    """How much and why. `key` makes two clicks one."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    reason = WordsField(
        label="Pourquoi",
        max_length=200,
        help_text="Le commerçant le lit dans l’e-mail qui le prévient.",
        error_messages={"required": "Dites pourquoi : le commerçant le lira."},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, data: Any, *, left_cents: int) -> None:
        super().__init__(data, initial={"key": uuid4(), "amount": euros(left_cents)})
        self.left_cents = left_cents
        self.fields["amount"] = EurosField(
            label="Montant à reprendre, en euros",
            what="La reprise",
            max_cents=left_cents,
            help_text=f"Au plus {money(left_cents)} : ce qui reste de ce versement.",
            error_messages={"required": "Écrivez un montant, comme 12,50."},
        )
        self.order_fields(["amount", "reason"])

    @property
    def amount_cents(self) -> int:
        return int(self.cleaned_data["amount"])
