"""Why an order is refused."""

from typing import Any

from django import forms

from shared.web.fields import WordsField

# The reasons of most refusals; each is a button.
REASONS = (
    "Il n’y en a plus.",
    "La qualité n’est pas bonne aujourd’hui.",
    "Impossible à préparer pour cette heure.",
    "La boutique est exceptionnellement fermée.",
)


class RefusalForm(forms.Form):
    """A reason: that of the button pressed, or one's own words."""

    motif = WordsField(required=False, max_length=200)
    other = WordsField(
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
