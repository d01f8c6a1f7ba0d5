"""The terms of a commission, as a value: what is frozen on a shop order and what the arithmetic reads."""

from dataclasses import dataclass
from enum import StrEnum


class Basis(StrEnum):
    """Whether an amount is without VAT (HT) or with it (TTC)."""

    HT = "HT"
    TTC = "TTC"


class Beneficiary(StrEnum):
    """Who earns the commission."""

    COMPANY = "company"
    TOWN = "town"


@dataclass(frozen=True, slots=True, order=True)
class Terms:
    """A rate and how to apply it. Two sales with equal terms belong to the same segment of a statement.

    rate_bp is taken of the sales `base` (without or with the goods' VAT) and gives a commission expressed in
    `price_basis`: HT, VAT at vat_rate_bp is added to it; TTC, that VAT is inside it. Rates are basis points.
    fixed_fee_cents is owed once for each order, in the same price_basis. minimum_cents is the least commission, HT, of
    a statement with sales. Months free of commission are no field here: they are worked out before terms are frozen.
    """

    rate_bp: int
    price_basis: Basis
    base: Basis
    vat_rate_bp: int
    beneficiary: Beneficiary = Beneficiary.COMPANY
    fixed_fee_cents: int = 0
    minimum_cents: int = 0
