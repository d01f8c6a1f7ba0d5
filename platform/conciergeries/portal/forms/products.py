"""A product: what it is, how it is supplied, when it can be fetched."""

from typing import Any

from django import forms

from shared.hours.week import DAYS
from shared.web.fields import EurosField, GramsField, euros
from tenants.shops.models import LEAST_GRAMS, MOST_GRAMS, MOST_PER_KG_CENTS, Product, VatRate
from tenants.shops.pictures import MAX_BYTES
from tenants.shops.services import ProductFacts

MAX_PRICE_CENTS = 1_000_000
LONGEST_LEAD_HOURS = 24 * 30
LONGEST_LEAD_DAYS = 30


class ProductForm(forms.Form):
    """A product, in the merchant's words."""

    UNIT, PORTION, PIECE = "unite", "portion", "piece"
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
    sold_by = forms.ChoiceField(
        label="Comment vous le vendez",
        choices=[
            (UNIT, "À l’unité, à un prix fixe"),
            (PORTION, "Au poids, par portions : fromage à la coupe, viande"),
            (PIECE, "À la pièce, pesée : poulet, poisson entier"),
        ],
        required=False,
        widget=forms.RadioSelect,
        initial=UNIT,
        help_text="Au poids, le client voit un prix estimé et un plafond, 15 % au-dessus ; il paie ce que vous pesez.",
    )
    per_kg = EurosField(
        label="Prix TTC au kilo", required=False, max_cents=MOST_PER_KG_CENTS, help_text="En euros, au poids seulement."
    )
    unit_grams = GramsField(
        label="Poids d’une portion ou d’une pièce",
        required=False,
        max_grams=MOST_GRAMS,
        help_text="En grammes, au poids seulement : « 500 » pour environ 500 g.",
    )
    price = EurosField(
        label="Prix TTC", required=False, max_cents=MAX_PRICE_CENTS, help_text="En euros, à l’unité seulement."
    )
    vat_rate_bp = forms.TypedChoiceField(label="TVA", coerce=int, choices=VatRate.choices, initial=VatRate.REDUCED)
    unit = forms.CharField(
        label="Vendu",
        required=False,
        max_length=40,
        initial="la pièce",
        help_text="« la pièce », « le plateau », « la bouteille ». À l’unité seulement.",
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
        self._check_price(cleaned)
        supply = cleaned.get("supply")
        if supply == self.STOCK and cleaned.get("stock") is None and "stock" not in self.errors:
            self.add_error("stock", "Dites combien il en reste ; zéro s’il n’y en a plus.")
        leads = ("lead_hours", "lead_days")
        untold = not any(cleaned.get(name) or name in self.errors for name in leads)
        if supply == self.TO_ORDER and untold:
            self.add_error("lead_hours", "Dites en combien d’heures, ou de jours, vous le préparez.")
        return cleaned

    def _check_price(self, cleaned: dict[str, Any]) -> None:
        """A price for a unit, or for a kilogram with the weight of a unit."""
        # Unsaid, it is sold by the unit, as most things are.
        cleaned["sold_by"] = cleaned.get("sold_by") or self.UNIT
        if cleaned["sold_by"] == self.UNIT:
            needed = {"price": "Le prix est obligatoire.", "unit": "Dites ce qui est vendu : « la pièce »."}
        else:
            needed = {"per_kg": "Donnez un prix au kilo.", "unit_grams": "Dites ce que pèse à peu près une portion."}
            grams = cleaned.get("unit_grams")
            if grams is not None and grams < LEAST_GRAMS:
                self.add_error("unit_grams", f"Au moins {LEAST_GRAMS} grammes.")
        for name, said in needed.items():
            if not cleaned.get(name) and name not in self.errors:
                self.add_error(name, said)

    @property
    def facts(self) -> ProductFacts:
        data = self.cleaned_data
        by_weight = data["sold_by"] != self.UNIT
        to_order = data["supply"] == self.TO_ORDER
        return ProductFacts(
            name=data["name"],
            description=data["description"],
            price_cents=data["price"] or 0,
            vat_rate_bp=data["vat_rate_bp"],
            unit=data["unit"],
            unit_price=data["unit_price"],
            per_kg_cents=data["per_kg"] if by_weight else None,
            unit_grams=data["unit_grams"] if by_weight else None,
            by_piece=data["sold_by"] == self.PIECE,
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
        "vat_rate_bp": product.vat_rate_bp,
        **_price_shown(product),
        "supply": ProductForm.TO_ORDER if product.made_to_order else ProductForm.STOCK,
        "stock": product.stock,
        "seen_stock": product.stock,
        "lead_hours": product.lead_hours or None,
        "lead_days": product.lead_days or None,
        "weekdays": sorted(product.weekdays),
        "allergens": product.allergens,
        "age_restricted": product.age_restricted,
    }


def _price_shown(product: Product) -> dict[str, Any]:
    if product.per_kg_cents is None:
        price, sold_by = euros(product.price_cents), ProductForm.UNIT
        return {"sold_by": sold_by, "price": price, "unit": product.unit, "unit_price": product.unit_price}
    sold_by = ProductForm.PIECE if product.by_piece else ProductForm.PORTION
    return {"sold_by": sold_by, "per_kg": euros(product.per_kg_cents), "unit_grams": product.unit_grams}


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
