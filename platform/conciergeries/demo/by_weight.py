"""Orders of goods sold by weight, one for each stage: held by a card, debited, held no more."""

from datetime import datetime
from http.client import HTTPConnection
from urllib.parse import urlencode, urlsplit
from uuid import uuid4

from billing.payments.gateway import account_here
from billing.payments.holding import send_capture
from billing.payments.models import Payment
from billing.payments.services import open_checkout, reconcile
from conciergeries.demo.orders import CONCIERGE, order_at_desk
from conciergeries.towns.models import Town
from shared.tenancy import in_town
from shared.web.addresses import absolute_url
from tenants.hubs.queries import main_hub
from tenants.orders.basket import add
from tenants.orders.capturing import note_lapse
from tenants.orders.confirming import confirm_authorised, confirm_paid
from tenants.orders.events import CUSTOMER
from tenants.orders.fetching import arrive, collect
from tenants.orders.models import Basket, Channel, Line, Order, PaymentMode
from tenants.orders.placing import Wish, place_order
from tenants.orders.promising import prospects
from tenants.orders.weighing import weigh
from tenants.residents.models import Resident
from tenants.shops.models import Product

# Accepted at once by the stand-in for Stripe.
CARD = "4242424242424242"


def first_by_weight(*, town: Town, now: datetime) -> None:
    """Held and to weigh, weighed and debited, let go by the bank; at the counter, above its ceiling. Once."""
    with in_town(town):
        product = Product.objects.for_sale().filter(per_kg_cents__isnull=False).select_related("shop").first()
        resident = Resident.objects.exclude(user=None).order_by("created_at").first()
        if product is None or resident is None or Line.objects.filter(per_kg_cents__isnull=False).exists():
            return
        _at_the_counter(town, resident, product, now)
        for stage in (_leave, _weigh, _let_go):
            order = _ordered(town, resident, product, now)
            if order is not None:
                stage(_held(order, now), order, now)


def _at_the_counter(town: Town, resident: Resident, product: Product, now: datetime) -> None:
    order = order_at_desk(town=town, resident=resident, products=[product], now=now)
    if order is None:
        return
    _write(order, times=1.2, now=now)
    for part in order.shop_orders.all():
        collect(part_id=part.pk, actor=CONCIERGE, now=now)
        arrive(part_id=part.pk, actor=CONCIERGE, now=now)


def _ordered(town: Town, resident: Resident, product: Product, now: datetime) -> Order | None:
    """An order of the resident's on the site, for the soonest window; None when there is none."""
    hub = main_hub()
    said = prospects(town=town, products=[product], now=now, hubs=[hub]).at(hub) if hub else None
    if hub is None or said is None or said.earliest is None:
        return None
    basket = Basket.objects.create(created_at=now, updated_at=now)
    add(basket=basket, product=product, quantity=1, now=now)
    wish = Wish(
        hub=hub,
        window_start=said.earliest.start,
        payment_mode=PaymentMode.CARD,
        channel=Channel.WEB,
        token=uuid4(),
    )
    return place_order(town=town, basket=basket, resident=resident, wish=wish, actor=CUSTOMER, now=now)


def _held(order: Order, now: datetime) -> Payment:
    """Go through the stand-in's page as a customer does."""
    payment = Payment.objects.get(reference=order.pk)
    here = absolute_url("/")
    url = open_checkout(payment_id=payment.pk, success_url=here, cancel_url=here, customer_email="", now=now)
    page = urlsplit(url)
    connection = HTTPConnection(page.netloc, timeout=10)
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    connection.request("POST", page.path, urlencode({"test_card": CARD}), form)
    connection.getresponse().read()
    connection.close()
    payment = reconcile(payment_id=payment.pk, now=now)
    confirm_authorised(order_id=order.pk, payment_id=payment.pk, now=now)
    return payment


def _leave(payment: Payment, order: Order, now: datetime) -> None:
    """Its merchant is to weigh it."""


def _weigh(payment: Payment, order: Order, now: datetime) -> None:
    _write(order, times=0.96, now=now)
    send_capture(payment_id=payment.pk, now=now)
    confirm_paid(order_id=order.pk, payment_id=payment.pk, now=now)


def _let_go(payment: Payment, order: Order, now: datetime) -> None:
    """As a bank does by itself, after seven days."""
    account_here().client.v1.payment_intents.cancel(payment.stripe_intent_id or "")
    reconcile(payment_id=payment.pk, now=now)
    note_lapse(order_id=order.pk, payment_id=payment.pk, now=now)


def _write(order: Order, *, times: float, now: datetime) -> None:
    for line in Line.objects.filter(shop_order__order=order):
        grams = round((line.ordered_grams or 0) * times)
        weigh(part_id=line.shop_order_id, grams={line.pk: grams}, actor=CONCIERGE, now=now)
