"""Reading orders: what each person may see of them, in a fixed number of statements."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import F, Prefetch, QuerySet, Sum

from billing.payments.models import Bearer
from billing.payments.queries import paid_and_held
from conciergeries.towns.models import Town
from tenants.hubs.promise import Window
from tenants.orders.models import (
    Basket,
    Line,
    LineState,
    Order,
    RefundLine,
    RefundRequest,
    RequestState,
    ShopOrder,
    Substitution,
)
from tenants.orders.states import ENDED_WITHOUT_GOODS, ShopOrderState
from tenants.orders.substitution_models import LIVE
from tenants.residents.models import Resident

S = ShopOrderState


def with_parts(orders: QuerySet[Order]) -> QuerySet[Order]:
    """Load shop orders, shops and lines with the orders: four statements for any number of orders."""
    parts = ShopOrder.objects.select_related("shop").prefetch_related(Prefetch("lines", Line.objects.order_by("name")))
    return orders.select_related("hub", "resident", "run").prefetch_related(Prefetch("shop_orders", parts))


def orders_of_resident(resident: Resident) -> QuerySet[Order]:
    """A resident sees their own orders only."""
    return Order.objects.filter(resident=resident)


def parts_of_merchants(merchant_ids: Iterable[UUID]) -> QuerySet[ShopOrder]:
    """A merchant sees its own parts, once they are paid or promised at the desk; never the whole order."""
    return (
        ShopOrder.objects.filter(merchant_id__in=list(merchant_ids))
        .exclude(state=S.AWAITING_PAYMENT)
        .select_related("order__hub", "shop")
        .prefetch_related(
            "lines",
            Prefetch("lines__refund_lines", borne_by_merchants(), "borne"),
            Prefetch("lines__substitutions", proposals(), "proposed"),
        )
        .order_by("order__window_start", "pk")
    )


def borne_by_merchants() -> QuerySet[RefundLine]:
    """What merchants bear of granted refunds, with the reason, the oldest first."""
    granted = RefundLine.objects.filter(bearer=Bearer.MERCHANT, request__state=RequestState.GRANTED)
    return granted.select_related("request").order_by("request__decided_at", "pk")


def proposals() -> QuerySet[Substitution]:
    """The replacements that are proposed and not decided, the most urgent first."""
    return Substitution.objects.filter(state__in=LIVE).order_by("answer_before", "pk")


def parts_to_collect() -> QuerySet[ShopOrder]:
    """What the concierge fetches from shops, the most urgent first."""
    return (
        ShopOrder.objects.filter(state__in=[S.PLACED, S.ACCEPTED, S.READY])
        .select_related("order__hub", "shop")
        .prefetch_related("lines__substitutions")
        .order_by("order__window_start", "shop__name", "pk")
    )


def parts_to_bring_in() -> QuerySet[ShopOrder]:
    """What is on the bike and not yet at the counter."""
    return (
        ShopOrder.objects.filter(state=S.COLLECTED)
        .select_related("order__hub", "shop")
        .prefetch_related("lines")
        .order_by("order__window_start", "shop__name", "pk")
    )


def orders_to_hand_over(*, until: datetime) -> QuerySet[Order]:
    """Confirmed orders with goods to hand over, whose window has begun before `until`, the oldest first."""
    live = ShopOrder.objects.exclude(state__in=[*ENDED_WITHOUT_GOODS, S.HANDED_OVER, S.SETTLED, S.AWAITING_PAYMENT])
    return with_parts(
        Order.objects.filter(pk__in=live.values("order"), window_start__lt=until).order_by("window_start", "number")
    )


def owed_cents(order: Order) -> int:
    """What an order comes to here, in cents: its total, less what was given back after the handover.

    Paid in the shops, it is the conciergerie's own fee: the merchants have the rest, and give back what is to be.
    """
    if order.is_paid_in_shops:
        return order.collected_here_cents - credited_of_no_line(order)
    return order.total_cents - credited_by_order([order.pk]).get(order.pk, 0)


def credited_of_no_line(order: Order) -> int:
    """What was granted back after the handover, and is of no line: paid in the shops, of the hub's fee."""
    granted = RefundLine.objects.filter(
        request__order=order, request__state=RequestState.GRANTED, request__after_handover=True, line=None
    )
    return int(granted.aggregate(total=Sum("amount_cents", default=0))["total"])


def credited_by_order(order_ids: Iterable[UUID]) -> dict[UUID, int]:
    """What customers were granted back of orders that they had in hand, in cents, in one statement for all."""
    granted = RefundRequest.objects.filter(
        order__in=list(order_ids), state=RequestState.GRANTED, after_handover=True
    ).order_by()
    return dict(granted.values_list("order").annotate(Sum("amount_cents")))


def granted_by_line(order: Order) -> dict[UUID, int]:
    """What was granted back of each line of an order, in cents; lines of which nothing was are left out."""
    granted = RefundLine.objects.filter(request__order=order, request__state=RequestState.GRANTED, line__isnull=False)
    return dict(granted.order_by().values_list("line").annotate(Sum("amount_cents")))


def due_cents(order: Order) -> int:
    """What the customer still has to pay, in cents: what a card holds is as good as paid."""
    return max(owed_cents(order) - sum(paid_and_held(reference=order.pk)), 0)


def lines_to_weigh(order: Order) -> QuerySet[Line]:
    """The lines of an order whose weight, and so whose price, is not known yet."""
    return Line.objects.filter(
        shop_order__order=order, state=LineState.ORDERED, per_kg_cents__isnull=False, weighed_grams=None
    ).exclude(shop_order__state__in=ENDED_WITHOUT_GOODS)


def most_cents(order: Order) -> int:
    """The most that an order may come to here, whatever the scales say, in cents."""
    if order.is_paid_in_shops:
        return owed_cents(order)
    more = F("ceiling_cents") - F("weight_cents")
    return owed_cents(order) + int(lines_to_weigh(order).aggregate(more=Sum(more, default=0))["more"])


def unpaid_orders_of(basket: Basket) -> list[Order]:
    """Orders made of this basket whose payment never came: they keep goods aside until they are paid or let go."""
    return list(with_parts(Order.objects.filter(basket_id=basket.pk, confirmed_at=None, cancelled_at=None)))


def window_of(order: Order, *, town: Town) -> Window:
    """The window that the order was promised, on the town's clock."""
    zone = ZoneInfo(town.timezone)
    return Window(
        start=order.window_start.astimezone(zone),
        end=order.window_end.astimezone(zone),
        order_before=order.order_before.astimezone(zone),
    )
