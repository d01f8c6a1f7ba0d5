"""Payments and refunds are kept; what named their customers is not, once it serves nobody."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from billing.payments.models import Mode, Payment, PaymentState, WebhookEvent
from shared.retention.delays import DELAYS
from shared.retention.services import purge_here
from shared.tenancy import in_town

MOMENT = timedelta(seconds=1)


def _payment(state: PaymentState, closed_at: datetime | None, now: datetime) -> Payment:
    return Payment.objects.create(
        reference=uuid4(),
        label="Commande A0-00",
        amount_cents=6000,
        mode=Mode.CARD,
        state=state,
        created_at=now,
        closed_at=closed_at,
        idempotency_key=str(uuid4()),
        checkout_request={"customer_email": "alice@istres.example"},
    )


def _event(processed_at: datetime | None, now: datetime) -> WebhookEvent:
    return WebhookEvent.objects.create(
        stripe_id=f"evt_{uuid4().hex}",
        type="checkout.session.completed",
        object_id="cs_1",
        metadata={"town": "istres"},
        created_at=now,
        received_at=now,
        processed_at=processed_at,
    )


@pytest.mark.usefixtures("db")
def test_requests_and_bodies(istres: Any, viroflay: Any, now: datetime) -> None:
    over, old = now - DELAYS["payment_requests"] - MOMENT, now - DELAYS["webhook_events"] - MOMENT
    for town in (istres, viroflay):
        with in_town(town):
            payments = [
                _payment(PaymentState.SUCCEEDED, over, now),
                _payment(PaymentState.EXPIRED, over, now),
                _payment(PaymentState.SUCCEEDED, over + 2 * MOMENT, now),
                _payment(PaymentState.PENDING, None, now),
            ]
            events = [_event(old, now), _event(old + 2 * MOMENT, now), _event(None, now)]

            counts = purge_here(now=now).counts

            assert (counts["payment_requests"], counts["webhook_events"]) == (2, 1)
            named = {payment.pk for payment in Payment.objects.all() if payment.checkout_request}
            assert named == {payments[2].pk, payments[3].pk}
            assert Payment.objects.count() == len(payments)
            assert {event.pk: bool(event.metadata) for event in WebhookEvent.objects.all()} == {
                events[0].pk: False,
                events[1].pk: True,
                events[2].pk: True,
            }
            assert set(purge_here(now=now).counts.values()) == {0}
