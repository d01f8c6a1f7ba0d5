"""Checking out where nobody is there to be paid: by card, and by card only."""

import pytest
from django.test import Client

from tenants.hubs.models import Hub, HubKind
from tenants.orders.models import Order
from tenants.residents.models import Resident
from tests.factories import Market, make_basket, make_product, make_satellite
from tests.tenants.site.pages import form_to, words

pytestmark = pytest.mark.django_db

CHECKOUT = "/commande/"
AT_LOCKERS = {"retrait": "gare"}
REASON = "À ce point de retrait, il n’y a personne à payer : la commande se paie d’avance."


@pytest.fixture
def shopper(market: Market, as_alice: Client, alice: Resident) -> Client:
    make_satellite(name="Casiers de la gare", slug="gare", hours="24/7", kind=HubKind.ANY_TIME)
    make_basket(lines=[(market.shirt, 1)], resident=alice)
    return as_alice


def test_only_a_card_is_offered_and_why(shopper: Client) -> None:
    there = words(shopper.get(CHECKOUT, AT_LOCKERS))
    assert "Commander et payer 21,50 €" in there
    assert "payer 21,50 € au comptoir" not in there
    assert REASON in there
    here = words(shopper.get(CHECKOUT))
    assert "payer 21,50 € au comptoir" in here
    assert REASON not in here
    assert "Vous relisez tout avant de payer, par carte." in words(shopper.get("/panier/", AT_LOCKERS))


def test_looking_at_another_window_offers_no_more(shopper: Client) -> None:
    form = form_to(shopper.get(CHECKOUT, AT_LOCKERS), CHECKOUT)
    looked = words(shopper.post(CHECKOUT, {**form.data, "voir": "1"}))
    assert REASON in looked
    assert "payer 21,50 € au comptoir" not in looked
    assert not Order.objects.exists()


def test_a_desk_payment_is_refused_and_the_card_goes_on(shopper: Client) -> None:
    """The page was read before the hub became lockers."""
    Hub.objects.filter(slug="gare").update(kind=HubKind.PARTNER)
    form = form_to(shopper.get(CHECKOUT, AT_LOCKERS), CHECKOUT)
    Hub.objects.filter(slug="gare").update(kind=HubKind.ANY_TIME)
    value = form_to(shopper.get(CHECKOUT, AT_LOCKERS), CHECKOUT).data["window"]
    refused = shopper.post(CHECKOUT, {**form.data, "window": value, "paiement": "desk"})
    assert refused.status_code == 409
    assert "Il n’y a personne à payer à ce point de retrait : payez par carte" in words(refused)
    assert not Order.objects.exists()
    again = form_to(refused, CHECKOUT)
    assert shopper.post(CHECKOUT, {**again.data, "paiement": "card"})["Location"].endswith("/payer/")
    order = Order.objects.get()
    given_up = words(shopper.get(f"/commandes/{order.pk}/abandon/", follow=True))
    assert "Essayez une autre carte." in given_up


def test_too_little_for_a_card_is_not_ordered_there(market: Market, shopper: Client, alice: Resident) -> None:
    if alice.basket is not None:
        alice.basket.lines.all().delete()
    penny = make_product(shop=market.shirt.shop, name="Bouton", price_cents=30, stock=5)
    shopper.post("/panier/mettre/", {"product_id": str(penny.pk), "change": "add"})
    page = shopper.get(CHECKOUT, AT_LOCKERS)
    assert "complétez votre panier, ou choisissez un autre point de retrait" in words(page)
    assert 'name="paiement"' not in page.content.decode()
    refused = shopper.post(CHECKOUT, {**form_to(page, CHECKOUT).data, "paiement": "card"})
    assert refused.status_code == 422
    assert "C’est trop peu pour une carte" in words(refused)
