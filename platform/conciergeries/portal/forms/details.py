"""What a merchant's invoices say of it."""

from django import forms
from django.http import QueryDict

from conciergeries.merchants.details import BillingDetails
from conciergeries.merchants.models import Merchant
from shared.web.fields import read_vat_number


class DetailsForm(forms.Form):
    """Address and VAT number; the name and the SIRET are those of the admission."""

    address = forms.CharField(
        label="Adresse",
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "street-address"}),
        error_messages={"required": "Écrivez l’adresse : une facture ne s’établit pas sans elle."},
    )
    postcode = forms.RegexField(
        label="Code postal",
        regex=r"^\d{5}$",
        error_messages={"invalid": "Un code postal compte cinq chiffres."},
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "postal-code"}),
    )
    city = forms.CharField(
        label="Ville", max_length=100, widget=forms.TextInput(attrs={"autocomplete": "address-level2"})
    )
    vat_number = forms.CharField(
        label="Numéro de TVA",
        max_length=30,
        required=False,
        help_text="Par exemple FR 40 303 265 045. Laissez vide si vous n’en avez pas.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, data: QueryDict | None, *, merchant: Merchant) -> None:
        self.merchant = merchant
        names = ("address", "postcode", "city", "vat_number")
        super().__init__(data, initial={name: getattr(merchant, name) for name in names})

    def clean_vat_number(self) -> str:
        number = read_vat_number(self.cleaned_data["vat_number"])
        if number and not number.endswith(self.merchant.siren):
            raise forms.ValidationError("Ce numéro de TVA est celui d’un autre SIREN.")
        return number

    @property
    def details(self) -> BillingDetails:
        return BillingDetails(**self.cleaned_data)
