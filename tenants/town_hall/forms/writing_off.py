"""Giving up what a merchant that has left still owes."""

from typing import Any
from uuid import uuid4

from django import forms

from shared.web.fields import EurosField, WordsField

# With «Passé en perte», no longer than the reason of an adjustment may be.
LONGEST_REASON = 180


class WriteOffForm(forms.Form):
    """How much, and why. `key` makes two clicks one."""

    key = forms.UUIDField(widget=forms.HiddenInput, error_messages={"required": "Rechargez la page."})
    amount = EurosField(
        label="Montant abandonné, en euros",
        what="Le montant",
        max_cents=10_000_000,
        error_messages={"required": "Écrivez le montant."},
    )
    reason = WordsField(
        label="Motif",
        max_length=LONGEST_REASON,
        help_text="Il est dans les comptes, et sur le dernier bordereau du commerçant.",
        error_messages={"required": "Dites pourquoi : les comptes le gardent."},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, data: Any, *, owed_cents: int) -> None:
        euros = f"{owed_cents // 100},{owed_cents % 100:02}"
        super().__init__(data, initial={"key": uuid4(), "amount": euros})
