"""Settling a town: one statement per merchant and period, numbered without a gap, and the payout of its net."""

import logging
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from django.db import transaction

from billing.commissions.arithmetic import Commission, SegmentKind, commission_of
from billing.commissions.frozen import columns_of
from billing.commissions.terms import Beneficiary
from billing.ledger.models import Account
from billing.ledger.services import PostingLine, credit, debit, post
from billing.numbering.models import Counter
from billing.numbering.series import Kind, lock_counter, take_number
from billing.settlements import facts
from billing.settlements.calendar import ONE_DAY, day_in, end_of, monday_of
from billing.settlements.documents import fingerprint
from billing.settlements.invoicing import invoice_statement
from billing.settlements.mail import tell_merchant
from billing.settlements.models import (
    Payout,
    Sale,
    Statement,
    StatementSegment,
)
from billing.settlements.payouts import key_of, post_decided, send_soon, wake_payouts
from billing.settlements.totals import (
    Claimed,
    carried_by_merchant,
    claimed,
    counts_by_terms,
    opening_cents,
    sales_by_terms,
)
from conciergeries.merchants.models import Merchant
from conciergeries.towns.models import Town
from shared.outbox.services import record_effect
from shared.tenancy import in_town

logger = logging.getLogger(__name__)


class PeriodNotOverError(ValueError):
    """The last day of the period has not begun yet in the town."""


class SettlementIncompleteError(RuntimeError):
    """Some merchants could not be settled; the others were. `failures` says who and why."""

    def __init__(self, failures: dict[UUID, str]) -> None:
        super().__init__("; ".join(f"{merchant}: {why}" for merchant, why in failures.items()))
        self.failures = failures


@dataclass
class _Drafted:
    """A statement before it is numbered."""

    statement: Statement
    commission: Commission
    shop_order_ids: list[str] = field(default_factory=list)


def settle(*, town: Town, period_end: date, now: datetime) -> list[Statement]:
    """Issue the statements of the period that ends on a day of the town, and give all those of that period.

    A sale counts by its handover: up to the last instant of that day on the town's clocks. Sales of earlier days that
    nobody settled are in. Running it again, or twice at once, issues nothing more. A merchant whose settlement fails
    keeps nobody else waiting; its sales are in the next run.

    Raises PeriodNotOverError for a day to come, SettlementIncompleteError at the end when merchants failed.
    """
    if period_end > day_in(town, now):
        raise PeriodNotOverError(period_end.isoformat())
    failures: dict[UUID, str] = {}
    with in_town(town):
        # Those of earlier weeks first: an account may have been validated, or Stripe's balance filled, unheard.
        wake_payouts(now=now)
        for merchant_id in _merchants(until=end_of(town, period_end)):
            try:
                _settle_merchant(town=town, merchant_id=merchant_id, period_end=period_end, now=now)
            except Exception as error:  # one merchant's trouble must not keep the others from their money
                logger.exception("settlement failed", extra={"town": town.schema_name, "merchant": str(merchant_id)})
                failures[merchant_id] = f"{type(error).__name__}: {error}"
        if failures:
            raise SettlementIncompleteError(failures)
        return list(
            Statement.objects.filter(period_end=period_end)
            .select_related("payout")
            .prefetch_related("segments")
            .order_by("number")
        )


def _merchants(*, until: datetime) -> list[UUID]:
    """Who has sales to settle, or is owed something that was not paid."""
    sold = set(
        Sale.objects.filter(statement=None, handed_over_at__lt=until).order_by().values_list("merchant_id", flat=True)
    )
    owed = {merchant for merchant, cents in carried_by_merchant().items() if cents > 0}
    return sorted(sold | owed)


@transaction.atomic
def _settle_merchant(*, town: Town, merchant_id: UUID, period_end: date, now: datetime) -> Statement | None:
    """Issue one merchant's statement, all or nothing; None when it has one already or there is nothing to state."""
    # The counter first: it is what makes two settlements of a town wait for each other.
    counter = lock_counter(town=town, kind=Kind.STATEMENT, on=day_in(town, now))
    if Statement.objects.filter(merchant_id=merchant_id, period_end__gte=period_end).exists():
        return None
    statement_id = uuid4()
    # Claimed first and counted after: no sale can slip in between, however many there are. The foreign key is
    # deferred, so the statement may be written once its sums are known.
    Sale.objects.filter(merchant_id=merchant_id, statement=None, handed_over_at__lt=end_of(town, period_end)).update(
        statement_id=statement_id
    )
    drafted = _draft(town=town, merchant_id=merchant_id, statement_id=statement_id, period_end=period_end, now=now)
    if drafted is None:
        return None
    return _issue(drafted=drafted, counter=counter, town=town, now=now)


def _draft(*, town: Town, merchant_id: UUID, statement_id: UUID, period_end: date, now: datetime) -> _Drafted | None:
    sales = claimed(statement_id=statement_id, zone=ZoneInfo(town.timezone))
    opening = opening_cents(merchant_id=merchant_id, statement_id=statement_id)
    if sales.count == 0 and opening <= 0:
        return None
    merchant = Merchant.objects.get(pk=merchant_id)
    company = town.operating_company
    commission = commission_of(sales_by_terms(statement_id=statement_id))
    gross = sum(segment.gross_cents for segment in commission.segments)
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
        period_start=_period_start(merchant_id=merchant_id, period_end=period_end, sales=sales),
        period_end=period_end,
        sales_count=sales.count,
        gross_cents=gross,
        commission_ht_cents=commission.ht_cents,
        vat_cents=commission.vat_cents,
        opening_cents=opening,
        net_cents=opening + gross - commission.ttc_cents,
        issued_at=now,
    )
    shop_orders = Sale.objects.filter(statement_id=statement_id).order_by("handed_over_at", "id")
    return _Drafted(statement, commission, [str(key) for key in shop_orders.values_list("shop_order_id", flat=True)])


def _period_start(*, merchant_id: UUID, period_end: date, sales: Claimed) -> date:
    """The Monday of the week, or the day after the last statement if that is later; earlier if a sale was left over."""
    last = Statement.objects.filter(merchant_id=merchant_id).order_by("-period_end").first()
    start = monday_of(period_end)
    if last is not None:
        start = max(start, last.period_end + ONE_DAY)
    return min(start, sales.first_day or start)


def _issue(*, drafted: _Drafted, counter: Counter, town: Town, now: datetime) -> Statement:
    """Number the statement, write it for ever, post it, and record what follows from it."""
    statement = drafted.statement
    statement.number = take_number(counter=counter)
    segments = _segments(statement, drafted.commission)
    statement.hash = fingerprint(statement, segments)
    statement.save(force_insert=True)
    StatementSegment.objects.bulk_create(segments)
    _post_commission(statement, drafted.commission, now)
    invoice_statement(statement=statement, segments=segments, town=town, now=now)
    payout = _create_payout(statement, now) if statement.net_cents > 0 else None
    record_effect(
        kind=facts.STATEMENT_ISSUED,
        payload={"statement_id": str(statement.pk), "shop_order_ids": drafted.shop_order_ids},
        now=now,
    )
    if payout is not None:
        send_soon(payout=payout, now=now)
    tell_merchant(statement=statement, segments=segments, town=town, now=now)
    return statement


def _segments(statement: Statement, commission: Commission) -> list[StatementSegment]:
    counts = counts_by_terms(statement_id=statement.pk)
    return [
        StatementSegment(
            statement=statement,
            position=position,
            kind=segment.kind.value,
            sales_count=counts[segment.terms].sales if segment.kind is SegmentKind.SALES else 0,
            fee_count=segment.fee_count,
            gross_cents=segment.gross_cents,
            base_cents=segment.base_cents,
            commission_ht_cents=segment.ht_cents,
            vat_cents=segment.vat_cents,
            **columns_of(segment.terms),
        )
        for position, segment in enumerate(commission.segments, start=1)
    ]


def _post_commission(statement: Statement, commission: Commission, now: datetime) -> None:
    """Invoice the commission to the merchant, and withhold it from what the merchant is owed."""
    if not commission.ttc_cents:
        return
    merchant, total = statement.merchant_id, commission.ttc_cents
    post(
        kind="commission",
        key=f"statement:{statement.pk}:commission",
        label=f"Commission, bordereau {statement.number}",
        reference=statement.pk,
        postings=[debit(Account.MERCHANT_INVOICES, total, merchant), *_earned(commission, merchant)],
        at=now,
    )
    post(
        kind="commission_withheld",
        key=f"statement:{statement.pk}:withheld",
        label=f"Commission retenue, bordereau {statement.number}",
        reference=statement.pk,
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


def _create_payout(statement: Statement, now: datetime) -> Payout:
    payout = Payout(
        statement=statement, merchant_id=statement.merchant_id, amount_cents=statement.net_cents, created_at=now
    )
    payout.idempotency_key = key_of(payout)
    payout.save(force_insert=True)
    post_decided(payout, number=statement.number, now=now)
    return payout
