"""Refunds that somebody has to take up: Stripe or the bank refused them, or Stripe keeps them waiting."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from billing.payments.models import Dispute, DisputeState, Mode, Refund, RefundState
from billing.payments.refunds import SEND_REFUND, lock_refund, request_refund
from shared.audit.queries import done_just_now
from shared.audit.services import record
from shared.outbox.services import hasten

RETRIED = "refund.retried"


def failed_refunds() -> QuerySet[Refund]:
    """Refunds that failed and whose money is still with us, with their payments, the oldest first.

    Left out: those asked for again since, and those whose payment went back under another cause or by the bank.
    """
    same_cause = Refund.objects.filter(payment=OuterRef("payment"), reference=OuterRef("reference"))
    later = Q(created_at__gt=OuterRef("created_at")) | Q(created_at=OuterRef("created_at"), pk__gt=OuterRef("pk"))
    return (
        Refund.objects.filter(
            state=RefundState.FAILED, amount_cents__lte=F("payment__amount_cents") - F("payment__refunded_cents")
        )
        .exclude(Exists(same_cause.exclude(state=RefundState.FAILED)))
        .exclude(Exists(same_cause.filter(later)))
        .exclude(Exists(Dispute.objects.filter(payment=OuterRef("payment"), state=DisputeState.LOST)))
        .select_related("payment")
        .order_by("created_at", "id")
    )


def waiting_refunds() -> QuerySet[Refund]:
    """Refunds by card that Stripe has put off, with their payments, the oldest first. They are tried again by
    themselves.
    """
    return (
        Refund.objects.filter(state=RefundState.PENDING, mode=Mode.CARD)
        .exclude(failure="")
        .select_related("payment")
        .order_by("created_at", "id")
    )


@transaction.atomic
def retry_refund(*, refund_id: UUID, actor: Any, now: datetime) -> bool:
    """Ask again for a refund that failed, or have one that waits tried now; False when there is nothing to do.

    A refund that failed is over at Stripe: another takes its place, with its own idempotency key. One that waits keeps
    its own, so that an answer that was lost is not paid twice. A second click does nothing.
    Raises Refund.DoesNotExist, RefundTooLargeError when the payment was given back otherwise meanwhile.
    """
    payment, refund = lock_refund(refund_id)
    if refund.mode != Mode.CARD:
        return False
    if refund.state == RefundState.FAILED:
        same_cause = Refund.objects.filter(payment=payment, reference=refund.reference)
        if same_cause.exclude(state=RefundState.FAILED).exists():
            return False
        asked = request_refund(
            payment_id=payment.pk,
            reference=refund.reference,
            amount_cents=refund.amount_cents,
            reason=refund.reason,
            now=now,
        )
    elif refund.state == RefundState.PENDING and not done_just_now(action=RETRIED, target=refund, now=now):
        hasten(kind=SEND_REFUND, payload={"refund_id": str(refund.pk)}, now=now)
        asked = refund
    else:
        return False
    details = {"name": payment.label, "amount_cents": refund.amount_cents, "failure": refund.failure}
    record(actor=actor, action=RETRIED, target=asked, details={**details, "refund": str(refund.pk)}, now=now)
    return True
