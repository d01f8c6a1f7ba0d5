"""Merchants answer: each for its own part."""

from datetime import datetime

import pytest

from billing.payments.models import Refund
from shared.notifications.models import Message
from tenants.orders import answering, fetching
from tenants.orders.events import Actor
from tenants.orders.models import Line, Order, PaymentMode, ShopOrder
from tenants.orders.queries import due_cents, parts_of_merchants
from tenants.orders.states import OrderState, ShopOrderState
from tenants.orders.transitions import ForbiddenMoveError
from tenants.shops.models import Product
from tests.factories import CONCIERGE, Market, make_order, make_product, make_resident, pay_by_card

pytestmark = pytest.mark.django_db

MERCHANT = Actor("Atelier Mistral", "portal")


@pytest.fixture
def paid(market: Market) -> Order:
    order = make_order(town=market.town, lines=market.everything, payment_mode=PaymentMode.CARD)
    pay_by_card(order=order)
    return Order.objects.get(pk=order.pk)


def part_of(order: Order, name: str) -> ShopOrder:
    return ShopOrder.objects.get(order=order, shop__name=name)


def test_a_merchant_sees_its_own_parts_only_and_only_once_paid(market: Market, now: datetime) -> None:
    mine = [market.shirt.shop.merchant_id]
    order = make_order(town=market.town, lines=market.everything, payment_mode=PaymentMode.CARD)
    assert not parts_of_merchants(mine).exists()
    pay_by_card(order=order)
    (part,) = parts_of_merchants(mine)
    assert [line.name for line in part.lines.all()] == [market.shirt.name]
    assert not parts_of_merchants([]).exists()


def test_accepting_moves_one_part_and_twice_is_once(paid: Order, now: datetime) -> None:
    part = part_of(paid, "Atelier Mistral")
    for _ in range(2):
        answering.accept(part_id=part.pk, actor=MERCHANT, now=now)
    part.refresh_from_db()
    assert (part.state, part.accepted_at) == (ShopOrderState.ACCEPTED, now)
    assert paid.events.filter(kind="accepted").count() == 1
    assert part_of(paid, "Fromagerie des Alpilles").state == ShopOrderState.PLACED


def test_a_refused_line_is_refunded_exactly_and_told(paid: Order, market: Market, now: datetime) -> None:
    line = Line.objects.get(product=market.wine)
    for _ in range(2):
        answering.refuse_line(line_id=line.pk, reason="  rupture\nchez le vigneron ", actor=MERCHANT, now=now)
    refund = Refund.objects.get()
    assert (refund.amount_cents, refund.reference) == (1450, line.pk)
    paid.refresh_from_db()
    assert paid.total_cents == 4550
    assert due_cents(paid) == 0
    assert Line.objects.get(pk=line.pk).refusal_reason == "rupture chez le vigneron"
    assert part_of(paid, "Cave des Heures Claires").state == ShopOrderState.REFUSED
    mail = Message.objects.get(template="orders/line_refused")
    assert "14,50\u00a0€ vous sont rendus" in mail.text
    assert "rupture chez le vigneron" in mail.text


def test_what_was_refused_does_not_go_back_on_sale(paid: Order, market: Market, now: datetime) -> None:
    """The shop has said that it has not got it: it says itself, in its own space, what it has."""
    line = Line.objects.get(product=market.wine)
    before = Product.objects.get(pk=market.wine.pk).stock
    answering.refuse_line(line_id=line.pk, reason="casse", actor=MERCHANT, now=now)
    answering.refuse(part_id=part_of(paid, "Atelier Mistral").pk, reason="fermé", actor=MERCHANT, now=now)
    assert Product.objects.get(pk=market.wine.pk).stock == before
    assert Product.objects.get(pk=market.shirt.pk).stock == 4


def test_refusing_a_whole_part_writes_one_mail(market: Market, now: datetime) -> None:
    second = make_product(shop=market.wine.shop, name="Rosé", price_cents=900)
    order = make_order(town=market.town, lines=[*market.everything, (second, 2)], payment_mode=PaymentMode.CARD)
    pay_by_card(order=order)
    part = part_of(order, "Cave des Heures Claires")
    answering.refuse(part_id=part.pk, reason="cave inondée", actor=MERCHANT, now=now)
    answering.refuse(part_id=part.pk, reason="cave inondée", actor=MERCHANT, now=now)
    assert sum(refund.amount_cents for refund in Refund.objects.all()) == 1450 + 1800
    assert Message.objects.filter(template="orders/line_refused").count() == 1
    assert Order.objects.get(pk=order.pk).total_cents == 4550


def test_when_every_part_is_refused_the_order_is_cancelled(paid: Order, now: datetime) -> None:
    for part in paid.shop_orders.all():
        answering.refuse(part_id=part.pk, reason="fermé", actor=MERCHANT, now=now)
    paid.refresh_from_db()
    assert paid.state == OrderState.CANCELLED
    assert paid.cancelled_at == now
    assert sum(refund.amount_cents for refund in Refund.objects.all()) == 6000


def test_unpaid_at_the_desk_nothing_is_refunded(market: Market, now: datetime) -> None:
    order = make_order(town=market.town, lines=market.everything)
    line = Line.objects.get(product=market.wine)
    answering.refuse_line(line_id=line.pk, reason="", actor=MERCHANT, now=now)
    assert not Refund.objects.exists()
    assert due_cents(Order.objects.get(pk=order.pk)) == 4550
    assert "Vous ne les paierez pas" in Message.objects.get(template="orders/line_refused").text


def test_too_late_to_refuse_once_the_concierge_has_the_goods(paid: Order, market: Market, now: datetime) -> None:
    part = part_of(paid, "Cave des Heures Claires")
    fetching.collect(part_id=part.pk, actor=CONCIERGE, now=now)
    with pytest.raises(ForbiddenMoveError, match="ramassée"):
        answering.refuse(part_id=part.pk, reason="trop tard", actor=MERCHANT, now=now)
    assert not Refund.objects.exists()


def test_the_last_part_awaited_is_refused_and_the_rest_is_waiting(paid: Order, market: Market, now: datetime) -> None:
    for name in ("Atelier Mistral", "Fromagerie des Alpilles"):
        part = part_of(paid, name)
        fetching.collect(part_id=part.pk, actor=CONCIERGE, now=now)
        fetching.arrive(part_id=part.pk, actor=CONCIERGE, now=now)
    assert not Message.objects.filter(template="orders/waiting").exists()
    last = part_of(paid, "Cave des Heures Claires")
    answering.refuse(part_id=last.pk, reason="", actor=MERCHANT, now=now)
    assert Message.objects.filter(template="orders/waiting").count() == 1


def test_an_endless_reason_is_cut(paid: Order, market: Market, now: datetime) -> None:
    line = Line.objects.get(product=market.wine)
    answering.refuse_line(line_id=line.pk, reason="🍷" * 5000, actor=MERCHANT, now=now)
    assert Line.objects.get(pk=line.pk).refusal_reason == "🍷" * 200


def test_no_mail_to_somebody_without_an_address(market: Market, now: datetime) -> None:
    bruno = make_resident(name="Bruno Tran", account=False)
    make_order(town=market.town, lines=market.everything, resident=bruno)
    answering.refuse_line(line_id=Line.objects.get(product=market.wine).pk, reason="", actor=MERCHANT, now=now)
    assert not Message.objects.filter(template="orders/line_refused").exists()
