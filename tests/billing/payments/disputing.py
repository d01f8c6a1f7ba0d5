"""Payments contested at a bank, for the tests of those who look at them."""

from datetime import datetime
from typing import Any

from billing.payments.disputes import refresh_dispute
from billing.payments.models import Dispute, Payment
from tests.billing.payments.paying import paid_payment
from tests.tools.fake_stripe import FakeStripe


def charge_of(fake: FakeStripe, payment: Payment) -> str:
    with fake.store.transaction():
        intent = fake.store.find(str(payment.stripe_intent_id), "payment_intent")
    assert intent is not None
    return str(intent.body["latest_charge"])


def disputed(
    *, fake: FakeStripe, now: datetime, payment: Payment | None = None, reason: str = "fraudulent", **changes: Any
) -> Dispute:
    """A payment by card, then contested, and known to be."""
    payment = payment or paid_payment(fake=fake, now=now, **changes)
    opened = fake.dispute(charge_of(fake, payment), reason=reason)
    return refresh_dispute(payment_id=payment.pk, stripe_dispute_id=opened["id"], now=now)


def closed(*, fake: FakeStripe, dispute: Dispute, won: bool, now: datetime) -> Dispute:
    """The bank has decided, and we know."""
    fake.close_dispute(dispute.stripe_id, won=won)
    return refresh_dispute(payment_id=dispute.payment_id, stripe_dispute_id=dispute.stripe_id, now=now)
