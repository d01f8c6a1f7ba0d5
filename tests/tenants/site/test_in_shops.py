"""Paying in the shops, as a customer sees it: the choice, what to pay to whom, and no card."""

from datetime import datetime
from http import HTTPStatus
from typing import Any

import pytest
from django.test import Client

from billing.payments.models import Payment
from shared.notifications.models import Message
from shared.tenancy import in_town
from tenants.orders.answering import refuse_line
from tenants.orders.confirming import CONFIRMED
from tenants.orders.models import Line, Order, PaymentMode, ShopOrder
from tenants.orders.paid_in_shop import note_paid_in_shop
from tenants.residents.models import Resident
from tests.factories import (
    CONCIERGE,
    Market,
    make_basket,
    make_market,
    make_order,
    make_resident,
    pay_in_shops,
    run_effects,
)
from tests.tenants.site.pages import form_to, words

pytestmark = pytest.mark.django_db


def send(client: Client, mode: str) -> Any:
    form = form_to(client.get("/commande/"), "/commande/")
    return client.post("/commande/", {**form.data, "adult": "on", "paiement": mode})


def test_one_may_choose_it_and_is_told_whom_to_pay(
    market: Market, as_alice: Client, alice: Resident, now: datetime
) -> None:
    pay_in_shops(town=market.town)
    make_basket(lines=market.everything, resident=alice)
    page = words(as_alice.get("/commande/"))
    assert "Commander et payer 60,00 €" in page
    assert "Commander, payer chaque boutique" in page
    answer = send(as_alice, "shop")
    order = Order.objects.get()
    assert answer["Location"] == f"/commandes/{order.pk}/"
    assert (order.payment_mode, order.state.value) == ("shop", "placed")
    page = words(as_alice.get(f"/commandes/{order.pk}/"))
    assert "À régler avant de venir retirer" in page
    assert "Fromagerie des Alpilles, 24,00 €" in page
    assert "à payer dans les boutiques" in page
    assert "comptoir 60,00" not in page
    assert "par carte" not in page
    run_effects(now=now, kinds=[CONFIRMED])
    mail = Message.objects.get(template="orders/confirmed").text
    assert "Cave des Heures Claires" in mail
    assert "À régler vous-même à chaque commerçant" in mail
    assert "payés par carte" not in mail
    told = Message.objects.filter(template="orders/to_accept")
    assert all("notez-le payé sur votre espace" in each.text for each in told)
    assert told.count() == 3


def test_where_nothing_is_held_it_is_the_only_way(market: Market, as_alice: Client, alice: Resident) -> None:
    pay_in_shops(town=market.town, only=True)
    make_basket(lines=market.everything, resident=alice)
    page = as_alice.get("/commande/")
    assert b'value="card"' not in page.content
    assert b'value="desk"' not in page.content
    for forged in ("card", "desk"):
        refused = send(as_alice, forged)
        assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
        assert "vous réglez chacun d’eux" in words(refused)
    assert send(as_alice, "gold").status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert not Order.objects.exists()
    assert send(as_alice, "shop").status_code == HTTPStatus.FOUND


def test_where_it_is_not_offered_it_is_refused(
    market: Market, viroflay: Any, as_alice: Client, alice: Resident
) -> None:
    pay_in_shops(town=viroflay, only=True)
    make_basket(lines=market.everything, resident=alice)
    assert b'value="shop"' not in as_alice.get("/commande/").content
    refused = send(as_alice, "shop")
    assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "n’est pas proposé ici" in words(refused)
    assert not Order.objects.exists()


def test_no_card_is_asked_for_it(market: Market, as_alice: Client, as_chloe: Client, alice: Resident) -> None:
    town = pay_in_shops(town=market.town)
    order = make_order(town=town, lines=market.everything, resident=alice, payment_mode=PaymentMode.SHOP)
    refused = as_alice.post(f"/commandes/{order.pk}/payer/")
    assert refused.status_code == HTTPStatus.CONFLICT
    assert "aucune carte n’est demandée ici" in words(refused)
    assert not Payment.objects.exists()
    assert as_chloe.post(f"/commandes/{order.pk}/payer/").status_code == HTTPStatus.NOT_FOUND
    assert as_alice.get(f"/commandes/{order.pk}/recu/").status_code == HTTPStatus.NOT_FOUND


def test_one_sees_what_is_noted_paid_and_what_a_shop_gives_back(
    market: Market, as_alice: Client, alice: Resident, now: datetime
) -> None:
    town = pay_in_shops(town=market.town)
    order = make_order(town=town, lines=market.everything, resident=alice, payment_mode=PaymentMode.SHOP)
    part = ShopOrder.objects.get(order=order, shop=market.wine.shop)
    note_paid_in_shop(part_id=part.pk, actor=CONCIERGE, now=now)
    page = words(as_alice.get(f"/commandes/{order.pk}/"))
    assert "Payé à Cave des Heures Claires noté le 24/11/2026" in page
    assert "14,50 € payés à Cave des Heures Claires." in page
    assert "À payer à Atelier Mistral" in page
    refuse_line(line_id=Line.objects.get(product=market.wine).pk, reason="casse", actor=CONCIERGE, now=now)
    assert "Cave des Heures Claires vous rend 14,50 €" in words(as_alice.get(f"/commandes/{order.pk}/"))
    mail = Message.objects.get(template="orders/line_refused").text
    assert "il vous le rend lui-même" in mail
    cancelled = words(as_alice.get(f"/commandes/{order.pk}/annuler/"))
    assert "ils vous le rendent eux-mêmes" in cancelled
    as_alice.post(f"/commandes/{order.pk}/annuler/")
    assert "il vous le rend lui-même" in Message.objects.get(template="orders/cancelled").text


def test_an_order_of_another_town_is_not_found(market: Market, viroflay: Any, as_alice: Client) -> None:
    with in_town(viroflay):
        theirs = make_market(town=viroflay)
        bruno = make_resident(name="Bruno Tran")
        town = pay_in_shops(town=viroflay)
        order = make_order(town=town, lines=theirs.everything, resident=bruno, payment_mode=PaymentMode.SHOP)
    assert as_alice.get(f"/commandes/{order.pk}/").status_code == HTTPStatus.NOT_FOUND
    assert as_alice.post(f"/commandes/{order.pk}/payer/").status_code == HTTPStatus.NOT_FOUND
