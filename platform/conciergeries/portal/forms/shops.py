"""What a shop says of itself, and its hours."""

from typing import Any

from django import forms

from shared.web.hours import HoursForm, Instead
from tenants.shops.changes import LONGEST_PREPARATION
from tenants.shops.models import Shop
from tenants.shops.services import WindowFacts


class WindowForm(forms.ModelForm[Shop]):
    """What a shop says of itself."""

    class Meta:
        model = Shop
        fields = ("tagline", "description", "address", "phone")
        labels = {
            "tagline": "En quelques mots",
            "description": "Présentation",
            "address": "Adresse",
            "phone": "Téléphone",
        }
        help_texts = {"tagline": "Sous le nom de la boutique : « Romans, jeunesse, commandes sous 24 h »."}
        widgets = {
            "description": forms.Textarea(attrs={"rows": 5}),
            "phone": forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
            "address": forms.TextInput(attrs={"autocomplete": "street-address"}),
        }

    @property
    def facts(self) -> WindowFacts:
        return WindowFacts(**{name: self.cleaned_data[name] for name in self.Meta.fields})


class ShopHoursForm(HoursForm):
    """A shop's week, and the time it takes to prepare."""

    instead = Instead(
        "Pas d’horaires fixes",
        "",
        "Un atelier, sur rendez-vous : la concierge passe quand elle passe. Cochée, cette case remplace la semaine.",
    )

    preparation_minutes = forms.IntegerField(
        label="Préparation d’une commande, en minutes",
        min_value=0,
        max_value=LONGEST_PREPARATION,
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        help_text="Pendant vos heures d’ouverture, entre la commande et le passage de la concierge. 0 : c’est prêt.",
        error_messages={"invalid": "Écrivez un nombre de minutes : 30."},
    )

    def __init__(self, *args: Any, preparation_minutes: int = 0, **kwargs: Any) -> None:
        kwargs["initial"] = {"preparation_minutes": preparation_minutes} | (kwargs.get("initial") or {})
        super().__init__(*args, **kwargs)
