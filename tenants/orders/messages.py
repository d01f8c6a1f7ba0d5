"""What is written to customers and merchants about an order, in the transaction of what happened."""

from datetime import datetime

from conciergeries.merchants.models import Merchant
from shared.notifications.services import notify
from shared.web.addresses import absolute_url, base_url
from django.conf import settings
from django.urls import reverse
from tenants.orders.models import Line, Order, ShopOrder
from tenants.orders.queries import with_parts


def _to_customer(*, order: Order, template: str, now: datetime, **more: object) -> bool:
    """Write to the customer; False when they have no e-mail: the desk shows whom to call."""
    if not order.customer_email:
        return False
    fresh = with_parts(Order.objects.filter(pk=order.pk)).get()
    url = absolute_url(reverse("site:order", args=[order.pk]))
    notify(
        to=order.customer_email,
        template=f"orders/{template}",
        context={"order": fresh, "parts": list(fresh.shop_orders.all()), "url": url, **more},
        now=now,
    )
    return True


def confirmed(*, order: Order, now: datetime) -> None:
    _to_customer(order=order, template="confirmed", now=now)


def to_merchants(*, order: Order, now: datetime) -> None:
    """Tell each merchant of its own lines, and of nobody else's."""
    parts = list(order.shop_orders.select_related("shop").prefetch_related("lines"))
    merchants = Merchant.objects.in_bulk([part.merchant_id for part in parts])
    # Merchants answer on the platform's host.
    url = base_url(settings.PLATFORM_DOMAIN) + "/portail/"
    for part in parts:
        notify(
            to=merchants[part.merchant_id].contact_email,
            template="orders/to_accept",
            context={"order": order, "part": part, "lines": list(part.lines.all()), "url": url},
            now=now,
        )


def line_refused(*, line: Line, refunded: bool, now: datetime) -> None:
    _to_customer(
        order=line.shop_order.order, template="line_refused", now=now, line=line, shop=line.shop_order.shop,
        refunded=refunded,
    )


def waiting(*, order: Order, now: datetime) -> bool:
    return _to_customer(order=order, template="waiting", now=now)


def cancelled(*, order: Order, refunded_cents: int, now: datetime) -> None:
    _to_customer(order=order, template="cancelled", now=now, refunded_cents=refunded_cents)


def cancelled_to_merchant(*, part: ShopOrder, now: datetime) -> None:
    merchant = Merchant.objects.get(pk=part.merchant_id)
    notify(
        to=merchant.contact_email,
        template="orders/part_cancelled",
        context={"order": part.order, "part": part},
        now=now,
    )
