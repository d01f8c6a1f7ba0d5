"""Payments in the state that a test begins with."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from billing.payments.models import Payment
from billing.payments.services import open_checkout, prepare_card_payment, reconcile
from shared.outbox.models import Effect
from tests.tools.fake_stripe import FakeStripe

# Stripe's own test cards.
VISA = "4242424242424242"
REFUND_PENDING = "4000000000007726"
REFUND_FAILS = "4000000000005126"


def opened_payment(*, now: datetime, amount_cents: int = 6000, reference: UUID | None = None) -> Payment:
    """A payment whose page is open at Stripe."""
    payment = prepare_card_payment(
        reference=reference or uuid4(), amount_cents=amount_cents, label="Commande IST-4821", now=now
    )
    open_checkout(
        payment_id=payment.pk,
        success_url="http://istres.localhost/commandes/1/retour/",
        cancel_url="http://istres.localhost/panier/",
        customer_email="",
        now=now,
    )
    payment.refresh_from_db()
    return payment


def paid_payment(*, fake: FakeStripe, now: datetime, card: str = VISA, **changes: Any) -> Payment:
    """A payment that came by card."""
    payment = opened_payment(now=now, **changes)
    fake.pay(str(payment.stripe_session_id), card=card)
    return reconcile(payment_id=payment.pk, now=now)


def told(kind: str) -> list[dict[str, Any]]:
    """What was told upwards, the oldest first."""
    return [effect.payload for effect in Effect.objects.filter(kind=kind).order_by("created_at", "id")]
