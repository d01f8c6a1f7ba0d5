"""A payment that comes, twice, late, or never."""

from datetime import datetime, timedelta

import pytest

from billing.payments.models import Mode, Payment, PaymentState, Refund
from billing.payments.reconciliation import Seen, apply
from billing.payments.services import prepare_card_payment, take_at_desk
from shared.outbox.models import Effect
from tenants.orders import placing
from tenants.orders.answering import refuse_line
from tenants.orders.confirming import confirm_paid, let_go
from tenants.orders.events import CUSTOMER, PLATFORM, Actor
from tenants.orders.models import Line, Order, PaymentMode
from tenants.orders.states import OrderState
from tenants.shops.models import Product
from tests.factories import CONCIERGE, Market, basket_of, make_order, pay_by_card, run_effects

pytestmark = pytest.mark.django_db

ORDERS_OWN = ["payment.succeeded", "payment.failed", placing.EXPIRE]


@pytest.fixture
def unpaid(market: Market) -> Order:
    return make_order(town=market.town, lines=market.everything, payment_mode=PaymentMode.CARD)


def succeed(payment: Payment, now: datetime) -> None:
    seen = Seen(state=PaymentState.SUCCEEDED, session_id=f"cs_{payment.pk}", intent_id=f"pi_{payment.pk}")
    apply(payment_id=payment.pk, seen=seen, now=now)


def test_a_payment_sends_the_order_to_its_shops(market: Market, unpaid: Order, now: datetime) -> None:
    succeed(Payment.objects.get(reference=unpaid.pk), now)
    assert run_effects(now=now, kinds=ORDERS_OWN) == ["payment.succeeded"]
    unpaid.refresh_from_db()
    assert unpaid.state == OrderState.PLACED
    assert unpaid.confirmed_at == now
    assert not basket_of(unpaid).lines.exists()
    assert not Refund.objects.exists()


def test_what_was_added_to_the_basket_meanwhile_stays(market: Market, now: datetime) -> None:
    order = make_order(town=market.town, lines=[(market.shirt, 1)], payment_mode=PaymentMode.CARD)
    basket = basket_of(order)
    basket.lines.create(product=market.wine, quantity=1, seen_price_cents=1450, added_at=now)
    pay_by_card(order=order)
    assert [line.product for line in basket.lines.all()] == [market.wine]


def test_told_twice_it_is_confirmed_once(unpaid: Order, now: datetime) -> None:
    payment = Payment.objects.get(reference=unpaid.pk)
    succeed(payment, now)
    assert confirm_paid(order_id=unpaid.pk, payment_id=payment.pk, now=now)
    assert not confirm_paid(order_id=unpaid.pk, payment_id=payment.pk, now=now)
    assert Effect.objects.filter(kind="orders.confirmed").count() == 1
    assert not Refund.objects.exists()


def test_a_payment_that_is_not_made_confirms_nothing(unpaid: Order, now: datetime) -> None:
    payment = Payment.objects.get(reference=unpaid.pk)
    assert not confirm_paid(order_id=unpaid.pk, payment_id=payment.pk, now=now)
    assert unpaid.state == OrderState.AWAITING_PAYMENT


def test_never_paid_the_goods_go_back_on_sale_and_the_basket_stays(
    market: Market, unpaid: Order, now: datetime
) -> None:
    later = now + placing.PAYMENT_TIME
    assert Product.objects.get(pk=market.shirt.pk).stock == 4
    run_effects(now=later, kinds=[placing.EXPIRE])
    unpaid.refresh_from_db()
    assert unpaid.state == OrderState.CANCELLED
    assert Product.objects.get(pk=market.shirt.pk).stock == 5
    assert basket_of(unpaid).lines.count() == 3
    assert Payment.objects.get(reference=unpaid.pk).state == PaymentState.CANCELLED
    assert not let_go(order_id=unpaid.pk, actor=PLATFORM, reason="again", now=later)
    assert Product.objects.get(pk=market.shirt.pk).stock == 5


def test_paid_in_time_it_is_not_let_go(unpaid: Order, now: datetime) -> None:
    succeed(Payment.objects.get(reference=unpaid.pk), now)
    assert not let_go(order_id=unpaid.pk, actor=PLATFORM, reason="not paid in time", now=now)
    pay = Payment.objects.get(reference=unpaid.pk)
    assert confirm_paid(order_id=unpaid.pk, payment_id=pay.pk, now=now)
    assert not let_go(order_id=unpaid.pk, actor=PLATFORM, reason="not paid in time", now=now)


def test_paid_too_late_all_of_it_goes_back(market: Market, unpaid: Order, now: datetime) -> None:
    let_go(order_id=unpaid.pk, actor=CUSTOMER, reason="changed mind", now=now)
    payment = Payment.objects.get(reference=unpaid.pk)
    succeed(payment, now + timedelta(minutes=1))
    run_effects(now=now + timedelta(minutes=1), kinds=ORDERS_OWN)
    unpaid.refresh_from_db()
    assert unpaid.state == OrderState.CANCELLED
    assert Refund.objects.get().amount_cents == 6000
    assert not confirm_paid(order_id=unpaid.pk, payment_id=payment.pk, now=now)
    assert Refund.objects.count() == 1


def test_an_order_to_be_paid_at_the_desk_may_be_paid_online_before(market: Market, now: datetime) -> None:
    order = make_order(town=market.town, lines=market.everything)
    payment = prepare_card_payment(reference=order.pk, amount_cents=6000, label="Commande", now=now)
    succeed(payment, now)
    assert confirm_paid(order_id=order.pk, payment_id=payment.pk, now=now)
    assert not Refund.objects.exists()


def test_paid_at_the_desk_and_online_the_second_goes_back(market: Market, now: datetime) -> None:
    order = make_order(town=market.town, lines=market.everything)
    payment = prepare_card_payment(reference=order.pk, amount_cents=6000, label="Commande", now=now)
    take_at_desk(reference=order.pk, amount_cents=6000, means=Mode.CASH, actor=CONCIERGE, now=now)
    succeed(payment, now)
    confirm_paid(order_id=order.pk, payment_id=payment.pk, now=now)
    refund = Refund.objects.get()
    assert (refund.payment_id, refund.amount_cents) == (payment.pk, 6000)


def test_a_line_refused_while_the_customer_is_paying_goes_back(market: Market, now: datetime) -> None:
    order = make_order(town=market.town, lines=market.everything)
    payment = prepare_card_payment(reference=order.pk, amount_cents=6000, label="Commande", now=now)
    shirt = Line.objects.get(product=market.shirt)
    refuse_line(line_id=shirt.pk, reason="épuisé", actor=Actor("Atelier Mistral", "portal"), now=now)
    succeed(payment, now)
    confirm_paid(order_id=order.pk, payment_id=payment.pk, now=now)
    assert Refund.objects.get().amount_cents == 2150
