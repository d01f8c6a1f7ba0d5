"""What is paused: the whole town, a hub, or a shop."""

from typing import Any
from uuid import UUID

from django import forms

from shared.web.changes import PauseForm
from tenants.hubs.models import Hub
from tenants.hubs.pauses import WHOLE_TOWN
from tenants.shops.models import Shop

TOWN, HUB, SHOP = "commune", "point", "boutique"


class ScopedPauseForm(PauseForm):
    """A pause, and of what."""

    scope = forms.ChoiceField(label="Ce qui s’arrête")
    field_order = ("scope", "reason", "until_day", "until_time")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        scope = self.fields["scope"]
        assert isinstance(scope, forms.ChoiceField)  # noqa: S101  (for the type checker)
        hubs = [(f"{HUB}:{hub.pk}", hub.name) for hub in Hub.objects.filter(active=True)]
        shops = [(f"{SHOP}:{shop.pk}", shop.name) for shop in Shop.objects.open_to_residents()]
        scope.choices = [(TOWN, WHOLE_TOWN), ("Un point de retrait", hubs), ("Une boutique", shops)]

    @property
    def target(self) -> tuple[str, UUID | None]:
        """The sort of what is paused, and its key; none for the whole town."""
        sort, _colon, key = self.cleaned_data["scope"].partition(":")
        return sort, UUID(key) if key else None
