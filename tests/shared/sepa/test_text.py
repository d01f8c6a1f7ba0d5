"""Nobody's name stops a transfer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.sepa.text import is_latin, latin


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Fromagerie des Alpilles", "Fromagerie des Alpilles"),
        ("Boulangerie Cœur d’Ébène & Fils", "Boulangerie Coeur d'Ebene + Fils"),
        ("L’Été à Nîmes — chocolats", "L'Ete a Nimes - chocolats"),
        ("Straße 12 ; 3 €", "Strasse 12 , 3 EUR"),
        ("//Bordereau//ISTRES/2026/", "Bordereau/ISTRES/2026"),
        ("Fleurs 🌹 de Łódź\n", "Fleurs de Lodz"),
    ],
)
def test_in_the_letters_of_banks(text: str, written: str) -> None:
    assert latin(text, 70) == written


@given(st.text(max_size=200), st.integers(1, 140))
def test_whatever_is_written(text: str, longest: int) -> None:
    written = latin(text, longest)
    assert is_latin(written)
    assert len(written) <= longest
    assert latin(written, longest) == written
