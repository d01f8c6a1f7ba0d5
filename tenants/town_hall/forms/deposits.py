"""What was taken to the bank, what the bank sent back, and why either is undone."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from django import forms

from billing.payments.deposit_models import DepositMeans, MadeGoodBy
from shared.web.fields import EurosField, WordsField, date_field, euros

LARGEST_CENTS = 10_000_000
LONGEST_WORDS = 200
LONGEST_SLIP = 40


@dataclass(frozen=True, slots=True)
class ChequeChoice:
    """A cheque as it is ticked: who wrote it, for what, since when."""

    payment_id: UUID
    name: str
    note: str
    amount: str

    def __str__(self) -> str:
        return self.name


def _words(label: str, *, longest: int, required: str = "", help_text: str = "") -> forms.CharField:
    return WordsField(
        label=label,
        max_length=longest,
        required=bool(required),
        help_text=help_text,
        error_messages={"required": required} if required else {},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class _SlipForm(forms.Form):
    """What every deposit has. `key` makes two clicks one."""

    key = forms.UUIDField(widget=forms.HiddenInput, error_messages={"required": "Rechargez la page."})
    deposited_on = date_field("Remis le")
    slip = _words("Bordereau de remise", longest=LONGEST_SLIP)
    note = _words(
        "Remarque", longest=LONGEST_WORDS, help_text="Qui l’a porté, ce qui manquait : elle reste avec la remise."
    )


class AmountForm(_SlipForm):
    """Cash, or cards that the bank credits less its fee."""

    amount = EurosField(
        label="Montant, en euros",
        max_cents=LARGEST_CENTS,
        what="Le montant",
        error_messages={"required": "Écrivez le montant remis."},
    )
    fee = EurosField(
        label="Frais retenus par la banque, en euros",
        max_cents=LARGEST_CENTS,
        what="Le montant des frais",
        zero=True,
        required=False,
        help_text="Ce qu’elle a gardé pour elle, s’il y en a : elle a crédité le reste.",
    )

    def __init__(self, data: Any, *, means: DepositMeans, held_cents: int, today: date) -> None:
        initial = {"key": uuid4(), "deposited_on": today, "amount": euros(held_cents) if held_cents > 0 else ""}
        super().__init__(data, initial=initial)
        self.means = means
        order = ["amount", "fee", "deposited_on", "slip", "note"]
        if means is DepositMeans.CASH:
            del self.fields["fee"]
        else:
            self.fields["deposited_on"].label = "Crédité le"
            self.fields["slip"].label = "Télécollecte"
            self.fields["amount"].label = "Montant des cartes, en euros"
            self.fields["amount"].help_text = "Ce que les clients ont payé, avant les frais."
        self.order_fields(order)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        data["fee"] = data.get("fee") or 0
        if data["fee"] and data["fee"] >= (data.get("amount") or LARGEST_CENTS + 1):
            self.add_error("fee", "Les frais sont moindres que le montant.")
        return data


class ChequesForm(_SlipForm):
    """The cheques that were taken together."""

    cheques = forms.MultipleChoiceField(
        label="Chèques remis",
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": "Cochez les chèques que vous remettez.",
            "invalid_choice": "Un de ces chèques n’est plus dans la caisse : rechargez la page.",
        },
    )

    def __init__(self, data: Any, *, cheques: Iterable[ChequeChoice], today: date) -> None:
        super().__init__(data, initial={"key": uuid4(), "deposited_on": today})
        field = self.fields["cheques"]
        assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101  (for the type checker)
        field.choices = [(str(each.payment_id), each) for each in cheques]
        self.order_fields(["cheques", "deposited_on", "slip", "note"])

    @property
    def payment_ids(self) -> list[UUID]:
        return [UUID(each) for each in self.cleaned_data["cheques"]]


class ReasonForm(forms.Form):
    """Why something that was noted is undone."""

    reason = _words(
        "Pourquoi", longest=LONGEST_WORDS, required="Dites pourquoi.", help_text="Gardé au journal, avec votre nom."
    )


class UnpaidForm(forms.Form):
    """A cheque that the bank sent back."""

    returned_on = date_field("Revenu le")
    reason = _words(
        "Motif de la banque",
        longest=LONGEST_WORDS,
        required="Écrivez le motif que donne la banque.",
        help_text="Comme «\u00a0sans provision\u00a0» ou «\u00a0opposition\u00a0».",
    )
    fee = EurosField(
        label="Frais pris par la banque, en euros",
        max_cents=LARGEST_CENTS,
        what="Le montant des frais",
        zero=True,
        required=False,
    )

    def __init__(self, data: Any, *, today: date) -> None:
        super().__init__(data, initial={"returned_on": today})

    def clean_fee(self) -> int:
        return self.cleaned_data["fee"] or 0


class MadeGoodForm(forms.Form):
    """How an unpaid cheque is over. `key` makes two clicks one."""

    key = forms.UUIDField(widget=forms.HiddenInput, error_messages={"required": "Rechargez la page."})
    how = forms.ChoiceField(
        label="Réglé",
        choices=MadeGoodBy.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Dites comment il est réglé.", "invalid_choice": "Choisissez un des moyens."},
    )
    note = _words("Remarque", longest=LONGEST_WORDS, help_text="Obligatoire pour une perte : pourquoi y renoncer.")

    def __init__(self, data: Any) -> None:
        super().__init__(data, initial={"key": uuid4()})

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("how") == MadeGoodBy.LOSS and not data.get("note") and "note" not in self.errors:
            self.add_error("note", "Dites pourquoi vous renoncez à cet argent.")
        return data

    @property
    def chosen(self) -> MadeGoodBy:
        return MadeGoodBy(self.cleaned_data["how"])
