"""Changing one's mind in time."""

from datetime import datetime

import pytest

from billing.payments.models import Payment, PaymentState, Refund
from shared.notifications.models import Message
from tenants.orders.answering import accept, refuse_line
from tenants.orders.cancelling import TooLateToCancelError, can_cancel, cancel
from tenants.orders.events import CUSTOMER, Actor
from tenants.orders.models import Line, Order, PaymentMode
from tenants.orders.states import OrderState
from tenants.shops.models import Product
from tests.factories import Market, make_order, pay_by_card

pytestmark = pytest.mark.django_db

MERCHANT = Actor("Atelier Mistral", "portal")


@pytest.fixture
def paid(market: Market) -> Order:
    order = make_order(town=market.town, lines=market.everything, payment_mode=PaymentMode.CARD)
    pay_by_card(order=order)
    return Order.objects.get(pk=order.pk)


def test_all_of_it_goes_back(paid: Order, market: Market, now: datetime) -> None:
    assert can_cancel(paid)
    assert cancel(order_id=paid.pk, actor=CUSTOMER, now=now) == 6000
    paid.refresh_from_db()
    assert paid.state == OrderState.CANCELLED
    assert not can_cancel(paid)
    assert Refund.objects.get().amount_cents == 6000
    assert Product.objects.get(pk=market.shirt.pk).stock == 5
    templates = sorted(Message.objects.values_list("template", flat=True))
    assert templates == ["orders/cancelled", *["orders/part_cancelled"] * 3]
    assert "60,00\u00a0€ vous sont rendus" in Message.objects.get(template="orders/cancelled").text


def test_twice_is_once(paid: Order, now: datetime) -> None:
    cancel(order_id=paid.pk, actor=CUSTOMER, now=now)
    assert cancel(order_id=paid.pk, actor=CUSTOMER, now=now) == 0
    assert Refund.objects.count() == 1


def test_what_a_refused_line_gave_back_is_not_given_twice(paid: Order, market: Market, now: datetime) -> None:
    refuse_line(line_id=Line.objects.get(product=market.wine).pk, reason="", actor=MERCHANT, now=now)
    assert cancel(order_id=paid.pk, actor=CUSTOMER, now=now) == 4550
    assert sum(refund.amount_cents for refund in Refund.objects.all()) == 6000
    # What the shop had not got is not put back on sale.
    assert Product.objects.get(pk=market.wine.pk).stock == 11


def test_too_late_once_a_shop_has_begun(paid: Order, now: datetime) -> None:
    accept(part_id=paid.shop_orders.all()[0].pk, actor=MERCHANT, now=now)
    assert not can_cancel(Order.objects.get(pk=paid.pk))
    with pytest.raises(TooLateToCancelError, match="appelez"):
        cancel(order_id=paid.pk, actor=CUSTOMER, now=now)
    assert not Refund.objects.exists()


def test_an_unpaid_order_is_dropped_without_a_word(market: Market, now: datetime) -> None:
    order = make_order(town=market.town, lines=market.everything, payment_mode=PaymentMode.CARD)
    assert cancel(order_id=order.pk, actor=CUSTOMER, now=now) == 0
    assert Payment.objects.get(reference=order.pk).state == PaymentState.CANCELLED
    assert not Message.objects.exists()
    assert Product.objects.get(pk=market.wine.pk).stock == 12


def test_to_be_paid_at_the_desk_nothing_is_refunded(market: Market, now: datetime) -> None:
    order = make_order(town=market.town, lines=market.everything)
    assert cancel(order_id=order.pk, actor=CUSTOMER, now=now) == 0
    assert not Refund.objects.exists()
    assert "Rien n’avait été payé" in Message.objects.get(template="orders/cancelled").text
