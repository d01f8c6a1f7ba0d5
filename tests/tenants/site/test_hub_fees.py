"""What collecting costs, wherever a resident looks before and after paying."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from billing.payments.models import Payment
from shared.notifications.models import Message
from shared.tenancy import in_town
from tenants.hubs.models import Hub
from tenants.orders.models import Order
from tenants.residents.models import Resident
from tests.factories import Market, make_basket, make_market, make_product, make_satellite, pay_by_card, run_effects
from tests.tenants.site.pages import form_to, words

pytestmark = pytest.mark.django_db

CHECKOUT = "/commande/"
AT_TUBE = {"retrait": "tube"}


@pytest.fixture
def shopper(market: Market, as_alice: Client, alice: Resident) -> Client:
    """A shirt at 21.50 € in the basket; the main hub is free, the business park asks 1.50 €."""
    make_satellite(address="Avenue du Tubé", fee_cents=150)
    make_basket(lines=[(market.shirt, 1)], resident=alice)
    return as_alice


def test_the_hubs_say_it(shopper: Client) -> None:
    assert "Frais 1,50 € par commande" in words(shopper.get("/points-de-retrait/"))
    assert "Frais 1,50 € par commande" in words(shopper.get("/points-de-retrait/tube/"))
    assert "Frais Aucun" in words(shopper.get("/points-de-retrait/conciergerie/"))


def test_the_basket_counts_it_where_one_collects(shopper: Client) -> None:
    free = words(shopper.get("/panier/"))
    assert "Avenue du Tubé · 1,50 € par commande" in free
    assert "Service de la conciergerie offert" in free
    assert "Continuer : 21,50 €" in free
    paid = words(shopper.get("/panier/", AT_TUBE))
    assert "Frais de retrait Zone du Tubé, TVA comprise 1,50 €" in paid
    assert "Continuer : 23,00 €" in paid


def test_it_is_in_what_is_paid_by_card(shopper: Client, now: datetime) -> None:
    page = shopper.get(CHECKOUT, AT_TUBE)
    assert "Frais de retrait Zone du Tubé, TVA comprise 1,50 €" in words(page)
    assert "Commander et payer 23,00 €" in words(page)
    form = form_to(page, CHECKOUT)
    assert shopper.post(CHECKOUT, {**form.data, "paiement": "card"}).status_code == 302
    order = Order.objects.get()
    assert (order.hub.slug, order.hub_fee_cents, order.hub_fee_vat_bp) == ("tube", 150, 2000)
    assert Payment.objects.get(reference=order.pk).amount_cents == 2300
    pay_by_card(order=order)
    run_effects(now=now + timedelta(minutes=1), kinds=["orders.confirmed"])
    letter = Message.objects.get(template="orders/confirmed")
    for said in ("Frais de retrait\u00a0: 1,50\u00a0€", "Total TTC\u00a0: 23,00\u00a0€", "23,00\u00a0€ payés"):
        assert said in letter.text
    assert "Frais de retrait" in letter.html
    page_of_order = words(shopper.get(f"/commandes/{order.pk}/"))
    assert "Articles 21,50 € Frais de retrait 1,50 € Total TTC 23,00 €" in page_of_order
    assert "Payé carte bancaire, en ligne, le 24/11/2026 23,00 €" in page_of_order


def test_another_hub_is_another_total(shopper: Client) -> None:
    """Changed from the basket, before paying: the free hub asks nothing."""
    form = form_to(shopper.get(CHECKOUT, {"retrait": "conciergerie"}), CHECKOUT)
    shopper.post(CHECKOUT, {**form.data, "paiement": "desk"})
    order = Order.objects.get()
    assert (order.total_cents, order.hub_fee_cents) == (2150, 0)
    assert "Frais de retrait" not in words(shopper.get(f"/commandes/{order.pk}/"))


def test_a_fee_changed_meanwhile_is_said_and_nothing_is_ordered(shopper: Client) -> None:
    form = form_to(shopper.get(CHECKOUT, AT_TUBE), CHECKOUT)
    Hub.objects.filter(slug="tube").update(fee_cents=200)
    again = shopper.post(CHECKOUT, {**form.data, "note": "Sonnez", "paiement": "card"})
    assert again.status_code == 409
    assert "Les frais de retrait sont maintenant de 2,00 € : le total a changé" in words(again)
    assert "Commander et payer 23,50 €" in words(again)
    assert not Order.objects.exists()
    form = form_to(again, CHECKOUT)
    assert (form.data["frais"], form.data["note"]) == ("200", "Sonnez")
    assert shopper.post(CHECKOUT, {**form.data, "paiement": "card"}).status_code == 302
    assert Order.objects.get().total_cents == 2350


@pytest.mark.parametrize("said", ["", "-150", "149", "1,50", "９", "9" * 40])
def test_a_page_that_says_another_fee_orders_nothing(shopper: Client, said: str) -> None:
    form = form_to(shopper.get(CHECKOUT, AT_TUBE), CHECKOUT)
    assert shopper.post(CHECKOUT, {**form.data, "frais": said, "paiement": "desk"}).status_code == 409
    assert not Order.objects.exists()


def test_with_the_fee_a_small_basket_is_enough_for_a_card(market: Market, shopper: Client, alice: Resident) -> None:
    """A card pays 0.50 € at least: it is the whole that counts."""
    if alice.basket is not None:
        alice.basket.lines.all().delete()
    penny = make_product(shop=market.shirt.shop, name="Bouton", price_cents=30, stock=5)
    shopper.post("/panier/mettre/", {"product_id": str(penny.pk), "change": "add"})
    assert "Une carte ne peut pas payer moins" in words(shopper.get(CHECKOUT))
    assert "Commander et payer 1,80 €" in words(shopper.get(CHECKOUT, AT_TUBE))


def test_cancelled_it_comes_back(shopper: Client) -> None:
    form = form_to(shopper.get(CHECKOUT, AT_TUBE), CHECKOUT)
    shopper.post(CHECKOUT, {**form.data, "paiement": "card"})
    order = Order.objects.get()
    pay_by_card(order=order)
    said = words(shopper.post(f"/commandes/{order.pk}/annuler/", follow=True))
    assert "23,00 € vous sont rendus" in said


def test_another_towns_fee_is_its_own(shopper: Client, browse: Callable[[Any], Client], viroflay: Any) -> None:
    with in_town(viroflay):
        make_market(town=viroflay)
        Hub.objects.update(fee_cents=400)
    theirs, ours = words(browse(viroflay).get("/points-de-retrait/")), words(shopper.get("/points-de-retrait/"))
    assert "Frais 4,00 € par commande" in theirs
    assert "1,50 €" not in theirs
    assert "4,00 €" not in ours
