"""What an invoice says, as plain values: who, to whom, for what. No database."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date
from typing import Self
from uuid import UUID


@dataclass(frozen=True, kw_only=True, slots=True)
class Party:
    """One side of an invoice, as it was when the invoice was issued."""

    name: str
    siren: str
    siret: str = ""
    vat_number: str = ""
    address: str
    postcode: str
    city: str
    # «SAS au capital de 10 000 €, RCS Aix-en-Provence 732 829 320»: the seller's only.
    legal_line: str = ""
    email: str = ""

    def as_json(self) -> dict[str, str]:
        return asdict(self)

    @classmethod
    def from_json(cls, kept: dict[str, str]) -> Self:
        return cls(**kept)


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One line, in cents; below zero what is given back. `base_cents` and `rate_bp` say where it comes from, if it
    is a share of something.
    """

    description: str
    ht_cents: int
    vat_rate_bp: int
    vat_cents: int
    base_cents: int | None = None
    rate_bp: int | None = None

    def opposite(self) -> "Line":
        """The same with the other sign: a credit note says what it gives back in positive amounts."""
        return Line(
            description=self.description,
            ht_cents=-self.ht_cents,
            vat_rate_bp=self.vat_rate_bp,
            vat_cents=-self.vat_cents,
            base_cents=None if self.base_cents is None else -self.base_cents,
            rate_bp=self.rate_bp,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Exemption:
    """Why there is no VAT: the code of the European list if it has one, and what the paper says."""

    code: str
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class VatTotal:
    """The lines of one VAT rate together."""

    rate_bp: int
    base_cents: int
    vat_cents: int

    def as_json(self) -> dict[str, int]:
        return asdict(self)


@dataclass(frozen=True, kw_only=True, slots=True)
class Cited:
    """An invoice that a credit note, or a later invoice, corrects."""

    number: str
    issued_on: date


@dataclass(frozen=True, kw_only=True, slots=True)
class Due:
    """What is left to be paid of an invoice, by when, and on which bank account."""

    cents: int
    on: date
    iban: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ToInvoice:
    """What a statement has for its invoice: the company's commission, line by line.

    `corrects` are the statements that invoiced what is given back; `due_cents` what the statement could not withhold.
    """

    statement_id: UUID
    statement_number: str
    issuer_siren: str
    merchant_id: UUID
    period_start: date
    period_end: date
    lines: tuple[Line, ...]
    corrects: tuple[UUID, ...] = ()
    due_cents: int = 0

    @property
    def ttc_cents(self) -> int:
        return sum(line.ht_cents + line.vat_cents for line in self.lines)


@dataclass(frozen=True, kw_only=True, slots=True)
class Paper:
    """Everything an invoice or a credit note says; amounts are positive for what it is for."""

    is_credit_note: bool
    number: str
    issued_on: date
    period_start: date
    period_end: date
    seller: Party
    buyer: Party
    lines: tuple[Line, ...]
    exemption: Exemption | None
    notes: tuple[tuple[str, str], ...]
    cited: tuple[Cited, ...]
    # None: all of it was set off on the statement.
    due: Due | None = None

    @property
    def due_cents(self) -> int:
        return self.due.cents if self.due else 0

    @property
    def vat_totals(self) -> tuple[VatTotal, ...]:
        return totals_by_rate(self.lines)

    @property
    def ht_cents(self) -> int:
        return sum(line.ht_cents for line in self.lines)

    @property
    def vat_cents(self) -> int:
        return sum(line.vat_cents for line in self.lines)

    @property
    def ttc_cents(self) -> int:
        return self.ht_cents + self.vat_cents


def totals_by_rate(lines: Iterable[Line]) -> tuple[VatTotal, ...]:
    """The VAT of an invoice, rate by rate, the highest first."""
    found: dict[int, tuple[int, int]] = {}
    for line in lines:
        base, vat = found.get(line.vat_rate_bp, (0, 0))
        found[line.vat_rate_bp] = (base + line.ht_cents, vat + line.vat_cents)
    return tuple(
        VatTotal(rate_bp=rate, base_cents=base, vat_cents=vat)
        for rate, (base, vat) in sorted(found.items(), reverse=True)
    )
