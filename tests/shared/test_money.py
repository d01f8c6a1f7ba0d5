"""Rounding and sharing of cents, on examples from docs/money.md and on anything hypothesis can think of."""

from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from shared import money

cents = st.integers(min_value=-(10**12), max_value=10**12)
rates = st.integers(min_value=0, max_value=10_000)
weights = st.lists(st.integers(min_value=0, max_value=10**9), min_size=1, max_size=30)


@pytest.mark.parametrize(
    ("numerator", "denominator", "expected"),
    [
        (1, 2, 1),
        (-1, 2, -1),
        (3, 2, 2),
        (-3, 2, -2),
        (5, 2, 3),
        (1, 3, 0),
        (2, 3, 1),
        (-2, 3, -1),
        (1, -2, -1),
        (-1, -2, 1),
        (0, 7, 0),
        (14, 7, 2),
    ],
)
def test_halves_go_away_from_zero(numerator: int, denominator: int, expected: int) -> None:
    assert money.round_half_up(numerator, denominator) == expected


def test_a_zero_denominator_is_refused() -> None:
    with pytest.raises(ZeroDivisionError):
        money.round_half_up(1, 0)


@given(cents, st.integers(min_value=1, max_value=10**9))
def test_rounding_is_the_nearest_and_symmetrical(numerator: int, denominator: int) -> None:
    rounded = money.round_half_up(numerator, denominator)
    assert abs(Fraction(numerator, denominator) - rounded) <= Fraction(1, 2)
    assert money.round_half_up(-numerator, denominator) == -rounded


@given(cents, st.integers(min_value=1, max_value=10**9))
def test_the_sign_of_the_denominator_changes_the_sign_only(numerator: int, denominator: int) -> None:
    assert money.round_half_up(numerator, -denominator) == -money.round_half_up(numerator, denominator)
    assert money.round_fraction(Fraction(numerator, denominator)) == money.round_half_up(numerator, denominator)


@given(st.integers(min_value=0, max_value=10**9), st.integers(min_value=1, max_value=10**6))
def test_an_exact_half_is_always_rounded_up(whole: int, half: int) -> None:
    assert money.round_half_up((2 * whole + 1) * half, 2 * half) == whole + 1


@pytest.mark.parametrize(("base", "expected"), [(99, 5), (9, 0), (10, 1), (9900, 495), (6000, 300), (-99, -5), (-9, 0)])
def test_five_percent(base: int, expected: int) -> None:
    assert money.percent(base, 500) == expected


@pytest.mark.parametrize(
    ("amount", "rate", "in_ttc", "on_ht"),
    [(300, 2000, 50, 60), (500, 2000, 83, 100), (1000, 550, 52, 55), (1000, 210, 21, 21), (1000, 0, 0, 0)],
)
def test_vat(amount: int, rate: int, in_ttc: int, on_ht: int) -> None:
    assert money.vat_of_ttc(amount, rate) == in_ttc
    assert money.vat_of_ht(amount, rate) == on_ht
    assert money.vat_of_ttc(-amount, rate) == -in_ttc
    assert money.vat_of_ht(-amount, rate) == -on_ht


@given(cents, rates)
def test_vat_added_to_an_amount_is_found_again_in_it(amount: int, rate: int) -> None:
    with_vat = amount + money.vat_of_ht(amount, rate)
    assert money.vat_of_ttc(with_vat, rate) == money.vat_of_ht(amount, rate)


def test_the_vat_of_each_makes_the_vat_of_all() -> None:
    assert money.vat_of_each([99] * 20, 2000) == [17] * 10 + [16] * 10
    assert money.vat_of_each([99, -99, 101], 2000) == [17, -17, 17]
    assert money.vat_of_each([], 2000) == []


@given(st.lists(cents, max_size=20), rates)
def test_the_vat_of_each_is_within_a_cent_of_its_own(amounts: list[int], rate: int) -> None:
    parts = money.vat_of_each(amounts, rate)
    assert sum(parts) == money.vat_of_ttc(sum(amounts), rate)
    assert all(abs(part - money.vat_of_ttc(of, rate)) <= 1 for part, of in zip(parts, amounts, strict=True))


def test_a_voucher_over_three_merchants() -> None:
    assert money.share(1000, [2000, 450, 3550]) == [333, 75, 592]


def test_equal_remainders_go_to_the_earliest() -> None:
    assert money.share(100, [1, 1, 1]) == [34, 33, 33]
    assert money.share(2, [1, 1, 1]) == [1, 1, 0]
    assert money.share(-100, [1, 1, 1]) == [-34, -33, -33]


def test_a_weight_of_nothing_gets_nothing() -> None:
    assert money.share(5, [0, 3, 0]) == [0, 5, 0]
    assert money.share(0, [0, 0]) == [0, 0]
    assert money.share(0, []) == []


def test_what_cannot_be_shared_is_refused() -> None:
    with pytest.raises(ValueError, match="no weights"):
        money.share(1, [])
    with pytest.raises(ValueError, match="no weights"):
        money.share(1, [0, 0])
    with pytest.raises(ValueError, match="negative"):
        money.share(1, [2, -1])


@given(cents, weights)
def test_parts_add_up_and_stay_within_a_cent_of_their_quota(amount: int, parts: list[int]) -> None:
    assume(sum(parts) > 0)
    shared = money.share(amount, parts)
    assert sum(shared) == amount
    for part, weight in zip(shared, parts, strict=True):
        assert abs(Fraction(amount * weight, sum(parts)) - part) < 1
    assert money.share(-amount, parts) == [-part for part in shared]


@given(cents, weights, st.integers(min_value=2, max_value=50))
def test_only_proportions_matter(amount: int, parts: list[int], factor: int) -> None:
    assume(sum(parts) > 0)
    assert money.share(amount, parts) == money.share(amount, [factor * part for part in parts])


signed_quotas = st.lists(st.fractions(min_value=-(10**6), max_value=10**6, max_denominator=10_000), max_size=20)


@given(signed_quotas)
def test_quotas_of_either_sign_add_up_to_their_rounded_total(quotas: list[Fraction]) -> None:
    total = money.round_fraction(sum(quotas, Fraction(0)))
    parts = money.apportion(total, quotas)
    assert sum(parts) == total
    assert all(abs(quota - part) < 1 for quota, part in zip(quotas, parts, strict=True))


@given(signed_quotas)
def test_opposite_quotas_give_opposite_parts(quotas: list[Fraction]) -> None:
    exact = sum(quotas, Fraction(0))
    assume(exact != 0)
    total = money.round_fraction(exact)
    opposite = money.apportion(-total, [-quota for quota in quotas])
    assert opposite == [-part for part in money.apportion(total, quotas)]


def test_a_total_that_is_no_rounding_of_the_quotas_is_refused() -> None:
    with pytest.raises(ValueError, match="not a rounding"):
        money.apportion(3, [Fraction(1, 2), Fraction(1, 2)])
    with pytest.raises(ValueError, match="not a rounding"):
        money.apportion(1, [])
