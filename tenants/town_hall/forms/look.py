"""How the town's pages look, and whom one calls."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from shared.french import phone_link
from shared.web.colour import NotAColourError, accent_problem, nearest_good, normalise
from tenants.residents.models import validate_phone


class LookForm(forms.Form):
    """Colour, sentence, telephone, e-mail."""

    accent = forms.CharField(
        label="Couleur",
        max_length=7,
        help_text="Celle de l’auvent, des boutons et des liens, écrite comme #0d5c63.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    tagline = forms.CharField(label="Phrase sous le nom", max_length=120, required=False)
    phone = forms.CharField(
        label="Téléphone de la conciergerie",
        max_length=20,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}),
        help_text="Sur toutes les pages : un habitant préfère parfois appeler.",
    )
    email = forms.EmailField(
        label="Adresse e-mail de la conciergerie", widget=forms.EmailInput(attrs={"autocomplete": "off"})
    )

    # The nearest colour that can be read, when the one asked for cannot.
    proposed = ""

    def clean_accent(self) -> str:
        asked: str = self.cleaned_data["accent"]
        problem = accent_problem(asked)
        if problem:
            try:
                self.proposed = nearest_good(asked)
            except NotAColourError:
                self.proposed = ""
            raise ValidationError(problem)
        return normalise(asked)

    def clean_phone(self) -> str:
        number = phone_link(self.cleaned_data["phone"])
        validate_phone(number)
        return number

    def facts(self) -> dict[str, Any]:
        """What was filled in, once it is valid, by field of the town."""
        return {name: self.cleaned_data[name] for name in ("accent", "tagline", "phone", "email")}
