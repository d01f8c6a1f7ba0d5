"""The concierge's way with the goods."""

from datetime import datetime

import pytest

from shared.notifications.models import Message
from tenants.orders import fetching
from tenants.orders.models import Order, ShopOrder
from tenants.orders.queries import parts_to_bring_in, parts_to_collect
from tenants.orders.states import OrderState, ShopOrderState
from tenants.orders.transitions import ForbiddenMoveError
from tests.factories import CONCIERGE, Market, make_order, make_resident

pytestmark = pytest.mark.django_db


@pytest.fixture
def order(market: Market) -> Order:
    return make_order(town=market.town, lines=market.everything)


def test_from_the_shops_to_the_counter(order: Order, now: datetime) -> None:
    parts = list(parts_to_collect())
    assert len(parts) == 3
    for part in parts:
        fetching.collect(part_id=part.pk, actor=CONCIERGE, now=now)
        fetching.collect(part_id=part.pk, actor=CONCIERGE, now=now)
    assert not parts_to_collect().exists()
    assert Order.objects.get(pk=order.pk).state == OrderState.ON_THE_WAY
    for part in parts_to_bring_in():
        fetching.arrive(part_id=part.pk, actor=CONCIERGE, now=now)
        fetching.arrive(part_id=part.pk, actor=CONCIERGE, now=now)
    assert Order.objects.get(pk=order.pk).state == OrderState.WAITING
    mail = Message.objects.get(template="orders/waiting")
    assert order.code in mail.text
    assert order.events.filter(kind="collected").count() == 3


def test_goods_handed_over_by_a_silent_merchant_are_accepted(order: Order, now: datetime) -> None:
    part = order.shop_orders.all()[0]
    fetching.collect(part_id=part.pk, actor=CONCIERGE, now=now)
    accepted = order.events.get(kind="accepted")
    assert accepted.data == {"for_the_merchant": True}
    assert accepted.actor == CONCIERGE.label


def test_the_customer_is_told_with_the_last_part_only(order: Order, now: datetime) -> None:
    for part in order.shop_orders.all()[:2]:
        fetching.collect(part_id=part.pk, actor=CONCIERGE, now=now)
        fetching.arrive(part_id=part.pk, actor=CONCIERGE, now=now)
    assert not Message.objects.filter(template="orders/waiting").exists()


def test_a_tick_can_be_taken_back(order: Order, now: datetime) -> None:
    part = order.shop_orders.all()[0]
    fetching.collect(part_id=part.pk, actor=CONCIERGE, now=now)
    fetching.undo_collect(part_id=part.pk, actor=CONCIERGE, now=now)
    assert ShopOrder.objects.get(pk=part.pk).state == ShopOrderState.READY


def test_taking_back_what_was_not_done_does_nothing_else(order: Order, now: datetime) -> None:
    part = order.shop_orders.all()[0]
    for undo in (fetching.undo_collect, fetching.undo_arrive):
        with pytest.raises(ForbiddenMoveError):
            undo(part_id=part.pk, actor=CONCIERGE, now=now)
    fetching.collect(part_id=part.pk, actor=CONCIERGE, now=now)
    fetching.arrive(part_id=part.pk, actor=CONCIERGE, now=now)
    for stale in (fetching.collect, fetching.undo_collect):
        with pytest.raises(ForbiddenMoveError):
            stale(part_id=part.pk, actor=CONCIERGE, now=now)
    for _ in range(2):
        fetching.undo_arrive(part_id=part.pk, actor=CONCIERGE, now=now)
    assert ShopOrder.objects.get(pk=part.pk).state == ShopOrderState.COLLECTED


def test_what_was_not_collected_cannot_arrive(order: Order, now: datetime) -> None:
    part = order.shop_orders.all()[0]
    with pytest.raises(ForbiddenMoveError, match="à accepter"):
        fetching.arrive(part_id=part.pk, actor=CONCIERGE, now=now)


def test_somebody_without_e_mail_is_called(market: Market, now: datetime) -> None:
    bruno = make_resident(name="Bruno Tran", account=False)
    order = make_order(town=market.town, lines=[(market.wine, 1)], resident=bruno)
    part = order.shop_orders.get()
    fetching.collect(part_id=part.pk, actor=CONCIERGE, now=now)
    fetching.arrive(part_id=part.pk, actor=CONCIERGE, now=now)
    order.refresh_from_db()
    assert order.ready_told_at is None
    for _ in range(2):
        fetching.note_called(order_id=order.pk, actor=CONCIERGE, now=now)
    order.refresh_from_db()
    assert order.ready_told_at == now
    assert order.events.filter(kind="told").count() == 1
