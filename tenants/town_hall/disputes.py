"""Payments contested at a bank, as the town hall sees them: with their orders, who may bear them, and the letters."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from billing.payments.facts import DISPUTE_CLOSED, DISPUTE_OPENED
from billing.payments.gateway import current_town
from billing.payments.models import Bearer, Dispute, DisputeShare, DisputeState
from billing.payments.queries import paid_cents
from billing.payments.wording import dispute_reason
from shared.audit.models import AuditEvent
from shared.audit.services import record
from shared.french import moment
from shared.locks import lock_one
from shared.outbox.registry import handles
from tenants.orders.models import Order, ShopOrder
from tenants.orders.queries import owed_cents, with_parts
from tenants.orders.states import ENDED_WITHOUT_GOODS
from tenants.town_hall.writing import company, town_hall, write


@dataclass(frozen=True)
class SeenDispute:
    """A dispute and the order it is about; only an erased one is not there."""

    dispute: Dispute
    order: Order | None

    @property
    def about(self) -> str:
        return self.order.number if self.order else self.dispute.payment.label

    @property
    def why(self) -> str:
        return dispute_reason(self.dispute.reason)

    @property
    def to_decide(self) -> bool:
        """Lost, and nobody bears it yet."""
        return (
            self.dispute.state == DisputeState.LOST
            and self.dispute.decided_at is None
            and self.dispute.withdrawn_cents > 0
        )

    @property
    def to_answer(self) -> bool:
        """The bank awaits our evidence."""
        return self.dispute.state == DisputeState.OPEN and not self.dispute.answered

    @property
    def waits_for_us(self) -> bool:
        return self.to_decide or self.to_answer

    @property
    def handed_over(self) -> bool:
        return self.order is None or self.order.handed_over_at is not None

    @property
    def customers_cents(self) -> int:
        """What the bank gave back that was the customer's own, so that nobody need bear it.

        Before the handover, all that the payment still has of theirs. After it, a refund that was granted and that the
        dispute kept from going.
        """
        left = self.dispute.payment.refundable_cents
        if self.order is not None and self.handed_over:
            left = min(left, max(paid_cents(reference=self.order.pk) - owed_cents(self.order), 0))
        return 0 if self.order is None else min(left, self.dispute.withdrawn_cents)

    @property
    def parts(self) -> list[ShopOrder]:
        """The shops whose goods the order brought."""
        if self.order is None:
            return []
        return [part for part in self.order.shop_orders.all() if part.state not in ENDED_WITHOUT_GOODS]


def with_orders(disputes: Iterable[Dispute]) -> list[SeenDispute]:
    found = list(disputes)
    references = {dispute.payment.reference for dispute in found}
    orders = {order.pk: order for order in with_parts(Order.objects.filter(pk__in=references))} if found else {}
    return [SeenDispute(dispute, orders.get(dispute.payment.reference)) for dispute in found]


def borne(dispute: Dispute, *, parts: Iterable[ShopOrder], company_name: str) -> list[tuple[str, int]]:
    """Who bears a dispute that was decided, by name, and how much in cents."""
    shops = {part.merchant_id: part.shop.name for part in parts}
    names = {
        Bearer.CUSTOMER: "Personne, c’était encore au client",
        Bearer.COMPANY: f"L’exploitant, {company_name}",
        Bearer.COMMUNE: "La commune",
    }

    def name(share: DisputeShare) -> str:
        if share.merchant_id is not None:
            return shops.get(share.merchant_id, "Un commerçant")
        return names[Bearer(share.bearer)]

    return [(name(share), share.amount_cents) for share in dispute.shares.order_by("bearer", "pk")]


@handles(DISPUTE_OPENED)
def tell_dispute_opened(*, payload: dict[str, Any], now: datetime) -> None:
    """Write to the town hall and to the company that a payment is contested; once, however often this is called."""
    _tell(dispute_id=UUID(payload["dispute_id"]), action="dispute.opened", now=now)


@handles(DISPUTE_CLOSED)
def tell_dispute_lost(*, payload: dict[str, Any], now: datetime) -> None:
    """Write that a dispute was lost: the town hall has to say who bears it."""
    if payload["state"] == DisputeState.LOST:
        _tell(dispute_id=UUID(payload["dispute_id"]), action="dispute.lost", now=now)


@transaction.atomic
def _tell(*, dispute_id: UUID, action: str, now: datetime) -> None:
    dispute = lock_one(Dispute.objects.select_related("payment"), pk=dispute_id)
    if AuditEvent.objects.filter(action=action, object_id=str(dispute.pk)).exists():
        return
    [seen] = with_orders([dispute])
    details = {"order": seen.about, "amount_cents": dispute.amount_cents, "why": seen.why}
    record(actor=None, action=action, target=dispute, details=details, now=now)
    context = {
        "about": seen.about,
        "amount_cents": dispute.amount_cents,
        "why": seen.why,
        "due": _in_words(dispute.evidence_due_at),
    }
    template = f"town_hall/{action.replace('.', '_')}"
    write([*town_hall(), company()], template=template, context=context, now=now)


def _in_words(due_at: datetime | None) -> str:
    """A deadline on the town's clock, whichever the worker's is."""
    if due_at is None:
        return ""
    here = due_at.astimezone(ZoneInfo(current_town().timezone))
    return moment(here)
