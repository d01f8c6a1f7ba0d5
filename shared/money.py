"""Money arithmetic: integer cents, rates in basis points, every rounding of the platform.

Nothing else in the project rounds an amount. Rounding is half-up **away from zero**: 0.5 becomes 1 and -0.5 becomes
-1, so that a debit and the credit that undoes it are always the same number of cents. A basis point is a hundredth of
a percent: 5 % is 500, French VAT at 20 % is 2000. «HT» is without VAT, «TTC» with it.
"""

from collections.abc import Sequence
from fractions import Fraction

BASIS_POINTS = 10_000
GRAMS_IN_KILO = 1_000


def round_half_up(numerator: int, denominator: int) -> int:
    """Return numerator / denominator rounded to the nearest integer, halves away from zero.

    Raises ZeroDivisionError when the denominator is zero.
    """
    if denominator < 0:
        numerator, denominator = -numerator, -denominator
    rounded = (2 * abs(numerator) + denominator) // (2 * denominator)
    return -rounded if numerator < 0 else rounded


def round_fraction(amount: Fraction) -> int:
    """Return an exact amount of cents rounded to whole cents, halves away from zero."""
    return round_half_up(amount.numerator, amount.denominator)


def percent(cents: int, rate_bp: int) -> int:
    """Return the given rate of an amount, in cents."""
    return round_half_up(cents * rate_bp, BASIS_POINTS)


def vat_of_ht(cents: int, rate_bp: int) -> int:
    """Return the VAT to add to an amount without VAT, in cents."""
    return percent(cents, rate_bp)


def vat_of_ttc(cents: int, rate_bp: int) -> int:
    """Return the VAT contained in an amount with VAT, in cents; the amount without VAT is the difference."""
    return round_half_up(cents * rate_bp, BASIS_POINTS + rate_bp)


def vat_of_each(ttc_cents: Sequence[int], rate_bp: int) -> list[int]:
    """Return the VAT contained in each of some amounts with VAT at one rate: together, that of their sum."""
    quotas = [Fraction(cents * rate_bp, BASIS_POINTS + rate_bp) for cents in ttc_cents]
    return apportion(vat_of_ttc(sum(ttc_cents), rate_bp), quotas)


def price_of_weight(grams: int, per_kg_cents: int) -> int:
    """Return the price of a weight at a price for a kilogram, in cents."""
    return round_half_up(grams * per_kg_cents, GRAMS_IN_KILO)


def ceiling_of_weight(grams: int, per_kg_cents: int, tolerance_bp: int) -> int:
    """Return the price of a weight and of so much more than it as is tolerated, rounded once, in cents."""
    return round_half_up(grams * per_kg_cents * (BASIS_POINTS + tolerance_bp), GRAMS_IN_KILO * BASIS_POINTS)


def share(amount: int, weights: Sequence[int]) -> list[int]:
    """Split an amount in proportion to weights so that the parts add up to it exactly.

    Each part is within one cent of its exact quota (largest remainder); equal remainders go to the earliest weight, so
    that the same input always gives the same parts. `share(-amount, weights)` is `share(amount, weights)` negated.
    Raises ValueError when a weight is negative, or when there is an amount to split and no weight to carry it.
    """
    if any(weight < 0 for weight in weights):
        message = "a weight is negative"
        raise ValueError(message)
    total = sum(weights)
    if total == 0:
        if amount != 0:
            message = "an amount cannot be shared between no weights"
            raise ValueError(message)
        return [0] * len(weights)
    return apportion(amount, [Fraction(amount * weight, total) for weight in weights])


def apportion(total: int, quotas: Sequence[Fraction]) -> list[int]:
    """Round exact quotas, which may be of either sign, to integers that add up to `total`.

    Largest remainder, equal remainders to the earliest quota. `total` must be the sum of the quotas rounded up or
    down, whichever way: ValueError otherwise, because no rounding of the quotas could then reach it.
    """
    exact = sum(quotas, Fraction(0))
    if abs(exact - total) >= 1:
        message = f"{total} is not a rounding of {exact}"
        raise ValueError(message)
    # Working on the side of zero where the total lies is what makes the result symmetrical.
    sign = -1 if exact < 0 else 1
    signed = [sign * quota for quota in quotas]
    floors = [quota.numerator // quota.denominator for quota in signed]
    missing = sign * total - sum(floors)
    if not 0 <= missing <= len(quotas):
        message = f"{total} is not a rounding of {exact}"
        raise ValueError(message)
    by_remainder = sorted(range(len(quotas)), key=lambda index: (floors[index] - signed[index], index))
    raised = set(by_remainder[:missing])
    return [sign * (floor + (index in raised)) for index, floor in enumerate(floors)]
