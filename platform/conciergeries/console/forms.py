"""The console's forms."""

from typing import Any

from django import forms
from django.conf import settings
from stdnum.exceptions import ValidationError as StdnumError
from stdnum.fr import siren as siren_rules

from conciergeries.towns.communes import commune
from conciergeries.towns.domains import BadHostError, read_host
from conciergeries.towns.models import CollectionMode, OperatingCompany, Town
from shared.web.fields import check_bic, read_iban, read_vat_number


class CompanyField(forms.ModelChoiceField[OperatingCompany]):
    """A company; what is no identifier at all is no company either, and no error of its own."""

    def to_python(self, value: Any) -> Any:
        try:
            return super().to_python(value)
        except forms.ValidationError as error:
            raise forms.ValidationError(self.error_messages["invalid_choice"], code="invalid_choice") from error


class OpeningForm(forms.Form):
    """Which commune to open, and who runs it."""

    insee = forms.CharField(
        label="Commune", max_length=5, error_messages={"required": "Choisissez la commune dans la liste."}
    )
    company = CompanyField(
        label="Exploitant",
        queryset=OperatingCompany.objects.none(),
        empty_label="Choisissez",
        error_messages={
            "required": "Choisissez l’exploitant, ou ajoutez-en un.",
            "invalid_choice": "Cet exploitant n’existe pas.",
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        company = self.fields["company"]
        assert isinstance(company, CompanyField)  # noqa: S101  (for the type checker)
        company.queryset = OperatingCompany.objects.order_by("name")

    def clean_insee(self) -> str:
        insee = str(self.cleaned_data["insee"])
        if commune(insee) is None:
            raise forms.ValidationError("Aucune commune n’a ce code : choisissez-la dans la liste.")
        return insee


class CompanyForm(forms.ModelForm[OperatingCompany]):
    class Meta:
        model = OperatingCompany
        fields = (
            "name",
            "legal_form",
            "capital_euros",
            "siren",
            "rcs_city",
            "vat_number",
            "vat_franchise",
            "address",
            "postcode",
            "city",
            "contact_email",
            "iban",
            "bic",
            "stripe_alias",
        )
        help_texts = {
            "legal_form": "SAS, SARL, association…",
            "capital_euros": "Celui des statuts. Une association n’en a pas.",
            "siren": "Neuf chiffres. Les espaces sont facultatifs.",
            "rcs_city": "Celle du greffe, si elle y est.",
            "vat_number": "Par exemple FR 40 303 265 045. Facultatif en franchise.",
            "iban": "Le compte d’où partent les virements aux commerçants, dans les communes qui paient par virement.",
            "bic": "Huit ou onze caractères. Facultatif en France.",
            "stripe_alias": "Le nom du compte dans la configuration de la plateforme ; les clés n’y sont jamais.",
        }
        widgets = {
            "siren": forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
            "rcs_city": forms.TextInput(attrs={"autocomplete": "off"}),
            "vat_number": forms.TextInput(attrs={"autocomplete": "off"}),
            "address": forms.TextInput(attrs={"autocomplete": "street-address"}),
            "postcode": forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "postal-code"}),
            "city": forms.TextInput(attrs={"autocomplete": "address-level2"}),
        }

    # Declared, so that «732 829 320» is not too long before it is cleaned.
    siren = forms.CharField(
        label="SIREN",
        max_length=20,
        help_text=Meta.help_texts["siren"],
        error_messages={"unique": "Cet exploitant est déjà dans la liste."},
    )
    legal_form = forms.CharField(label="Forme juridique", max_length=60, help_text=Meta.help_texts["legal_form"])
    capital_euros = forms.IntegerField(
        label="Capital social, en euros",
        required=False,
        min_value=1,
        max_value=10**12,
        help_text=Meta.help_texts["capital_euros"],
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={"invalid": "Écrivez un nombre entier d’euros : 10000."},
    )
    vat_number = forms.CharField(
        label="Numéro de TVA", max_length=30, required=False, help_text=Meta.help_texts["vat_number"]
    )
    # Declared, so that spaces do not make it too long.
    iban = forms.CharField(label="IBAN", max_length=50, required=False, help_text=Meta.help_texts["iban"])
    bic = forms.CharField(label="BIC", max_length=15, required=False, help_text=Meta.help_texts["bic"])
    postcode = forms.RegexField(
        label="Code postal", regex=r"^\d{5}$", error_messages={"invalid": "Un code postal compte cinq chiffres."}
    )
    stripe_alias = forms.ChoiceField(label="Compte Stripe", help_text=Meta.help_texts["stripe_alias"])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        alias = self.fields["stripe_alias"]
        assert isinstance(alias, forms.ChoiceField)  # noqa: S101  (for the type checker)
        alias.choices = [(name, name) for name in settings.STRIPE]

    def clean_siren(self) -> str:
        try:
            return str(siren_rules.validate(self.cleaned_data["siren"]))
        except StdnumError as error:
            raise forms.ValidationError("Ce SIREN n’est pas valide : neuf chiffres, dont une clé.") from error

    def clean_vat_number(self) -> str:
        return read_vat_number(self.cleaned_data["vat_number"])

    def clean_iban(self) -> str:
        return read_iban(self.cleaned_data["iban"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("iban"):
            check_bic(self)
        siren, vat = cleaned.get("siren"), cleaned.get("vat_number")
        if siren and vat and not vat.endswith(siren):
            self.add_error("vat_number", "Ce numéro de TVA est celui d’un autre SIREN.")
        if vat == "" and not cleaned.get("vat_franchise"):
            self.add_error("vat_number", "Donnez le numéro de TVA, ou cochez la franchise.")
        return cleaned


class InviteForm(forms.Form):
    email = forms.EmailField(
        label="Adresse e-mail d’une personne de la mairie", widget=forms.EmailInput(attrs={"autocomplete": "off"})
    )


class DomainForm(forms.Form):
    """A host name that a town brings."""

    host = forms.CharField(
        label="Nom de domaine de la commune",
        max_length=300,
        help_text="Par exemple conciergerie.istres.fr. Il doit appartenir à la commune.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "inputmode": "url"}),
        error_messages={"required": "Écrivez le nom de domaine."},
    )

    def clean_host(self) -> str:
        try:
            return read_host(self.cleaned_data["host"])
        except BadHostError as error:
            raise forms.ValidationError(str(error)) from error


class SuspendForm(forms.Form):
    reason = forms.CharField(
        label="Pourquoi",
        max_length=300,
        help_text="Gardé dans le journal, avec votre nom.",
        error_messages={"required": "Dites pourquoi : le journal le garde."},
    )


class CollectionForm(forms.Form):
    """Who holds the customers' money, and on which ground."""

    mode = forms.ChoiceField(
        label="Les clients paient",
        widget=forms.RadioSelect,
        choices=[
            (CollectionMode.PSP_SPLIT.value, "à la conciergerie, par un prestataire agréé (Stripe Connect)"),
            (CollectionMode.PSP_AGENT.value, "à la conciergerie, agent d’un prestataire de paiement"),
            (CollectionMode.COMMERCIAL_AGENT.value, "à la conciergerie, mandataire des commerçants"),
            (CollectionMode.IN_SHOP.value, "à chaque boutique\u00a0: la conciergerie n’encaisse rien pour elles"),
        ],
        error_messages={"required": "Choisissez un mode.", "invalid_choice": "Choisissez un des modes proposés."},
    )
    legal_basis = forms.CharField(
        label="Fondement juridique",
        max_length=200,
        required=False,
        help_text="Le contrat ou le mandat\u00a0: de quand, avec qui. Facultatif avec un prestataire agréé.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    also_in_shops = forms.BooleanField(
        label="Le client peut aussi choisir de payer chaque boutique",
        required=False,
        help_text="La conciergerie n’en encaisse que ses propres frais\u00a0; le commerçant doit la commission.",
    )

    @classmethod
    def of(cls, town: Town) -> "CollectionForm":
        return cls(
            initial={
                "mode": town.collection_mode,
                "legal_basis": town.legal_basis,
                "also_in_shops": town.accepts_payment_in_shops,
            }
        )

    @property
    def chosen(self) -> CollectionMode:
        return CollectionMode(self.cleaned_data["mode"])
