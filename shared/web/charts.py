"""Bars drawn as SVG from amounts, to be shown beside the table that says the same. Pure: no Django.

Sizes are in units of the drawing; the page scales it to its column.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from shared.french import NBSP, money

WIDTH = 720
HEIGHT = 260
LEFT = 84
TOP = 12
BOTTOM = 34
# The room between two bars, as a part of the step from one to the next.
GAP = 0.3
# More labels than these under the bars would run into each other.
MOST_LABELS = 12
MOST_TICKS = 5


@dataclass(frozen=True, slots=True)
class Point:
    """An amount in cents, its name in full and as it stands under the bar."""

    name: str
    short: str
    cents: int


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar; `label` is empty where a neighbour's stands for it."""

    x: float
    y: float
    width: float
    height: float
    middle: float
    label: str
    said: str


@dataclass(frozen=True, slots=True)
class Tick:
    y: float
    label: str


@dataclass(frozen=True, slots=True)
class Bars:
    """A drawing of bars: positions and texts, ready for the template."""

    bars: list[Bar]
    ticks: list[Tick]
    zero: float
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    label_y: int = HEIGHT - 10


def bars(points: Sequence[Point]) -> Bars:
    """Draw one bar a point, from zero, on a scale of round amounts. Raises ValueError when there is no point."""
    if not points:
        raise ValueError("nothing to draw")
    lowest = min(0, *(point.cents for point in points))
    highest = max(0, *(point.cents for point in points))
    step = _step(highest - lowest)
    bottom, top = lowest // step, -(-highest // step)
    top = max(top, bottom + 1)
    scale = Fraction(HEIGHT - TOP - BOTTOM, (top - bottom) * step)

    def y(cents: int) -> float:
        return round(float(TOP + (top * step - cents) * scale), 1)

    pitch = (WIDTH - LEFT) / len(points)
    every = -(-len(points) // MOST_LABELS)
    return Bars(
        bars=[
            Bar(
                x=round(LEFT + pitch * (index + GAP / 2), 1),
                y=y(max(point.cents, 0)),
                width=round(pitch * (1 - GAP), 1),
                height=round(abs(y(point.cents) - y(0)), 1),
                middle=round(LEFT + pitch * (index + 0.5), 1),
                label=point.short if index % every == 0 else "",
                said=f"{point.name}{NBSP}: {money(point.cents)}",
            )
            for index, point in enumerate(points)
        ],
        ticks=[Tick(y(each * step), _round_money(each * step)) for each in range(bottom, top + 1)],
        zero=y(0),
    )


def _step(reach: int) -> int:
    """The smallest of 1, 2 or 5 times a power of ten euros that cuts the reach in few parts."""
    euros = 100
    while True:
        for times in (1, 2, 5):
            if reach <= euros * times * (MOST_TICKS - 1):
                return euros * times
        euros *= 10


def _round_money(cents: int) -> str:
    """A whole number of euros, without its zero cents."""
    return money(cents).replace(",00", "")
