"""Refunds that the town hall decides, those decided lately, and what merchants that owe are to pay back."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Prefetch, QuerySet

from conciergeries.towns.models import Town
from shared.audit.services import record
from shared.locks import lock_one
from shared.tenancy import in_public
from tenants.orders.models import RefundLine, RefundRequest, RequestState
from tenants.reports.owed import OwedToMerchant, owed_today

LATELY = timedelta(days=60)
AT_MOST = 100
CEILING_SET = "refund.ceiling_set"


@dataclass(frozen=True, kw_only=True)
class Refunds:
    """What waits for a decision, the oldest first; what was decided lately, the latest first; who owes the town."""

    waiting: list[RefundRequest]
    decided: list[RefundRequest]
    owing: list[OwedToMerchant]


def waiting_refunds() -> QuerySet[RefundRequest]:
    return RefundRequest.objects.filter(state=RequestState.WAITING)


def refunds_to_decide(*, now: datetime) -> Refunds:
    return Refunds(
        waiting=list(_whole(waiting_refunds().order_by("asked_at", "pk"))),
        decided=list(
            _whole(RefundRequest.objects.filter(decided_at__gt=now - LATELY).order_by("-decided_at", "pk"))[:AT_MOST]
        ),
        owing=[each for each in owed_today().merchants if each.total_cents < 0],
    )


def request_of(request_id: UUID) -> RefundRequest | None:
    return _whole(RefundRequest.objects.filter(pk=request_id)).first()


def _whole(requests: QuerySet[RefundRequest]) -> QuerySet[RefundRequest]:
    lines = RefundLine.objects.select_related("line__shop_order__shop").order_by("pk")
    return requests.select_related("order").prefetch_related(Prefetch("lines", lines))


@transaction.atomic
def set_ceiling(*, town: Town, cents: int, actor: Any, now: datetime) -> bool:
    """Set what the concierge may give back of one order alone; False when it was that already."""
    with in_public():
        found = lock_one(Town.objects.all(), pk=town.pk)
        if found.refund_ceiling_cents == cents:
            return False
        found.refund_ceiling_cents = cents
        found.save(update_fields=["refund_ceiling_cents"])
    town.refund_ceiling_cents = cents
    record(actor=actor, action=CEILING_SET, target=town, details={"amount_cents": cents}, now=now)
    return True
