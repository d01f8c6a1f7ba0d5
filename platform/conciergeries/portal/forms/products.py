"""A product: what it is, how it is supplied, when it can be fetched."""

from typing import Any

from django import forms

from shared.hours.week import DAYS
from shared.web.fields import EurosField, euros
from tenants.shops.models import Product, VatRate
from tenants.shops.pictures import MAX_BYTES
from tenants.shops.services import ProductFacts

MAX_PRICE_CENTS = 1_000_000
LONGEST_LEAD_HOURS = 24 * 30
LONGEST_LEAD_DAYS = 30


class ProductForm(forms.Form):
    """A product, in the merchant's words."""

    STOCK = "stock"
    TO_ORDER = "commande"

    name = forms.CharField(label="Nom", max_length=100)
    description = forms.CharField(
        label="Description",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Ce qu’on vous demanderait au comptoir : de quoi c’est fait, pour combien de personnes.",
    )
    price = EurosField(label="Prix TTC", max_cents=MAX_PRICE_CENTS, help_text="En euros.")
    vat_rate_bp = forms.TypedChoiceField(label="TVA", coerce=int, choices=VatRate.choices, initial=VatRate.REDUCED)
    unit = forms.CharField(
        label="Vendu", max_length=40, initial="la pièce", help_text="« la pièce », « le plateau », « la bouteille »."
    )
    unit_price = forms.CharField(
        label="Prix à l’unité de mesure",
        required=False,
        max_length=40,
        help_text="Quand la loi le demande : « 19,33 €/l », « 24,00 €/kg ».",
    )
    supply = forms.ChoiceField(
        label="Comment vous le fournissez",
        choices=[(STOCK, "J’en ai en stock"), (TO_ORDER, "Je le prépare sur commande")],
        widget=forms.RadioSelect,
        initial=STOCK,
    )
    stock = forms.IntegerField(
        label="Combien il en reste",
        required=False,
        min_value=0,
        max_value=9999,
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        help_text="Si vous en avez en stock.",
    )
    lead_hours = forms.IntegerField(
        label="Heures pour le préparer",
        required=False,
        min_value=1,
        max_value=LONGEST_LEAD_HOURS,
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        help_text="S’il est sur commande. 24 pour le lendemain.",
    )
    lead_days = forms.IntegerField(
        label="Jours d’ouverture pour le préparer",
        required=False,
        min_value=1,
        max_value=LONGEST_LEAD_DAYS,
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        help_text="Au lieu des heures, ou en plus : 2 s’il faut deux jours où vous êtes ouvert.",
    )
    weekdays = forms.TypedMultipleChoiceField(
        label="Disponible le",
        coerce=int,
        choices=list(enumerate(DAYS)),
        initial=list(range(len(DAYS))),
        widget=forms.CheckboxSelectMultiple,
        help_text="Les jours où la concierge peut venir le chercher.",
        error_messages={"required": "Cochez au moins un jour."},
    )
    allergens = forms.CharField(
        label="Allergènes",
        required=False,
        max_length=200,
        help_text="Obligatoire pour ce qui se mange : « lait, fruits à coque ».",
    )
    age_restricted = forms.BooleanField(
        label="Contient de l’alcool : la concierge vérifiera l’âge à la remise.", required=False
    )
    # What the form showed: a stock that sold down meanwhile is not put back by an unrelated change.
    seen_stock = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, product: Product | None = None, **kwargs: Any) -> None:
        if product is not None:
            kwargs["initial"] = _facts_shown(product)
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        supply = cleaned.get("supply")
        if supply == self.STOCK and cleaned.get("stock") is None and "stock" not in self.errors:
            self.add_error("stock", "Dites combien il en reste ; zéro s’il n’y en a plus.")
        leads = ("lead_hours", "lead_days")
        untold = not any(cleaned.get(name) or name in self.errors for name in leads)
        if supply == self.TO_ORDER and untold:
            self.add_error("lead_hours", "Dites en combien d’heures, ou de jours, vous le préparez.")
        return cleaned

    @property
    def facts(self) -> ProductFacts:
        data = self.cleaned_data
        to_order = data["supply"] == self.TO_ORDER
        return ProductFacts(
            name=data["name"],
            description=data["description"],
            price_cents=data["price"],
            vat_rate_bp=data["vat_rate_bp"],
            unit=data["unit"],
            unit_price=data["unit_price"],
            made_to_order=to_order,
            lead_hours=(data["lead_hours"] or 0) if to_order else 0,
            lead_days=(data["lead_days"] or 0) if to_order else 0,
            weekday_bits=sum(1 << day for day in data["weekdays"]),
            stock=None if to_order else data["stock"],
            age_restricted=data["age_restricted"],
            allergens=data["allergens"],
        )


def _facts_shown(product: Product) -> dict[str, Any]:
    return {
        "name": product.name,
        "description": product.description,
        "price": euros(product.price_cents),
        "vat_rate_bp": product.vat_rate_bp,
        "unit": product.unit,
        "unit_price": product.unit_price,
        "supply": ProductForm.TO_ORDER if product.made_to_order else ProductForm.STOCK,
        "stock": product.stock,
        "seen_stock": product.stock,
        "lead_hours": product.lead_hours or None,
        "lead_days": product.lead_days or None,
        "weekdays": sorted(product.weekdays),
        "allergens": product.allergens,
        "age_restricted": product.age_restricted,
    }


class PictureForm(forms.Form):
    """A file; what it holds is checked by tenants.shops.pictures."""

    picture = forms.FileField(
        label="Photo",
        help_text="JPEG, PNG ou WebP, dix mégaoctets au plus. Elle est redressée, réduite, et sa position effacée.",
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
        error_messages={"required": "Choisissez une photo.", "empty": "Ce fichier est vide."},
    )

    def clean_picture(self) -> Any:
        upload = self.cleaned_data["picture"]
        if upload.size > MAX_BYTES:
            raise forms.ValidationError("Cette photo est trop lourde : dix mégaoctets au plus.")
        return upload
