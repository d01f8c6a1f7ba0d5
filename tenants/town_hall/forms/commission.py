"""New commission terms."""

from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms

from billing.commissions.models import (
    HIGHEST_FEE_CENTS,
    HIGHEST_MINIMUM_CENTS,
    HIGHEST_RATE_BP,
    HIGHEST_VAT_BP,
    MOST_FREE_MONTHS,
    CommissionTerms,
)
from billing.commissions.services import Agreement, earliest_day, vat_problem
from billing.commissions.terms import Basis, Beneficiary, Terms
from conciergeries.towns.models import Town
from shared.french import calendar_day
from shared.web.fields import EurosField, PercentField, WordsField, date_field
from tenants.shops.models import Shop


class AgreementForm(forms.Form):
    """What a merchant has agreed to in writing spares it the notice."""

    agreed = forms.BooleanField(
        label="Le commerçant accepte par écrit ces conditions, sans attendre le délai", required=False
    )
    agreed_by = WordsField(label="Accord donné par", required=False, max_length=200)
    agreed_on = date_field("Accord donné le", required=False)

    def check_agreement(self, data: dict[str, Any]) -> None:
        """Say what is missing of an agreement that was ticked."""
        if not data.get("agreed"):
            return
        if not data.get("agreed_by"):
            self.add_error("agreed_by", "Écrivez qui a donné son accord.")
        if not data.get("agreed_on") and "agreed_on" not in self.errors:
            self.add_error("agreed_on", "Écrivez quand l’accord a été donné.")

    def agreement(self) -> Agreement | None:
        data = self.cleaned_data
        return Agreement(by=data["agreed_by"], on=data["agreed_on"]) if data["agreed"] else None


class ReturnForm(AgreementForm):
    """From when on a shop with its own terms sells under the town's."""

    valid_from = date_field("À partir du")

    def __init__(self, *args: Any, town: Town, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = now.astimezone(ZoneInfo(town.timezone)).date()
        earliest = earliest_day(town=town, now=now)
        self.fields["valid_from"].initial = earliest
        self.fields["valid_from"].help_text = (
            f"Au plus tôt le {calendar_day(earliest)}, pour que le commerçant soit prévenu 15 jours avant. "
            "Plus tôt s’il n’y perd pas, ou s’il l’accepte par écrit."
        )

    def clean_valid_from(self) -> date:
        first: date = self.cleaned_data["valid_from"]
        if first < self.today:
            raise forms.ValidationError("Choisissez aujourd’hui ou une date à venir.")
        return first

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        self.check_agreement(data)
        return data


class TermsForm(AgreementForm):
    """A rate, what it is taken of, what comes beside it, and from when on."""

    shop = forms.ModelChoiceField(
        Shop.objects.none(), label="Pour qui", required=False, empty_label="Toutes les boutiques de la commune"
    )
    rate = PercentField(label="Taux, en %", max_bp=HIGHEST_RATE_BP)
    valid_from = date_field("À partir du")
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
    vat_rate = PercentField(label="TVA de la commission, en %", max_bp=HIGHEST_VAT_BP, initial="20")
    beneficiary = forms.ChoiceField(label="Au profit de", choices=[], initial=Beneficiary.COMPANY.value)
    fixed_fee = EurosField(
        label="Frais par commande, en €",
        required=False,
        zero=True,
        max_cents=HIGHEST_FEE_CENTS,
        what="Ce montant",
        help_text="Hors taxes ou toutes taxes comprises, comme la commission.",
    )
    minimum = EurosField(
        label="Commission HT au moins, par bordereau, en €",
        required=False,
        zero=True,
        max_cents=HIGHEST_MINIMUM_CENTS,
        what="Ce montant",
        help_text="Seulement quand la boutique a vendu.",
    )
    free_months = forms.IntegerField(
        label="Premiers mois sans commission",
        required=False,
        min_value=0,
        max_value=MOST_FREE_MONTHS,
        help_text="Comptés depuis l’admission de chaque boutique.",
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={
            "invalid": "Écrivez un nombre de mois.",
            "min_value": "Écrivez un nombre de mois.",
            "max_value": f"{MOST_FREE_MONTHS} mois au plus.",
        },
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
        self.town = town
        if town.operating_company.vat_franchise:
            self.fields["vat_rate"].initial = "0"
        first_day.initial = self.today
        if CommissionTerms.objects.filter(withdrawn_on=None).exists():
            first_day.initial = earliest = earliest_day(town=town, now=now)
            first_day.help_text = (
                f"Au plus tôt le {calendar_day(earliest)}, pour que les commerçants soient prévenus 15 jours avant. "
                "Plus tôt si aucun n’y perd, ou s’il l’accepte par écrit."
            )

    @property
    def merchant_id(self) -> UUID | None:
        shop: Shop | None = self.cleaned_data["shop"]
        return shop.merchant_id if shop else None

    def clean_valid_from(self) -> date:
        first: date = self.cleaned_data["valid_from"]
        if first < self.today:
            raise forms.ValidationError("Choisissez aujourd’hui ou une date à venir.")
        return first

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("agreed") and not data.get("shop") and "shop" not in self.errors:
            self.add_error("shop", "Un accord écrit est celui d’un commerçant : choisissez sa boutique.")
        self.check_agreement(data)
        if {"beneficiary", "vat_rate", "valid_from"} <= data.keys():
            problem = vat_problem(
                town=self.town,
                beneficiary=Beneficiary(data["beneficiary"]),
                vat_rate_bp=data["vat_rate"],
                on=data["valid_from"],
            )
            if problem:
                self.add_error("vat_rate", problem)
        return data

    def terms(self) -> Terms:
        """What was filled in, once it is valid."""
        data = self.cleaned_data
        return Terms(
            rate_bp=data["rate"],
            price_basis=Basis(data["price_basis"]),
            base=Basis(data["base"]),
            vat_rate_bp=data["vat_rate"],
            beneficiary=Beneficiary(data["beneficiary"]),
            fixed_fee_cents=data["fixed_fee"] or 0,
            minimum_cents=data["minimum"] or 0,
        )

    @property
    def free_month_count(self) -> int:
        return self.cleaned_data["free_months"] or 0

    def already_set(self) -> CommissionTerms | None:
        """The same terms, that begin the same day for the same shops, if they are set already: a second click."""
        there = CommissionTerms.objects.filter(
            merchant_id=self.merchant_id,
            valid_from=self.cleaned_data["valid_from"],
            free_months=self.free_month_count,
            withdrawn_on=None,
        ).first()
        return there if there and there.terms == self.terms() else None
