"""From a basket to an order, in one transaction."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from billing.commissions.queries import NoTermsError, terms_for
from billing.payments.models import Payment, PaymentState
from shared.notifications.models import Message
from shared.outbox.models import Effect
from shared.tenancy import in_town
from tenants.hubs.models import Hub
from tenants.orders import placing
from tenants.orders.events import CUSTOMER
from tenants.orders.models import Basket, Channel, Line, Order, PaymentMode, ShopOrder
from tenants.orders.states import OrderState, ShopOrderState
from tenants.residents.models import Resident
from tenants.shops.models import Product
from tests.factories import (
    Market,
    basket_of,
    first_window,
    make_basket,
    make_market,
    make_order,
    make_product,
    make_resident,
    run_effects,
    set_terms,
    take_terms_away,
)

pytestmark = pytest.mark.django_db

MOST_STATEMENTS = 26


def wish(market: Market, *, now: datetime, mode: PaymentMode = PaymentMode.DESK, **more: Any) -> placing.Wish:
    window = first_window(town=market.town, products=[market.cheese], now=now)
    facts = {"hub": market.hub, "window_start": window.start, "token": uuid4(), "channel": Channel.WEB}
    return placing.Wish(payment_mode=mode, **{**facts, **more})


def place(market: Market, *, basket: Basket, resident: Resident, now: datetime, **more: Any) -> Order:
    return placing.place_order(
        town=market.town,
        basket=basket,
        resident=resident,
        wish=wish(market, now=now, **more),
        actor=CUSTOMER,
        now=now,
    )


def test_one_basket_becomes_one_order_with_a_part_per_shop(market: Market, now: datetime) -> None:
    alice = make_resident()
    basket = make_basket(lines=market.everything, resident=alice)
    order = place(market, basket=basket, resident=alice, now=now, note="Merci !")
    assert order.total_cents == 6000
    assert order.number == "A0-00"
    assert order.state == OrderState.PLACED
    assert (order.customer_name, order.customer_email, order.note) == (alice.name, alice.email, "Merci !")
    assert [part.shop.name for part in order.shop_orders.all()] == [
        "Atelier Mistral",
        "Cave des Heures Claires",
        "Fromagerie des Alpilles",
    ]
    assert {part.merchant_id for part in order.shop_orders.all()} == {
        product.shop.merchant_id for product, _ in market.everything
    }
    assert len(order.code) == 6
    assert not basket.lines.exists()
    assert Product.objects.get(pk=market.shirt.pk).stock == 4
    assert Product.objects.get(pk=market.cheese.pk).stock is None


def test_prices_and_rates_are_frozen_when_it_is_placed(market: Market, now: datetime) -> None:
    set_terms(town=market.town, rate_bp=300, merchant_id=market.wine.shop.merchant_id)
    order = make_order(town=market.town, lines=market.everything)
    take_terms_away()
    Product.objects.update(price_cents=9900, vat_rate_bp=1000, name="Autre chose")
    rates = {part.shop.name: part.terms.rate_bp for part in order.shop_orders.all()}
    assert rates == {"Atelier Mistral": 500, "Cave des Heures Claires": 300, "Fromagerie des Alpilles": 500}
    line = Line.objects.get(product=market.shirt)
    assert (line.name, line.unit_price_cents, line.vat_rate_bp) == (market.shirt.name, 2150, 2000)


def test_what_is_free_is_worked_out_when_it_is_placed(market: Market, now: datetime) -> None:
    """The wine merchant has three free months and is in its first; the tailor has none."""
    wine = market.wine.shop.merchant_id
    set_terms(town=market.town, merchant_id=wine, free_months=3)
    order = make_order(town=market.town, lines=market.everything)
    frozen = {part.merchant_id: part.terms.rate_bp for part in order.shop_orders.all()}
    assert (frozen[wine], frozen[market.shirt.shop.merchant_id]) == (0, 500)
    assert terms_for(merchant_id=wine, on=date(2027, 2, 23)).rate_bp == 0
    assert terms_for(merchant_id=wine, on=date(2027, 2, 24)).rate_bp == 500


def test_a_form_sent_twice_makes_one_order(market: Market, now: datetime) -> None:
    alice = make_resident()
    basket = make_basket(lines=market.everything, resident=alice)
    token = uuid4()
    first = place(market, basket=basket, resident=alice, now=now, token=token)
    again = place(market, basket=basket, resident=alice, now=now, token=token)
    assert first == again
    assert Order.objects.count() == 1


def test_somebody_elses_form_is_refused(market: Market, now: datetime) -> None:
    alice, chloe = make_resident(), make_resident(name="Chloé Petit")
    token = uuid4()
    place(market, basket=make_basket(lines=[(market.shirt, 1)]), resident=alice, now=now, token=token)
    with pytest.raises(placing.StaleFormError):
        place(market, basket=make_basket(lines=[(market.shirt, 1)]), resident=chloe, now=now, token=token)


def test_nothing_is_ordered_when_something_changed(market: Market, now: datetime) -> None:
    alice = make_resident()
    basket = make_basket(lines=market.everything, resident=alice)
    Product.objects.filter(pk=market.cheese.pk).update(price_cents=2600)
    Product.objects.filter(pk=market.shirt.pk).update(withdrawn_at=now)
    with pytest.raises(placing.BasketChangedError) as refused:
        place(market, basket=basket, resident=alice, now=now)
    assert {change.kind for change in refused.value.changes} == {"price", "withdrawn"}
    assert not Order.objects.exists()
    assert basket.lines.count() == 3


def test_an_empty_basket_orders_nothing(market: Market, now: datetime) -> None:
    with pytest.raises(placing.EmptyBasketError):
        place(market, basket=make_basket(lines=[]), resident=make_resident(), now=now)


def test_the_last_one_is_sold_once(market: Market, now: datetime) -> None:
    last = make_product(name="Dernier", stock=1, shop=market.shirt.shop)
    alice, bruno = make_resident(), make_resident(name="Bruno Tran")
    hers, his = make_basket(lines=[(last, 1)]), make_basket(lines=[(last, 1)])
    place(market, basket=hers, resident=alice, now=now)
    with pytest.raises(placing.BasketChangedError):
        place(market, basket=his, resident=bruno, now=now)
    assert Product.objects.get(pk=last.pk).stock == 0


@pytest.mark.parametrize("late", [timedelta(hours=4), timedelta(hours=10), timedelta(days=30)])
def test_a_window_that_closed_meanwhile_is_refused(market: Market, now: datetime, late: timedelta) -> None:
    basket, alice = make_basket(lines=market.everything), make_resident()
    asked = wish(market, now=now)
    with pytest.raises(placing.WindowGoneError):
        placing.place_order(town=market.town, basket=basket, resident=alice, wish=asked, actor=CUSTOMER, now=now + late)


def test_a_window_that_never_was_is_refused(market: Market, now: datetime) -> None:
    basket, alice = make_basket(lines=market.everything), make_resident()
    with pytest.raises(placing.WindowGoneError):
        place(market, basket=basket, resident=alice, now=now, window_start=now + timedelta(days=1))
    with pytest.raises(placing.WindowGoneError):
        place(market, basket=basket, resident=alice, now=now, hub=Hub(active=False))


def test_a_town_without_terms_sells_nothing(market: Market, now: datetime) -> None:
    take_terms_away()
    with pytest.raises(NoTermsError):
        place(market, basket=make_basket(lines=market.everything), resident=make_resident(), now=now)
    assert not Order.objects.exists()
    assert Product.objects.get(pk=market.shirt.pk).stock == 5


def test_a_fortune_is_a_matter_for_the_telephone(market: Market, now: datetime) -> None:
    jewel = make_product(name="Parure", price_cents=1_000_000, stock=99)
    with pytest.raises(placing.TooMuchError, match="appelez la conciergerie"):
        place(market, basket=make_basket(lines=[(jewel, 2)]), resident=make_resident(), now=now)


def test_by_card_it_waits_for_its_payment_and_the_basket_stays(market: Market, now: datetime) -> None:
    order = make_order(town=market.town, lines=market.everything, payment_mode=PaymentMode.CARD)
    assert order.state == OrderState.AWAITING_PAYMENT
    assert order.confirmed_at is None
    payment = Payment.objects.get(reference=order.pk)
    assert (payment.amount_cents, payment.state) == (6000, PaymentState.PENDING)
    assert basket_of(order).lines.count() == 3
    assert not Message.objects.filter(template__startswith="orders/").exists()
    expiry = Effect.objects.get(kind=placing.EXPIRE)
    assert expiry.due_at == now + placing.PAYMENT_TIME


def test_ordering_again_lets_the_unpaid_order_go(market: Market, now: datetime) -> None:
    alice = make_resident()
    basket = make_basket(lines=[(market.shirt, 5)], resident=alice)
    first = place(market, basket=basket, resident=alice, now=now, mode=PaymentMode.CARD)
    second = place(market, basket=basket, resident=alice, now=now, mode=PaymentMode.CARD)
    first.refresh_from_db()
    assert first.cancelled_at
    assert second != first
    assert Product.objects.get(pk=market.shirt.pk).stock == 0
    assert set(first.shop_orders.values_list("state", flat=True)) == {ShopOrderState.CANCELLED}


def test_ordering_again_what_has_just_been_paid_gives_the_paid_order(market: Market, now: datetime) -> None:
    alice = make_resident()
    basket = make_basket(lines=[(market.shirt, 1)], resident=alice)
    first = place(market, basket=basket, resident=alice, now=now, mode=PaymentMode.CARD)
    Payment.objects.filter(reference=first.pk).update(state=PaymentState.SUCCEEDED)
    assert place(market, basket=basket, resident=alice, now=now, mode=PaymentMode.CARD) == first
    assert Order.objects.count() == 1


def test_numbers_follow_each_other_and_start_again_in_each_town(market: Market, viroflay: Any) -> None:
    assert [make_order(town=market.town, lines=[(market.wine, 1)]).number for _ in range(3)] == [
        "A0-00",
        "A0-01",
        "A0-02",
    ]
    with in_town(viroflay):
        theirs = make_market(town=viroflay)
        assert make_order(town=viroflay, lines=[(theirs.wine, 1)]).number == "A0-00"
        assert Order.objects.count() == 1


def test_another_towns_product_or_hub_cannot_be_ordered(market: Market, viroflay: Any, now: datetime) -> None:
    with in_town(viroflay):
        theirs = make_market(town=viroflay)
        alice = make_resident()
        basket = make_basket(lines=[(theirs.shirt, 1)])
        with pytest.raises(Basket.DoesNotExist):
            place(theirs, basket=Basket(pk=UUID(int=1)), resident=alice, now=now)
    with pytest.raises(Basket.DoesNotExist):
        place(market, basket=basket, resident=make_resident(), now=now)
    assert not Order.objects.exists()


@pytest.mark.parametrize("mode", [PaymentMode.CARD, PaymentMode.DESK])
def test_placing_an_order_takes_few_statements(market: Market, now: datetime, mode: PaymentMode) -> None:
    alice = make_resident()
    place(market, basket=make_basket(lines=[(market.wine, 1)]), resident=alice, now=now)
    basket = make_basket(lines=market.everything, resident=alice)
    asked = wish(market, now=now, mode=mode)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        placing.place_order(town=market.town, basket=basket, resident=alice, wish=asked, actor=CUSTOMER, now=now)
    assert len(queries) <= MOST_STATEMENTS, [query["sql"][:90] for query in queries]


def test_customer_and_merchants_are_told_once_after_the_commit(market: Market, now: datetime) -> None:
    order = make_order(town=market.town, lines=market.everything)
    assert not Message.objects.exists()
    run_effects(now=now, kinds=["orders.confirmed"])
    Effect.objects.filter(kind="orders.confirmed").update(done_at=None, due_at=now)
    run_effects(now=now, kinds=["orders.confirmed"])
    assert sorted(Message.objects.values_list("template", flat=True)) == [
        "orders/confirmed",
        "orders/to_accept",
        "orders/to_accept",
        "orders/to_accept",
    ]
    assert order.events.filter(kind="announced").count() == 1


def test_the_log_never_names_the_customer(market: Market, now: datetime) -> None:
    alice = make_resident()
    order = place(market, basket=make_basket(lines=market.everything), resident=alice, now=now)
    assert set(order.events.values_list("actor", flat=True)) == {"client"}
    assert ShopOrder.objects.filter(order=order).count() == 3
