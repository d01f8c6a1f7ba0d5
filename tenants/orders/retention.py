"""What a town forgets of its customers: never an order, only who it was for."""

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from shared.accounts.models import User
from shared.retention.registry import Purge, delete, empty, register
from tenants.orders.models import Basket, Order
from tenants.orders.personal_data import ERASED_HOST, OpenOrdersError, close_account, forget_customer
from tenants.residents.models import Resident
from tenants.staff.models import Staff

logger = logging.getLogger(__name__)


def _abandoned_baskets(before: datetime) -> QuerySet[Basket]:
    return Basket.objects.filter(resident=None, updated_at__lt=before)


def _used_codes(before: datetime) -> QuerySet[Order]:
    over = Q(handed_over_at__lt=before) | Q(cancelled_at__lt=before)
    return Order.objects.filter(over).exclude(code="")


def _silent_accounts(before: datetime) -> QuerySet[User]:
    """Nobody of the town's team: what they did must keep its author."""
    staff = Staff.objects.filter(user=OuterRef("pk"))
    ordered = Order.objects.filter(resident__user=OuterRef("pk"), placed_at__gte=before)
    silent = Q(last_login__lt=before) | Q(last_login=None)
    return User.objects.filter(~Exists(staff), ~Exists(ordered), silent, date_joined__lt=before)


def _silent_customers(before: datetime) -> QuerySet[Resident]:
    """Those without an account, or whose account has been closed."""
    ordered = Order.objects.filter(resident=OuterRef("pk"), placed_at__gte=before)
    known = Resident.objects.exclude(email__endswith=ERASED_HOST)
    return known.filter(~Exists(ordered), user=None, created_at__lt=before)


def _one_by_one(forget: Callable[..., None]) -> Callable[[QuerySet[Any], datetime], int]:
    """Forget people each for themselves: one with an order on its way waits, the others do not."""

    def forget_all(rows: QuerySet[Any], now: datetime) -> int:
        forgotten = 0
        for person in rows.order_by("pk"):
            try:
                with transaction.atomic():
                    forget(person, now=now)
            except OpenOrdersError:
                logger.warning("not forgotten: an order is still on its way", extra={"person": str(person.pk)})
            else:
                forgotten += 1
        return forgotten

    return forget_all


register(Purge(key="baskets", rows=_abandoned_baskets, forget=delete))
register(Purge(key="codes", rows=_used_codes, forget=empty(code="")))
register(Purge(key="accounts", rows=_silent_accounts, forget=_one_by_one(close_account)))
register(Purge(key="customers", rows=_silent_customers, forget=_one_by_one(forget_customer)))
