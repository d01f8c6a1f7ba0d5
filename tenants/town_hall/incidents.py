"""Money that does not go where it should: what the town hall looks at, and whom it is told to.

Each failure is written about once. The line it leaves in the audit trail is what remembers it.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from billing.payments.account_wording import bank_refusal_words
from billing.payments.facts import BANK_REFUSED, REFUND_FAILED
from billing.payments.models import Refund, RefundState
from billing.payments.queries import disputes_over, disputes_to_see_to
from billing.payments.wording import refund_failure
from billing.settlements.facts import PAYOUT_FAILED
from billing.settlements.models import REVERSED_BY_US, Payout, PayoutState, Reversal, ReversalState
from billing.settlements.resuming import failed_payouts, waiting_payouts
from billing.settlements.wording import payout_reason
from conciergeries.merchants.models import RefusedPayout
from shared.audit.models import AuditEvent
from shared.audit.services import record
from shared.locks import lock_one
from shared.outbox.registry import handles
from tenants.orders.lapses import LostHold, lost_holds
from tenants.orders.models import Order
from tenants.orders.refunds import StuckRefund, stuck_refunds
from tenants.town_hall.disputes import SeenDispute, with_orders
from tenants.town_hall.mismatches import SeenMismatch, mismatches
from tenants.town_hall.writing import company, town_hall, write

# How many disputes that are over the page still shows.
OVER_SHOWN = 10


@dataclass(frozen=True, kw_only=True)
class Incident:
    """One sum that does not move: since when, about what, why; `failed` when it does not go without somebody."""

    id: UUID
    since: datetime
    about: str
    detail: str
    amount_cents: int
    why: str
    failed: bool


@dataclass(frozen=True)
class Incidents:
    refunds: list[Incident]
    payouts: list[Incident]
    reversals: list[Reversal]
    disputes: list[SeenDispute]
    disputes_over: list[SeenDispute]
    mismatches: list[SeenMismatch]
    holds: list[LostHold]

    @property
    def count(self) -> int:
        over = len(self.disputes_over)
        return len(self.refunds) + len(self.payouts) + len(self.disputes) + over + self._listed

    @property
    def _listed(self) -> int:
        """What is on the page for as long as somebody has to see to it."""
        return len(self.mismatches) + len(self.reversals) + len(self.holds)

    @property
    def failed(self) -> int:
        waits_for_us = sum(each.waits_for_us for each in self.disputes)
        return sum(each.failed for each in [*self.refunds, *self.payouts]) + waits_for_us + self._listed


def incidents(*, now: datetime) -> Incidents:
    """Everything that failed or waits in this town, what failed first."""
    # What was taken back on purpose is no incident.
    failed = failed_payouts().exclude(reason=REVERSED_BY_US)
    payouts = [*failed, *waiting_payouts(now=now)]
    return Incidents(
        refunds=[_of_refund(each) for each in stuck_refunds()],
        payouts=[_of_payout(each) for each in payouts],
        reversals=list(
            Reversal.objects.filter(state=ReversalState.REFUSED)
            .select_related("payout__statement")
            .order_by("closed_at", "pk")
        ),
        disputes=with_orders(disputes_to_see_to()),
        disputes_over=with_orders(disputes_over(count=OVER_SHOWN)),
        mismatches=mismatches(),
        holds=lost_holds(),
    )


def _of_refund(stuck: StuckRefund) -> Incident:
    refund = stuck.refund
    return Incident(
        id=refund.pk,
        since=refund.closed_at or refund.created_at,
        about=stuck.number,
        detail=refund.reason,
        amount_cents=refund.amount_cents,
        why=refund_failure(refund.failure),
        failed=refund.state == RefundState.FAILED,
    )


def _of_payout(payout: Payout) -> Incident:
    failed = payout.state == PayoutState.FAILED
    since = payout.closed_at if failed else payout.sending_since if payout.state == PayoutState.SENDING else None
    return Incident(
        id=payout.pk,
        since=since or payout.created_at,
        about=payout.statement.merchant_name,
        detail=f"bordereau {payout.statement.number}",
        amount_cents=payout.amount_cents,
        why=payout_reason(payout),
        failed=failed,
    )


@handles(REFUND_FAILED)
@transaction.atomic
def tell_refund_failed(*, payload: dict[str, Any], now: datetime) -> None:
    """Write to the town hall that a customer has not got their money back; once, however often this is called."""
    refund = lock_one(Refund.objects.select_related("payment"), pk=UUID(payload["refund_id"]))
    told = AuditEvent.objects.filter(action="refund.failed", object_id=str(refund.pk))
    if told.exists():
        return
    order = Order.objects.filter(pk=refund.payment.reference).first()
    about = order.number if order else refund.payment.label
    why = refund_failure(payload["failure"])
    details = {"order": about, "amount_cents": refund.amount_cents, "why": why}
    record(actor=None, action="refund.failed", target=refund, details=details, now=now)
    context = {"about": about, "amount_cents": refund.amount_cents, "reason": refund.reason, "why": why}
    # With nobody at the town hall yet, the company that runs the conciergerie is the one to know.
    write(town_hall() or [company()], template="town_hall/refund_failed", context=context, now=now)


@handles(PAYOUT_FAILED)
@transaction.atomic
def tell_payout_failed(*, payload: dict[str, Any], now: datetime) -> None:
    """Write to the town hall and to the company that a merchant is not paid; once for each attempt that failed."""
    payout = lock_one(Payout.objects.select_related("statement"), pk=UUID(payload["payout_id"]))
    attempt = payload["attempt"]
    told = AuditEvent.objects.filter(action="payout.failed", object_id=str(payout.pk), details__attempt=attempt)
    if told.exists():
        return
    payout.reason = payload["reason"]
    merchant, number, why = payout.statement.merchant_name, payout.statement.number, payout_reason(payout)
    details = {"name": merchant, "amount_cents": payout.amount_cents, "why": why, "attempt": attempt}
    record(actor=None, action="payout.failed", target=payout, details={**details, "statement": number}, now=now)
    context = {"merchant": merchant, "amount_cents": payout.amount_cents, "number": number, "why": why}
    write([*town_hall(), company()], template="town_hall/payout_failed", context=context, now=now)


@handles(BANK_REFUSED)
@transaction.atomic
def tell_bank_refused(*, payload: dict[str, Any], now: datetime) -> None:
    """Write to the town hall and to the company that a merchant's own bank sends its money back; once.

    Only the merchant can give Stripe another IBAN: they may call it.
    """
    refused = lock_one(RefusedPayout.objects.select_related("account__merchant"), pk=UUID(payload["refused_payout_id"]))
    if AuditEvent.objects.filter(action="bank.refused", object_id=str(refused.pk)).exists():
        return
    merchant, why = refused.account.merchant.name, bank_refusal_words(refused.failure_code)
    # Not how much: one account receives what the merchant sold in every town of the company.
    details = {"name": merchant, "why": why}
    record(actor=None, action="bank.refused", target=refused, details=details, now=now)
    context = {"merchant": merchant, "why": why}
    write([*town_hall(), company()], template="town_hall/bank_refused", context=context, page="accounts", now=now)
