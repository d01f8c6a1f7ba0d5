"""The commission of a statement, to the cent. Pure: no database, no clock.

The rule, and its only two roundings:

1. The sales of one merchant in one statement are grouped by the terms frozen on them: one *segment* per terms. A
   segment has **one exact base**, the signed sum of its sales (a fraction of a cent when the base is HT), and its
   commission is that base times the rate, rounded half-up **once**. 100 sales of 0.99 € at 5 % give 4.95 €, not the
   5.00 € that rounding each of them would.
2. VAT is computed on the **total** of the segments that share a VAT rate and a price basis, rounded once; each
   segment then shows its part of it by largest remainder, as each order shows its part of its segment.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from billing.commissions.terms import Basis, Terms
from shared.money import BASIS_POINTS, apportion, round_fraction, vat_of_ht, vat_of_ttc


@dataclass(frozen=True, slots=True)
class Sales:
    """What a merchant sold under one set of terms: cents with VAT, by VAT rate of the goods (basis points)."""

    terms: Terms
    gross_by_vat_rate: Mapping[int, int]

    @property
    def gross_cents(self) -> int:
        return sum(self.gross_by_vat_rate.values())


@dataclass(frozen=True, slots=True)
class Segment:
    """The commission on the sales made under one set of terms. Amounts are cents; ttc_cents = ht_cents + vat_cents."""

    terms: Terms
    gross_cents: int
    base: Fraction
    ht_cents: int
    vat_cents: int

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


def commission_of(sales: Sequence[Sales]) -> Commission:
    """The commission of one statement from its sales, one entry per set of terms; segments come in order of terms.

    Raises ValueError when the same terms come twice: their base would be rounded twice.
    """
    ordered = sorted(sales, key=lambda part: part.terms)
    if len({part.terms for part in ordered}) != len(ordered):
        raise ValueError("sales under the same terms are one segment")
    bases = [exact_base(gross_by_vat_rate=part.gross_by_vat_rate, base=part.terms.base) for part in ordered]
    prices = [
        round_fraction(base * part.terms.rate_bp / BASIS_POINTS) for part, base in zip(ordered, bases, strict=True)
    ]
    vats = _vat_by_segment([part.terms for part in ordered], prices)
    return Commission(
        segments=tuple(
            Segment(
                terms=part.terms,
                gross_cents=part.gross_cents,
                base=base,
                ht_cents=price - vat if part.terms.price_basis is Basis.TTC else price,
                vat_cents=vat,
            )
            for part, base, price, vat in zip(ordered, bases, prices, vats, strict=True)
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


def commission_by_order(*, segment: Segment, orders: Sequence[Mapping[int, int]]) -> list[int]:
    """Each order's part of a segment's commission (in the segment's price basis), for showing: they add up to it.

    `orders` are the cents with VAT of each sale of the segment by VAT rate, in the order the parts are wanted.
    """
    rate = Fraction(segment.terms.rate_bp, BASIS_POINTS)
    quotas = [exact_base(gross_by_vat_rate=order, base=segment.terms.base) * rate for order in orders]
    total = segment.ttc_cents if segment.terms.price_basis is Basis.TTC else segment.ht_cents
    return apportion(total, quotas)
