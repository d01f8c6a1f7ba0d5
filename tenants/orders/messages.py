"""What is written to customers and merchants about an order, in the transaction of what happened."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection, transaction
from django.urls import reverse

from billing.payments.models import Payment
from billing.payments.queries import held_cents, paid_cents
from conciergeries.merchants.models import Merchant
from conciergeries.towns.models import Town
from shared.french import calendar_day, clock, moment
from shared.locks import lock_one
from shared.notifications.services import notify
from shared.web.addresses import absolute_url, base_url
from tenants.hubs.ticket import at_place
from tenants.orders.change_words import Words
from tenants.orders.events import PLATFORM, log
from tenants.orders.models import Line, Order, ShopOrder
from tenants.orders.queries import due_cents, window_of, with_parts
from tenants.orders.road import collections_of, road_in_full
from tenants.orders.states import ENDED_WITHOUT_GOODS
from tenants.staff.models import Staff, StaffRole


@dataclass(frozen=True)
class Refetched:
    """A part that another trip fetches now, with the departure of the former."""

    part: ShopOrder
    before: datetime | None


@transaction.atomic
def confirmed(*, order_id: UUID, now: datetime) -> bool:
    """Tell the customer that the order is with the shops, and each shop of its own lines; once.

    False when that was done, or when the order was cancelled before.
    """
    order = lock_one(Order.objects.all(), pk=order_id)
    if order.cancelled_at or order.events.filter(kind="announced").exists():
        return False
    to_customer(order=order, template="confirmed", now=now)
    living = order.shop_orders.exclude(state__in=ENDED_WITHOUT_GOODS)
    _to_merchants(order=order, parts=list(living.select_related("shop").prefetch_related("lines")), now=now)
    log(order=order, kind="announced", actor=PLATFORM, now=now)
    return True


def _to_merchants(*, order: Order, parts: Sequence[ShopOrder], now: datetime) -> None:
    """Tell each merchant of its own lines, and of nobody else's."""
    found = merchants_of(parts)
    for part in parts:
        lines = list(part.lines.all())
        passes = [visit.departs for visit, _parts in collections_of([part], zone=_town().timezone) if visit]
        context = {
            "order": order,
            "part": part,
            "lines": lines,
            "url": portal_url(),
            "passes": moment(passes[0]) if passes else "",
            **_when(order),
        }
        notify(to=found[part.merchant_id].contact_email, template="orders/to_accept", context=context, now=now)


def lines_refused(*, order: Order, shop_name: str, lines: list[Line], refunded_cents: int, now: datetime) -> bool:
    """Tell the customer what one shop cannot supply, and what they get back for it."""
    more = {"lines": lines, "shop_name": shop_name, "refunded_cents": refunded_cents}
    return to_customer(order=order, template="line_refused", now=now, **more)


def waiting(*, order: Order, now: datetime) -> bool:
    """«Votre commande vous attend», with its code; False when the customer has no e-mail."""
    return to_customer(order=order, template="waiting", now=now)


def cancelled(*, order: Order, refunded_cents: int, released_cents: int = 0, now: datetime) -> bool:
    more = {"refunded_cents": refunded_cents, "released_cents": released_cents}
    return to_customer(order=order, template="cancelled", now=now, **more)


def taken(*, order: Order, payment: Payment, now: datetime) -> bool:
    """Tell the customer what was taken of what their card held: the price that the scales made."""
    more = {"taken_cents": payment.amount_cents, "ceiling_cents": payment.ceiling_cents}
    return to_customer(order=order, template="taken", now=now, **more)


def lapsed(*, order: Order, now: datetime) -> bool:
    """Tell the customer that their card holds nothing any more, and how to pay."""
    return to_customer(order=order, template="lapsed", now=now)


def cancelled_to_merchants(*, order: Order, parts: Sequence[ShopOrder], now: datetime) -> None:
    """Tell the merchants that nobody waits for their part any more."""
    found = merchants_of(parts)
    for part in parts:
        context = {"order": order, "part": part, "lines": list(part.lines.all()), "url": portal_url()}
        notify(to=found[part.merchant_id].contact_email, template="orders/part_cancelled", context=context, now=now)


def moved(*, order: Order, said: Words, now: datetime) -> bool:
    """Tell the customer of another window, or that none is left; False when they have no e-mail."""
    return to_customer(order=order, template="moved", now=now, said=said)


def refetched_to_merchants(refetched: Iterable[Refetched], *, now: datetime) -> None:
    """Tell each merchant, in one mail, which of its parts are fetched at another moment, and when."""
    of_merchant: dict[UUID, list[Refetched]] = defaultdict(list)
    for each in refetched:
        of_merchant[each.part.merchant_id].append(each)
    found = Merchant.objects.in_bulk(list(of_merchant))
    for merchant_id, parts in of_merchant.items():
        rows = [_refetched_row(each) for each in sorted(parts, key=_by_departure)]
        context = {"rows": rows, "shops": sorted({row["shop"] for row in rows}), "url": portal_url()}
        notify(to=found[merchant_id].contact_email, template="orders/refetched", context=context, now=now)


def _by_departure(each: Refetched) -> tuple[datetime, str]:
    departs = each.part.collection_departs_at
    return departs or each.part.order.window_start, each.part.order.number


def _refetched_row(each: Refetched) -> dict[str, str]:
    zone, part = ZoneInfo(_town().timezone), each.part
    after = part.collection_departs_at
    return {
        "number": part.order.number,
        "shop": part.shop.name,
        "before": moment(each.before.astimezone(zone)) if each.before else "",
        "after": moment(after.astimezone(zone)) if after else "",
    }


def unsettled_to_town(*, shop_name: str, orders: Collection[Order], now: datetime) -> None:
    """Tell the town hall which orders a merchant's change unsettles: it decides what becomes of them.

    With nobody there yet, the concierges; with none of them either, the company that runs the conciergerie.
    """
    here = Staff.objects.filter(active=True, user__is_active=True).order_by("since", "pk")
    found = {role: list(here.filter(role=role).values_list("user__email", flat=True)) for role in StaffRole}
    page = "town_hall:to_see" if found[StaffRole.TOWN_HALL] else "desk:to_see"
    company = [_town().operating_company.contact_email]
    addresses = found[StaffRole.TOWN_HALL] or found[StaffRole.CONCIERGE] or company
    rows = [{"number": order.number, **_when(order)} for order in orders]
    context = {
        "shop_name": shop_name,
        "rows": rows,
        "url": absolute_url(reverse(page, urlconf=settings.ROOT_URLCONF)),
    }
    for address in dict.fromkeys(each.lower() for each in addresses):
        notify(to=address, template="orders/unsettled", context=context, now=now)


def to_customer(*, order: Order, template: str, now: datetime, **more: object) -> bool:
    """Write to the customer; False when they have no e-mail: the desk shows whom to call."""
    if not order.customer_email:
        return False
    fresh = with_parts(Order.objects.filter(pk=order.pk)).get()
    parts = list(fresh.shop_orders.all())
    paid = paid_cents(reference=order.pk)
    context = {
        "order": fresh,
        "parts": parts,
        # Said from the platform's host too, when a merchant answers there: the address is the town's all the same.
        "url": absolute_url(reverse("site:order", urlconf=settings.ROOT_URLCONF, args=[order.pk])),
        "paid_cents": paid,
        "has_alcohol": any(line.age_restricted and not line.has_left for part in parts for line in part.lines.all()),
        "due_cents": due_cents(fresh),
        "held_cents": held_cents(reference=order.pk),
        "to_weigh": any(part.awaits_weight for part in parts),
        "to_pay_in_shops": [part for part in parts if part.unpaid_in_shop_cents],
        "stops": road_in_full(fresh, town=_town()),
        **_when(fresh),
        **more,
    }
    notify(to=order.customer_email, template=f"orders/{template}", context=context, now=now)
    return True


def _when(order: Order) -> dict[str, object]:
    """When and where, in full: a mail is read on another day than it was written."""
    window = window_of(order, town=_town())
    return {
        "hub": order.hub,
        "at_place": at_place(order.hub.name),
        "window_day": calendar_day(window.start),
        "window_start": clock(window.start),
        "window_end": clock(window.end),
    }


def _town() -> Town:
    return cast("Town", connection.tenant)  # type: ignore[attr-defined]  # django-tenants sets it


def merchants_of(parts: Sequence[ShopOrder]) -> dict[UUID, Merchant]:
    return Merchant.objects.in_bulk([part.merchant_id for part in parts])


def portal_url() -> str:
    """Merchants answer on the platform's host."""
    return base_url(settings.PLATFORM_DOMAIN) + "/portail/"
