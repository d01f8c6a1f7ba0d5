"""The portal's forms."""

import re
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms

from shared.french import money
from shared.hours import HoursError, Schedule
from tenants.shops.models import Product, Shop, VatRate
from tenants.shops.pictures import MAX_BYTES
from tenants.shops.services import ProductFacts, WindowFacts
from tenants.shops.week import DAYS, NAMES, Week, WeekError, from_osm, read_day, to_osm, write_day

# The reasons of most refusals; each is a button.
REASONS = (
    "Il n’y en a plus.",
    "La qualité n’est pas bonne aujourd’hui.",
    "Impossible à préparer pour cette heure.",
    "La boutique est exceptionnellement fermée.",
)
MAX_PRICE_CENTS = 1_000_000


class EurosField(forms.CharField):
    """A price as it is written, «12,50» or «12.5», given in cents."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
        super().__init__(max_length=20, widget=widget, **kwargs)

    def clean(self, value: Any) -> int | None:
        text = re.sub(r"[\s\u00a0\u202f€]", "", super().clean(value)).replace(",", ".")
        if not text:
            return None
        try:
            cents = Decimal(text) * 100
        except InvalidOperation as error:
            raise forms.ValidationError("Écrivez un prix en euros, comme 12,50.") from error
        if not cents.is_finite() or cents != cents.to_integral_value():
            raise forms.ValidationError("Écrivez un prix en euros, avec deux décimales au plus.")
        if cents <= 0:
            raise forms.ValidationError("Le prix doit être supérieur à zéro.")
        if cents > MAX_PRICE_CENTS:
            raise forms.ValidationError(f"Le prix ne peut pas dépasser {money(MAX_PRICE_CENTS)}.")
        return int(cents)


class RefusalForm(forms.Form):
    """A reason: that of the button pressed, or one's own words."""

    motif = forms.CharField(required=False, max_length=200)
    other = forms.CharField(
        label="Un autre motif",
        required=False,
        max_length=200,
        help_text="Le client le lira.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not (cleaned.get("motif") or cleaned.get("other") or self.errors):
            self.add_error("other", "Dites pourquoi : le client le lira.")
        return cleaned

    @property
    def reason(self) -> str:
        return str(self.cleaned_data["motif"] or self.cleaned_data["other"])


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
    price = EurosField(label="Prix TTC", help_text="En euros.")
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
        max_value=24 * 30,
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        help_text="S’il est sur commande. 24 pour le lendemain.",
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
        if supply == self.TO_ORDER and cleaned.get("lead_hours") is None and "lead_hours" not in self.errors:
            self.add_error("lead_hours", "Dites en combien d’heures vous le préparez.")
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
            lead_hours=data["lead_hours"] if to_order else 0,
            stock=None if to_order else data["stock"],
            age_restricted=data["age_restricted"],
            allergens=data["allergens"],
        )


def _facts_shown(product: Product) -> dict[str, Any]:
    euros, cents = divmod(product.price_cents, 100)
    return {
        "name": product.name,
        "description": product.description,
        "price": f"{euros},{cents:02}",
        "vat_rate_bp": product.vat_rate_bp,
        "unit": product.unit,
        "unit_price": product.unit_price,
        "supply": ProductForm.TO_ORDER if product.made_to_order else ProductForm.STOCK,
        "stock": product.stock,
        "seen_stock": product.stock,
        "lead_hours": product.lead_hours or None,
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


class WindowForm(forms.ModelForm[Shop]):
    """What a shop says of itself; its hours day by day, unless they say more than a week can."""

    class Meta:
        model = Shop
        fields = ("tagline", "description", "address", "phone", "hours")
        labels = {
            "tagline": "En quelques mots",
            "description": "Présentation",
            "address": "Adresse",
            "phone": "Téléphone",
            "hours": "Horaires",
        }
        help_texts = {
            "tagline": "Sous le nom de la boutique : « Romans, jeunesse, commandes sous 24 h ».",
            "hours": "Vos horaires changent avec la saison ou la semaine : écrivez-les au format d’OpenStreetMap.",
        }
        widgets = {
            "description": forms.Textarea(attrs={"rows": 5}),
            "phone": forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
            "address": forms.TextInput(attrs={"autocomplete": "street-address"}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        week = from_osm(self.instance.hours)
        self.by_day = week is not None
        if week is None:
            return
        del self.fields["hours"]
        for name, day, spans in zip(NAMES, DAYS, week.days, strict=True):
            self.fields[f"hours_{day}"] = forms.CharField(
                label=name.capitalize(),
                required=False,
                max_length=80,
                initial=write_day(spans),
                widget=forms.TextInput(attrs={"autocomplete": "off", "aria-describedby": "aide-horaires"}),
            )
        self.fields["closed_on_holidays"] = forms.BooleanField(
            label="Fermée les jours fériés", required=False, initial=week.closed_on_holidays or not self.instance.hours
        )

    @property
    def day_fields(self) -> list[forms.BoundField]:
        return [self[f"hours_{day}"] for day in DAYS]

    def clean_hours(self) -> str:
        hours = str(self.cleaned_data["hours"])
        if hours:
            try:
                Schedule(hours)
            except HoursError as error:
                raise forms.ValidationError(str(error)) from error
        return hours

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.by_day:
            days: list[tuple[tuple[int, int], ...]] = []
            for day in DAYS:
                try:
                    days.append(read_day(cleaned.get(f"hours_{day}", "")))
                except WeekError as error:
                    self.add_error(f"hours_{day}", str(error))
            if len(days) == len(DAYS):
                cleaned["hours"] = to_osm(Week(tuple(days), bool(cleaned.get("closed_on_holidays"))))
        return cleaned

    @property
    def facts(self) -> WindowFacts:
        return WindowFacts(**{name: self.cleaned_data[name] for name in self.Meta.fields})
