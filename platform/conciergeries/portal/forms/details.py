"""What a merchant's invoices say of it, and who it is."""

from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict

from conciergeries.merchants.details import BillingDetails
from conciergeries.merchants.models import Merchant
from shared.web.fields import WordsField, date_field, read_vat_number

COMPANY, PERSON = "company", "person"
# Who trades is of age, or nearly; the year of a slip of the hand is not.
YOUNGEST, ELDEST = 16, 110


class DetailsForm(forms.Form):
    """Address and VAT number; the name and the SIRET are those of the admission."""

    address = WordsField(
        label="Adresse",
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "street-address"}),
        error_messages={"required": "Écrivez l’adresse : une facture ne s’établit pas sans elle."},
    )
    postcode = forms.RegexField(
        label="Code postal",
        regex=r"^\d{5}$",
        error_messages={"invalid": "Un code postal compte cinq chiffres."},
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "postal-code"}),
    )
    city = WordsField(label="Ville", max_length=100, widget=forms.TextInput(attrs={"autocomplete": "address-level2"}))
    vat_number = forms.CharField(
        label="Numéro de TVA",
        max_length=30,
        required=False,
        help_text="Par exemple FR 40 303 265 045. Laissez vide si vous n’en avez pas.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    legal = forms.ChoiceField(
        label="Vous exercez",
        required=False,
        choices=[
            (COMPANY, "en société, ou dans une association"),
            (PERSON, "en nom propre : entrepreneur individuel, micro-entrepreneur"),
        ],
        widget=forms.RadioSelect,
    )
    birth_date = date_field(
        "Date de naissance",
        required=False,
        help_text="En nom propre seulement : la loi (DAC7) la demande chaque année, elle n’est sur aucune facture.",
    )

    def __init__(self, data: QueryDict | None, *, merchant: Merchant, today: date) -> None:
        self.merchant, self.today = merchant, today
        names = ("address", "postcode", "city", "vat_number", "birth_date")
        legal = {None: "", True: PERSON, False: COMPANY}[merchant.is_sole_trader]
        super().__init__(data, initial={"legal": legal, **{name: getattr(merchant, name) for name in names}})

    def clean_vat_number(self) -> str:
        number = read_vat_number(self.cleaned_data["vat_number"])
        if number and not number.endswith(self.merchant.siren):
            raise forms.ValidationError("Ce numéro de TVA est celui d’un autre SIREN.")
        return number

    def clean_birth_date(self) -> date | None:
        born: date | None = self.cleaned_data["birth_date"]
        if born and not YOUNGEST <= self.today.year - born.year <= ELDEST:
            raise forms.ValidationError("Vérifiez l’année : ce n’est pas celle d’une personne en activité.")
        return born

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("legal") == PERSON and not data.get("birth_date") and "birth_date" not in self.errors:
            self.add_error("birth_date", "Écrivez votre date de naissance : la déclaration annuelle la demande.")
        if data.get("birth_date") and not data.get("legal") and self.merchant.is_sole_trader is None:
            self.add_error("legal", "Dites comment vous exercez : une date de naissance est celle d’une personne.")
        return data

    @property
    def details(self) -> BillingDetails:
        """What was filled in, once it is valid; a company has no birth date."""
        data = dict(self.cleaned_data)
        legal, born = data.pop("legal"), data.pop("birth_date")
        is_person = {PERSON: True, COMPANY: False}.get(legal, self.merchant.is_sole_trader)
        return BillingDetails(
            **data, is_sole_trader=is_person, birth_date=(born or self.merchant.birth_date) if is_person else None
        )
