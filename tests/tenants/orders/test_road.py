"""The road of an order: the trips that it was promised to."""

from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest

from shared.notifications.models import Message
from tenants.hubs.models import Hub, Round
from tenants.orders.events import CUSTOMER
from tenants.orders.models import Channel, Order, PaymentMode
from tenants.orders.placing import Wish, place_order
from tenants.orders.promising import prospects
from tenants.orders.queries import with_parts
from tenants.orders.road import collections_of, delivery_of, living, road_in_full
from tenants.orders.states import ShopOrderState
from tests.factories import Market, make_basket, make_order, make_resident, make_satellite, run_effects

pytestmark = pytest.mark.django_db


def order_at(hub: Hub, market: Market, now: datetime) -> Order:
    found = prospects(town=market.town, products=[product for product, _ in market.everything], now=now, hubs=[hub])
    window = found.at(hub).earliest
    assert window is not None
    wish = Wish(hub=hub, window_start=window.start, payment_mode=PaymentMode.DESK, channel=Channel.WEB, token=uuid4())
    resident = make_resident()
    basket = make_basket(lines=market.everything, now=now)
    placed = place_order(town=market.town, basket=basket, resident=resident, wish=wish, actor=CUSTOMER, now=now)
    return with_parts(Order.objects.filter(pk=placed.pk)).get()


def said(order: Order, town: Any) -> list[str]:
    stops = [(stop["time"], stop["title"], stop.get("note", "")) for stop in road_in_full(order, town=town)]
    return [" | ".join(filter(None, each)).replace("\u00a0", " ") for each in stops]


@pytest.fixture
def sent(market: Market, now: datetime) -> Order:
    return order_at(make_satellite(), market, now)


def test_its_trips_are_those_it_was_promised_to(market: Market, sent: Order) -> None:
    shops = "Atelier Mistral, Cave des Heures Claires et Fromagerie des Alpilles"
    assert said(sent, market.town) == [
        f"11 h | La concierge passe chez {shops} | vendredi 27 novembre",
        "12 h 30 | Navette du Tubé | vendredi 27 novembre, départ de la conciergerie",
        "14 h | Votre commande vous attend | vendredi 27 novembre, au point de retrait « Zone du Tubé », jusqu’à 18 h",
    ]


def test_the_confirmation_tells_it(market: Market, sent: Order, now: datetime) -> None:
    run_effects(now=now, kinds=["orders.confirmed", "notifications.send"])
    mail = Message.objects.get(template="orders/confirmed")
    for text in (mail.text, mail.html):
        assert "La concierge passe chez Atelier Mistral" in text
        assert "Navette du Tubé" in text
        assert "INVALID" not in text


def test_a_merchant_reads_when_the_concierge_passes(market: Market, sent: Order, now: datetime) -> None:
    run_effects(now=now, kinds=["orders.confirmed", "notifications.send"])
    mail = Message.objects.get(template="orders/to_accept", to="mistral@boutique.example")
    assert "La concierge passe vendredi 27\u00a0novembre à 11\u00a0h." in " ".join(mail.text.split(" ")).replace(
        "\n", " "
    )


def test_what_ended_is_not_fetched(market: Market, sent: Order) -> None:
    sent.shop_orders.filter(shop=market.wine.shop).update(state=ShopOrderState.REFUSED)
    fresh = with_parts(Order.objects.filter(pk=sent.pk)).get()
    assert len(living(fresh)) == 2
    assert "Heures Claires" not in said(fresh, market.town)[0]


def test_a_round_that_was_removed_leaves_its_hour(market: Market, sent: Order) -> None:
    Round.objects.all().delete()
    fresh = with_parts(Order.objects.filter(pk=sent.pk)).get()
    assert said(fresh, market.town)[1].startswith("12 h 30 | La navette")
    assert len(collections_of(living(fresh), zone="Europe/Paris")) == 1


def test_at_the_main_hub_nothing_is_brought(market: Market, now: datetime) -> None:
    order = make_order(town=market.town, lines=[(market.wine, 1)])
    assert delivery_of(order, zone="Europe/Paris") is None


def test_what_was_promised_to_no_trip_comes_last(market: Market, now: datetime) -> None:
    order = make_order(town=market.town, lines=market.everything)
    order.shop_orders.filter(shop=market.wine.shop).update(collection=None, collection_departs_at=None)
    fresh = with_parts(Order.objects.filter(pk=order.pk)).get()
    visits = [visit for visit, _parts in collections_of(living(fresh), zone="Europe/Paris")]
    assert visits[0] is not None
    assert visits[-1] is None
