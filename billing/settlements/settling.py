"""Settling a town: one statement per merchant and period, numbered without a gap, and the payout of its net."""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import QuerySet, Sum

from billing.commissions.arithmetic import Commission, SegmentKind, commission_of
from billing.commissions.frozen import columns_of
from billing.commissions.terms import Beneficiary
from billing.ledger.models import Account
from billing.ledger.services import PostingLine, credit, debit, post
from billing.numbering.models import Counter
from billing.numbering.series import Kind, lock_counter, take_number
from billing.settlements import facts
from billing.settlements.calendar import day_in, end_of
from billing.settlements.counting import first_unsettled, lock_merchant, with_sales_to_settle
from billing.settlements.documents import Sealed, fingerprint
from billing.settlements.drafts import close_drafts, held_for_an_obstacle, obstacle, open_draft
from billing.settlements.figures import Figures, figures_of
from billing.settlements.invoicing import invoice_statement
from billing.settlements.models import Adjustment, Means, Payout, Sale, SettledUntil, Statement, StatementSegment
from billing.settlements.paperwork import have_papers_made
from billing.settlements.payouts import key_of, post_decided, send_soon, wake_payouts
from billing.settlements.periods import ONE_DAY, Period
from billing.settlements.rules import Rules, Timetable, rules_on, timetable_of
from billing.settlements.totals import Brought, brought, carried_by_merchant
from conciergeries.merchants.models import Merchant
from conciergeries.merchants.presence import left_here
from conciergeries.towns.models import Town
from shared.outbox.services import record_effect
from shared.tenancy import in_town

logger = logging.getLogger(__name__)

# How soon a merchant for whom something is missing is looked at again.
LOOK_AGAIN = timedelta(hours=6)
# Two months: a period that was over when the one that runs began ended no longer ago.
LONGEST_PERIOD = timedelta(days=62)


class PeriodNotOverError(ValueError):
    """The last day of the period has not begun yet in the town."""


class SettlementIncompleteError(RuntimeError):
    """Some merchants could not be settled; the others were. `failures` says who and why."""

    def __init__(self, failures: dict[UUID, str]) -> None:
        super().__init__("; ".join(f"{merchant}: {why}" for merchant, why in failures.items()))
        self.failures = failures


@dataclass
class Drafted:
    """A statement before it is numbered, what it is made of, and the rules that it follows."""

    statement: Statement
    merchant: Merchant
    commission: Commission
    figures: Figures
    rules: Rules
    least_payout_cents: int


def settle(*, town: Town, period_end: date, now: datetime) -> list[Statement]:
    """Issue everybody's statements up to a day of the town, by hand, and give all those that end on it.

    Whatever the merchants' own periods. A sale counts by its handover: up to the last instant of that day on the town's
    clocks. Sales of earlier days that nobody settled are in. Running it again, or twice at once, issues nothing more. A
    merchant whose settlement fails keeps nobody else waiting; its sales are in the next run. Where the town hall looks
    at statements first, they wait for it.

    Raises PeriodNotOverError for a day to come, SettlementIncompleteError at the end when merchants failed.
    """
    if period_end > day_in(town, now):
        raise PeriodNotOverError(period_end.isoformat())
    with in_town(town):
        # Those of earlier weeks first: an account may have been validated, or Stripe's balance filled, unheard.
        wake_payouts(now=now)
        _settle_each(town=town, until=dict.fromkeys(merchants_to_settle(until=period_end), period_end), now=now)
        return list(
            Statement.objects.filter(period_end=period_end)
            .select_related("payout")
            .prefetch_related("segments")
            .order_by("number")
        )


def settle_merchant(*, town: Town, merchant_id: UUID, now: datetime) -> datetime:
    """Settle the last period of a merchant that is over, and say when the one that runs will be. Inside the town.

    Any number of times: a period is settled once.
    """
    today, timetable = day_in(town, now), timetable_of(merchant_id)
    finished = timetable.last_finished(today)
    settle_period(town=town, merchant_id=merchant_id, period_end=finished.last, now=now)
    ends = end_of(town, timetable.period_of(today).last)
    return min(ends, now + LOOK_AGAIN) if held_for_an_obstacle(merchant_id) else ends


def settle_due(*, town: Town, now: datetime) -> list[Statement]:
    """Settle every merchant's last period that is over, and give the statements of those periods.

    Issued now or before: said again, it says the same. For who settles by hand; beat settles each merchant on its own
    day (`settle_merchant`). Raises SettlementIncompleteError at the end when merchants failed.
    """
    with in_town(town):
        wake_payouts(now=now)
        today = day_in(town, now)
        until = _last_days(merchants_to_settle(until=today), today=today)
        _settle_each(town=town, until=until, now=now)
        lately = Statement.objects.filter(period_end__gte=today - LONGEST_PERIOD).select_related("payout")
        found = list(lately.order_by("number"))
        until |= _last_days({each.merchant_id for each in found} - until.keys(), today=today)
        return [each for each in found if each.period_end == until[each.merchant_id]]


def _last_days(merchants: Iterable[UUID], *, today: date) -> dict[UUID, date]:
    """On which day the last period of each merchant that is over ended."""
    return {merchant_id: timetable_of(merchant_id).last_finished(today).last for merchant_id in merchants}


def _settle_each(*, town: Town, until: Mapping[UUID, date], now: datetime) -> None:
    """Settle merchants up to their days, each in a transaction of its own, from figures read for all in one pass."""
    figures = read_ahead(until)
    failures: dict[UUID, str] = {}
    for merchant_id, last in until.items():
        try:
            settle_period(town=town, merchant_id=merchant_id, period_end=last, now=now, read=figures.get(merchant_id))
        except Exception as error:  # one merchant's trouble must not keep the others from their money
            logger.exception("settlement failed", extra={"town": town.schema_name, "merchant": str(merchant_id)})
            failures[merchant_id] = f"{type(error).__name__}: {error}"
    if failures:
        raise SettlementIncompleteError(failures)


def read_ahead(until: Mapping[UUID, date]) -> dict[UUID, Figures]:
    """The figures of what merchants have to settle up to their days, in one pass; nothing is locked yet."""
    rows = SettledUntil.objects.filter(merchant_id__in=until)
    asked = {row.merchant_id: Period(first_unsettled(row), until[row.merchant_id]) for row in rows}
    return figures_of(asked)


def merchants_to_settle(*, until: date) -> list[UUID]:
    """Who has sales to settle, an adjustment to be told of, or is owed something that was not paid."""
    sold = with_sales_to_settle(until=until)
    adjusted = set(Adjustment.objects.filter(statement=None).order_by().values_list("merchant_id", flat=True))
    owed = {merchant for merchant, cents in carried_by_merchant().items() if cents > 0}
    return sorted(sold | adjusted | owed)


@transaction.atomic
def settle_period(
    *,
    town: Town,
    merchant_id: UUID,
    period_end: date,
    now: datetime,
    approved_by: str = "",
    read: Figures | None = None,
) -> Statement | None:
    """Issue one merchant's statement up to a day, all or nothing. Call it inside the town.

    None when it has one already, when there is nothing to state, and when it must wait: for the town hall, unless
    `approved_by` somebody, or for what is missing. `read` are figures that were read before, kept if they still hold.
    """
    # The counter first: it is what makes two settlements of a town wait for each other.
    counter = lock_counter(town=town, kind=Kind.STATEMENT, on=day_in(town, now))
    with transaction.atomic():
        drafted = draft(town=town, merchant_id=merchant_id, period_end=period_end, now=now, read=read)
        waits = waits_for(drafted, approved=bool(approved_by)) if drafted else None
        if drafted is None or waits is not None:
            # What was claimed is let go: the next look, or the next period, takes it.
            transaction.set_rollback(True)
    if drafted is None:
        return None
    if waits is not None:
        period = Period(drafted.statement.period_start, period_end)
        open_draft(merchant_id=merchant_id, period=period, obstacle=waits, now=now)
        return None
    return _issue(drafted=drafted, counter=counter, town=town, approved_by=approved_by, now=now)


def draft(
    *, town: Town, merchant_id: UUID, period_end: date, now: datetime, read: Figures | None = None
) -> Drafted | None:
    """Work a merchant's statement up to a day out, and claim the adjustments that it is to say; None without anything.

    In a transaction, which the merchant's sales wait for: rolled back, nothing was claimed. Call it inside the town.
    """
    settled = lock_merchant(merchant_id)
    statement_id = uuid4()
    # The foreign key is deferred, so the statement may be written once its sums are known.
    adjustments_to_state(merchant_id).update(statement_id=statement_id)
    return work_out(
        town=town,
        settled=settled,
        period_end=period_end,
        statement_id=statement_id,
        adjustments=Adjustment.objects.filter(statement_id=statement_id),
        now=now,
        read=read,
    )


def adjustments_to_state(merchant_id: UUID) -> QuerySet[Adjustment]:
    """The adjustments that a merchant's next statement is to say."""
    return Adjustment.objects.filter(merchant_id=merchant_id, statement=None)


def work_out(
    *,
    town: Town,
    settled: SettledUntil,
    period_end: date,
    statement_id: UUID,
    adjustments: QuerySet[Adjustment],
    now: datetime,
    read: Figures | None = None,
) -> Drafted | None:
    """A merchant's statement up to a day, that says these adjustments; None without anything. Nothing is written."""
    if settled.day >= period_end:
        return None
    merchant_id, timetable = settled.merchant_id, timetable_of(settled.merchant_id)
    figures = _up_to_date(read, merchant_id=merchant_id, period=Period(first_unsettled(settled), period_end))
    before = brought(merchant_id=merchant_id, settled=settled.day, statement_id=statement_id)
    merchant = Merchant.objects.get(pk=merchant_id)
    rules = rules_on(timetable.period_of(period_end).first)
    least = least_payout(rules, has_left=merchant_id in left_here())
    if not _is_worth_stating(figures=figures, before=before, least=least):
        return None
    company = town.operating_company
    commission = commission_of(figures.by_terms)
    gross = sum(segment.gross_cents for segment in commission.segments)
    net = before.total_cents + gross - figures.unheld_cents - commission.ttc_cents
    statement = Statement(
        id=statement_id,
        merchant_id=merchant_id,
        merchant_name=merchant.name,
        merchant_siret=merchant.siret,
        iban_last4=merchant.iban.replace(" ", "")[-4:],
        issuer_name=company.name,
        issuer_siren=company.siren,
        issuer_vat_number=company.vat_number,
        town_name=town.name,
        period_start=_period_start(timetable, settled=settled, period_end=period_end, figures=figures),
        period_end=period_end,
        sales_count=figures.sales,
        gross_cents=gross,
        unheld_cents=figures.unheld_cents,
        commission_ht_cents=commission.ht_cents,
        vat_cents=commission.vat_cents,
        opening_cents=before.opening_cents,
        adjustments_cents=before.adjustments_cents,
        other_cents=before.other_cents,
        net_cents=net,
        due_cents=claimed_cents(
            net_cents=net,
            before_cents=_still_claimed(merchant_id, adjustments),
            commission_cents=commission.ttc_cents if figures.unheld_cents else 0,
        ),
        issued_at=now,
    )
    return Drafted(statement, merchant, commission, figures, rules, least)


def _up_to_date(read: Figures | None, *, merchant_id: UUID, period: Period) -> Figures:
    """The figures of a period of a locked merchant: those that were read, unless a line has come in since."""
    if read is not None and read.period == period:
        lines = Sale.objects.filter(merchant_id=merchant_id, counts_on__range=(period.first, period.last))
        if lines.count() == read.lines:
            return read
    return figures_of({merchant_id: period})[merchant_id]


def waits_for(drafted: Drafted, *, approved: bool = False) -> str | None:
    """What a statement must wait for: something that is missing, said in French, or, empty, the town hall's look.

    None when it may be issued.
    """
    missing = obstacle(drafted.merchant)
    if missing:
        return missing
    return "" if drafted.rules.review_required and not approved else None


def claimed_cents(*, net_cents: int, before_cents: int, commission_cents: int) -> int:
    """What a merchant is asked to pay: the commission that no money of its sales was here to pay, and no more.

    What else is below zero (a refund, a dispute) is carried, and never claimed.
    """
    return max(min(-net_cents, before_cents + commission_cents), 0)


def _still_claimed(merchant_id: UUID, adjustments: QuerySet[Adjustment]) -> int:
    """What the last statement asked for, less what the merchant has paid of it since, as these adjustments say."""
    last = Statement.objects.filter(merchant_id=merchant_id).order_by("-period_end").first()
    if last is None:
        return 0
    paid = adjustments.filter(borne_by=Adjustment.BorneBy.MERCHANT)
    return max(last.due_cents - int(paid.aggregate(total=Sum("amount_cents", default=0))["total"]), 0)


def _is_worth_stating(*, figures: Figures, before: Brought, least: int) -> bool:
    """A balance below zero, or too small to be paid, is said with the next sales: it is never claimed."""
    return bool(figures.lines or before.adjustments_cents) or before.total_cents >= least


def least_payout(rules: Rules, *, has_left: bool) -> int:
    """The least that is paid, in cents; whatever is left to a merchant that has left the town."""
    return 1 if has_left else max(rules.minimum_payout_cents, 1)


def _period_start(timetable: Timetable, *, settled: SettledUntil, period_end: date, figures: Figures) -> date:
    """Where the period begins, or the day after the last statement if that is later; earlier if a sale was left."""
    start = max(timetable.period_of(period_end).first, first_unsettled(settled))
    return min(start, figures.first_day or start)


def _issue(*, drafted: Drafted, counter: Counter, town: Town, approved_by: str, now: datetime) -> Statement:
    """Number the statement, write it for ever, post it, and record what follows from it."""
    statement = drafted.statement
    statement.number = take_number(counter=counter)
    segments = _segments(statement, drafted)
    statement.hash = fingerprint(statement, segments, Sealed(drafted.figures.lines, drafted.figures.seal))
    statement.save(force_insert=True)
    StatementSegment.objects.bulk_create(segments)
    invoice = invoice_statement(statement=statement, segments=segments, town=town, now=now)
    # Its entry says the invoice's number; a statement whose invoice waits has its own, which the invoice will cite.
    piece = invoice.number if invoice else statement.number
    _post_commission(statement, drafted.commission, piece=piece, now=now)
    pays = statement.net_cents >= drafted.least_payout_cents
    payout = _create_payout(statement, drafted.rules, drafted.merchant, town, now) if pays else None
    close_drafts(statement=statement, decided_by=approved_by, now=now)
    record_effect(kind=facts.STATEMENT_ISSUED, payload={"statement_id": str(statement.pk)}, now=now)
    if payout is not None and payout.means == Means.STRIPE:
        send_soon(payout=payout, now=now)
    have_papers_made(statement=statement, now=now)
    return statement


def _segments(statement: Statement, drafted: Drafted) -> list[StatementSegment]:
    groups = drafted.figures.groups
    return [
        StatementSegment(
            statement=statement,
            position=position,
            kind=segment.kind.value,
            sales_count=groups[segment.terms].sales if segment.kind is SegmentKind.SALES else 0,
            fee_count=segment.fee_count,
            gross_cents=segment.gross_cents,
            base_cents=segment.base_cents,
            commission_ht_cents=segment.ht_cents,
            vat_cents=segment.vat_cents,
            **columns_of(segment.terms),
        )
        for position, segment in enumerate(drafted.commission.segments, start=1)
    ]


def _post_commission(statement: Statement, commission: Commission, *, piece: str, now: datetime) -> None:
    """Invoice the commission to the merchant, and withhold it from what the merchant is owed."""
    merchant, total = statement.merchant_id, commission.ttc_cents
    earned = _earned(commission, merchant)
    # What the company earns on sales may be what the commune gives back on refunds: nothing in all, and yet an entry.
    if any(line.amount_cents for line in earned):
        post(
            kind="commission",
            key=f"statement:{statement.pk}:commission",
            label=f"Commission, bordereau {statement.number}",
            reference=statement.pk,
            piece=piece,
            postings=[debit(Account.MERCHANT_INVOICES, total, merchant), *earned],
            at=now,
        )
    if not total:
        return
    post(
        kind="commission_withheld",
        key=f"statement:{statement.pk}:withheld",
        label=f"Commission retenue, bordereau {statement.number}",
        reference=statement.pk,
        piece=statement.number,
        postings=[debit(Account.MERCHANTS, total, merchant), credit(Account.MERCHANT_INVOICES, total, merchant)],
        at=now,
    )


def _earned(commission: Commission, merchant: UUID) -> list[PostingLine]:
    """Whose the commission is: the company's, with its VAT, or the commune's, which accounts for its own."""
    company = [part for part in commission.segments if part.terms.beneficiary is Beneficiary.COMPANY]
    town = [part for part in commission.segments if part.terms.beneficiary is Beneficiary.TOWN]
    return [
        credit(Account.COMMISSION, sum(part.ht_cents for part in company), merchant),
        credit(Account.VAT_COLLECTED, sum(part.vat_cents for part in company), merchant),
        credit(Account.COMMUNE, sum(part.ttc_cents for part in town), merchant),
    ]


def _create_payout(statement: Statement, rules: Rules, merchant: Merchant, town: Town, now: datetime) -> Payout:
    payout = Payout(
        statement=statement,
        merchant_id=statement.merchant_id,
        amount_cents=statement.net_cents,
        means=rules.means,
        iban=merchant.iban.replace(" ", "") if rules.means == Means.SEPA else "",
        due_on=day_in(town, now) + rules.payout_delay_days * ONE_DAY,
        created_at=now,
    )
    payout.idempotency_key = key_of(payout)
    payout.save(force_insert=True)
    post_decided(payout, number=statement.number, now=now)
    return payout
