"""An address is masked wherever it stands; what is no address stays as it was."""

from typing import Any

import pytest

from shared.audit.masks import mask_details, mask_emails


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("alice@exemple.fr", "a…@exemple.fr"),
        ("a@exemple.fr", "a…@exemple.fr"),
        ("alice.martin+essai@mairie.istres.fr", "a…@mairie.istres.fr"),
        ("Écrire à élodie@exemple.fr, ou à bob@exemple.fr.", "Écrire à é…@exemple.fr, ou à b…@exemple.fr."),
        ("Fromagerie @ Istres", "Fromagerie @ Istres"),
        ("", ""),
    ],
)
def test_addresses_in_a_text(text: str, masked: str) -> None:
    assert mask_emails(text) == masked
    assert mask_emails(masked) == masked


@pytest.mark.parametrize(
    ("details", "masked"),
    [
        ({"role": "concierge", "email": "alice@exemple.fr"}, {"role": "concierge", "email": "a…@exemple.fr"}),
        ({"before": {"to": ["alice@exemple.fr", 3, None]}}, {"before": {"to": ["a…@exemple.fr", 3, None]}}),
        ({"cents": 2400, "paid": True}, {"cents": 2400, "paid": True}),
    ],
)
def test_addresses_in_details(details: Any, masked: Any) -> None:
    assert mask_details(details) == masked
