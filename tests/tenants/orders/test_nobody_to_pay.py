"""Hubs where nobody is there to be paid: their orders are paid before, by card, or where the concierge is."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest

from shared.notifications.models import Message
from shared.tenancy import in_town
from tenants.hubs.models import Hub, HubKind
from tenants.orders import fetching
from tenants.orders.models import Basket, Channel, Order, PaymentMode
from tenants.orders.placing import NobodyToPayError, Wish, place_order
from tenants.orders.promising import prospects
from tenants.orders.states import OrderState
from tenants.shops.models import Product
from tests.conftest import TUESDAY
from tests.factories import (
    CONCIERGE,
    Market,
    make_basket,
    make_market,
    make_resident,
    make_satellite,
    pay_in_shops,
    run_effects,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(params=["istres", "viroflay"])
def here(request: pytest.FixtureRequest) -> Iterator[Market]:
    town = request.getfixturevalue(request.param)
    with in_town(town):
        yield make_market(town=town)


@pytest.fixture
def lockers(here: Market) -> Hub:
    return make_satellite(name="Casiers de la gare", slug="gare", hours="24/7", kind=HubKind.ANY_TIME)


def order(market: Market, hub: Hub, *, mode: PaymentMode, channel: Channel) -> Order:
    said = prospects(town=market.town, products=[market.shirt], now=TUESDAY, hubs=[hub]).at(hub)
    assert said.earliest is not None
    wish = Wish(
        hub=hub,
        window_start=said.earliest.start,
        payment_mode=mode,
        channel=channel,
        token=uuid4(),
        fee_cents=hub.fee_cents,
    )
    basket, resident = make_basket(lines=[(market.shirt, 1)]), make_resident()
    return place_order(town=market.town, basket=basket, resident=resident, wish=wish, actor=CONCIERGE, now=TUESDAY)


def test_online_it_is_paid_by_card_or_not_ordered(here: Market, lockers: Hub) -> None:
    stock = Product.objects.get(pk=here.shirt.pk).stock
    with pytest.raises(NobodyToPayError, match="payez par carte"):
        order(here, lockers, mode=PaymentMode.DESK, channel=Channel.WEB)
    assert not Order.objects.exists()
    assert Product.objects.get(pk=here.shirt.pk).stock == stock
    assert Basket.objects.get().lines.exists()
    placed = order(here, lockers, mode=PaymentMode.CARD, channel=Channel.WEB)
    assert placed.state == OrderState.AWAITING_PAYMENT
    assert order(here, here.hub, mode=PaymentMode.DESK, channel=Channel.WEB).state == OrderState.PLACED


def test_paid_in_the_shops_only_a_fee_needs_somebody_there(here: Market, lockers: Hub) -> None:
    market = replace(here, town=pay_in_shops(town=here.town, only=True))
    assert order(market, lockers, mode=PaymentMode.SHOP, channel=Channel.WEB).state == OrderState.PLACED
    lockers.fee_cents = 300
    lockers.save()
    with pytest.raises(NobodyToPayError, match="ses frais"):
        order(market, lockers, mode=PaymentMode.SHOP, channel=Channel.WEB)


def test_the_concierge_may_take_it_and_the_mails_say_where_to_pay(here: Market, lockers: Hub, now: datetime) -> None:
    placed = order(here, lockers, mode=PaymentMode.DESK, channel=Channel.PHONE)
    run_effects(now=now, kinds=["orders.confirmed"])
    for part in placed.shop_orders.all():
        fetching.collect(part_id=part.pk, actor=CONCIERGE, now=now)
        fetching.arrive(part_id=part.pk, actor=CONCIERGE, now=now)
    for template in ("confirmed", "waiting"):
        letter = Message.objects.get(template=f"orders/{template}")
        for text in (letter.text, letter.html):
            said = " ".join(text.replace("<strong>", "").replace("</strong>", "").split())
            assert "21,50 € à payer avant de venir : par carte depuis la page de votre commande, ou à" in said
            assert "comptoir" not in said


def test_who_has_a_question_knows_whom_to_call(here: Market, lockers: Hub, now: datetime) -> None:
    Hub.objects.filter(pk=lockers.pk).update(phone="+33442000099")
    order(here, lockers, mode=PaymentMode.DESK, channel=Channel.PHONE)
    run_effects(now=now, kinds=["orders.confirmed"])
    letter = Message.objects.get(template="orders/confirmed")
    for text in (letter.text, letter.html):
        assert "appelez le 04\u00a042\u00a000\u00a000\u00a099" in text


def test_where_somebody_is_the_mails_say_the_counter(here: Market, now: datetime) -> None:
    order(here, here.hub, mode=PaymentMode.DESK, channel=Channel.PHONE)
    run_effects(now=now, kinds=["orders.confirmed"])
    letter: Any = Message.objects.get(template="orders/confirmed")
    assert "à payer au comptoir" in letter.text
    assert "Dites-le au comptoir" in letter.html
    assert "personne sur place" not in letter.text
