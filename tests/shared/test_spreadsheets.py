"""Files that a spreadsheet set to French opens as they are, and runs nothing of."""

import pytest

from shared import spreadsheets


@pytest.mark.parametrize(
    ("cents", "said"), [(0, "0,00"), (5, "0,05"), (125050, "1250,50"), (-5, "-0,05"), (-12345, "-123,45")]
)
def test_euros(cents: int, said: str) -> None:
    assert spreadsheets.euros(cents) == said


@pytest.mark.parametrize("typed", ["=1+1", "+33199000001", "-2", "@SUM(A1)", "\tx", "\rx"])
def test_no_text_is_a_formula(typed: str) -> None:
    assert spreadsheets.text(typed) == f"'{typed}"


def test_a_plain_text_is_left_alone() -> None:
    assert spreadsheets.text("Fromagerie « L’Étable »") == "Fromagerie « L’Étable »"


def test_cells_are_separated_by_semicolons_and_quoted_when_they_hold_one() -> None:
    lines = b"".join(spreadsheets.written(header=("Nom", "Ventes"), rows=[("Pain ; beurre", 2), ('Le "Petit"', 1)]))
    assert lines.decode("utf-8") == '\ufeffNom;Ventes\r\n"Pain ; beurre";2\r\n"Le ""Petit""";1\r\n'
