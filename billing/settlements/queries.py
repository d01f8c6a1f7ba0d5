"""Reading sales, statements and payouts, for pages and reports."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import QuerySet, Sum

from billing.commissions.arithmetic import Commission, Sales, Segment, SegmentKind, commission_by_order, exact_base
from billing.commissions.terms import Basis, Terms
from billing.settlements.models import UNDER_WAY, Payout, Sale, Statement, StatementSegment
from billing.settlements.totals import carried_by_merchant


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One sale of a statement and its part of the commission, HT or TTC as its terms say; the parts add up."""

    sale: Sale
    commission_cents: int
    basis: Basis


@dataclass(frozen=True, slots=True)
class Owed:
    """What a merchant is owed today, in cents: sales no statement has yet (TTC, commission still to be withheld),
    what is carried from earlier statements (negative: it owes), and payouts decided but not sent.
    """

    unsettled_cents: int
    carried_cents: int
    on_its_way_cents: int


def statements(*, merchant_id: UUID | None = None, period_end: date | None = None) -> list[Statement]:
    """The town's statements, the latest first, of one merchant or one period if given, with payout and segments."""
    found = Statement.objects.select_related("payout").prefetch_related("segments")
    if merchant_id is not None:
        found = found.filter(merchant_id=merchant_id)
    if period_end is not None:
        found = found.filter(period_end=period_end)
    return list(found.order_by("-period_end", "number"))


def statement_of(*, merchant_id: UUID, number: str) -> Statement | None:
    """One merchant's statement by its number; None when there is none, or when it is another merchant's."""
    return (
        Statement.objects.select_related("payout")
        .prefetch_related("segments")
        .filter(merchant_id=merchant_id, number=number)
        .first()
    )


def lines_of(statement: Statement) -> list[StatementLine]:
    """The sales of a statement in order of handover, each with its part of the commission.

    What the minimum added to the commission is no sale's.
    """
    sales = _by_terms(Sale.objects.filter(statement=statement))
    rows = [row for row in statement.segments.all() if row.kind != SegmentKind.MINIMUM]
    return _shared((_segment(row, sales.get(row.terms, [])), sales.get(row.terms, [])) for row in rows)


def unsettled_lines(*, merchant_id: UUID, commission: Commission) -> list[StatementLine]:
    """The sales that no statement has yet, each with its part of the commission that they would make."""
    sales = _by_terms(Sale.objects.filter(statement=None, merchant_id=merchant_id))
    segments = [segment for segment in commission.segments if segment.kind is SegmentKind.SALES]
    return _shared((segment, sales.get(segment.terms, [])) for segment in segments)


def _by_terms(found: QuerySet[Sale]) -> dict[Terms, list[Sale]]:
    by_terms: dict[Terms, list[Sale]] = {}
    for sale in found.select_related("corrects").order_by("handed_over_at", "id"):
        by_terms.setdefault(sale.terms, []).append(sale)
    return by_terms


def _shared(segments: Iterable[tuple[Segment, list[Sale]]]) -> list[StatementLine]:
    """The commission of each segment shared out among its sales, in order of handover."""
    parts: list[StatementLine] = []
    for segment, sales in segments:
        orders = [Sales(sale.terms, sale.by_vat_rate, sale.fee_count) for sale in sales]
        shares = commission_by_order(segment=segment, orders=orders)
        basis = segment.terms.price_basis
        parts += [StatementLine(sale, cents, basis) for sale, cents in zip(sales, shares, strict=True)]
    return sorted(parts, key=lambda part: (part.sale.handed_over_at, part.sale.pk))


def _segment(row: StatementSegment, sales: list[Sale]) -> Segment:
    gross: dict[int, int] = {}
    for sale in sales:
        for rate, cents in sale.by_vat_rate.items():
            gross[rate] = gross.get(rate, 0) + cents
    return Segment(
        terms=row.terms,
        gross_cents=row.gross_cents,
        base=exact_base(gross_by_vat_rate=gross, base=row.terms.base),
        ht_cents=row.commission_ht_cents,
        vat_cents=row.vat_cents,
        fee_count=row.fee_count,
    )


def owed(*, merchant_id: UUID) -> Owed:
    """What a merchant is owed in this town today."""
    unsettled = Sale.objects.filter(statement=None, held=True, merchant_id=merchant_id).aggregate(
        total=Sum("gross_cents", default=0)
    )["total"]
    under_way = Payout.objects.filter(UNDER_WAY, merchant_id=merchant_id)
    on_its_way = under_way.aggregate(total=Sum("amount_cents", default=0))["total"]
    return Owed(int(unsettled), carried_by_merchant().get(merchant_id, 0), int(on_its_way))
