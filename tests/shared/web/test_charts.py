"""Bars that are true to their amounts, on a scale of round numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.french import NBSP
from shared.web.charts import BOTTOM, HEIGHT, LEFT, MOST_LABELS, MOST_TICKS, TOP, WIDTH, Point, bars

AMOUNTS = st.lists(st.integers(-10_000_00, 10_000_00), min_size=1, max_size=62)


def points(amounts: list[int]) -> list[Point]:
    return [Point(f"jour {index}", str(index), cents) for index, cents in enumerate(amounts)]


def test_twice_the_amount_is_twice_as_high() -> None:
    one, two = bars(points([1000, 2000])).bars
    assert two.height == pytest.approx(2 * one.height, abs=0.2)
    assert two.said.replace(NBSP, " ") == "jour 1 : 20,00 €"


@pytest.mark.parametrize(
    ("amounts", "scale"),
    [([4230_00], "0 €, 2 000 €, 4 000 €, 6 000 €"), ([-3_00, 3_00], "−4 €, −2 €, 0 €, 2 €, 4 €")],
)
def test_the_scale_is_of_round_amounts(amounts: list[int], scale: str) -> None:
    assert ", ".join(tick.label for tick in bars(points(amounts)).ticks).replace(NBSP, " ") == scale


def test_nothing_sold_has_a_scale_too() -> None:
    assert [bar.height for bar in bars(points([0, 0])).bars] == [0, 0]


def test_no_point_is_no_drawing() -> None:
    with pytest.raises(ValueError, match="nothing to draw"):
        bars([])


@given(AMOUNTS)
def test_everything_is_inside_the_drawing(amounts: list[int]) -> None:
    drawn = bars(points(amounts))
    for bar in drawn.bars:
        assert LEFT <= bar.x <= bar.x + bar.width <= WIDTH + 0.1
        assert TOP - 0.1 <= bar.y <= bar.y + bar.height <= HEIGHT - BOTTOM + 0.2
    assert len(drawn.ticks) <= MOST_TICKS + 1
    assert sum(bool(bar.label) for bar in drawn.bars) <= MOST_LABELS
