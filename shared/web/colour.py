"""WCAG contrast, and the few colours derived from the one accent a town sets.

Contrast ratios follow WCAG 2.1 (relative luminance); lightness is changed in OKLCH, which keeps the hue a town chose
recognisable where HSL would shift it.
"""

import math
import re
from dataclasses import dataclass
from typing import Final

PAPER: Final = "#fbf7f0"
CARD: Final = "#fffdf9"
WHITE: Final = "#ffffff"
DARK_PAPER: Final = "#141a1b"
DARK_CARD: Final = "#1c2425"
DEFAULT_ACCENT: Final = "#0d5c63"
TEXT_RATIO: Final = 4.5

_HEX = re.compile(r"#[0-9a-f]{6}")
# Where the sRGB transfer curve is a straight line (WCAG 2.1, «relative luminance»).
_STRAIGHT_BELOW: Final = 0.04045
_Rgb = tuple[float, float, float]


class NotAColourError(ValueError):
    """The text is not a colour written #rrggbb."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Palette:
    """What a page needs to wear a town's colour, on one ground (light or dark)."""

    accent: str
    accent_ink: str
    accent_strong: str
    accent_soft: str
    accent_tint: str


def normalise(colour: str) -> str:
    """Give a colour as #rrggbb in lower case; raises NotAColourError for anything but #rgb or #rrggbb."""
    text = colour.strip().lower()
    if re.fullmatch(r"#[0-9a-f]{3}", text):
        text = "#" + "".join(digit * 2 for digit in text[1:])
    if not _HEX.fullmatch(text):
        raise NotAColourError(colour)
    return text


def contrast(first: str, second: str) -> float:
    """Give the WCAG contrast ratio of two colours, from 1 (same) to 21 (black on white)."""
    lighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def accent_problem(colour: str) -> str:
    """Say in French why a colour cannot be a town's accent; an empty text when it can."""
    try:
        accent = normalise(colour)
    except NotAColourError:
        return "Cette couleur n’est pas écrite comme #0d5c63."
    if _good_on_light(accent):
        return ""
    ratio = f"{min(contrast(accent, ground) for ground in (PAPER, CARD, WHITE)):.1f}".replace(".", ",")
    return (
        f"Cette couleur est trop claire pour être lue\u00a0: son contraste est de {ratio} pour 1, "
        "il en faut au moins 4,5. "
        f"Nous vous proposons {nearest_good(accent)}, la plus proche qui convienne."
    )


def nearest_good(colour: str) -> str:
    """Give the nearest colour of the same hue that can be an accent; the colour itself when it already can."""
    accent = normalise(colour)
    lightness, chroma, hue = _to_oklch(accent)
    while not _good_on_light(accent):
        lightness -= 0.005
        accent = _from_oklch(lightness, chroma, hue)
    return accent


def light_palette(colour: str) -> Palette:
    """Derive the colours of the light pages from a town's accent."""
    accent = nearest_good(colour)
    _, chroma, hue = _to_oklch(accent)
    soft = _from_oklch(0.935, min(chroma * 0.24, 0.02), hue)
    return Palette(
        accent=accent,
        accent_ink=WHITE,
        accent_strong=_until_readable(accent, soft, step=-0.005),
        accent_soft=soft,
        accent_tint=_from_oklch(0.82, min(chroma * 0.6, 0.055), hue),
    )


def dark_palette(colour: str) -> Palette:
    """Derive the colours of the dark pages: the same hue, light enough to be read on a dark ground."""
    lightness, chroma, hue = _to_oklch(normalise(colour))
    start = _from_oklch(max(lightness, 0.76), min(chroma, 0.11), hue)
    accent = _until_readable(_until_readable(start, DARK_PAPER, step=0.005), DARK_CARD, step=0.005)
    soft = _from_oklch(0.32, min(chroma * 0.4, 0.04), hue)
    return Palette(
        accent=accent,
        accent_ink=DARK_PAPER,
        accent_strong=_until_readable(accent, soft, step=0.005),
        accent_soft=soft,
        accent_tint=_from_oklch(0.45, min(chroma * 0.6, 0.06), hue),
    )


def _good_on_light(accent: str) -> bool:
    return all(contrast(accent, ground) >= TEXT_RATIO for ground in (PAPER, CARD, WHITE))


def _until_readable(colour: str, ground: str, *, step: float) -> str:
    lightness, chroma, hue = _to_oklch(colour)
    while contrast(colour, ground) < TEXT_RATIO:
        lightness += step
        colour = _from_oklch(lightness, chroma, hue)
    return colour


def _channels(colour: str) -> _Rgb:
    text = normalise(colour)
    red, green, blue = (int(text[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return red, green, blue


def _hex(channels: tuple[float, ...]) -> str:
    return "#" + "".join(f"{round(min(1, max(0, value)) * 255):02x}" for value in channels)


def _linear(value: float) -> float:
    return value / 12.92 if value <= _STRAIGHT_BELOW else ((value + 0.055) / 1.055) ** 2.4


def _gamma(value: float) -> float:
    value = min(1, max(0, value))
    return value * 12.92 if value <= _STRAIGHT_BELOW / 12.92 else 1.055 * value ** (1 / 2.4) - 0.055


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(value) for value in _channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _to_oklch(colour: str) -> tuple[float, float, float]:
    # Matrices of Björn Ottosson's OKLab, https://bottosson.github.io/posts/oklab/
    red, green, blue = (_linear(value) for value in _channels(colour))
    long = math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
    medium = math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
    short = math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
    lightness = 0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short
    a = 1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short
    b = 0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short
    return lightness, math.hypot(a, b), math.atan2(b, a)


def _from_oklch(lightness: float, chroma: float, hue: float) -> str:
    lightness = min(1.0, max(0.0, lightness))
    a, b = chroma * math.cos(hue), chroma * math.sin(hue)
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return _hex(
        (
            _gamma(4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short),
            _gamma(-1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short),
            _gamma(-0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short),
        )
    )
