"""Fields that several forms share."""

import re
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from stdnum.exceptions import ValidationError as StdnumError
from stdnum.fr import tva as vat_rules

from shared.characters import readable
from shared.french import money, percent, weight
from shared.sepa.accounts import bic_problem, compact, iban_problem

# Digits and a point. Decimal reads much more: «1e9», which may be too much for it to multiply, «١٢», «1_0», «NaN».
_NUMBER = re.compile(r"-?([0-9]+\.?[0-9]*|\.[0-9]+)")
# Nobody whom we ask for a day was born, paid or agrees to something outside of these: it is a slip of the keyboard.
_FIRST_DAY, _LAST_DAY = date(1900, 1, 1), date(2099, 12, 31)


def _number(text: str) -> Decimal | None:
    """What is written with a point and no spaces, as a number; None when it is none."""
    return Decimal(text) if _NUMBER.fullmatch(text) else None


class EurosField(forms.CharField):
    """An amount as it is written, «12,50» or «12.5», given in cents; None when it is left empty.

    `zero`: nothing may be written as 0, too. `what` is how a refusal calls it.
    """

    def __init__(self, *, max_cents: int, zero: bool = False, what: str = "Le prix", **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
        super().__init__(max_length=20, widget=widget, **kwargs)
        self.max_cents, self.zero, self.what = max_cents, zero, what

    def clean(self, value: Any) -> int | None:
        text = re.sub(r"[\s\u00a0\u202f€]", "", super().clean(value)).replace(",", ".")
        if not text:
            return None
        number = _number(text)
        if number is None:
            raise forms.ValidationError("Écrivez un prix en euros, comme 12,50.")
        cents = number * 100
        if cents != cents.to_integral_value():
            raise forms.ValidationError("Écrivez un prix en euros, avec deux décimales au plus.")
        if cents.is_signed() or (cents == 0 and not self.zero):
            raise forms.ValidationError(f"{self.what} doit être supérieur à zéro.")
        if cents > self.max_cents:
            raise forms.ValidationError(f"{self.what} ne peut pas dépasser {money(self.max_cents)}.")
        return int(cents)


class GramsField(forms.CharField):
    """A weight as it is read on the scales, «480», «480 g» or «0,48 kg», given in grams; None when it is left empty."""

    def __init__(self, *, max_grams: int, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
        super().__init__(max_length=20, widget=widget, **kwargs)
        self.max_grams = max_grams

    def clean(self, value: Any) -> int | None:
        text = re.sub(r"[\s\u00a0\u202f]", "", super().clean(value)).replace(",", ".").lower()
        if not text:
            return None
        figures, is_kilos = (text[:-2], True) if text.endswith("kg") else (text.removesuffix("g"), False)
        number = _number(figures)
        if number is None:
            raise forms.ValidationError("Écrivez un poids en grammes, comme 480.")
        grams = number * (1000 if is_kilos else 1)
        if grams != grams.to_integral_value():
            raise forms.ValidationError("Écrivez un poids en grammes entiers, comme 480.")
        if grams <= 0:
            raise forms.ValidationError("Le poids doit être supérieur à zéro.")
        if grams > self.max_grams:
            raise forms.ValidationError(f"Le poids ne peut pas dépasser {weight(self.max_grams)}.")
        return int(grams)


class PercentField(forms.CharField):
    """A rate as it is written, «5», «5,5» or «5,5 %», given in basis points."""

    def __init__(self, *, max_bp: int, what: str = "Le taux", **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
        super().__init__(max_length=20, widget=widget, **kwargs)
        self.max_bp, self.what = max_bp, what

    def clean(self, value: Any) -> int | None:
        text = re.sub(r"[\s\u00a0\u202f%]", "", super().clean(value)).replace(",", ".")
        if not text:
            return None
        number = _number(text)
        if number is None:
            raise forms.ValidationError("Écrivez un nombre : 5 ou 5,5.")
        points = number * 100
        if points.is_signed() or points > self.max_bp:
            raise forms.ValidationError(f"{self.what} doit être compris entre 0 et {percent(self.max_bp)}.")
        if points != points.to_integral_value():
            raise forms.ValidationError("Deux chiffres au plus après la virgule.")
        return int(points)


class WordsField(forms.CharField):
    """Words that somebody else reads, on one line: nothing in them that is not seen, or that turns the line around."""

    def to_python(self, value: Any) -> str:
        return readable(super().to_python(value) or "")


def euros(cents: int) -> str:
    """Write an amount as the field reads it: «12,50»."""
    whole, rest = divmod(cents, 100)
    return f"{whole},{rest:02}"


def read_vat_number(written: str) -> str:
    """A French VAT number as it is kept, FR40303265045; empty if nothing was written. Raises forms.ValidationError."""
    if not written.strip():
        return ""
    try:
        return f"FR{vat_rules.validate(written)}"
    except StdnumError as error:
        raise forms.ValidationError(
            "Ce numéro de TVA n’est pas valide : FR, une clé de deux chiffres, le SIREN."
        ) from error


def date_field(label: str, *, required: bool = True, help_text: str = "") -> forms.DateField:
    """A day, as a keyboard types it."""
    return forms.DateField(
        label=label,
        required=required,
        help_text=help_text,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"invalid": "Écrivez une date : 01/12/2026."},
        validators=[
            MinValueValidator(_FIRST_DAY, "Vérifiez l’année."),
            MaxValueValidator(_LAST_DAY, "Vérifiez l’année."),
        ],
    )


def read_iban(written: str) -> str:
    """An IBAN as files have it; empty when it is left empty. Raises ValidationError for one that cannot be paid to."""
    if not written.strip():
        return ""
    problem = iban_problem(written)
    if problem:
        raise forms.ValidationError(problem)
    return compact(written)


def check_bic(form: forms.BaseForm) -> None:
    """Put the BIC of a form that has a good IBAN as files have it, or say on its field what is wrong with it."""
    cleaned = form.cleaned_data
    problem = bic_problem(cleaned.get("bic", ""), iban=cleaned["iban"])
    if problem:
        form.add_error("bic", problem)
    else:
        cleaned["bic"] = compact(cleaned.get("bic", ""))
