"""The question that a promise answers: where, what, when."""

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.http import QueryDict

from conciergeries.towns.models import Town
from shared.web.fields import date_field
from shared.web.parts import time_field
from tenants.hubs.models import Hub
from tenants.shops.models import Product

_NOTHING = UUID(int=0)


class PromiseForm(forms.Form):
    """A hub, products, and the moment of an order that nobody places. Sent by GET: the address is the question."""

    hub = forms.ModelChoiceField(
        Hub.objects.filter(active=True), label="Retrait", to_field_name="slug", empty_label=None
    )
    day = date_field("Commande passée le")
    time = time_field("À")
    product = forms.ModelMultipleChoiceField(
        Product.objects.for_sale().select_related("shop").order_by("shop__name", "name", "pk"),
        label="Produits",
        required=False,
        error_messages={
            "invalid_choice": "Un de ces produits n’est plus en vente : il a quitté la liste, demandez de nouveau."
        },
    )
    q = forms.CharField(
        label="Chercher un produit, une boutique",
        required=False,
        max_length=80,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )

    def __init__(self, data: QueryDict, *, town: Town, now: datetime) -> None:
        """What the address leaves out is the main hub, and now."""
        zone = ZoneInfo(town.timezone)
        local = now.astimezone(zone)
        asked = data.copy()
        hub = Hub.objects.filter(active=True).order_by("-is_main", "name", "pk").first()
        for name, value in (
            ("hub", hub.slug if hub else ""),
            ("day", f"{local:%Y-%m-%d}"),
            ("time", f"{local:%H:%M}"),
        ):
            if not asked.get(name):
                asked[name] = value
        # What is no key at all is no product either.
        self._named = [key if _is_key(key) else str(_NOTHING) for key in asked.getlist("product")]
        asked.setlist("product", self._named)
        super().__init__(asked)
        self.zone = zone

    @property
    def chosen(self) -> list[Product]:
        """The products that were named and are for sale, even if another was not."""
        if "product" in self.cleaned_data:
            return list(self.cleaned_data["product"])
        return list(Product.objects.for_sale().filter(pk__in=self._named).select_related("shop").order_by("name", "pk"))

    @property
    def moment(self) -> datetime:
        """When the order is placed, by the town's clock."""
        return datetime.combine(self.cleaned_data["day"], self.cleaned_data["time"], tzinfo=self.zone)


def _is_key(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
