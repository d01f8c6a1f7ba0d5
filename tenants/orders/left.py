"""A merchant has left: what it has not handed to the concierge is refused, where the town hall decided so."""

import logging
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from shared.outbox.registry import handles
from tenants.orders.answering import REFUSABLE, refuse
from tenants.orders.confirming import CONFIRMED
from tenants.orders.events import PLATFORM
from tenants.orders.models import ShopOrder
from tenants.orders.transitions import ForbiddenMoveError
from tenants.shops.departures import Departure, OrdersThen
from tenants.shops.leaving import LEFT

logger = logging.getLogger(__name__)

REASON = "Le commerçant a quitté la conciergerie."


@handles(LEFT)
def merchant_left(*, payload: dict[str, Any], now: datetime) -> None:
    """Refuse what the merchant still had to prepare, order by order; one that has come back keeps its orders."""
    gone = Departure.objects.filter(pk=payload["departure_id"], returned_at=None)
    _refuse_parts(ShopOrder.objects.filter(shop__in=gone.values("shop")), now=now)


@handles(CONFIRMED)
def paid_once_its_merchant_had_left(*, payload: dict[str, Any], now: datetime) -> None:
    """An order that waited for its payment when the merchant left is refused once it is paid."""
    gone = Departure.objects.filter(left_at__isnull=False, returned_at=None, orders_then=OrdersThen.REFUSED)
    _refuse_parts(ShopOrder.objects.filter(order=UUID(payload["order_id"]), shop__in=gone.values("shop")), now=now)


def _refuse_parts(parts: QuerySet[ShopOrder], *, now: datetime) -> None:
    for part_id in list(parts.filter(state__in=REFUSABLE).order_by("pk").values_list("pk", flat=True)):
        try:
            refuse(part_id=part_id, reason=REASON, actor=PLATFORM, now=now)
        except ForbiddenMoveError:
            logger.info("collected meanwhile: handed over as it is", extra={"part": str(part_id)})
