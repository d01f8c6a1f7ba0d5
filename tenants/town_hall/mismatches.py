"""Amounts that Stripe took and nobody had asked for, as the town hall sees them, and the letter about each."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from billing.payments.facts import PAYMENT_MISMATCHED
from billing.payments.models import AmountMismatch
from billing.payments.queries import open_mismatches
from billing.payments.wording import taken
from shared.audit.models import AuditEvent
from shared.audit.services import record
from shared.locks import lock_one
from shared.outbox.registry import handles
from tenants.orders.models import Order
from tenants.town_hall.writing import company, town_hall, write

SEEN = "mismatch.seen"


@dataclass(frozen=True)
class SeenMismatch:
    """What was taken for an order, and what had been asked."""

    mismatch: AmountMismatch
    order: Order | None

    @property
    def about(self) -> str:
        return self.order.number if self.order else self.mismatch.payment.label

    @property
    def taken(self) -> str:
        return taken(self.mismatch.taken_cents, self.mismatch.currency)

    @property
    def asked_cents(self) -> int:
        return self.mismatch.payment.amount_cents


def mismatches() -> list[SeenMismatch]:
    """Those that nobody has seen to, the oldest first."""
    found = open_mismatches()
    orders = Order.objects.in_bulk({each.payment.reference for each in found}) if found else {}
    return [SeenMismatch(each, orders.get(each.payment.reference)) for each in found]


def seen_mismatch(mismatch: AmountMismatch) -> SeenMismatch:
    return SeenMismatch(mismatch, Order.objects.filter(pk=mismatch.payment.reference).first())


@handles(PAYMENT_MISMATCHED)
@transaction.atomic
def tell_mismatch(*, payload: dict[str, Any], now: datetime) -> None:
    """Write to the town hall and to the company that nothing was confirmed; once, however often this is called."""
    mismatch = lock_one(AmountMismatch.objects.select_related("payment"), pk=UUID(payload["mismatch_id"]))
    if AuditEvent.objects.filter(action=SEEN, object_id=str(mismatch.pk)).exists():
        return
    seen = seen_mismatch(mismatch)
    record(actor=None, action=SEEN, target=mismatch, details={"order": seen.about, "taken": seen.taken}, now=now)
    context = {"about": seen.about, "taken": seen.taken, "asked_cents": seen.asked_cents}
    write([*town_hall(), company()], template="town_hall/mismatch", context=context, now=now)
