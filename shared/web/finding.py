"""The form by which papers are found: words, a kind, a year."""

from collections.abc import Iterable

from django import forms


class FindForm(forms.Form):
    """Shown with what was asked for; the address says it, so that a page may be sent to somebody."""

    q = forms.CharField(
        label="Numéro ou commerce", required=False, max_length=80, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    nature = forms.ChoiceField(label="Nature", required=False)
    annee = forms.ChoiceField(label="Année", required=False)

    def __init__(
        self, *, kinds: Iterable[tuple[str, str]], years: Iterable[int], asked: tuple[str, str, int | None]
    ) -> None:
        words, kind, year = asked
        super().__init__(initial={"q": words, "nature": kind, "annee": year or ""})
        for name, choices in (
            ("nature", [("", "Toutes"), *((value, label.capitalize()) for value, label in kinds)]),
            ("annee", [("", "Toutes"), *((str(each), str(each)) for each in years)]),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101  (for the type checker)
            field.choices = choices
