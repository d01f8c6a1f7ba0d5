"""Out to Stripe's page and back: paid, declined, given up, unreachable, late."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from billing.payments.models import Payment, PaymentState, Refund
from shared.notifications.models import Message
from shared.tenancy import in_town
from tenants.orders.models import Basket, Order, PaymentMode
from tenants.orders.placing import EXPIRE, PAYMENT_TIME
from tenants.orders.states import OrderState
from tenants.residents.models import Resident
from tenants.shops.models import Product
from tests.factories import Market, make_basket, make_order, make_resident, run_effects, sign_in
from tests.tenants.site.pages import form_to, words
from tests.tools.fake_stripe import FakeStripe
from tests.tools.fake_stripe.controls import ControlError

pytestmark = [pytest.mark.django_db, pytest.mark.enable_socket]

DECLINED = "4000000000000002"


@pytest.fixture
def ordered(market: Market, as_alice: Client, alice: Resident) -> Order:
    """Alice's order of everything, sent through the form, waiting for its payment by card."""
    make_basket(lines=market.everything, resident=alice)
    form = form_to(as_alice.get("/commande/"), "/commande/")
    as_alice.post("/commande/", {**form.data, "adult": "on", "paiement": "card"})
    return Order.objects.get()


def go_to_stripe(client: Client, order: Order) -> str:
    """Follow the way to Stripe's page; its session."""
    answer = client.get(f"/commandes/{order.pk}/payer/")
    assert answer.status_code == 302
    return urlsplit(answer["Location"]).path.rsplit("/", 1)[-1]


def state(order: Order) -> OrderState:
    return Order.objects.get(pk=order.pk).state


def test_paid_and_back_the_order_is_confirmed(
    ordered: Order, as_alice: Client, stripe: FakeStripe, now: datetime
) -> None:
    session = go_to_stripe(as_alice, ordered)
    paid = stripe.pay(session)
    assert urlsplit(paid["redirect_to"]).path == f"/commandes/{ordered.pk}/retour/"
    assert urlsplit(paid["redirect_to"]).netloc == "istres.localhost"
    page = as_alice.get(f"/commandes/{ordered.pk}/retour/", follow=True)
    assert page.redirect_chain == [(f"/commandes/{ordered.pk}/", 302)]
    assert state(ordered) == OrderState.PLACED
    assert "60,00 € payés par carte" in words(page)
    assert "Il est vide" in words(as_alice.get("/panier/"))
    run_effects(now=now, kinds=["payment.succeeded", "orders.confirmed"])
    assert Message.objects.filter(template="orders/confirmed").count() == 1


def test_the_same_page_is_opened_however_often_one_clicks(ordered: Order, as_alice: Client, stripe: FakeStripe) -> None:
    assert go_to_stripe(as_alice, ordered) == go_to_stripe(as_alice, ordered)
    assert Payment.objects.count() == 1


def test_a_declined_card_then_given_up_keeps_the_basket(
    market: Market, ordered: Order, as_alice: Client, stripe: FakeStripe
) -> None:
    session = go_to_stripe(as_alice, ordered)
    assert stripe.pay(session, card=DECLINED)["error"]["code"] == "card_declined"
    page = as_alice.get(f"/commandes/{ordered.pk}/abandon/", follow=True)
    said = words(page)
    assert page.redirect_chain == [("/panier/", 302)]
    assert "rien n’est débité, et votre panier est gardé" in said
    assert "Total à payer TTC 60,00 €" in said
    assert state(ordered) == OrderState.CANCELLED
    assert Product.objects.get(pk=market.shirt.pk).stock == 5
    assert Basket.objects.get().lines.count() == 3


def test_after_giving_up_one_may_pay_at_the_desk(
    market: Market, ordered: Order, as_alice: Client, stripe: FakeStripe
) -> None:
    go_to_stripe(as_alice, ordered)
    as_alice.get(f"/commandes/{ordered.pk}/abandon/")
    form = form_to(as_alice.get("/commande/"), "/commande/")
    as_alice.post("/commande/", {**form.data, "adult": "on", "paiement": "desk"})
    assert sorted(order.state for order in Order.objects.all()) == [OrderState.CANCELLED, OrderState.PLACED]
    assert Product.objects.get(pk=market.shirt.pk).stock == 4


def test_giving_up_after_having_paid_confirms(ordered: Order, as_alice: Client, stripe: FakeStripe) -> None:
    stripe.pay(go_to_stripe(as_alice, ordered))
    page = as_alice.get(f"/commandes/{ordered.pk}/abandon/", follow=True)
    assert page.redirect_chain == [(f"/commandes/{ordered.pk}/", 302)]
    assert state(ordered) == OrderState.PLACED


def test_paid_after_having_given_up_it_is_refunded(
    ordered: Order, as_alice: Client, stripe: FakeStripe, now: datetime
) -> None:
    session = go_to_stripe(as_alice, ordered)
    as_alice.get(f"/commandes/{ordered.pk}/abandon/")
    # The worker has not closed Stripe's page yet, and the customer pays in another tab.
    stripe.pay(session)
    run_effects(now=now, kinds=["payments.expire_session", "payment.succeeded", "payment.failed"])
    assert state(ordered) == OrderState.CANCELLED
    assert Refund.objects.get().amount_cents == 6000
    assert "60,00 €" in words(as_alice.get(f"/commandes/{ordered.pk}/"))


def test_paid_with_no_word_from_stripe_it_is_confirmed_when_its_time_is_over(
    market: Market, ordered: Order, as_alice: Client, stripe: FakeStripe, now: datetime
) -> None:
    """The tab was closed, every event was lost: the order is asked about before it is let go."""
    stripe.pay(go_to_stripe(as_alice, ordered))
    run_effects(now=now + PAYMENT_TIME, kinds=[EXPIRE])
    assert state(ordered) == OrderState.PLACED
    assert Product.objects.get(pk=market.shirt.pk).stock == 4
    run_effects(now=now + PAYMENT_TIME, kinds=["payment.succeeded"])
    assert not Refund.objects.exists()


def test_not_paid_when_its_time_is_over_its_page_is_closed(
    market: Market, ordered: Order, as_alice: Client, stripe: FakeStripe, now: datetime
) -> None:
    session = go_to_stripe(as_alice, ordered)
    run_effects(now=now + PAYMENT_TIME, kinds=[EXPIRE, "payments.expire_session", "payment.failed"])
    assert state(ordered) == OrderState.CANCELLED
    assert Product.objects.get(pk=market.shirt.pk).stock == 5
    with pytest.raises(ControlError, match="expired"):
        stripe.pay(session)


def test_while_the_bank_thinks_the_page_waits_and_looks_again(
    ordered: Order, as_alice: Client, stripe: FakeStripe
) -> None:
    session = go_to_stripe(as_alice, ordered)
    stripe.pay(session, card="4000002500003155", authenticate=None)
    page = as_alice.get(f"/commandes/{ordered.pk}/retour/")
    assert page.status_code == 200
    assert "Paiement en cours de confirmation" in words(page)
    assert b'<noscript><meta http-equiv="refresh" content="5"></noscript>' in page.content
    stripe.pay(session, card="4000002500003155")
    answer = as_alice.get(f"/commandes/{ordered.pk}/retour/", headers={"HX-Request": "true"})
    assert answer["HX-Redirect"] == f"/commandes/{ordered.pk}/"
    assert state(ordered) == OrderState.PLACED


def test_stripe_does_not_answer(ordered: Order, as_alice: Client, settings: Any) -> None:
    nobody = {"secret_key": "sk_test_nobody", "webhook_secret": "", "api_url": "http://127.0.0.1:9"}
    settings.STRIPE = {**settings.STRIPE, "default": nobody}
    page = as_alice.get(f"/commandes/{ordered.pk}/payer/", follow=True)
    assert "Le paiement par carte ne répond pas" in words(page)
    assert "Payer 60,00 € par carte" in words(page)
    assert state(ordered) == OrderState.AWAITING_PAYMENT


def test_no_key_is_no_crash(ordered: Order, as_alice: Client, settings: Any) -> None:
    settings.STRIPE = {"default": {"secret_key": "", "webhook_secret": "", "api_url": ""}}
    page = as_alice.get(f"/commandes/{ordered.pk}/payer/", follow=True)
    assert "Le paiement par carte ne répond pas" in words(page)
    assert as_alice.get(f"/commandes/{ordered.pk}/retour/").status_code == 200


def test_paid_already_there_is_nothing_to_pay(ordered: Order, as_alice: Client, stripe: FakeStripe) -> None:
    stripe.pay(go_to_stripe(as_alice, ordered))
    as_alice.get(f"/commandes/{ordered.pk}/retour/")
    answer = as_alice.get(f"/commandes/{ordered.pk}/payer/")
    assert answer["Location"] == f"/commandes/{ordered.pk}/"


def test_a_cancelled_order_is_not_paid(ordered: Order, as_alice: Client, stripe: FakeStripe) -> None:
    as_alice.post(f"/commandes/{ordered.pk}/annuler/")
    page = as_alice.get(f"/commandes/{ordered.pk}/payer/", follow=True)
    assert "n’attend plus de paiement" in words(page)
    assert as_alice.get(f"/commandes/{ordered.pk}/retour/")["Location"] == f"/commandes/{ordered.pk}/"


def test_to_be_paid_at_the_desk_it_may_be_paid_online(
    market: Market, as_alice: Client, alice: Resident, stripe: FakeStripe
) -> None:
    order = make_order(town=market.town, lines=[(market.wine, 2)], resident=alice)
    assert "Payer 29,00 € par carte maintenant" in words(as_alice.get(f"/commandes/{order.pk}/"))
    session = go_to_stripe(as_alice, order)
    as_alice.get(f"/commandes/{order.pk}/abandon/")
    assert state(order) == OrderState.PLACED
    stripe.pay(session)
    said = words(as_alice.get(f"/commandes/{order.pk}/retour/", follow=True))
    assert "Payé carte bancaire, en ligne, le 24/11/2026 29,00 €" in said
    assert "Reste à payer" not in said
    assert not Refund.objects.exists()


def test_a_basket_ordered_again_gives_the_first_order_up(
    market: Market, ordered: Order, as_alice: Client, stripe: FakeStripe
) -> None:
    go_to_stripe(as_alice, ordered)
    form = form_to(as_alice.get("/commande/"), "/commande/")
    as_alice.post("/commande/", {**form.data, "adult": "on", "paiement": "card"})
    assert Order.objects.count() == 2
    assert state(ordered) == OrderState.CANCELLED
    assert Product.objects.get(pk=market.shirt.pk).stock == 4


def test_too_long_ago_the_page_is_closed(
    ordered: Order, as_alice: Client, stripe: FakeStripe, monkeypatch: pytest.MonkeyPatch, now: datetime
) -> None:
    session = go_to_stripe(as_alice, ordered)
    later = now + timedelta(minutes=40)
    monkeypatch.setattr(timezone, "now", lambda: later)
    run_effects(now=later, kinds=["orders.expire_unpaid", "payments.expire_session", "payment.failed"])
    assert Payment.objects.get().state == PaymentState.EXPIRED
    assert stripe.deliveries() is not None
    page = as_alice.get(f"/commandes/{ordered.pk}/payer/", follow=True)
    assert "n’attend plus de paiement" in words(page)
    assert "pas été payée à temps" in words(page)
    assert session


@pytest.mark.parametrize("page", ["payer", "retour", "abandon"])
def test_nobody_pays_or_gives_up_for_somebody_else(
    ordered: Order, as_chloe: Client, page: str, stripe: FakeStripe
) -> None:
    assert as_chloe.get(f"/commandes/{ordered.pk}/{page}/").status_code == 404
    assert as_chloe.get(f"/commandes/{uuid4()}/{page}/").status_code == 404
    assert state(ordered) == OrderState.AWAITING_PAYMENT


@pytest.mark.parametrize("page", ["payer", "retour", "abandon"])
def test_an_order_of_another_town_is_not_found(
    ordered: Order, viroflay: Any, browse: Callable[[Any], Client], page: str
) -> None:
    there = browse(viroflay)
    with in_town(viroflay):
        bruno = make_resident(name="Bruno Tran").user
        assert bruno is not None
        sign_in(client=there, user=bruno)
    assert there.get(f"/commandes/{ordered.pk}/{page}/").status_code == 404
    with in_town(viroflay):
        assert not Payment.objects.exists()


def test_a_stranger_is_asked_to_sign_in(ordered: Order, browse: Callable[[Any], Client], market: Market) -> None:
    answer = browse(market.town).get(f"/commandes/{ordered.pk}/payer/")
    assert answer["Location"].startswith("/compte/login/?next=/commandes/")
    assert Order.objects.get().payment_mode == PaymentMode.CARD
