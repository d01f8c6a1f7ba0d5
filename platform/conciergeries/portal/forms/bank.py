"""The account that a merchant is paid to, and the code that confirms it."""

from typing import Any

from django import forms

from shared.web.fields import check_bic, read_iban


class BankForm(forms.Form):
    iban = forms.CharField(
        label="IBAN",
        max_length=50,
        help_text="Celui d’un compte de l’entreprise. Les espaces sont facultatifs.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": "Écrivez l’IBAN : il est sur votre relevé."},
    )
    bic = forms.CharField(
        label="BIC",
        max_length=15,
        required=False,
        help_text="Huit ou onze caractères. Inutile pour un compte français.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def clean_iban(self) -> str:
        return read_iban(self.cleaned_data["iban"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("iban"):
            check_bic(self)
        return cleaned


class CodeForm(forms.Form):
    code = forms.CharField(
        label="Code reçu par e-mail",
        max_length=12,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
        error_messages={"required": "Écrivez le code : six chiffres."},
    )
