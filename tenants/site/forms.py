"""What residents fill in."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID, uuid4

from django import forms
from phonenumbers import NumberParseException, PhoneNumberFormat, format_number, is_valid_number, parse

from shared.french import phone
from tenants.residents.models import Resident
from tenants.site.promises import Choice

_LONGEST_NOTE = 300
# Numbers of Réunion, Guadeloupe… are of their own regions: the plan of each is tried.
_REGIONS = ("FR", "GP", "MQ", "GF", "RE", "YT", "PM", "NC", "PF", "WF")


class PhoneField(forms.CharField):
    """A telephone number written as people do, kept in E.164."""

    widget = forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "inputmode": "tel"})

    def clean(self, value: Any) -> str:
        text: str = super().clean(value)
        if not text:
            return ""
        for region in _REGIONS:
            try:
                number = parse(text, region)
            except NumberParseException:
                continue
            if is_valid_number(number):
                return format_number(number, PhoneNumberFormat.E164)
        raise forms.ValidationError("Ce numéro n’est pas complet. Exemple\u00a0: 06\u00a012\u00a034\u00a056\u00a078.")


class NoEmptyCharacter(forms.CharField):
    """A text that PostgreSQL can keep, on one line."""

    def to_python(self, value: Any) -> str:
        return " ".join(str(super().to_python(value) or "").replace("\x00", " ").split())


class PersonForm(forms.Form):
    """Who collects the order, and where to call them."""

    name = NoEmptyCharacter(
        label="Nom et prénom",
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": "Indiquez le nom de la personne qui retirera la commande."},
    )
    phone = PhoneField(
        label="Téléphone",
        max_length=30,
        required=False,
        help_text="Pour vous joindre si un article manque.",
    )


class RadioSelect(forms.RadioSelect):
    """Windows as radio buttons; those that are full are shown, and cannot be chosen.

    Of the same name as Django's: pages draw a field by the name of its widget's class.
    """

    def create_option(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(*args, **kwargs)
        if getattr(option["label"], "is_full", False):
            option["attrs"]["disabled"] = True
        return option


class CheckoutForm(PersonForm):
    """The last page before an order: who, when, a word for the shops. `token` makes one form one order."""

    window = forms.ChoiceField(
        label="Quand passez-vous\u00a0?",
        widget=RadioSelect,
        error_messages={
            "required": "Choisissez quand vous passerez.",
            "invalid_choice": "Cette heure ne peut plus être promise\u00a0: choisissez-en une autre.",
        },
    )
    note = NoEmptyCharacter(
        label="Un mot pour les commerçants",
        required=False,
        max_length=_LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    adult = forms.BooleanField(
        label="J’ai plus de 18 ans\u00a0: la concierge le vérifiera à la remise.",
        error_messages={"required": "L’alcool n’est vendu qu’aux personnes majeures."},
    )
    token = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, choices: Iterable[Choice], has_alcohol: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.show(choices)
        if not has_alcohol:
            del self.fields["adult"]

    def show(self, choices: Iterable[Choice]) -> None:
        """Show these windows, whatever others may be chosen too."""
        field: Any = self.fields["window"]
        field.choices = [(choice.value, choice) for choice in choices]

    @staticmethod
    def first(resident: Resident, *, window: str) -> dict[str, str | UUID]:
        """What the form holds when it is first shown."""
        return {"name": resident.name, "phone": phone(resident.phone), "window": window, "token": uuid4()}
