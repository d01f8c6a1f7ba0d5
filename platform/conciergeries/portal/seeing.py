"""Saving what orders may count on: the merchant sees which ones first, and what becomes of them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest
from django.utils import timezone

from conciergeries.portal.access import Access
from conciergeries.towns.models import Town
from shared.french import plural
from tenants.hubs.keeping import Loss
from tenants.orders.unsettling import Unsettled, change_shop_times
from tenants.shops.models import Shop

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True, slots=True)
class UnsettledRow:
    """One part of an order, as its merchant is shown it: its own lines, and when somebody was to come for them."""

    id: UUID
    number: str
    goods: str
    passes: datetime | None
    is_late: bool


def changing_times(request: HttpRequest, access: Access, where: Town, shop: Shop, change: Callable[[], T]) -> T:
    """Make a change; the orders that it unsettles must have been shown, and the box ticked that says so.

    Call it inside the town. Raises tenants.orders.unsettling.OrdersUnsettledError, and what `change` raises; Http404
    for keys that no page of ours sends.
    """
    try:
        seen = [UUID(key) for key in request.POST.getlist("seen")] if "warned" in request.POST else []
    except ValueError as error:
        raise Http404 from error
    result, unsettled = change_shop_times(
        town=where, shop_id=shop.pk, change=change, seen=seen, actor=access.actor, now=timezone.now()
    )
    if unsettled:
        orders = plural(len(unsettled), "commande")
        messages.info(request, f"La conciergerie est prévenue pour {orders} : vous n’avez personne à appeler.")
    return result


def rows_of(unsettled: list[Unsettled]) -> list[UnsettledRow]:
    """What is shown of them. Call it inside the town, by whose clock it speaks."""
    return [
        UnsettledRow(
            id=each.part.pk,
            number=each.part.order.number,
            goods=", ".join(f"{line.quantity} × {line.name}" for line in each.part.lines.all() if not line.has_left),
            passes=each.part.collection_departs_at,
            is_late=each.loss is Loss.NOT_READY,
        )
        for each in unsettled
    ]
