"""The invoice of a statement's commission: issued with it, or as soon as what is missing is given.

A statement never waits for its invoice: the merchant is paid on the day. Only the company’s commission is invoiced;
what the commune earns is public money, that the statement shows (docs/money.md).
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q, QuerySet, Sum

from billing.commissions.arithmetic import SegmentKind
from billing.commissions.terms import Basis, Beneficiary
from billing.invoices.facts import Line, ToInvoice
from billing.invoices.models import Invoice
from billing.invoices.services import InvoiceHeldError, issue, why_held
from billing.ledger.models import Account
from billing.ledger.queries import balance
from billing.settlements.counting import sales_of
from billing.settlements.models import Sale, SaleKind, Statement, StatementSegment
from billing.settlements.paperwork import have_papers_made
from conciergeries.towns.models import Town
from shared.french import NBSP, money, percent, plural

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A statement whose invoice cannot be issued yet, and why, in French."""

    statement: Statement
    reasons: list[str]


def invoice_statement(
    *, statement: Statement, segments: Iterable[StatementSegment], town: Town, now: datetime, is_late: bool = False
) -> Invoice | None:
    """Invoice a statement in a transaction; None when there is nothing to invoice, or it must wait.

    In the one that issues it, or, when `is_late`, afterwards: what was set off or paid since is asked of nobody.
    """
    try:
        return issue(town=town, what=_to_invoice(statement, segments, is_late=is_late), now=now)
    except InvoiceHeldError as held:
        shown = {"town": town.schema_name, "statement": statement.number, "reasons": held.reasons}
        logger.warning("invoice held", extra=shown)
        return None


def invoice_waiting(*, town: Town, merchant_id: UUID | None = None, now: datetime) -> list[Invoice]:
    """Issue what waited and waits no more, the oldest first, each in a transaction. Call it inside the town."""
    issued = []
    for statement in _not_invoiced(merchant_id):
        with transaction.atomic():
            segments = list(statement.segments.all())
            invoice = invoice_statement(statement=statement, segments=segments, town=town, now=now, is_late=True)
            if invoice is not None:
                have_papers_made(statement=statement, now=now)
                issued.append(invoice)
    return issued


def waiting(*, town: Town, merchant_id: UUID | None = None) -> list[Waiting]:
    """The statements whose invoice waits, of one merchant if given, and why. Call it inside the town."""
    return [
        Waiting(statement, why_held(town=town, what=_to_invoice(statement, statement.segments.all(), is_late=True)))
        for statement in _not_invoiced(merchant_id)
    ]


def _not_invoiced(merchant_id: UUID | None) -> QuerySet[Statement]:
    ttc = F("segments__commission_ht_cents") + F("segments__vat_cents")
    found = (
        Statement.objects.exclude(pk__in=Invoice.objects.values("statement_id"))
        .annotate(to_invoice=Sum(ttc, filter=Q(segments__beneficiary=Beneficiary.COMPANY.value), default=0))
        .exclude(to_invoice=0)
        .prefetch_related("segments")
        .order_by("issued_at", "number")
    )
    return found if merchant_id is None else found.filter(merchant_id=merchant_id)


def _to_invoice(statement: Statement, segments: Iterable[StatementSegment], *, is_late: bool) -> ToInvoice:
    own = [segment for segment in segments if segment.beneficiary == Beneficiary.COMPANY.value]
    given_back = list(_given_back(statement))
    return ToInvoice(
        statement_id=statement.pk,
        statement_number=statement.number,
        issuer_siren=statement.issuer_siren,
        merchant_id=statement.merchant_id,
        period_start=statement.period_start,
        period_end=statement.period_end,
        lines=tuple(_line(segment, given_back) for segment in own),
        corrects=_corrected(statement, given_back),
        due_cents=_due_cents(statement, own, is_late=is_late),
    )


def _due_cents(statement: Statement, own: Iterable[StatementSegment], *, is_late: bool) -> int:
    """What of the company's commission the merchant is asked to pay; late, no more than it still owes."""
    ttc = sum(segment.commission_ht_cents + segment.vat_cents for segment in own)
    due = min(statement.due_cents, ttc)
    if is_late and due > 0:
        due = min(due, balance(account=Account.MERCHANTS, merchant_id=statement.merchant_id))
    return max(due, 0)


def _given_back(statement: Statement) -> QuerySet[Sale]:
    """What this statement gives back of sales that an earlier one had."""
    return (
        sales_of(statement)
        .filter(kind=SaleKind.REFUND, corrects__counts_on__lt=statement.period_start)
        .select_related("corrects")
    )


def _corrected(statement: Statement, given_back: Iterable[Sale]) -> tuple[UUID, ...]:
    """The statements whose sales this one gives something back of."""
    days = {refund.corrects.counts_on for refund in given_back if refund.corrects}
    before = Statement.objects.filter(merchant_id=statement.merchant_id, period_end__lt=statement.period_start)
    covering = Q(*(Q(period_start__lte=day, period_end__gte=day) for day in days), _connector=Q.OR)
    return tuple(before.filter(covering).values_list("pk", flat=True)) if covering else ()


def _line(segment: StatementSegment, given_back: Iterable[Sale]) -> Line:
    is_share = segment.kind == SegmentKind.SALES.value
    of_before = -sum(refund.gross_cents for refund in given_back if refund.terms == segment.terms)
    return Line(
        description=_description(segment, of_before if is_share else 0),
        ht_cents=segment.commission_ht_cents,
        vat_rate_bp=segment.commission_vat_bp,
        vat_cents=segment.vat_cents,
        base_cents=segment.base_cents if is_share else None,
        rate_bp=segment.rate_bp if is_share else None,
    )


def _description(segment: StatementSegment, of_before: int) -> str:
    """«Commission de 5 % sur 42,00 € de ventes TTC (8,00 € TTC rendus sur des périodes précédentes en sont déduits)».

    `of_before`: the cents that were given back of earlier statements' sales; where all comes to something given back,
    that is what the line is about already.
    """
    if segment.kind == SegmentKind.MINIMUM.value:
        return "Complément au minimum de commission"
    basis = "hors taxes" if segment.base == Basis.HT.value else "TTC"
    if segment.base_cents < 0:
        said = f"Commission de {percent(segment.rate_bp)} rendue sur {money(-segment.base_cents)} de ventes {basis}"
    else:
        said = f"Commission de {percent(segment.rate_bp)} sur {money(segment.base_cents)} de ventes {basis}"
        if of_before:
            said += f" ({money(of_before)} TTC rendus sur des périodes précédentes en sont déduits)"
    if segment.fee_count and segment.fixed_fee_cents:
        fee = f"{money(segment.fixed_fee_cents)}{NBSP}{segment.price_basis}"
        said += f", frais de {fee} sur {plural(segment.fee_count, 'commande')}"
    return said
