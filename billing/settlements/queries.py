"""Reading sales, statements and payouts, for pages and reports."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Q, QuerySet, Sum

from billing.commissions.arithmetic import Commission, Sales, Segment, SegmentKind, commission_by_order, exact_base
from billing.commissions.terms import Basis, Terms
from billing.payments.gateway import current_town
from billing.settlements.calendar import day_in
from billing.settlements.counting import first_unsettled, sales_of, unsettled_of
from billing.settlements.figures import Group, figures_of_statement
from billing.settlements.models import UNDER_WAY, Payout, Sale, SettledUntil, Statement, StatementSegment
from billing.settlements.totals import carried_of
from shared.money import vat_of_each


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One sale of a statement and its part of the commission, HT or TTC as its terms say; the parts add up.

    So do the parts of the VAT of the sales, which is rounded once for each rate.

    `is_of_settled_sale`: a refund of a sale that an earlier statement had, so that the commission on it was invoiced,
    and is credited. Netted in the same statement, it needs no credit note.
    `is_late`: noted once the day of its handover was settled, so that it counts on a later one.
    """

    sale: Sale
    vat_cents: int
    commission_cents: int
    basis: Basis
    is_of_settled_sale: bool
    is_late: bool


@dataclass(frozen=True, slots=True)
class Owed:
    """What a merchant is owed today, in cents: sales no statement has yet (TTC, commission still to be withheld),
    what is carried from earlier statements (negative: it owes), and payouts decided but not sent.
    """

    unsettled_cents: int
    carried_cents: int
    on_its_way_cents: int


def statements(
    *, merchant_id: UUID | None = None, period_end: date | None = None, year: int | None = None
) -> list[Statement]:
    """The town's statements, the latest first, with payout and segments: of one merchant, of the period that ends on a
    day, of the periods that end in a year, if they are given.
    """
    found = Statement.objects.select_related("payout").prefetch_related("segments")
    if merchant_id is not None:
        found = found.filter(merchant_id=merchant_id)
    if period_end is not None:
        found = found.filter(period_end=period_end)
    if year is not None:
        found = found.filter(period_end__year=year)
    return list(found.order_by("-period_end", "number"))


def statement_years(*, merchant_ids: Iterable[UUID]) -> set[int]:
    """The years in which periods of these merchants' statements end, in this town."""
    ends = Statement.objects.filter(merchant_id__in=list(merchant_ids)).order_by()
    return {day.year for day in ends.dates("period_end", "year")}


def find_statements(*, words: str) -> QuerySet[Statement]:
    """The town's statements that have every word in their number or their merchant's name, the latest first."""
    found = Statement.objects.select_related("payout").order_by("-issued_at", "number")
    for word in words.split():
        found = found.filter(Q(number__icontains=word) | Q(merchant_name__icontains=word))
    return found


def statement_of(*, merchant_id: UUID, number: str) -> Statement | None:
    """One merchant's statement by its number; None when there is none, or when it is another merchant's."""
    return (
        Statement.objects.select_related("payout")
        .prefetch_related("segments")
        .filter(merchant_id=merchant_id, number=number)
        .first()
    )


def lines_of(statement: Statement) -> list[StatementLine]:
    """The sales of a statement in order of handover, each with its part of the commission, for a page."""
    return list(each_line_of(statement))


def each_line_of(statement: Statement) -> Iterator[StatementLine]:
    """The same one after the other, for files: a statement of thousands is never in memory at once.

    What the minimum added to the commission is no sale's.
    """
    groups = figures_of_statement(statement).groups
    segments = [_segment(row, groups[row.terms]) for row in statement.segments.all() if row.kind != SegmentKind.MINIMUM]
    return _shared(sales_of(statement), segments, first=statement.period_start)


def unsettled_lines(*, merchant_id: UUID, until: date, commission: Commission) -> list[StatementLine]:
    """What counts up to a day and no statement has yet, line by line, each with its part of this commission on it."""
    segments = [segment for segment in commission.segments if segment.kind is SegmentKind.SALES]
    settled = SettledUntil.objects.filter(merchant_id=merchant_id).first()
    if settled is None:
        return []
    found = unsettled_of(merchant_id).filter(counts_on__lte=until)
    return list(_shared(found, segments, first=first_unsettled(settled)))


def _shared(found: QuerySet[Sale], segments: Iterable[Segment], *, first: date) -> Iterator[StatementLine]:
    """The commission of each segment, and the VAT of each rate, shared out among the sales, in order of handover.

    Read twice, a day at a time: what shares the commission out is all that is kept of each. `first` is the first day
    that is covered.
    """
    town = current_town()
    orders: dict[Terms, list[Sales]] = {}
    amounts: dict[int, list[int]] = {}
    for sale in _day_by_day(found):
        orders.setdefault(sale.terms, []).append(Sales(sale.terms, sale.by_vat_rate, sale.fee_count))
        for rate, cents in sale.by_vat_rate.items():
            amounts.setdefault(rate, []).append(cents)
    vat = {rate: iter(vat_of_each(parts, rate)) for rate, parts in amounts.items()}
    shares = {
        segment.terms: iter(commission_by_order(segment=segment, orders=orders.pop(segment.terms, [])))
        for segment in segments
    }
    for sale in _day_by_day(found.select_related("corrects")):
        terms, corrected = sale.terms, sale.corrects
        is_of_settled_sale = corrected is not None and corrected.counts_on < first
        is_late = day_in(town, sale.handed_over_at) < sale.counts_on
        vat_cents = sum(next(vat[rate]) for rate in sale.by_vat_rate)
        yield StatementLine(sale, vat_cents, next(shares[terms]), terms.price_basis, is_of_settled_sale, is_late)


def _day_by_day(found: QuerySet[Sale]) -> Iterator[Sale]:
    """Sales in their order, from as many queries as there are days: through a pooler no cursor stays open to read from.

    What counts on a later day was handed over later, so the order is the same as that of the whole.
    """
    days = found.order_by("counts_on").values_list("counts_on", flat=True).distinct()
    for day in list(days):
        yield from found.filter(counts_on=day)


def _segment(row: StatementSegment, group: Group) -> Segment:
    return Segment(
        terms=row.terms,
        gross_cents=row.gross_cents,
        base=exact_base(gross_by_vat_rate=group.gross_by_vat_rate, base=row.terms.base),
        ht_cents=row.commission_ht_cents,
        vat_cents=row.vat_cents,
        fee_count=row.fee_count,
    )


def owed(*, merchant_id: UUID) -> Owed:
    """What a merchant is owed in this town today."""
    held = unsettled_of(merchant_id).filter(held=True).aggregate(total=Sum("gross_cents", default=0))["total"]
    under_way = Payout.objects.filter(UNDER_WAY, merchant_id=merchant_id)
    on_its_way = under_way.aggregate(total=Sum("amount_cents", default=0))["total"]
    return Owed(int(held), carried_of(merchant_id), int(on_its_way))
