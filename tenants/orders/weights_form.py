"""The form in which weights are written down, in the portal and at the desk, and the sentence that answers it."""

from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError

from shared.french import NBSP, money, weight
from shared.web.fields import GramsField
from tenants.orders.models import Line, ShopOrder
from tenants.shops.models import MOST_GRAMS

# More than any line can be: so many pieces of the heaviest.
_MOST = MOST_GRAMS * 99


class WeightsForm(forms.Form):
    """A weight for each line of a part that is sold by weight; those left empty are weighed later."""

    def __init__(self, *args: Any, part: ShopOrder, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lines = [line for line in part.lines.all() if line.is_by_weight and not line.has_left]
        for line in self.lines:
            self.fields[_name(line)] = GramsField(
                label=f"{line.name}{NBSP}: poids, en grammes",
                required=False,
                max_grams=_MOST,
                initial=line.weighed_grams,
                help_text=_asked(line),
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and not self._written(cleaned):
            raise ValidationError("Écrivez au moins un poids.")
        return cleaned

    @property
    def grams(self) -> dict[UUID, int]:
        """What was written, by line."""
        return self._written(self.cleaned_data)

    def _written(self, cleaned: dict[str, Any]) -> dict[UUID, int]:
        found = {line.pk: cleaned.get(_name(line)) for line in self.lines}
        return {key: grams for key, grams in found.items() if grams}


def _name(line: Line) -> str:
    return f"grammes-{line.pk}"


def _asked(line: Line) -> str:
    ordered = f"{line.quantity} × " if line.quantity > 1 else ""
    most = line.ceiling_cents or 0
    return (
        f"Commandé{NBSP}: {ordered}{line.unit}, {money(line.per_kg_cents or 0)}/kg. "
        f"Le client paie {money(most)} au plus{NBSP}: ce qui dépasse est offert."
    )


def weighed_words(line: Line) -> str:
    """What a weight comes to, said to who has written it."""
    said = f"{line.name}{NBSP}: pesé {weight(line.weighed_grams or 0)}, {money(line.amount_cents)}."
    if line.given_grams:
        return f"{said} C’est le plafond que le client a accepté{NBSP}: {weight(line.given_grams)} sont offerts."
    return said
