"""From a basket to an order: the one transaction in which prices, stock, window and terms are all checked."""

import secrets
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import F

from billing.commissions.queries import terms_for
from billing.payments.services import prepare_card_payment
from shared.locks import lock, lock_one
from shared.outbox.services import record_effect

from tenants.hubs.models import Hub
from tenants.hubs.promise import Window, promise
from tenants.hubs.queries import place_of
from tenants.orders import messages
from tenants.orders.basket import Change, changes
from tenants.orders.events import Actor, log
from tenants.orders.models import Basket, BasketLine, Channel, Line, Order, OrderCounter, PaymentMode, ShopOrder
from tenants.orders.numbers import order_number
from tenants.orders.states import ShopOrderState
from tenants.residents.models import Resident
from tenants.shops.models import Product, Shop

EXPIRE = "orders.expire_unpaid"
# Stripe keeps a Checkout page open for half an hour at least; the goods are kept a little longer.
PAYMENT_TIME = timedelta(minutes=35)


class EmptyBasketError(ValueError):
    """There is nothing to order."""


class BasketChangedError(ValueError):
    """Prices or stock are no longer as they were seen: `changes` says what, and nothing was ordered."""

    def __init__(self, found: list[Change]) -> None:
        self.changes = found
        super().__init__(" ".join(change.message for change in found))


class WindowGoneError(ValueError):
    """The window that was chosen can no longer be promised."""


class StaleFormError(ValueError):
    """The checkout form is another basket's."""


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What the person asks for: where, when, how they pay. `token` is the checkout form's own."""

    hub: Hub
    window_start: datetime
    payment_mode: PaymentMode
    channel: Channel
    token: UUID
    note: str = ""


def lead_of(products: list[Product]) -> timedelta:
    """The preparation time of several products: the longest."""
    return timedelta(hours=max((product.lead_hours for product in products if product.made_to_order), default=0))


@transaction.atomic
def place_order(*, town: Any, basket: Basket, resident: Resident, wish: Wish, actor: Actor, now: datetime) -> Order:
    """Make an order of a basket, or return the one that this form already made.

    Paid at the desk, the order goes to the shops at once and the basket is emptied; paid by card, it waits for its
    payment and the basket stays until then.

    Raises EmptyBasketError, BasketChangedError, WindowGoneError, StaleFormError,
    billing.commissions.queries.NoTermsError; nothing is kept then.
    """
    lock_one(Basket.objects.all(), pk=basket.pk)
    already = Order.objects.filter(checkout_token=wish.token).first()
    if already is not None:
        if already.resident_id != resident.pk:
            raise StaleFormError
        return already
    lines = _checked_lines(basket)
    window = _checked_window(town=town, wish=wish, products=[line.product for line in lines], now=now)
    _take_from_stock(lines)
    order = _create(resident=resident, basket=basket, wish=wish, window=window, actor=actor, now=now)
    _create_parts(order=order, lines=lines, wish=wish, town=town, now=now)
    log(order=order, kind="placed", actor=actor, now=now, data={"total_cents": order.total_cents})
    if wish.payment_mode == PaymentMode.CARD:
        prepare_card_payment(
            reference=order.pk, amount_cents=order.total_cents, label=f"Commande {order.number}", now=now
        )
        record_effect(kind=EXPIRE, payload={"order_id": str(order.pk)}, now=now, due_at=now + PAYMENT_TIME)
    else:
        basket.lines.all().delete()
        messages.confirmed(order=order, now=now)
        messages.to_merchants(order=order, now=now)
    return order


def _checked_lines(basket: Basket) -> list[BasketLine]:
    product_ids = list(basket.lines.values_list("product_id", flat=True))
    if not product_ids:
        raise EmptyBasketError
    lock(Product.objects.filter(pk__in=product_ids))
    lines = list(basket.lines.select_related("product__shop"))
    found = changes(lines)
    if found:
        raise BasketChangedError(found)
    return lines


def _checked_window(*, town: Any, wish: Wish, products: list[Product], now: datetime) -> Window:
    if not wish.hub.active:
        raise WindowGoneError
    said = promise(place=place_of(wish.hub, town=town), lead=lead_of(products), now=now)
    window = said.window_at(wish.window_start)
    if window is None:
        raise WindowGoneError
    return window


def _take_from_stock(lines: list[BasketLine]) -> None:
    for line in lines:
        if not line.product.made_to_order:
            Product.objects.filter(pk=line.product_id).update(stock=F("stock") - line.quantity)


def _create(
    *, resident: Resident, basket: Basket, wish: Wish, window: Window, actor: Actor, now: datetime
) -> Order:
    return Order.objects.create(
        number=_next_number(),
        resident=resident,
        customer_name=resident.name,
        customer_phone=resident.phone,
        customer_email=resident.email,
        hub=wish.hub,
        window_start=window.start,
        window_end=window.end,
        order_before=window.order_before,
        channel=wish.channel,
        payment_mode=wish.payment_mode,
        code=f"{secrets.randbelow(1_000_000):06}",
        checkout_token=wish.token,
        basket_id=basket.pk,
        entered_by=actor.label if wish.channel != Channel.WEB else "",
        note=wish.note,
        placed_at=now,
        confirmed_at=now if wish.payment_mode == PaymentMode.DESK else None,
    )


def _next_number() -> str:
    OrderCounter.objects.get_or_create(pk=1)
    counter = lock_one(OrderCounter.objects.all(), pk=1)
    OrderCounter.objects.filter(pk=1).update(count=F("count") + 1)
    return order_number(counter.count)


def _create_parts(*, order: Order, lines: list[BasketLine], wish: Wish, town: Any, now: datetime) -> None:
    by_shop: dict[Shop, list[BasketLine]] = defaultdict(list)
    for line in lines:
        by_shop[line.product.shop].append(line)
    state = ShopOrderState.AWAITING_PAYMENT if wish.payment_mode == PaymentMode.CARD else ShopOrderState.PLACED
    parts, parts_lines = [], []
    for shop, shop_lines in by_shop.items():
        # The rate of the day is frozen here: what the town hall decides later concerns later orders.
        terms = terms_for(merchant_id=shop.merchant_id, on=now.astimezone(ZoneInfo(town.timezone)).date())
        total = sum(line.quantity * line.product.price_cents for line in shop_lines)
        part = ShopOrder(
            order=order,
            shop=shop,
            merchant_id=shop.merchant_id,
            state=state,
            placed_cents=total,
            total_cents=total,
            rate_bp=terms.rate_bp,
            price_basis=terms.price_basis.value,
            base=terms.base.value,
            commission_vat_bp=terms.vat_rate_bp,
            beneficiary=terms.beneficiary.value,
        )
        parts.append(part)
        parts_lines += [_line(part, line) for line in shop_lines]
    ShopOrder.objects.bulk_create(parts)
    Line.objects.bulk_create(parts_lines)


def _line(part: ShopOrder, line: BasketLine) -> Line:
    product = line.product
    return Line(
        shop_order=part,
        product=product,
        name=product.name,
        unit=product.unit,
        unit_price_cents=product.price_cents,
        vat_rate_bp=product.vat_rate_bp,
        quantity=line.quantity,
        age_restricted=product.age_restricted,
    )
