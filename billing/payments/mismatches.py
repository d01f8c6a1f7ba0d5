"""Money that Stripe took in another amount or currency than was asked for: nothing is posted, and somebody looks."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from billing.payments import facts
from billing.payments.models import AmountMismatch
from shared.audit.services import record
from shared.locks import lock_one
from shared.outbox.services import record_effect

CLOSED = "mismatch.closed"


class AmountMismatchError(ValueError):
    """Stripe took another amount, or another currency, than was asked for."""

    def __init__(self, *, payment_id: UUID, cents: int, currency: str) -> None:
        super().__init__(f"payment {payment_id}: {cents} {currency} taken")
        self.payment_id = payment_id
        self.cents = cents
        self.currency = currency


@transaction.atomic
def note_mismatch(*, error: AmountMismatchError, now: datetime) -> AmountMismatch:
    """Write down what Stripe took, and have it told; the same thing seen again changes nothing."""
    found, new = AmountMismatch.objects.get_or_create(
        payment_id=error.payment_id,
        taken_cents=error.cents,
        currency=error.currency[:3],
        defaults={"seen_at": now},
    )
    if new:
        payload = {
            "mismatch_id": str(found.pk),
            "payment_id": str(error.payment_id),
            "reference": str(found.payment.reference),
        }
        record_effect(kind=facts.PAYMENT_MISMATCHED, payload=payload, now=now)
    return found


@transaction.atomic
def close_mismatch(*, mismatch_id: UUID, about: str, actor: Any, now: datetime) -> bool:
    """Note that somebody has seen to it, at Stripe's; False when it was noted before.

    Raises AmountMismatch.DoesNotExist.
    """
    found = lock_one(AmountMismatch.objects.all(), pk=mismatch_id)
    if found.closed_at is not None:
        return False
    found.closed_at = now
    found.save(update_fields=["closed_at"])
    details = {"order": about, "taken": f"{found.taken_cents} {found.currency}"}
    record(actor=actor, action=CLOSED, target=found, details=details, now=now)
    return True
