"""Numbers for the telephone."""

import pytest

from tenants.orders.numbers import LETTERS, PER_LETTER, order_number


@pytest.mark.parametrize(
    ("count", "number"),
    [
        (0, "A0-00"),
        (7, "A0-07"),
        (742, "A7-42"),
        (999, "A9-99"),
        (1000, "B0-00"),
        (len(LETTERS) * PER_LETTER - 1, "Z9-99"),
        (len(LETTERS) * PER_LETTER, "AA0-00"),
        (2 * len(LETTERS) * PER_LETTER, "BA0-00"),
    ],
)
def test_counts_on_in_order(count: int, number: str) -> None:
    assert order_number(count) == number


def test_never_gives_a_number_twice() -> None:
    numbers = [order_number(count) for count in range(50_000)]
    assert len(set(numbers)) == len(numbers)


def test_uses_no_letter_that_sounds_like_another() -> None:
    assert not set("IOQNUW") & set(LETTERS)


def test_refuses_to_count_backwards() -> None:
    with pytest.raises(ValueError, match="-1"):
        order_number(-1)
