"""Replacements: one that waits for its customer's answer, and one that was accepted."""

from datetime import datetime, timedelta
from uuid import uuid4

from conciergeries.towns.models import Town
from shared.tenancy import in_town
from tenants.hubs.promise import Window, last_trips
from tenants.hubs.queries import main_hub
from tenants.orders.basket import add
from tenants.orders.events import CUSTOMER, Actor
from tenants.orders.models import Basket, Channel, Line, Order, PaymentMode, Substitution
from tenants.orders.placing import Wish, place_order
from tenants.orders.promising import prospects
from tenants.orders.substitutions.answering import accept
from tenants.orders.substitutions.proposing import Offer, propose
from tenants.residents.models import Resident
from tenants.shops.models import Product, ShopKind

MERCHANT = Actor("Amandine", "portal")
# So that whoever tries the demo has time to answer.
TIME_TO_ANSWER = timedelta(hours=4)


def first_substitutions(*, town: Town, now: datetime) -> None:
    """Two orders of a cheese, for which its shop proposes the next one; the first is accepted. Once."""
    with in_town(town):
        cheeses = Product.objects.for_sale().filter(shop__kind=ShopKind.CHEESE, made_to_order=False, per_kg_cents=None)
        found = list(cheeses.select_related("shop").order_by("name", "pk")[:2])
        resident = Resident.objects.exclude(user=None).order_by("created_at").first()
        if len(found) < 2 or resident is None or Substitution.objects.exists():  # noqa: PLR2004  (one for the other)
            return
        wanted, other = found
        window = _window(town, wanted, now)
        if window is None:
            return
        for quantity in (1, 3):
            order = _ordered(town, resident, wanted, window, now)
            line = Line.objects.get(shop_order__order=order)
            offer = Offer(product_id=other.pk, quantity=quantity, same_price=True, words="Du même troupeau.")
            made = propose(line_id=line.pk, offer=offer, actor=MERCHANT, now=now)
            if quantity == 1:
                accept(substitution_id=made.pk, actor=CUSTOMER, now=now)


def _window(town: Town, product: Product, now: datetime) -> Window | None:
    """The soonest that leaves the time to answer."""
    hub = main_hub()
    said = prospects(town=town, products=[product], now=now, hubs=[hub]).at(hub) if hub else None
    windows = said.windows if said else ()
    leaving = ((window, last_trips([product.shop_id], window)[product.shop_id].departure) for window in windows)
    return next((window for window, departure in leaving if departure - now >= TIME_TO_ANSWER), None)


def _ordered(town: Town, resident: Resident, product: Product, window: Window, now: datetime) -> Order:
    hub = main_hub()
    if hub is None:
        raise LookupError("the town has no main hub")
    basket = Basket.objects.create(created_at=now, updated_at=now)
    add(basket=basket, product=product, quantity=2, now=now)
    wish = Wish(
        hub=hub,
        window_start=window.start,
        payment_mode=PaymentMode.DESK,
        channel=Channel.WEB,
        token=uuid4(),
    )
    order = place_order(town=town, basket=basket, resident=resident, wish=wish, actor=CUSTOMER, now=now)
    basket.delete()
    return order
