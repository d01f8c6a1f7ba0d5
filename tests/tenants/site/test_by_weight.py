"""Goods sold by weight, as a customer sees them: an estimate, a ceiling, then the price."""

from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from billing.payments.models import Payment
from shared.tenancy import in_town
from tenants.orders.models import Order, PaymentMode
from tenants.orders.weighing import weigh
from tenants.residents.models import Resident
from tenants.shops.models import Product
from tests.factories import CONCIERGE, Market, make_basket, make_order
from tests.tenants.orders.weighing import answer, hold, lapse, make_weighed, weighed_line
from tests.tenants.site.pages import form_to, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def tomme(market: Market, now: datetime) -> Product:
    return make_weighed(shop=market.cheese.shop, now=now)


@pytest.fixture
def order(market: Market, tomme: Product, alice: Resident) -> Order:
    lines = [(tomme, 1), (market.shirt, 1)]
    return make_order(town=market.town, lines=lines, resident=alice, payment_mode=PaymentMode.CARD)


def test_the_ceiling_is_said_before_anything_is_ordered(tomme: Product, as_alice: Client, alice: Resident) -> None:
    page = words(as_alice.get(f"/boutiques/{tomme.shop.slug}/{tomme.slug}/"))
    assert "12,90 €/kg, environ 500 g : 6,45 €. Vous payez le poids pesé, au plus 7,42 €." in page
    make_basket(lines=[(tomme, 2)], resident=alice)
    page = words(as_alice.get("/panier/"))
    assert "vous payez le poids pesé, au plus 14,84 €" in page
    assert "Total estimé" in page
    page = words(as_alice.get("/commande/"))
    assert "Commander et autoriser 14,84 € au plus" in page
    assert "Rien n’est débité aujourd’hui." in page
    assert "Une autorisation ne dure que sept jours" not in page
    assert "Commander, payer environ 12,90 € au comptoir" in page


def test_a_window_beyond_the_hold_says_what_happens_then(
    tomme: Product, as_alice: Client, alice: Resident, now: datetime
) -> None:
    Product.objects.filter(pk=tomme.pk).update(made_to_order=True, stock=None, lead_hours=24 * 8)
    make_basket(lines=[(tomme, 1)], resident=alice)
    assert "Une autorisation ne dure que sept jours" in words(as_alice.get("/commande/"))


def test_ordering_asks_the_card_to_hold_the_ceiling(tomme: Product, as_alice: Client, alice: Resident) -> None:
    make_basket(lines=[(tomme, 1)], resident=alice)
    form = form_to(as_alice.get("/commande/"), "/commande/")
    as_alice.post("/commande/", {**form.data, "paiement": "card"})
    payment = Payment.objects.get()
    assert (payment.amount_cents, payment.ceiling_cents) == (742, 742)


def test_the_order_says_what_is_held_then_what_was_weighed_and_paid(
    order: Order, as_alice: Client, now: datetime
) -> None:
    payment = hold(order, now=now)
    path = f"/commandes/{order.pk}/"
    page = words(as_alice.get(path))
    assert "Autorisé sur votre carte rien n’est encore débité 28,92 €" in page
    assert "Total estimé" in page
    assert "par carte, au prix pesé" in page
    assert "Reste à payer" not in page
    line = weighed_line(order)
    weigh(part_id=line.shop_order_id, grams={line.pk: 480}, actor=CONCIERGE, now=now)
    answer(payment, now=now)
    page = words(as_alice.get(path))
    assert "pesé 480 g, 12,90 €/kg" in page
    assert "Pesé plus léger −0,26 €" in page
    assert "27,69 € payés par carte." in page
    assert "Autorisé sur votre carte" not in page
    assert as_alice.get(f"{path}recu.pdf").content.startswith(b"%PDF")


def test_a_hold_that_ended_says_so_and_is_paid_again(order: Order, as_alice: Client, now: datetime) -> None:
    lapse(hold(order, now=now), now=now)
    page = words(as_alice.get(f"/commandes/{order.pk}/"))
    assert "L’autorisation de votre carte a pris fin" in page
    assert "Autoriser 28,92 € au plus sur ma carte" in page


def test_a_price_for_a_kilo_that_changed_is_said_before_paying(
    tomme: Product, as_alice: Client, alice: Resident
) -> None:
    make_basket(lines=[(tomme, 1)], resident=alice)
    Product.objects.filter(pk=tomme.pk).update(per_kg_cents=1291)
    page = words(as_alice.get("/panier/"))
    assert "est passé de 12,90 €/kg (environ 500 g) à 12,91 €/kg (environ 500 g)" in page


def test_another_town_sees_nothing_of_it(order: Order, viroflay: Any, now: datetime) -> None:
    hold(order, now=now)
    with in_town(viroflay):
        assert not Payment.objects.exists()
