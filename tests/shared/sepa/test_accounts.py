"""IBANs and BICs as people write them, and as files need them."""

import pytest

from shared.sepa.accounts import (
    BIC_NEEDED,
    OTHER_COUNTRY,
    OUTSIDE_SEPA,
    WRONG_BIC,
    WRONG_IBAN,
    bic_problem,
    compact,
    iban_problem,
    masked,
    spaced,
)

FRENCH, SWISS = "FR7630006000011234567890189", "CH9300762011623852957"


@pytest.mark.parametrize(
    ("iban", "problem"),
    [
        (FRENCH, ""),
        ("fr76 3000 6000 0112 3456 7890 189", ""),
        ("DE89370400440532013000", ""),
        (SWISS, ""),
        ("FR7630006000011234567890188", WRONG_IBAN),
        ("FR76300060000112345678901", WRONG_IBAN),
        ("", WRONG_IBAN),
        ("4970100000000154", WRONG_IBAN),
        ("TR330006100519786457841326", OUTSIDE_SEPA),
        ("AE070331234567890123456", OUTSIDE_SEPA),
    ],
)
def test_an_iban(iban: str, problem: str) -> None:
    assert iban_problem(iban) == problem


@pytest.mark.parametrize(
    ("bic", "iban", "problem"),
    [
        ("", FRENCH, ""),
        ("AGRIFRPP", FRENCH, ""),
        ("agrifrppxxx", FRENCH, ""),
        ("AGRIFRP", FRENCH, WRONG_BIC),
        ("DEUTDEFF", FRENCH, OTHER_COUNTRY),
        ("", SWISS, BIC_NEEDED),
        ("POFICHBEXXX", SWISS, ""),
    ],
)
def test_a_bic_goes_with_its_iban(bic: str, iban: str, problem: str) -> None:
    assert bic_problem(bic, iban=iban) == problem


def test_how_they_are_written() -> None:
    assert compact(" fr76 3000\u00a06000 ") == "FR7630006000"
    assert spaced("FR7630006000") == "FR76\u00a03000\u00a06000"
    assert (masked(FRENCH), masked("")) == ("FR76\u00a0…\u00a00189", "")
