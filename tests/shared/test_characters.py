"""What a document prints of a text: whatever somebody typed, something that its fonts have."""

import pytest

from shared.characters import printable


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("L’Étoile d’Or", "L’Étoile d’Or"),
        ("E\u0301toile", "Étoile"),
        ("1\u202f250,50\u202f€", "1\u00a0250,50\u00a0€"),
        ("Жанна, Ελένη, Łódź", "Жанна, Ελένη, Łódź"),
        ("a\x00b\x07c\u200bd", "abcd"),
        ("deux\nlignes\tet", "deux lignes et"),
        ("ﬁn ① Ａ", "fin 1 A"),
        ("🌟 中", "? ?"),
        ("", ""),
    ],
)
def test_what_is_printed(typed: str, printed: str) -> None:
    assert printable(typed) == printed
    assert printable(printed) == printed
