"""New commission terms."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms

from billing.commissions.models import CommissionTerms
from billing.commissions.terms import Basis, Beneficiary, Terms
from conciergeries.towns.models import Town
from shared.money import BASIS_POINTS
from tenants.shops.models import Shop

_PERCENT = BASIS_POINTS // 100
# Django formats these with what was wrong: a per cent sign is written twice.
_RATE_ERRORS = {
    "invalid": "Écrivez un nombre : 5 ou 5,5.",
    "min_value": "Le taux doit être compris entre 0 et 100 %%.",
    "max_value": "Le taux doit être compris entre 0 et 100 %%.",
    "max_decimal_places": "Deux chiffres au plus après la virgule.",
    "max_digits": "Le taux doit être compris entre 0 et 100 %%.",
}


def _rate_field(label: str) -> forms.DecimalField:
    return forms.DecimalField(
        label=label,
        min_value=0,
        max_value=100,
        max_digits=5,
        decimal_places=2,
        localize=True,
        error_messages=_RATE_ERRORS,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )


class TermsForm(forms.Form):
    """A rate, what it is taken of, and from when on."""

    shop = forms.ModelChoiceField(
        Shop.objects.none(), label="Pour qui", required=False, empty_label="Toutes les boutiques de la commune"
    )
    rate = _rate_field("Taux, en %")
    base = forms.ChoiceField(
        label="Calculé sur les ventes",
        choices=[(Basis.TTC.value, "toutes taxes comprises"), (Basis.HT.value, "hors taxes")],
        initial=Basis.TTC.value,
    )
    price_basis = forms.ChoiceField(
        label="Donne une commission",
        choices=[(Basis.HT.value, "hors taxes, sa TVA en plus"), (Basis.TTC.value, "toutes taxes comprises")],
        initial=Basis.HT.value,
    )
    vat_rate = _rate_field("TVA de la commission, en %")
    beneficiary = forms.ChoiceField(label="Au profit de", choices=[], initial=Beneficiary.COMPANY.value)
    valid_from = forms.DateField(
        label="À partir du",
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"invalid": "Écrivez une date : 01/12/2026."},
    )

    def __init__(self, *args: Any, town: Town, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = now.astimezone(ZoneInfo(town.timezone)).date()
        shops, who, first_day = self.fields["shop"], self.fields["beneficiary"], self.fields["valid_from"]
        assert isinstance(shops, forms.ModelChoiceField)  # noqa: S101  (for the type checker)
        assert isinstance(who, forms.ChoiceField)  # noqa: S101  (the same)
        shops.queryset = Shop.objects.order_by("name", "pk")
        who.choices = [
            (Beneficiary.COMPANY.value, f"l’exploitant, {town.operating_company}"),
            (Beneficiary.TOWN.value, f"la commune, {town.name}"),
        ]
        first_day.initial = self.today
        self.fields["vat_rate"].initial = Decimal(20)
        self.town = town

    @property
    def merchant_id(self) -> UUID | None:
        shop: Shop | None = self.cleaned_data["shop"]
        return shop.merchant_id if shop else None

    def clean_valid_from(self) -> date:
        first: date = self.cleaned_data["valid_from"]
        if first < self.today:
            raise forms.ValidationError("Choisissez aujourd’hui ou une date à venir.")
        return first

    def terms(self) -> Terms:
        """What was filled in, once it is valid."""
        data = self.cleaned_data
        return Terms(
            rate_bp=int(data["rate"] * _PERCENT),
            price_basis=Basis(data["price_basis"]),
            base=Basis(data["base"]),
            vat_rate_bp=int(data["vat_rate"] * _PERCENT),
            beneficiary=Beneficiary(data["beneficiary"]),
        )

    def already_set(self) -> CommissionTerms | None:
        """The terms that begin that day for the same shops, if any."""
        return CommissionTerms.objects.filter(
            merchant_id=self.merchant_id, valid_from=self.cleaned_data["valid_from"]
        ).first()
