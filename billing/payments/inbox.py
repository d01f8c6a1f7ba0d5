"""The inbox of a town: Stripe's events, stored first, looked at after, in any order and as often as they come."""

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from billing.payments import facts
from billing.payments.company_payouts import refresh_company_payout
from billing.payments.company_top_ups import refresh_company_top_up
from billing.payments.disputes import refresh_dispute
from billing.payments.mismatches import AmountMismatchError, note_mismatch
from billing.payments.models import Payment, Refund, WebhookEvent
from billing.payments.reconciliation import ForeignObjectError, reconcile
from billing.payments.refunds import refresh_refund
from shared.outbox.services import record_effect

logger = logging.getLogger(__name__)

PROCESS_EVENT = "payments.process_event"


@dataclass(frozen=True, slots=True)
class Incoming:
    """What is kept of an event: which object to fetch, and whose it says it is. Never the object: it names people."""

    stripe_id: str
    type: str
    object_id: str
    metadata: dict[str, str]
    created_at: datetime


def store_event(*, incoming: Incoming, now: datetime) -> bool:
    """Keep an event in the current town and have it looked at; False when it was already there."""
    with transaction.atomic():
        event = WebhookEvent(
            stripe_id=incoming.stripe_id,
            type=incoming.type[:120],
            object_id=incoming.object_id[:100],
            metadata=incoming.metadata,
            created_at=incoming.created_at,
            received_at=now,
        )
        WebhookEvent.objects.bulk_create([event], ignore_conflicts=True)
        if not WebhookEvent.objects.filter(pk=event.pk).exists():
            return False
        record_effect(kind=PROCESS_EVENT, payload={"event_id": str(event.pk)}, now=now)
        return True


def process_event(*, event_id: UUID, now: datetime) -> None:
    """Act on a stored event: fetch what it is about and take note. Never in a transaction.

    The event itself is never believed: it only says what to fetch.
    """
    event = WebhookEvent.objects.get(pk=event_id)
    if event.processed_at is not None:
        return
    try:
        outcome = _act(event, now)
    except (Payment.DoesNotExist, Refund.DoesNotExist):
        outcome = "unknown here"
    except ForeignObjectError:
        outcome = "belongs elsewhere"
    except AmountMismatchError as error:
        note_mismatch(error=error, now=now)
        outcome = "another amount or currency"
    logger.info("stripe event", extra={"type": event.type, "event": event.stripe_id, "outcome": outcome})
    WebhookEvent.objects.filter(pk=event_id, processed_at=None).update(processed_at=now, outcome=outcome)


def _act(event: WebhookEvent, now: datetime) -> str:
    if event.type.startswith(("checkout.session.", "payment_intent.")):
        name = "session_id" if event.type.startswith("checkout.session.") else "intent_id"
        payment = reconcile(payment_id=_id(event, "payment"), now=now, **{name: event.object_id})
        return f"payment {payment.state}"
    if event.type.startswith("refund."):
        refresh_refund(refund_id=_id(event, "refund"), stripe_refund_id=event.object_id, now=now)
        return "refund refreshed"
    if event.type.startswith("transfer."):
        payload: dict[str, Any] = {
            "transfer_id": event.object_id,
            "payout_id": str(_id(event, "payout")),
            "event_id": event.stripe_id,
        }
        with transaction.atomic():
            record_effect(kind=facts.TRANSFER_CHANGED, payload=payload, now=now)
        return "passed to settlements"
    if event.type.startswith(("payout.", "topup.")):
        return _refresh_company_money(event, now)
    if event.type.startswith("charge.dispute."):
        dispute = refresh_dispute(payment_id=_id(event, "payment"), stripe_dispute_id=event.object_id, now=now)
        return f"dispute {dispute.state}"
    return "recorded only"


def _refresh_company_money(event: WebhookEvent, now: datetime) -> str:
    if event.type.startswith("payout."):
        payout = refresh_company_payout(stripe_payout_id=event.object_id, now=now)
        return f"company payout {payout.state}"
    top_up = refresh_company_top_up(stripe_top_up_id=event.object_id, now=now)
    return f"company top-up {top_up.state}"


def _id(event: WebhookEvent, name: str) -> UUID:
    """The identifier of ours that the object carries; of nobody's when it carries none."""
    try:
        return UUID(event.metadata.get(name, ""))
    except (ValueError, AttributeError, TypeError):
        return UUID(int=0)
