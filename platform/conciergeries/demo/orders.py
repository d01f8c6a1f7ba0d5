"""A first day of work: a few orders paid at the desk or in the shops, each at another stage of its life."""

from datetime import datetime
from uuid import uuid4

from conciergeries.towns.models import Town
from shared.tenancy import in_town
from tenants.hubs.queries import main_hub
from tenants.orders.answering import accept
from tenants.orders.basket import add
from tenants.orders.events import Actor
from tenants.orders.fetching import arrive, collect
from tenants.orders.models import Basket, Channel, Order, PaymentMode
from tenants.orders.placing import Wish, place_order
from tenants.orders.promising import prospects
from tenants.residents.models import Resident
from tenants.shops.models import Product

CONCIERGE = Actor("La concierge", "counter")
STAGES = ("placed", "accepted", "collected", "at_hub")
# Where the town lets customers pay the shops, the one that is paid so.
PAID_IN_SHOPS = "placed"


def first_orders(*, town: Town, now: datetime) -> None:
    """Place one order for each stage, if the town has none of them yet."""
    with in_town(town):
        if Order.objects.filter(handed_over_at=None).exists():
            return
        residents = list(Resident.objects.order_by("created_at", "name"))
        products = list(
            Product.objects.for_sale()
            .filter(made_to_order=False, per_kg_cents=None)
            .select_related("shop")
            .order_by("name")
        )
        for place, stage in enumerate(STAGES):
            order = order_at_desk(
                town=town,
                resident=residents[place % len(residents)],
                products=[products[place % len(products)], products[(place + 2) % len(products)]],
                mode=PaymentMode.SHOP if town.accepts_payment_in_shops and stage == PAID_IN_SHOPS else PaymentMode.DESK,
                now=now,
            )
            if order is not None:
                _bring_to(order, stage, now)


def order_at_desk(
    *,
    town: Town,
    resident: Resident,
    products: list[Product],
    mode: PaymentMode = PaymentMode.DESK,
    now: datetime,
) -> Order | None:
    """An order taken on the phone for the soonest window of the main hub; None when there is none."""
    hub = main_hub()
    if hub is None:
        return None
    said = prospects(town=town, products=products, now=now, hubs=[hub]).at(hub)
    if said.earliest is None:
        return None
    basket = Basket.objects.create(created_at=now, updated_at=now)
    for product in products:
        add(basket=basket, product=product, quantity=1, now=now)
    wish = Wish(
        hub=hub,
        window_start=said.earliest.start,
        payment_mode=mode,
        channel=Channel.PHONE,
        token=uuid4(),
    )
    order = place_order(town=town, basket=basket, resident=resident, wish=wish, actor=CONCIERGE, now=now)
    basket.delete()
    return order


def _bring_to(order: Order, stage: str, now: datetime) -> None:
    for part in order.shop_orders.order_by("pk"):
        for reached, verb in (("accepted", accept), ("collected", collect), ("at_hub", arrive)):
            if STAGES.index(reached) <= STAGES.index(stage):
                verb(part_id=part.pk, actor=CONCIERGE, now=now)
