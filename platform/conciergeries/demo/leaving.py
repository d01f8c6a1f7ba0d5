"""Merchants that sold a little, in their own shop, and left owing the commission of it."""

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from billing.settlements.services import settle
from conciergeries.demo.history import began_on, bring_and_hand_over
from conciergeries.demo.orders import order_at_desk
from conciergeries.demo.towns import open_shop
from conciergeries.merchants.models import Merchant
from conciergeries.towns.models import Town
from shared.tenancy import in_town
from tenants.orders.models import PaymentMode
from tenants.residents.models import Resident
from tenants.shops.departures import Ground, OrdersThen
from tenants.shops.leaving import announce_departure
from tenants.shops.models import Product, Shop

SOLD_AFTER = timedelta(hours=1)


def those_gone(*, town: Town, data: dict[str, Any], merchants: dict[str, Merchant], now: datetime) -> None:
    """Have them sell, be settled and leave, those that the file says left the town, once."""
    zone = ZoneInfo(town.timezone)
    began = began_on(now, zone=zone)
    monday: date = now.astimezone(zone).date() - timedelta(days=now.astimezone(zone).weekday())
    settled_at = datetime.combine(monday, time(0, 20), tzinfo=zone)
    for each in data.get("gone", []):
        merchant = merchants[each["merchant"]]
        with in_town(town):
            if Shop.objects.filter(merchant_id=merchant.pk).exists():
                continue
            with transaction.atomic():
                open_shop(town, each, merchant, began=began, now=now)
            _sell_one(town, Product.objects.filter(shop__merchant_id=merchant.pk), at=began + SOLD_AFTER)
        settle(town=town, period_end=monday - timedelta(days=1), now=settled_at)
        with in_town(town):
            announce_departure(
                town=town,
                shop_id=Shop.objects.get(merchant_id=merchant.pk).pk,
                ground=Ground.ASKED,
                reason=each["reason"],
                leaves_on=monday,
                orders_then=OrdersThen.FINISHED,
                actor=None,
                now=settled_at,
            )


def _sell_one(town: Town, products: Any, *, at: datetime) -> None:
    resident = Resident.objects.order_by("created_at", "name")[0]
    order = order_at_desk(town=town, resident=resident, products=list(products), mode=PaymentMode.SHOP, now=at)
    if order is not None:
        bring_and_hand_over(order=order, means=None, at=at, handed_over_at=order.window_start)
