"""What there is to do at the desk now, in the order in which it is done; loaded in a fixed number of statements."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from billing.payments.models import Payment, PaymentState
from conciergeries.towns.models import Town
from tenants.hubs.promise import HORIZON
from tenants.orders.models import Line, LineState, Order, ShopOrder, Substitution
from tenants.orders.moved import orders_to_tell
from tenants.orders.queries import credited_by_order, orders_to_hand_over, parts_to_bring_in, parts_to_collect
from tenants.orders.refunds import StuckRefund, refunds_at_the_desk, refunds_that_failed
from tenants.orders.states import ENDED_WITHOUT_GOODS, ShopOrderState
from tenants.orders.substitutions.queries import live
from tenants.orders.to_see import orders_to_see
from tenants.shops.models import Shop

S = ShopOrderState
# A merchant who has not answered for so long is called.
SILENT_AFTER = timedelta(hours=1)


@dataclass(frozen=True)
class Stop:
    """One shop to go to, and what waits there, part by part."""

    shop: Shop
    parts: list[ShopOrder]

    @property
    def goods(self) -> str:
        """What to ask for, in one line."""
        quantities: dict[str, int] = defaultdict(int)
        for part in self.parts:
            for line in ordered_lines(part):
                quantities[line.name] += line.quantity
        return ", ".join(f"{quantity} × {name}" for name, quantity in sorted(quantities.items()))

    @property
    def to_take(self) -> list[ShopOrder]:
        """What the concierge may take: nobody knows yet what to pack while a customer is asked about a replacement."""
        return [part for part in self.parts if not part.awaits_customer]

    @property
    def asking(self) -> int:
        """How many parts wait for their customer's answer."""
        return len(self.parts) - len(self.to_take)

    @property
    def unanswered(self) -> int:
        """How many parts the merchant has not accepted yet."""
        return sum(part.state == S.PLACED for part in self.parts)


@dataclass(frozen=True)
class Round:
    """The stops of one day; `late` when that day is over."""

    day: date
    stops: list[Stop]
    late: bool

    @property
    def parts(self) -> list[ShopOrder]:
        return [part for stop in self.stops for part in stop.parts]


@dataclass(frozen=True)
class ToHandOver:
    """An order that waits, or is about to: what is still on its way, and what is still to pay, in cents."""

    order: Order
    due_cents: int
    missing: list[ShopOrder]
    overdue: bool

    @property
    def unpaid_in_shops_cents(self) -> int:
        """What the customer has still to pay merchants, in cents."""
        return sum(part.unpaid_in_shop_cents for part in self.order.shop_orders.all())

    @property
    def to_weigh(self) -> bool:
        """Whether its price is not known yet."""
        return any(part.awaits_weight for part in self.order.shop_orders.all())

    @property
    def bags(self) -> int:
        return sum(part.state not in ENDED_WITHOUT_GOODS for part in self.order.shop_orders.all())


@dataclass(frozen=True)
class Silent:
    """A part whose merchant has not answered; `pressing` after an hour, or once the round is due."""

    part: ShopOrder
    since: datetime
    pressing: bool


@dataclass(frozen=True, kw_only=True)
class Board:
    today: date
    rounds: list[Round]
    later: list[Round]
    to_bring_in: list[ShopOrder]
    to_hand_over: list[ToHandOver]
    to_call: list[ToHandOver]
    to_tell: list[Order]
    to_see: list[Order]
    silent: list[Silent]
    to_ask: list[Substitution]
    failed_refunds: list[StuckRefund]
    to_give: list[StuckRefund]

    @property
    def stops(self) -> list[Stop]:
        return [stop for each in self.rounds for stop in each.stops]

    @property
    def is_clear(self) -> bool:
        return not (
            self.rounds
            or self.to_bring_in
            or self.to_hand_over
            or self.calls
            or self.to_see
            or self.silent
            or self.to_ask
        )

    @property
    def calls(self) -> int:
        """How many customers are to be called: their order waits, or its window changed."""
        return len(self.to_call) + len(self.to_tell)


def board(*, town: Town, now: datetime) -> Board:
    """Everything the concierge has to do, as of `now`, in the town's days."""
    zone = ZoneInfo(town.timezone)
    today = now.astimezone(zone).date()
    to_collect = list(parts_to_collect())
    rounds = rounds_of(to_collect, zone=zone, today=today)
    # With nothing left for today, the next day's round is what there is to do.
    due = [each for each in rounds if each.day <= today] or rounds[:1]
    waiting = _to_hand_over(zone=zone, today=today, now=now)
    to_tell = list(orders_to_tell())
    return Board(
        today=today,
        rounds=due,
        later=[each for each in rounds if each not in due],
        to_bring_in=list(parts_to_bring_in()),
        to_hand_over=waiting,
        # One call says both that it moved and that it waits.
        to_call=[each for each in waiting if not each.missing and is_to_call(each.order) and each.order not in to_tell],
        to_tell=to_tell,
        # Who is to be called is seen to by the call.
        to_see=[order for order in orders_to_see(town=town, now=now) if order not in to_tell],
        silent=_silent(to_collect, now=now),
        to_ask=list(live()),
        failed_refunds=refunds_that_failed(),
        to_give=refunds_at_the_desk(),
    )


def latest_order(*, now: datetime) -> Order | None:
    """The last order that came in, among those whose window is yet to come or was within a day."""
    recent = Order.objects.filter(window_start__gt=now - timedelta(days=1), confirmed_at__isnull=False)
    return recent.order_by("-confirmed_at", "pk").first()


def rounds_of(parts: Iterable[ShopOrder], *, zone: ZoneInfo, today: date) -> list[Round]:
    """Parts by the day on which they are waited for, then by shop; every day before today in one round."""
    by_day: dict[date, dict[Shop, list[ShopOrder]]] = defaultdict(lambda: defaultdict(list))
    for part in parts:
        day = part.order.window_start.astimezone(zone).date()
        by_day[max(day, today - timedelta(days=1))][part.shop].append(part)
    return [
        Round(day, [Stop(shop, found) for shop, found in by_day[day].items()], late=day < today)
        for day in sorted(by_day)
    ]


def is_to_call(order: Order) -> bool:
    """Whether the customer, who has no e-mail, does not know yet that the order waits."""
    return not order.customer_email and order.ready_told_at is None


def ordered_lines(part: ShopOrder) -> list[Line]:
    """The lines that the shop has not refused."""
    return [line for line in part.lines.all() if line.state == LineState.ORDERED]


def due_by_order(orders: Iterable[Order]) -> dict[UUID, int]:
    """What each customer still has to pay at the desk, in cents, in one statement for all of them."""
    loaded = list(orders)
    credited = credited_by_order(order.pk for order in loaded)
    paid: dict[UUID, int] = defaultdict(int)
    counting = [PaymentState.SUCCEEDED, PaymentState.AUTHORISED]
    for payment in Payment.objects.filter(reference__in=[each.pk for each in loaded], state__in=counting):
        paid[payment.reference] += payment.amount_cents if payment.is_held else payment.refundable_cents
    return {order.pk: max(_owed_here(order, credited) - paid[order.pk], 0) for order in loaded}


def _owed_here(order: Order, credited: Mapping[UUID, int]) -> int:
    # What is paid in the shops is given back by the shops.
    given_back = 0 if order.is_paid_in_shops else credited.get(order.pk, 0)
    return order.collected_here_cents - given_back


def _to_hand_over(*, zone: ZoneInfo, today: date, now: datetime) -> list[ToHandOver]:
    """The orders of today and before, and those of other days that are complete already."""
    orders = list(orders_to_hand_over(until=now + HORIZON))
    due = due_by_order(orders)
    found = []
    for order in orders:
        missing = [part for part in order.shop_orders.all() if part.state not in {*ENDED_WITHOUT_GOODS, S.AT_HUB}]
        if missing and order.window_start.astimezone(zone).date() > today:
            continue
        found.append(ToHandOver(order, due[order.pk], missing, overdue=order.window_end < now))
    return found


def _silent(parts: Iterable[ShopOrder], *, now: datetime) -> list[Silent]:
    found = []
    for part in parts:
        if part.state != S.PLACED:
            continue
        since = part.order.confirmed_at or part.order.placed_at
        pressing = now - since >= SILENT_AFTER or now >= part.order.order_before
        found.append(Silent(part, since, pressing))
    return sorted(found, key=lambda each: (not each.pressing, each.part.order.order_before, each.since))
