"""Inviting staff, admitting and withdrawing shops."""

from django import forms
from django.core.exceptions import ValidationError
from stdnum.fr import siret as siret_rules

from conciergeries.merchants.models import validate_siret
from tenants.shops.models import ShopKind
from tenants.staff.models import StaffRole


class InviteForm(forms.Form):
    """Somebody to work for the town."""

    email = forms.EmailField(label="Adresse e-mail", widget=forms.EmailInput(attrs={"autocomplete": "off"}))
    role = forms.ChoiceField(
        label="Pour",
        choices=[
            (StaffRole.CONCIERGE.value, "le comptoir, comme concierge"),
            (StaffRole.TOWN_HALL.value, "la mairie, pour décider des réglages"),
        ],
    )


class AdmitForm(forms.Form):
    """A shop of the town and the merchant who keeps it."""

    name = forms.CharField(label="Nom de la boutique", max_length=100, help_text="Comme sur l’enseigne.")
    siret = forms.CharField(
        label="SIRET",
        max_length=20,
        help_text="Quatorze chiffres : celui de l’établissement de la commune.",
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    address = forms.CharField(
        label="Adresse de l’établissement",
        max_length=200,
        help_text="Celle du SIRET : elle est sur les factures de commission.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    postcode = forms.RegexField(
        label="Code postal",
        regex=r"^\d{5}$",
        error_messages={"invalid": "Un code postal compte cinq chiffres."},
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    city = forms.CharField(label="Ville", max_length=100, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    email = forms.EmailField(
        label="Adresse e-mail du commerçant",
        help_text="Il y reçoit son invitation, puis ses commandes.",
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    kind = forms.ChoiceField(label="Métier", choices=[("", "Choisissez"), *ShopKind.choices])
    is_craft = forms.BooleanField(label="C’est un artisan", required=False)

    def clean_name(self) -> str:
        return " ".join(self.cleaned_data["name"].split())

    def clean_siret(self) -> str:
        siret = siret_rules.compact(self.cleaned_data["siret"])
        try:
            validate_siret(siret)
        except ValidationError as error:
            raise ValidationError("Ce SIRET n’est pas valide : quatorze chiffres, vérifiez-les un à un.") from error
        return str(siret)

    def clean_kind(self) -> ShopKind:
        return ShopKind(self.cleaned_data["kind"])


class WithdrawForm(forms.Form):
    """Why a shop leaves the site: its merchant reads it."""

    reason = forms.CharField(
        label="Motif",
        max_length=500,
        help_text="Le commerçant le reçoit par e-mail : la loi demande de le lui dire.",
        widget=forms.Textarea(attrs={"rows": 4}),
    )
