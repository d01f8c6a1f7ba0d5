"""What happened before the first visitor came: orders paid at the desk or in the shops, handed over, weeks settled."""

from datetime import date, datetime, time, timedelta
from itertools import cycle
from zoneinfo import ZoneInfo

from billing.payments.models import Mode
from billing.settlements.services import settle
from conciergeries.demo.orders import CONCIERGE, order_at_desk
from conciergeries.towns.models import Town
from shared.tenancy import in_town
from tenants.orders.answering import accept
from tenants.orders.fetching import arrive, collect
from tenants.orders.handing_over import Proof, hand_over
from tenants.orders.models import Order, PaymentMode
from tenants.orders.paid_in_shop import note_paid_in_shop
from tenants.residents.models import Resident
from tenants.shops.models import Product

WEEKS = 2
# When an order is placed, counted from the Monday of a week.
ORDERED = (timedelta(days=0, hours=9), timedelta(days=2, hours=9), timedelta(days=3, hours=15))
MEANS = (Mode.TERMINAL, Mode.CASH, Mode.CHEQUE)


def began_on(now: datetime, *, zone: ZoneInfo) -> datetime:
    """The Monday, at eight, on which the demo's towns began: so many whole weeks ago."""
    today = now.astimezone(zone).date()
    monday = today - timedelta(days=today.weekday(), weeks=WEEKS)
    return datetime.combine(monday, time(8), tzinfo=zone)


def past_weeks(*, town: Town, now: datetime) -> None:
    """Sell and settle the weeks since the town began, if it has sold nothing yet."""
    zone = ZoneInfo(town.timezone)
    first = began_on(now, zone=zone).date()
    with in_town(town):
        if Order.objects.exists():
            return
        stock = dict(Product.objects.values_list("pk", "stock"))
        people = cycle(Resident.objects.order_by("created_at", "name"))
        # A piece of which there is one stays in the window.
        plenty = Product.objects.for_sale().filter(
            made_to_order=False, per_kg_cents=None, stock__gte=WEEKS * len(ORDERED)
        )
        goods = list(plenty.select_related("shop").order_by("name"))
    for week in range(WEEKS):
        monday = first + timedelta(weeks=week)
        with in_town(town):
            for place, (since_monday, means) in enumerate(zip(ORDERED, MEANS, strict=True)):
                at = datetime.combine(monday, time(0), tzinfo=zone) + since_monday
                products = [goods[(week + place) % len(goods)], goods[(week + place + 3) % len(goods)]]
                # Where the town lets customers pay the shops, last week most did.
                in_shops = town.accepts_payment_in_shops and week == WEEKS - 1 and place < len(ORDERED) - 1
                paid = None if in_shops else means
                _sell(town=town, resident=next(people), products=products, means=paid, at=at)
        settle(town=town, period_end=monday + timedelta(days=6), now=_just_after(monday + timedelta(days=6), zone))
    with in_town(town):
        for pk, left in stock.items():
            Product.objects.filter(pk=pk).update(stock=left)


def _sell(*, town: Town, resident: Resident, products: list[Product], means: Mode | None, at: datetime) -> None:
    """One order, from its call to the handover at the beginning of its window; without `means`, paid to each shop."""
    mode = PaymentMode.DESK if means else PaymentMode.SHOP
    order = order_at_desk(town=town, resident=resident, products=products, mode=mode, now=at)
    if order is not None:
        bring_and_hand_over(order=order, means=means, at=at, handed_over_at=order.window_start)


def bring_and_hand_over(*, order: Order, means: Mode | None, at: datetime, handed_over_at: datetime) -> None:
    """Have an order accepted, fetched and paid at one moment, and handed over at another."""
    for part in order.shop_orders.order_by("pk"):
        for verb in (accept, collect, arrive):
            verb(part_id=part.pk, actor=CONCIERGE, now=at)
        if means is None:
            note_paid_in_shop(part_id=part.pk, actor=CONCIERGE, now=at)
    proof = Proof(code=order.code, adult_seen=True)
    hand_over(order_id=order.pk, proof=proof, means=means, actor=CONCIERGE, now=handed_over_at)


def _just_after(sunday: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(sunday + timedelta(days=1), time(0, 10), tzinfo=zone)
