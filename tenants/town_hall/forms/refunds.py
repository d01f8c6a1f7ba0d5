"""Deciding refunds, how much the concierge decides alone, and giving back by hand."""

from django import forms

from billing.payments.models import Mode
from billing.payments.services import BY_HAND_MODES
from shared.web.fields import EurosField, WordsField, euros
from tenants.orders.refund_models import LONGEST_WORDS

# More than a month's groceries: beyond, a typing error.
_MOST_CENTS = 100_000
_HOW = {Mode.TRANSFER: "par virement, fait à la banque", Mode.CASH: "en espèces, de la caisse"}


class DeclineForm(forms.Form):
    """Why it is not given back."""

    answer = WordsField(
        label="Pourquoi",
        max_length=LONGEST_WORDS,
        help_text="La concierge lit cette réponse, et la dit au client.",
        error_messages={"required": "Dites pourquoi vous refusez."},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class CeilingForm(forms.Form):
    """What needs nobody's approval."""

    ceiling = EurosField(
        label="Sans votre accord, par commande",
        what="Le plafond",
        max_cents=_MOST_CENTS,
        zero=True,
        help_text="0 pour tout approuver.",
        error_messages={"required": "Écrivez un montant : 20 ou 0."},
    )

    @classmethod
    def of(cls, cents: int) -> "CeilingForm":
        return cls(initial={"ceiling": euros(cents)})


class ByHandForm(forms.Form):
    """How a refund that a card could not take was given back."""

    means = forms.ChoiceField(
        label="Rendu",
        choices=[(mode.value, _HOW[mode]) for mode in sorted(BY_HAND_MODES, reverse=True)],
        widget=forms.RadioSelect,
        error_messages={"required": "Dites comment il a été rendu.", "invalid_choice": "Choisissez un des moyens."},
    )
    note = WordsField(
        label="Référence",
        max_length=100,
        required=False,
        help_text="Celle du virement, ou qui l’a remis. Gardée au journal.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def clean_means(self) -> Mode:
        return Mode(self.cleaned_data["means"])
