"""The commission of a statement, to the cent. Pure: no database, no clock.

The rule, and its only two roundings:

1. The sales of one merchant in one statement are grouped by the terms frozen on them: one *segment* per terms. A
   segment has **one exact base**, the signed sum of its sales (a fraction of a cent when the base is HT), and its
   commission is that base times the rate, rounded half-up **once**. 100 sales of 0.99 € at 5 % give 4.95 €, not the
   5.00 € that rounding each of them would. The fixed fee of each order is a whole number of cents, added after.
2. VAT is computed on the **total** of the segments that share a VAT rate and a price basis, rounded once; each
   segment then shows its part of it by largest remainder, as each order shows its part of its segment.

A statement with sales whose commission HT is below the minimum of their terms has one segment more, that makes up the
difference.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction

from billing.commissions.terms import Basis, Terms
from shared.money import BASIS_POINTS, apportion, round_fraction, vat_of_ht, vat_of_ttc


@dataclass(frozen=True, slots=True)
class Sales:
    """What a merchant sold under one set of terms: cents with VAT, by VAT rate of the goods (basis points).

    `fee_count` is how many times the fixed fee is owed: once for each order, less those given back whole.
    """

    terms: Terms
    gross_by_vat_rate: Mapping[int, int]
    fee_count: int = 1

    @property
    def gross_cents(self) -> int:
        return sum(self.gross_by_vat_rate.values())


class SegmentKind(StrEnum):
    """What a segment is the commission of: sales, or what they lack to reach the minimum."""

    SALES = "sales"
    MINIMUM = "minimum"


@dataclass(frozen=True, slots=True)
class Segment:
    """The commission on the sales made under one set of terms. Amounts are cents; ttc_cents = ht_cents + vat_cents."""

    terms: Terms
    gross_cents: int
    base: Fraction
    ht_cents: int
    vat_cents: int
    fee_count: int = 0
    kind: SegmentKind = SegmentKind.SALES

    @property
    def ttc_cents(self) -> int:
        return self.ht_cents + self.vat_cents

    @property
    def base_cents(self) -> int:
        """The base as a statement prints it; the commission was computed on the exact one."""
        return round_fraction(self.base)


@dataclass(frozen=True, slots=True)
class Commission:
    """The commission of a whole statement. Amounts are cents."""

    segments: tuple[Segment, ...]

    @property
    def ht_cents(self) -> int:
        return sum(segment.ht_cents for segment in self.segments)

    @property
    def vat_cents(self) -> int:
        return sum(segment.vat_cents for segment in self.segments)

    @property
    def ttc_cents(self) -> int:
        return self.ht_cents + self.vat_cents


def exact_base(*, gross_by_vat_rate: Mapping[int, int], base: Basis) -> Fraction:
    """The amount a rate is taken of: the sales with VAT as they are, or without it, never rounded."""
    if base is Basis.TTC:
        return Fraction(sum(gross_by_vat_rate.values()))
    return sum(
        (Fraction(gross * BASIS_POINTS, BASIS_POINTS + rate) for rate, gross in gross_by_vat_rate.items()), Fraction(0)
    )


@dataclass(frozen=True, slots=True)
class _Price:
    """A segment before its VAT: what it costs, in its own price basis."""

    terms: Terms
    cents: int
    gross_cents: int = 0
    base: Fraction = Fraction(0)
    fee_count: int = 0
    kind: SegmentKind = SegmentKind.SALES


def commission_of(sales: Sequence[Sales]) -> Commission:
    """The commission of one statement from its sales, one entry per set of terms; segments come in order of terms.

    What the minimum adds comes last. Raises ValueError when the same terms come twice: their base would be rounded
    twice.
    """
    ordered = sorted(sales, key=lambda part: part.terms)
    if len({part.terms for part in ordered}) != len(ordered):
        raise ValueError("sales under the same terms are one segment")
    prices = [_price(part) for part in ordered]
    commission = _with_vat(prices)
    least = _least(ordered)
    if least is None or not 0 < least.minimum_cents > commission.ht_cents:
        return commission
    missing = least.minimum_cents - commission.ht_cents
    made_up = replace(least, rate_bp=0, price_basis=Basis.HT, fixed_fee_cents=0)
    return _with_vat([*prices, _Price(made_up, missing, kind=SegmentKind.MINIMUM)])


def _price(part: Sales) -> _Price:
    terms = part.terms
    base = exact_base(gross_by_vat_rate=part.gross_by_vat_rate, base=terms.base)
    cents = round_fraction(base * terms.rate_bp / BASIS_POINTS) + terms.fixed_fee_cents * part.fee_count
    return _Price(terms, cents, part.gross_cents, base, part.fee_count)


def _least(sales: Sequence[Sales]) -> Terms | None:
    """The terms whose minimum holds for a statement: the lowest of those that something was sold under.

    None when more was given back than sold: a minimum is owed for sales, not for refunds.
    """
    if sum(part.gross_cents for part in sales) <= 0:
        return None
    return min((part.terms for part in sales if part.gross_cents > 0), key=lambda terms: terms.minimum_cents)


def _with_vat(prices: Sequence[_Price]) -> Commission:
    vats = _vat_by_segment([price.terms for price in prices], [price.cents for price in prices])
    return Commission(
        segments=tuple(
            Segment(
                terms=price.terms,
                gross_cents=price.gross_cents,
                base=price.base,
                ht_cents=price.cents - vat if price.terms.price_basis is Basis.TTC else price.cents,
                vat_cents=vat,
                fee_count=price.fee_count,
                kind=price.kind,
            )
            for price, vat in zip(prices, vats, strict=True)
        )
    )


def _vat_by_segment(terms: Sequence[Terms], prices: Sequence[int]) -> list[int]:
    """Each segment's part of the VAT, computed once per VAT rate and price basis on the total of its prices."""
    vats = [0] * len(prices)
    groups: dict[tuple[int, Basis], list[int]] = {}
    for index, each in enumerate(terms):
        groups.setdefault((each.vat_rate_bp, each.price_basis), []).append(index)
    for (rate, basis), members in groups.items():
        total = sum(prices[index] for index in members)
        contained = basis is Basis.TTC
        vat = vat_of_ttc(total, rate) if contained else vat_of_ht(total, rate)
        divisor = BASIS_POINTS + rate if contained else BASIS_POINTS
        quotas = [Fraction(prices[index] * rate, divisor) for index in members]
        for index, part in zip(members, apportion(vat, quotas), strict=True):
            vats[index] = part
    return vats


def commission_by_order(*, segment: Segment, orders: Sequence[Sales]) -> list[int]:
    """Each order's part of a segment's commission (in the segment's price basis), for showing: they add up to it.

    `orders` are the sales of the segment one by one, in the order the parts are wanted.
    """
    rate, fee = Fraction(segment.terms.rate_bp, BASIS_POINTS), segment.terms.fixed_fee_cents
    quotas = [
        exact_base(gross_by_vat_rate=order.gross_by_vat_rate, base=segment.terms.base) * rate + fee * order.fee_count
        for order in orders
    ]
    total = segment.ttc_cents if segment.terms.price_basis is Basis.TTC else segment.ht_cents
    return apportion(total, quotas)
