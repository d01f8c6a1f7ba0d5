"""What people write in a field, and what no person does: numbers, weights, words, days."""

from datetime import date
from typing import Any

import pytest
from django import forms

from shared.web.fields import EurosField, GramsField, PercentField, WordsField, date_field

EUROS = EurosField(max_cents=100_000, zero=True)
GRAMS = GramsField(max_grams=50_000)
PERCENT = PercentField(max_bp=5000)
WORDS = WordsField(max_length=20)
DAY = date_field("Le")


@pytest.mark.parametrize(
    ("field", "typed", "read"),
    [
        (EUROS, "12,50", 1250),
        (EUROS, "12.5", 1250),
        (EUROS, "1\u202f000,00\u00a0€", 100_000),
        (EUROS, ",5", 50),
        (EUROS, "12,", 1200),
        (EUROS, "0", 0),
        (GRAMS, "0,48 kg", 480),
        (GRAMS, "480G", 480),
        (PERCENT, "5,5 %", 550),
        (WORDS, "  vente\u202e\nannulée\u200b ", "vente annulée"),
        (WORDS, "une famille 👩\u200d🌾", "une famille 👩\u200d🌾"),
        (DAY, "24/11/2026", date(2026, 11, 24)),
    ],
)
def test_what_is_written_is_read(field: forms.Field, typed: str, read: Any) -> None:
    assert field.clean(typed) == read


# Too much for any field; what Decimal and int() would read, and nobody writes; and what they could not multiply.
@pytest.mark.parametrize(
    "typed",
    ["1e9", "1e2", "9e999999", "1e-999999", "١٢", "1_0", "NaN", "sNaN", "Infinity", "-1", "12,345,6", "0x10", "12\x00",
     "9" * 20, "9" * 5000, "🧀", "\u202e12", "--1", "-0", ".", "-"],
)  # fmt: skip
@pytest.mark.parametrize("field", [EUROS, GRAMS, PERCENT])
def test_a_number_is_digits(field: forms.Field, typed: str) -> None:
    with pytest.raises(forms.ValidationError):
        field.clean(typed)


@pytest.mark.parametrize("typed", ["", " ", "\u200f", "\u202e\u202c", "\u200d", "\u00a0", "a\x00b", "x" * 21])
def test_words_are_seen(typed: str) -> None:
    with pytest.raises(forms.ValidationError):
        WORDS.clean(typed)


@pytest.mark.parametrize("typed", ["9999-12-31", "0001-01-01", "1899-12-31", "2100-01-01", "31/02/2026", "10000-01-01"])
def test_a_day_is_of_our_time(typed: str) -> None:
    with pytest.raises(forms.ValidationError):
        DAY.clean(typed)
