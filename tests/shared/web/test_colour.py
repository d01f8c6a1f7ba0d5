"""Every colour a town may set stays readable, on every ground, in the light and in the dark."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.web import colour

COLOURS = st.tuples(*[st.integers(0, 255)] * 3).map(lambda rgb: "#{:02x}{:02x}{:02x}".format(*rgb))
TOKENS = Path("shared/web/css/tokens.css")


@pytest.mark.parametrize(
    ("first", "second", "ratio"),
    [("#000000", "#ffffff", 21.0), ("#777777", "#ffffff", 4.48), ("#fff", "#ffffff", 1.0)],
)
def test_contrast_follows_wcag(first: str, second: str, ratio: float) -> None:
    assert round(colour.contrast(first, second), 2) == ratio
    assert colour.contrast(second, first) == colour.contrast(first, second)


def test_a_good_accent_is_kept_as_it_is() -> None:
    assert colour.accent_problem("#0D5C63") == ""
    assert colour.nearest_good("#0D5C63") == "#0d5c63"


def test_a_poor_accent_is_refused_and_a_near_one_proposed() -> None:
    problem = colour.accent_problem("#ffcc00")
    assert "1,4 pour 1" in problem
    assert colour.nearest_good("#ffcc00") in problem


@pytest.mark.parametrize("text", ["", "red", "#12345", "#1234567", "url(x)", "#0d5c63;}"])
def test_what_is_no_colour_is_refused(text: str) -> None:
    assert "n’est pas écrite" in colour.accent_problem(text)
    with pytest.raises(colour.NotAColourError):
        colour.normalise(text)


@given(COLOURS)
def test_the_proposed_accent_can_be_read_everywhere(chosen: str) -> None:
    proposed = colour.nearest_good(chosen)
    assert colour.accent_problem(proposed) == ""
    for ground in (colour.PAPER, colour.CARD, colour.WHITE):
        assert colour.contrast(proposed, ground) >= colour.TEXT_RATIO


@given(COLOURS)
def test_derived_colours_can_be_read_on_the_grounds_they_are_for(chosen: str) -> None:
    light, dark = colour.light_palette(chosen), colour.dark_palette(chosen)
    for palette, grounds in (
        (light, (colour.PAPER, colour.CARD)),
        (dark, (colour.DARK_PAPER, colour.DARK_CARD)),
    ):
        for ground in grounds:
            assert colour.contrast(palette.accent, ground) >= colour.TEXT_RATIO
            assert colour.contrast(palette.accent_strong, ground) >= colour.TEXT_RATIO
        assert colour.contrast(palette.accent_ink, palette.accent) >= colour.TEXT_RATIO
        assert colour.contrast(palette.accent_strong, palette.accent_soft) >= colour.TEXT_RATIO


def _tokens(css: str) -> dict[str, str]:
    return dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{6});", css))


def test_the_stylesheets_default_accent_is_the_one_we_derive() -> None:
    light, dark = TOKENS.read_text(encoding="utf-8").split("prefers-color-scheme: dark")
    for css, palette in (
        (light, colour.light_palette(colour.DEFAULT_ACCENT)),
        (dark, colour.dark_palette(colour.DEFAULT_ACCENT)),
    ):
        tokens = _tokens(css)
        assert tokens["accent"] == palette.accent
        assert tokens["accent-ink"] == palette.accent_ink
        assert tokens["accent-strong"] == palette.accent_strong
        assert tokens["accent-soft"] == palette.accent_soft
        assert tokens["accent-tint"] == palette.accent_tint
    assert _tokens(light)["paper"] == colour.PAPER
    assert _tokens(light)["card"] == colour.CARD
    assert _tokens(dark)["paper"] == colour.DARK_PAPER
    assert _tokens(dark)["card"] == colour.DARK_CARD


TEXT_PAIRS = [
    ("ink", "paper"),
    ("ink", "card"),
    ("ink", "sunk"),
    ("ink-2", "paper"),
    ("ink-2", "card"),
    ("ink-2", "sunk"),
    ("ok", "ok-soft"),
    ("ochre-ink", "ochre-soft"),
    ("bad", "bad-soft"),
    ("danger", "bad-soft"),
    ("danger", "paper"),
    ("danger", "card"),
    ("danger-ink", "danger"),
    ("ok", "card"),
]
EDGE_PAIRS = [("line-strong", "paper"), ("line-strong", "card"), ("focus", "focus-halo"), ("ochre", "card")]


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_tokens_are_readable(scheme: int) -> None:
    tokens = _tokens(TOKENS.read_text(encoding="utf-8").split("prefers-color-scheme: dark")[scheme])
    for text, ground in TEXT_PAIRS:
        assert colour.contrast(tokens[text], tokens[ground]) >= 4.5, (text, ground)
    for edge, ground in EDGE_PAIRS:
        assert colour.contrast(tokens[edge], tokens[ground]) >= 3, (edge, ground)
