"""Pausing the orders of a shop, and taking them again: its window stays on the site, and says so."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from shared.audit.services import record
from shared.changing import check_pause
from shared.locks import lock_one
from tenants.shops.models import Shop, ShopPause


def held_pauses(*, now: datetime) -> QuerySet[ShopPause]:
    """The pauses that hold, by shop."""
    held = ShopPause.objects.filter(Q(until=None) | Q(until__gt=now), since__lte=now, lifted_at=None)
    return held.select_related("shop").order_by("shop__name", "since", "pk")


@transaction.atomic
def pause_orders(*, shop_id: UUID, reason: str, until: datetime | None, actor: Any, now: datetime) -> ShopPause:
    """Take no orders any more for a shop, until an instant or until further notice.

    Raises Shop.DoesNotExist, django.core.exceptions.ValidationError tied to `reason` or `until`.
    """
    shop = lock_one(Shop.objects.all(), pk=shop_id)
    check_pause(reason=reason, until=until, held=held_pauses(now=now).filter(shop=shop).first(), now=now)
    pause = ShopPause(shop=shop, reason=reason.strip(), since=now, until=until)
    pause.clean_fields(exclude=["lifted_at"])
    pause.save(force_insert=True)
    details = {"shop": shop.name, "reason": pause.reason, "until": until.isoformat() if until else None}
    record(actor=actor, action="orders.paused", target=pause, details=details, now=now)
    return pause


@transaction.atomic
def resume_orders(*, pause_id: UUID, actor: Any, now: datetime) -> ShopPause:
    """Take orders again. Twice is once. Raises ShopPause.DoesNotExist."""
    pause = lock_one(ShopPause.objects.select_related("shop"), pk=pause_id)
    if pause.lifted_at is None:
        pause.lifted_at = now
        pause.save(update_fields=["lifted_at"])
        details = {"shop": pause.shop.name, "reason": pause.reason}
        record(actor=actor, action="orders.resumed", target=pause, details=details, now=now)
    return pause
