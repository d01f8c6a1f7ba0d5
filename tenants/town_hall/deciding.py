"""Deciding who bears a dispute that was lost: how much each may, and the decision itself, under the order's lock."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from billing.payments.models import Bearer, Dispute
from billing.payments.services import MoreThanTheirsError, Share, decide_dispute
from shared.locks import lock_one
from tenants.orders.models import Order
from tenants.town_hall.disputes import SeenDispute, with_orders

Limits = dict[tuple[Bearer, UUID | None], int]


class BeyondLimitError(ValueError):
    """Somebody would bear more than they may: the order has changed since the page was read."""


def limits(seen: SeenDispute) -> Limits:
    """The most that each may bear of a lost dispute, in cents; who may bear nothing is not there.

    A merchant bears what it sold of the order, once that is handed over; the customer, what was still theirs; the
    company and the commune, all of it.
    """
    whole = seen.dispute.withdrawn_cents
    found: Limits = {}
    if seen.handed_over:
        for part in seen.parts:
            who = (Bearer.MERCHANT, part.merchant_id)
            found[who] = found.get(who, 0) + part.total_cents
    if seen.customers_cents:
        found[Bearer.CUSTOMER, None] = seen.customers_cents
    return found | {(Bearer.COMPANY, None): whole, (Bearer.COMMUNE, None): whole}


@transaction.atomic
def decide(*, dispute_id: UUID, shares: Sequence[Share], reason: str, actor: Any, now: datetime) -> Dispute:
    """Share a lost dispute out; the order does not change hands meanwhile.

    Raises BeyondLimitError, and what `decide_dispute` does.
    """
    dispute = Dispute.objects.select_related("payment").get(pk=dispute_id)
    if Order.objects.filter(pk=dispute.payment.reference).exists():
        lock_one(Order.objects.all(), pk=dispute.payment.reference)
    [seen] = with_orders([Dispute.objects.select_related("payment").get(pk=dispute_id)])
    if seen.to_decide:
        most = limits(seen)
        if any(share.amount_cents > most.get((share.bearer, share.merchant_id), 0) for share in shares):
            raise BeyondLimitError(str(dispute_id))
    try:
        return decide_dispute(
            dispute_id=dispute_id, shares=shares, reason=reason, about=seen.about, actor=actor, now=now
        )
    except MoreThanTheirsError as error:
        raise BeyondLimitError(str(dispute_id)) from error
