"""From a basket to an order: the one transaction in which prices, stock, window and terms are all checked."""

import secrets
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import F

from billing.commissions.frozen import columns_of
from billing.commissions.queries import terms_of_merchants
from billing.payments.models import Payment, PaymentState
from billing.payments.services import PAGE_LIFETIME, prepare_card_payment
from shared.french import NBSP, money
from shared.locks import lock, lock_one
from shared.outbox.services import record_effect
from tenants.hubs.membership import is_member
from tenants.hubs.models import Hub
from tenants.hubs.promise import Window, last_trips
from tenants.hubs.services import lock_places
from tenants.orders import stock
from tenants.orders.basket import Change, changes
from tenants.orders.confirming import announce, living_parts, withdraw
from tenants.orders.events import Actor, log
from tenants.orders.hub_fees import fee_vat_bp
from tenants.orders.models import Basket, BasketLine, Channel, Line, Order, OrderCounter, PaymentMode, ShopOrder
from tenants.orders.numbers import order_number
from tenants.orders.payment_modes import modes_of
from tenants.orders.promising import prospects
from tenants.orders.states import ShopOrderState
from tenants.residents.models import Resident
from tenants.shops.models import Product, Shop

if TYPE_CHECKING:
    from conciergeries.towns.models import Town

EXPIRE = "orders.expire_unpaid"
# The event of an order taken beyond what its window or a round takes.
OVERBOOKED = "overbooked"
DESK_CHANNELS = frozenset({Channel.PHONE, Channel.EMAIL, Channel.COUNTER})
# The goods are kept aside for as long as Stripe's page is open.
PAYMENT_TIME = PAGE_LIFETIME
# Above it a person should talk to a person.
MAX_TOTAL_CENTS = 1_000_000


class EmptyBasketError(ValueError):
    """There is nothing to order."""


class BasketChangedError(ValueError):
    """Prices or stock are no longer as they were seen: `changes` says what, and nothing was ordered."""

    def __init__(self, found: list[Change]) -> None:
        self.changes = found
        super().__init__(" ".join(change.message for change in found))


class WindowGoneError(ValueError):
    """The window that was chosen can no longer be promised."""


class NotAMemberError(WindowGoneError):
    """The hub is for its members, and the person who orders is none."""


class FeeChangedError(ValueError):
    """The hub's fee is not the one that the person was shown; `str()` says so in French."""

    def __init__(self, fee_cents: int) -> None:
        now = f"sont maintenant de {money(fee_cents)}" if fee_cents else "ne sont plus demandés"
        super().__init__(f"Les frais de retrait {now}{NBSP}: le total a changé, vérifiez-le.")


class NobodyToPayError(ValueError):
    """Nobody is at the hub to be paid what is left to pay there; `str()` says in French what to do."""

    def __init__(self, mode: PaymentMode) -> None:
        if mode == PaymentMode.SHOP:
            said = f"Il n’y a personne à qui régler ses frais à ce point de retrait{NBSP}: choisissez-en un autre."
        else:
            said = f"Il n’y a personne à payer à ce point de retrait{NBSP}: payez par carte, ou choisissez-en un autre."
        super().__init__(said)


class ModeRefusedError(ValueError):
    """The town does not take payments this way; `str()` says so in French."""

    def __init__(self, town: "Town") -> None:
        if town.holds_money:
            said = f"Ce moyen de paiement n’est pas proposé ici{NBSP}: choisissez-en un autre."
        else:
            said = f"Ici, la conciergerie n’encaisse rien pour les commerçants{NBSP}: vous réglez chacun d’eux."
        super().__init__(said)


class StaleFormError(ValueError):
    """The checkout form is somebody else's."""


class TooMuchError(ValueError):
    """The basket is worth more than may be ordered online; `str()` says so in French."""


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What the person asks for: where, when, how they pay. `token` is the checkout form's own.

    `fee_cents` is the hub's fee that they were shown. `overbook`: take it even if the window or a round is full, as
    only the desk may.
    """

    hub: Hub
    window_start: datetime
    payment_mode: PaymentMode
    channel: Channel
    token: UUID
    fee_cents: int = 0
    note: str = ""
    overbook: bool = False

    def __post_init__(self) -> None:
        if self.overbook and self.channel not in DESK_CHANNELS:
            raise ValueError(f"an order overbooked by {self.channel}")


@transaction.atomic
def place_order(*, town: "Town", basket: Basket, resident: Resident, wish: Wish, actor: Actor, now: datetime) -> Order:
    """Make an order of a basket, or return the one that this form already made.

    Paid at the desk or in the shops, the order goes to the shops at once and the basket is emptied; paid by card, it
    waits for its payment and the basket stays until then. An earlier order of the same basket that was never paid is
    let go.

    Raises EmptyBasketError, BasketChangedError, WindowGoneError, NotAMemberError, FeeChangedError, NobodyToPayError,
    ModeRefusedError, StaleFormError, TooMuchError,
    billing.payments.services.AmountTooSmallError, billing.commissions.queries.NoTermsError, Basket.DoesNotExist;
    nothing is kept then.
    """
    # First, and for every order: the places that are counted are those that are taken.
    hub = _locked_hub(wish.hub)
    lock_one(Basket.objects.all(), pk=basket.pk)
    already = Order.objects.filter(checkout_token=wish.token).first()
    if already is not None:
        if already.resident_id != resident.pk:
            raise StaleFormError
        return already
    unpaid = lock(Order.objects.filter(basket_id=basket.pk, confirmed_at=None, cancelled_at=None))
    paid_meanwhile = _paid_one_of(unpaid)
    if paid_meanwhile is not None:
        return paid_meanwhile
    lines = _checked_lines(basket, unpaid=unpaid, actor=actor, now=now)
    if not is_member(resident, hub):
        raise NotAMemberError
    if wish.payment_mode not in modes_of(town):
        raise ModeRefusedError(town)
    if not hub.takes_payment and wish.channel not in DESK_CHANNELS and _is_paid_on_the_spot(wish):
        # The concierge may take the order all the same: she says where to pay before collecting it.
        raise NobodyToPayError(wish.payment_mode)
    if wish.fee_cents != hub.fee_cents:
        raise FeeChangedError(hub.fee_cents)
    products = [line.product for line in lines]
    window, overbooked = _checked_window(town=town, hub=hub, wish=wish, products=products, now=now)
    stock.take(
        products={line.product_id: line.product for line in lines},
        quantities={line.product_id: line.quantity for line in lines},
    )
    order = _create(town=town, resident=resident, basket=basket, wish=wish, window=window, actor=actor, now=now)
    goods = _create_parts(order=order, lines=lines, window=window, wish=wish, town=town, now=now)
    total = goods + order.hub_fee_cents
    log(order=order, kind="placed", actor=actor, now=now, data={"total_cents": total})
    if overbooked:
        log(order=order, kind=OVERBOOKED, actor=actor, now=now)
    if wish.payment_mode == PaymentMode.CARD:
        # What is sold by weight has no price yet: the card holds the most that it may come to.
        held = any(line.product.is_weighed for line in lines)
        most = sum(line.product.most_of(line.quantity) for line in lines) + order.hub_fee_cents
        label = f"Commande {order.number}"
        prepare_card_payment(reference=order.pk, amount_cents=most, held=held, label=label, now=now)
        record_effect(kind=EXPIRE, payload={"order_id": str(order.pk)}, now=now, due_at=now + PAYMENT_TIME)
    else:
        BasketLine.objects.filter(basket=basket).delete()
        announce(order=order, now=now)
    return order


def _is_paid_on_the_spot(wish: Wish) -> bool:
    """Whether something is left to be paid to the conciergerie when the order is collected."""
    return wish.payment_mode == PaymentMode.DESK or (wish.payment_mode == PaymentMode.SHOP and wish.fee_cents > 0)


def _paid_one_of(unpaid: list[Order]) -> Order | None:
    """The one that has just been paid or held, its confirmation being on its way: nobody pays for a basket twice."""
    if not unpaid:
        return None
    paid = Payment.objects.filter(
        reference__in=[order.pk for order in unpaid], state__in=[PaymentState.SUCCEEDED, PaymentState.AUTHORISED]
    ).first()
    return next((order for order in unpaid if paid and order.pk == paid.reference), None)


def _checked_lines(basket: Basket, *, unpaid: list[Order], actor: Actor, now: datetime) -> list[BasketLine]:
    """The basket's lines with their locked products; what an earlier unpaid order held is theirs again."""
    lines = list(BasketLine.objects.filter(basket=basket))
    if not lines:
        raise EmptyBasketError
    parts = living_parts(unpaid) if unpaid else []
    held = [line for part in parts for line in part.lines.all()]
    wanted = {line.product_id for line in lines} | {line.product_id for line in held}
    products = stock.lock_products(wanted)
    for order in unpaid:
        withdraw(order=order, parts=parts, products=products, actor=actor, reason="ordered again", now=now)
    for line in lines:
        line.product = products[line.product_id]
    found = changes(lines)
    if found:
        raise BasketChangedError(found)
    total = sum(line.product.most_of(line.quantity) for line in lines)
    if total > MAX_TOTAL_CENTS:
        raise TooMuchError(f"Au-delà de {money(MAX_TOTAL_CENTS)}, appelez la conciergerie pour commander.")
    return lines


def _locked_hub(hub: Hub) -> Hub:
    try:
        found = lock_places(hub.pk)
    except Hub.DoesNotExist as error:
        raise WindowGoneError from error
    if not found.active:
        raise WindowGoneError
    return found


def _checked_window(
    *, town: "Town", hub: Hub, wish: Wish, products: list[Product], now: datetime
) -> tuple[Window, bool]:
    """The window that is asked for, and whether it was full. Raises WindowGoneError."""
    found = prospects(town=town, products=products, now=now, hubs=[hub])
    window = found.at(hub).window_at(wish.window_start)
    if window is not None:
        return window, False
    window = found.beyond_room(hub).window_at(wish.window_start) if wish.overbook else None
    if window is None:
        raise WindowGoneError
    return window, True


def _create(
    *, town: "Town", resident: Resident, basket: Basket, wish: Wish, window: Window, actor: Actor, now: datetime
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
        run_id=window.run.round.key if window.run else None,
        run_departs_at=window.run.departure if window.run else None,
        channel=wish.channel,
        payment_mode=wish.payment_mode,
        hub_fee_cents=wish.fee_cents,
        hub_fee_vat_bp=fee_vat_bp(town=town, now=now) if wish.fee_cents else 0,
        code=f"{secrets.randbelow(1_000_000):06}",
        checkout_token=wish.token,
        basket_id=basket.pk,
        entered_by=actor.label if wish.channel != Channel.WEB else "",
        note=wish.note,
        placed_at=now,
        confirmed_at=None if wish.payment_mode == PaymentMode.CARD else now,
    )


def _next_number() -> str:
    """The next number of the town: the counter's row stays locked until the order is committed."""
    if not OrderCounter.objects.filter(pk=1).update(count=F("count") + 1):
        # The town's very first order; a second one at the same instant waits here, then counts on.
        OrderCounter.objects.get_or_create(pk=1)
        OrderCounter.objects.filter(pk=1).update(count=F("count") + 1)
    return order_number(OrderCounter.objects.values_list("count", flat=True).get(pk=1) - 1)


def _create_parts(
    *, order: Order, lines: list[BasketLine], window: Window, wish: Wish, town: "Town", now: datetime
) -> int:
    # The items of the promise were the lines, in their order.
    trips = last_trips([line.product.shop_id for line in lines], window)
    by_shop: dict[Shop, list[BasketLine]] = defaultdict(list)
    for line in lines:
        by_shop[line.product.shop].append(line)
    # The rate of the day is frozen here: what the town hall decides later concerns later orders.
    today = now.astimezone(ZoneInfo(town.timezone)).date()
    rates = terms_of_merchants({shop.merchant_id for shop in by_shop}, on=today)
    state = ShopOrderState.AWAITING_PAYMENT if wish.payment_mode == PaymentMode.CARD else ShopOrderState.PLACED
    parts, parts_lines = [], []
    for shop, shop_lines in by_shop.items():
        total = sum(line.product.price_of(line.quantity) for line in shop_lines)
        part = ShopOrder(
            order=order,
            shop=shop,
            merchant_id=shop.merchant_id,
            state=state,
            placed_cents=total,
            ceiling_cents=sum(line.product.most_of(line.quantity) for line in shop_lines),
            total_cents=total,
            collection_id=trips[shop.pk].round.key,
            collection_departs_at=trips[shop.pk].departure,
            **columns_of(rates[shop.merchant_id]),
        )
        parts.append(part)
        parts_lines += [_line(part, line) for line in shop_lines]
    ShopOrder.objects.bulk_create(parts)
    Line.objects.bulk_create(parts_lines)
    return sum(part.total_cents for part in parts)


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
        **_weight(product, line.quantity),
    )


def _weight(product: Product, quantity: int) -> dict[str, int]:
    """What is frozen of a line that is sold by weight: its price is an estimate until it is weighed."""
    if product.per_kg_cents is None or product.unit_grams is None:
        return {}
    return {
        "per_kg_cents": product.per_kg_cents,
        "ordered_grams": quantity * product.unit_grams,
        "ceiling_cents": product.most_of(quantity),
        "weight_cents": product.price_of(quantity),
    }
