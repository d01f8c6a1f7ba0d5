"""Refunds and payouts that failed, and disputes, without Stripe: for the tests of those who look at them."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from billing.payments import facts
from billing.payments.models import Dispute, DisputeState, Payment, Refund, RefundState
from billing.payments.services import request_refund
from billing.settlements.models import Payout, PayoutState
from billing.settlements.payouts import _failed as fail_payout
from billing.settlements.services import settle
from conciergeries.merchants.models import Merchant
from shared.outbox.services import record_effect
from tenants.orders.models import Order, PaymentMode
from tenants.residents.models import Resident
from tests.billing.settlements.selling import MONDAY, SUNDAY, sell
from tests.conftest import TUESDAY
from tests.factories import Market, make_merchant, make_order, make_resident, pay_by_card

EXPIRED = "expired_or_canceled_card"


def make_failed_refund(
    *, market: Market, resident: Resident | None = None, failure: str = EXPIRED, now: datetime = TUESDAY
) -> tuple[Order, Refund]:
    """An order of 60.00 € paid by card; 14.50 € of it could not be given back."""
    order = make_order(
        town=market.town, lines=market.everything, resident=resident or make_resident(), payment_mode=PaymentMode.CARD
    )
    pay_by_card(order=order)
    payment = Payment.objects.get(reference=order.pk)
    refund = request_refund(
        payment_id=payment.pk, reference=uuid4(), amount_cents=1450, reason="vin : indisponible", now=now
    )
    Payment.objects.filter(pk=payment.pk).update(refunded_cents=0)
    refund.state, refund.failure, refund.closed_at = RefundState.FAILED, failure, now
    refund.save()
    payload = {"refund_id": str(refund.pk), "reference": str(refund.reference), "payment_id": str(payment.pk)}
    record_effect(kind=facts.REFUND_FAILED, payload={**payload, "amount_cents": 1450, "failure": failure}, now=now)
    return order, refund


def make_failed_payout(*, town: Any, reason: str = "No such destination", now: datetime = MONDAY) -> Payout:
    """A merchant's 56.40 €, which Stripe refused."""
    payout = make_waiting_payout(town=town, reason="")
    Payout.objects.filter(pk=payout.pk).update(state=PayoutState.SENDING)
    fail_payout(tried=payout, reason=reason, now=now)
    payout.refresh_from_db()
    return payout


def make_waiting_payout(*, town: Any, reason: str, merchant: Merchant | None = None) -> Payout:
    """A merchant's 56.40 €, which wait."""
    merchant = merchant or make_merchant(name="Fromagerie des Alpilles", town=town)
    sell(merchant=merchant.pk, cents=6000)
    settle(town=town, period_end=SUNDAY, now=MONDAY)
    Payout.objects.filter(merchant_id=merchant.pk).update(reason=reason)
    return Payout.objects.select_related("statement").get(merchant_id=merchant.pk)


def make_dispute(
    *, order: Order, state: DisputeState = DisputeState.OPEN, due_at: datetime | None = None, now: datetime = TUESDAY
) -> Dispute:
    """A card payment of an order, contested at the bank, which has taken it back."""
    payment = Payment.objects.get(reference=order.pk)
    dispute = Dispute.objects.create(
        payment=payment,
        stripe_id=f"dp_{uuid4().hex}",
        amount_cents=payment.amount_cents,
        withdrawn_cents=0 if state == DisputeState.WON else payment.amount_cents,
        reason="product_not_received",
        state=state,
        evidence_due_at=due_at or now + timedelta(days=12),
        opened_at=now,
        closed_at=None if state == DisputeState.OPEN else now,
    )
    payload = {"dispute_id": str(dispute.pk), "reference": str(order.pk), "payment_id": str(payment.pk)}
    record_effect(kind=facts.DISPUTE_OPENED, payload=payload, now=now)
    if state != DisputeState.OPEN:
        record_effect(kind=facts.DISPUTE_CLOSED, payload={**payload, "state": state.value}, now=now)
    return dispute
