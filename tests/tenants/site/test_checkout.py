"""From the basket to an order, through the form."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from billing.payments.models import Payment
from shared.tenancy import in_town
from tenants.orders.models import Basket, Order
from tenants.orders.states import OrderState
from tenants.residents.models import Resident
from tenants.shops.models import Product
from tests.factories import Market, make_basket, make_market, make_product, make_resident, sign_in, take_terms_away
from tests.tenants.site.pages import form_to, words

pytestmark = pytest.mark.django_db

CHECKOUT = "/commande/"


@pytest.fixture
def shopper(market: Market, as_alice: Client, alice: Resident) -> Client:
    make_basket(lines=market.everything, resident=alice)
    return as_alice


def order_with(client: Client, *, pay: str = "desk", **changes: str) -> Any:
    form = form_to(client.get(CHECKOUT), CHECKOUT)
    return client.post(CHECKOUT, {**form.data, "adult": "on", "paiement": pay, **changes})


def test_signing_in_is_asked_and_the_basket_is_kept(market: Market, visitor: Client, alice: Resident) -> None:
    visitor.post("/panier/mettre/", {"product_id": str(market.wine.pk), "change": "add"})
    asked = visitor.get(CHECKOUT, {"creneau": "20261124T1700Z-1900Z"})
    assert asked.status_code == 302
    assert asked["Location"].startswith("/compte/login/?next=/commande/")
    assert alice.user is not None
    sign_in(client=visitor, user=alice.user)
    assert "1 × Coteaux d’Aix rouge" in words(visitor.get(CHECKOUT))
    assert Basket.objects.get().resident == alice


def test_the_form_shows_everything_before_paying(market: Market, shopper: Client, alice: Resident) -> None:
    page = shopper.get(CHECKOUT)
    said = words(page)
    assert "Commande avec obligation de paiement." in said
    assert "Commander et payer 60,00 €" in said
    assert "Commander, payer 60,00 € au comptoir" in said
    assert "vendu par Cave des Heures Claires" in said
    assert "Ce soir 18 h–20 h" in said
    assert "Pour ce soir, 18 h–20 h, commandez avant 11 h." in said
    assert "La concierge passe chez Atelier Mistral, Cave des Heures Claires et Fromagerie des Alpilles" in said
    form = form_to(page, CHECKOUT)
    assert form.data["name"] == "Alice Martin"
    assert form.data["phone"] == "01\u00a099\u00a000\u00a000\u00a001"
    assert form.data["window"] == "20261124T1700Z-1900Z"


def test_the_window_chosen_in_the_basket_is_the_forms(market: Market, shopper: Client) -> None:
    form = form_to(shopper.get(CHECKOUT, {"creneau": "20261128T1100Z-1300Z"}), CHECKOUT)
    assert form.data["window"] == "20261128T1100Z-1300Z"


def test_paid_at_the_desk_it_is_with_the_shops(market: Market, shopper: Client, alice: Resident) -> None:
    answer = order_with(shopper, note="Sonnez\ndeux fois", name="Alice M. Martin")
    order = Order.objects.get()
    assert answer["Location"] == f"/commandes/{order.pk}/"
    assert order.state == OrderState.PLACED
    assert (order.note, order.customer_name) == ("Sonnez deux fois", "Alice M. Martin")
    assert not Payment.objects.exists()
    assert "Il est vide" in words(shopper.get("/panier/"))


def test_paid_by_card_one_is_sent_to_pay(market: Market, shopper: Client) -> None:
    answer = order_with(shopper, pay="card")
    order = Order.objects.get()
    assert answer["Location"] == f"/commandes/{order.pk}/payer/"
    assert order.state == OrderState.AWAITING_PAYMENT


@pytest.mark.parametrize("pay", ["card", "desk"])
def test_a_double_click_makes_one_order(market: Market, shopper: Client, pay: str) -> None:
    form = form_to(shopper.get(CHECKOUT), CHECKOUT)
    sent = {**form.data, "adult": "on", "paiement": pay}
    first, second = shopper.post(CHECKOUT, sent), shopper.post(CHECKOUT, sent)
    assert first["Location"] == second["Location"]
    assert Order.objects.count() == 1


@pytest.mark.parametrize("pay", ["card", "desk"])
@pytest.mark.parametrize("reads", ["checkout_token", "orders_basketline"])
def test_a_double_click_meets_itself_half_way(
    market: Market, shopper: Client, browse: Callable[[Any], Client], pay: str, reads: str
) -> None:
    """The first click makes the order, and takes the last of a stock, while the second reads what it needs for it."""
    Product.objects.filter(pk=market.wine.pk).update(stock=1)
    form = form_to(shopper.get(CHECKOUT), CHECKOUT)
    sent = {**form.data, "adult": "on", "paiement": pay}
    other_click = browse(market.town)
    other_click.cookies = shopper.cookies
    answers: list[Any] = []

    def meanwhile(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001  (Django's signature)
        read = execute(sql, params, many, context)
        if reads in sql and not answers:
            answers.append(None)
            with in_town(market.town):
                answers.append(other_click.post(CHECKOUT, sent))
        return read

    with connection.execute_wrapper(meanwhile):
        second = shopper.post(CHECKOUT, sent)
    order = Order.objects.get()
    _before, first = answers
    assert first["Location"] == second["Location"]
    assert str(order.pk) in second["Location"]
    assert "rien à commander" not in words(shopper.get("/panier/"))


def test_a_form_without_its_token_is_asked_again(market: Market, shopper: Client) -> None:
    for token in ("", "x", "🦄"):
        page = shopper.post(CHECKOUT, {"token": token, "paiement": "desk"}, follow=True)
        assert "trop ancienne" in words(page)
    assert not Order.objects.exists()


def test_somebody_elses_token_orders_nothing(market: Market, shopper: Client, as_chloe: Client) -> None:
    order_with(shopper)
    token = str(Order.objects.get().checkout_token)
    as_chloe.post("/panier/mettre/", {"product_id": str(market.shirt.pk), "change": "add"})
    page = as_chloe.post(
        CHECKOUT, {**form_to(as_chloe.get(CHECKOUT), CHECKOUT).data, "token": token, "paiement": "desk"}
    )
    assert page["Location"] == "/panier/"
    assert Order.objects.count() == 1


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("name", "", "Indiquez le nom"),
        ("name", "\x00", "Indiquez le nom"),
        ("name", "x" * 5000, "120"),
        ("phone", "12", "Ce numéro n’est pas complet"),
        ("phone", "🧀", "Ce numéro n’est pas complet"),
        ("note", "🍾" * 5000, "300"),
        ("window", "", "Choisissez quand vous passerez"),
        ("window", "20200101T1100Z", "ne peut plus être promise"),
        ("window", "🦄", "ne peut plus être promise"),
        ("adult", "", "L’alcool n’est vendu qu’aux personnes majeures"),
        ("paiement", "troc", "Choisissez comment payer"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(
    market: Market, shopper: Client, field: str, value: str, said: str
) -> None:
    page = order_with(shopper, **{"note": "à garder", field: value})
    assert page.status_code == 422
    assert said in words(page)
    if field != "note":
        assert "à garder" in words(page)
    assert not Order.objects.exists()
    assert Basket.objects.get().lines.count() == 3


def test_emoji_are_words_too(market: Market, shopper: Client) -> None:
    order_with(shopper, note="Merci 🧀❤️", name="Zoé 🌸")
    assert (Order.objects.get().note, Order.objects.get().customer_name) == ("Merci 🧀❤️", "Zoé 🌸")


def test_a_window_that_closes_while_one_reads(
    market: Market, shopper: Client, monkeypatch: pytest.MonkeyPatch, now: datetime
) -> None:
    form = form_to(shopper.get(CHECKOUT), CHECKOUT)
    monkeypatch.setattr(timezone, "now", lambda: now + timedelta(hours=4))
    page = shopper.post(CHECKOUT, {**form.data, "adult": "on", "paiement": "card"})
    assert page.status_code == 409
    assert (
        "Le retrait que vous aviez choisi (ce soir, 18 h–20 h) n’est plus possible : "
        "« Plateau “Retour de marché” » : il fallait "
        "commander avant mardi 24 novembre à 11 h. Nous vous proposons demain midi, 12 h–14 h" in words(page)
    )
    again = form_to(page, CHECKOUT)
    assert (again.data["token"], again.data["window"]) == (form.data["token"], "20261125T1100Z-1300Z")
    assert Basket.objects.get().lines.count() == 3
    assert not Order.objects.exists()
    assert shopper.post(CHECKOUT, {**again.data, "adult": "on", "paiement": "desk"}).status_code == 302
    assert Order.objects.get().window_start == datetime(2026, 11, 25, 11, tzinfo=UTC)


def test_a_price_that_changes_while_one_reads_is_said_before_paying(market: Market, shopper: Client) -> None:
    form = form_to(shopper.get(CHECKOUT), CHECKOUT)
    Product.objects.filter(pk=market.cheese.pk).update(price_cents=9900)
    page = shopper.post(CHECKOUT, {**form.data, "adult": "on", "paiement": "card"}, follow=True)
    assert page.redirect_chain[0][0] == "/panier/"
    assert "Votre panier a changé, rien n’est payé" in words(page)
    assert "24,00 € à 99,00 €" in words(page)
    assert not Order.objects.exists()


def test_nothing_to_order_sends_back_to_the_basket(market: Market, as_alice: Client) -> None:
    page = as_alice.get(CHECKOUT, follow=True)
    assert "il n’y a rien à commander" in words(page)
    answer = as_alice.post(CHECKOUT, {"token": str(uuid4()), "paiement": "desk"})
    assert answer["Location"] == "/panier/"


def test_without_terms_nothing_is_ordered(market: Market, shopper: Client) -> None:
    take_terms_away()
    assert "ne prend pas encore de commandes" in words(shopper.get(CHECKOUT, follow=True))


def test_a_fortune_is_for_the_telephone(market: Market, as_alice: Client, alice: Resident) -> None:
    jewel = make_product(name="Parure", price_cents=1_000_000, stock=5)
    make_basket(lines=[(jewel, 2)], resident=alice)
    page = order_with(as_alice)
    assert page.status_code == 422
    assert "appelez la conciergerie" in words(page)


def test_no_alcohol_no_question(market: Market, as_alice: Client, alice: Resident) -> None:
    make_basket(lines=[(market.shirt, 1)], resident=alice)
    page = as_alice.get(CHECKOUT)
    assert "18 ans" not in words(page)
    form = form_to(page, CHECKOUT)
    as_alice.post(CHECKOUT, {**form.data, "paiement": "desk"})
    assert Order.objects.count() == 1


def test_an_account_made_on_the_phone_keeps_its_history(market: Market, visitor: Client) -> None:
    called = make_resident(name="Mme Rey", email="rey@exemple.example", account=False)
    user = make_resident(name="Rey", email="autre@exemple.example").user
    assert user is not None
    Resident.objects.filter(user=user).update(user=None)
    type(user).objects.filter(pk=user.pk).update(email="REY@exemple.example".lower())
    sign_in(client=visitor, user=user)
    make_basket(lines=[(market.shirt, 1)])
    visitor.post("/panier/mettre/", {"product_id": str(market.shirt.pk), "change": "add"})
    order_with(visitor)
    assert Order.objects.get().resident == called


def test_another_towns_session_is_a_stranger(
    market: Market, shopper: Client, viroflay: Any, browse: Callable[[Any], Client]
) -> None:
    with in_town(viroflay):
        make_market(town=viroflay)
    there = browse(viroflay)
    there.cookies = shopper.cookies
    assert there.get(CHECKOUT)["Location"].startswith("/compte/login/")
    assert there.post(CHECKOUT, {"token": str(uuid4())})["Location"].startswith("/compte/login/")


@pytest.fixture
def clove(market: Market, alice: Resident) -> Product:
    """Thirty cents in Alice's basket: less than a card can pay."""
    garlic = make_product(shop=market.cheese.shop, name="Gousse d’ail", price_cents=30)
    make_basket(lines=[(garlic, 1)], resident=alice)
    return garlic


def test_less_than_a_card_can_pay_is_said_before_paying(clove: Product, as_alice: Client) -> None:
    for page in ("/panier/", CHECKOUT):
        said = words(as_alice.get(page))
        assert "Une carte ne peut pas payer moins de 0,50 € en ligne : cette commande se paie au comptoir" in said
        assert "Commander et payer" not in said
    assert "Commander, payer 0,30 € au comptoir" in words(as_alice.get(CHECKOUT))
    make_basket(lines=[(clove, 2)], resident=Basket.objects.get().resident)
    assert "Une carte ne peut pas payer" not in words(as_alice.get(CHECKOUT))


def test_sent_by_card_all_the_same_nothing_is_lost(clove: Product, as_alice: Client) -> None:
    stock = Product.objects.get(pk=clove.pk).stock
    answer = order_with(as_alice, pay="card", note="Merci")
    assert answer.status_code == 422
    assert "Une carte ne peut pas payer moins de 0,50 € : payez au comptoir." in words(answer)
    assert "Merci" in answer.content.decode()
    assert not Order.objects.exists()
    assert Product.objects.get(pk=clove.pk).stock == stock
    assert Basket.objects.get().lines.count() == 1
    assert order_with(as_alice, pay="desk").status_code == 302


def test_what_little_is_due_of_an_order_is_paid_at_the_desk(clove: Product, as_alice: Client) -> None:
    order_with(as_alice, pay="desk")
    order = Order.objects.get()
    assert "par carte maintenant" not in words(as_alice.get(f"/commandes/{order.pk}/"))
    answer = as_alice.get(f"/commandes/{order.pk}/payer/", follow=True)
    assert "Une carte ne peut pas payer moins de 0,50 €" in words(answer)
    assert not Payment.objects.exists()


def test_the_road_of_another_window_is_looked_at_and_nothing_is_ordered(market: Market, shopper: Client) -> None:
    """The same answer for who has no script (a button) and for htmx (on each choice)."""
    form = form_to(shopper.get(CHECKOUT), CHECKOUT)
    typed = {"name": "Alice M.", "phone": "0612", "note": "Sonnez", "adult": "on", "window": "20261128T1100Z-1300Z"}
    looked = shopper.post(CHECKOUT, {**form.data, **typed, "voir": "1"})
    assert looked.status_code == 200
    said = words(looked)
    assert "Pour samedi midi, 28 novembre, 12 h–14 h, commandez" in said
    assert "Vous passez samedi midi, 28 novembre, 12 h–14 h, à la conciergerie." in said
    assert "Il reste quelque chose à corriger" not in said
    assert not Order.objects.exists()
    again = form_to(looked, CHECKOUT).data
    assert {name: again[name] for name in typed} == typed
    assert again["token"] == form.data["token"]


def test_a_window_that_is_no_more_is_told_when_it_is_looked_at(market: Market, shopper: Client) -> None:
    form = form_to(shopper.get(CHECKOUT), CHECKOUT)
    for window in ("20261129T1100Z-1300Z", "20261120T1100Z-1300Z"):
        looked = shopper.post(CHECKOUT, {**form.data, "window": window, "voir": "1"})
        assert "n’est plus possible" in words(looked)
        assert form_to(looked, CHECKOUT).data["window"] != window
    nonsense = shopper.post(CHECKOUT, {**form.data, "window": "x" * 9_000, "voir": "1", "token": "?"})
    assert nonsense.status_code == 302, "a form without its token begins anew"
    assert not Order.objects.exists()


def test_all_the_windows_stay_shown_while_one_looks(market: Market, shopper: Client) -> None:
    every = form_to(shopper.get(CHECKOUT, {"toutes": "1"}), CHECKOUT)
    looked = form_to(shopper.post(CHECKOUT, {**every.data, "voir": "1"}), CHECKOUT)
    assert looked.choices["window"] == every.choices["window"]
    few = form_to(shopper.get(CHECKOUT), CHECKOUT)
    assert len(few.choices["window"]) < len(every.choices["window"])


def test_the_basket_s_ticket_is_that_of_the_window_chosen(market: Market, shopper: Client) -> None:
    assert "Prêt aujourd’hui, dès 18 h, à la conciergerie." in words(shopper.get("/panier/"))
    said = words(shopper.get("/panier/", {"creneau": "20261128T1100Z-1300Z"}))
    assert "Pour samedi midi, 28 novembre, 12 h–14 h, commandez" in said
