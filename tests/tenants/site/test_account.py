"""One's account: read, put right, taken away, erased."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from billing.payments.models import Payment
from shared.accounts.models import User
from shared.notifications.models import Message
from shared.tenancy import in_town
from tenants.orders.models import Basket, Order, OrderEvent, PaymentMode
from tenants.orders.personal_data import FORGOTTEN
from tenants.orders.states import ShopOrderState
from tenants.residents.models import Resident
from tenants.staff.models import Staff, StaffRole
from tests.conftest import TUESDAY
from tests.factories import (
    Market,
    account_of,
    make_basket,
    make_order,
    make_resident,
    pay_by_card,
    run_effects,
    sign_in,
)
from tests.tenants.site.pages import form_to, words

pytestmark = pytest.mark.django_db

PATHS = ["/compte/", "/compte/donnees/", "/compte/donnees/export.json", "/compte/donnees/effacer/"]


@pytest.fixture
def history(market: Market, alice: Resident) -> Order:
    """An order of Alice's, paid, told, handed over."""
    order = make_order(town=market.town, lines=market.everything, resident=alice, payment_mode=PaymentMode.CARD)
    pay_by_card(order=order)
    run_effects(now=TUESDAY, kinds=["orders.confirmed"])
    order.shop_orders.update(state=ShopOrderState.HANDED_OVER)
    Payment.objects.update(checkout_request={"customer_email": alice.email})
    return order


def test_leads_everywhere(history: Order, as_alice: Client) -> None:
    said = words(as_alice.get("/compte/"))
    assert "A0-00, aujourd’hui" in said
    assert "Mot de passe" in said
    assert "clés d’accès" in said
    assert "Mes données" in said


def test_staff_find_their_desk(market: Market, as_alice: Client, alice: Resident) -> None:
    Staff.objects.create(user=account_of(alice), role=StaffRole.CONCIERGE, since=TUESDAY)
    assert "Ouvrir le comptoir" in words(as_alice.get("/compte/"))


def test_puts_name_and_telephone_right(history: Order, as_alice: Client, alice: Resident) -> None:
    form = form_to(as_alice.get("/compte/donnees/"), "")
    assert form.data["name"] == alice.name
    page = as_alice.post("/compte/donnees/", {"name": "Alice Durand", "phone": "04 65 71 00 02"}, follow=True)
    assert "C’est corrigé" in words(page)
    alice.refresh_from_db()
    assert (alice.name, alice.phone) == ("Alice Durand", "+33465710002")
    assert Order.objects.get().customer_name == "Alice Martin"


@pytest.mark.parametrize("sent", [{"name": ""}, {"name": "x", "phone": "abc"}, {}, {"name": "y" * 200}])
def test_nonsense_is_said_and_changes_nothing(
    market: Market, as_alice: Client, alice: Resident, sent: dict[str, str]
) -> None:
    assert as_alice.post("/compte/donnees/", sent).status_code == 422
    alice.refresh_from_db()
    assert alice.name == "Alice Martin"


def test_takes_everything_away(history: Order, as_alice: Client, alice: Resident) -> None:
    make_basket(lines=[], resident=alice)
    answer = as_alice.get("/compte/donnees/export.json")
    assert answer["Content-Disposition"] == 'attachment; filename="mes-donnees.json"'
    data = json.loads(answer.content)
    assert data["personne"]["email"] == alice.email
    (order,) = data["commandes"]
    assert order["numero"] == history.number
    assert sum(line["quantite"] * line["prix_unitaire_ttc_centimes"] for line in order["lignes"]) == 6000
    assert order["paiements"][0]["montant_centimes"] == 6000
    assert [message["objet"][:14] for message in data["messages"]] == ["Commande A0-00"]


def test_takes_away_nothing_of_anybody_else(history: Order, as_chloe: Client) -> None:
    data = json.loads(as_chloe.get("/compte/donnees/export.json").content)
    assert data["personne"]["nom"] == "Chloé Petit"
    assert data["commandes"] == data["messages"] == []


def test_is_forgotten_and_the_accounts_stay(history: Order, as_alice: Client, alice: Resident) -> None:
    email = alice.email
    assert "C’est définitif" in words(as_alice.get("/compte/donnees/effacer/"))
    page = as_alice.post("/compte/donnees/effacer/", follow=True)
    assert "Vos données sont effacées" in words(page)
    order = Order.objects.get()
    assert (order.customer_name, order.customer_email, order.customer_phone) == (FORGOTTEN, "", "")
    assert order.total_cents == 6000
    alice.refresh_from_db()
    assert (alice.name, alice.phone, alice.user) == (FORGOTTEN, "", None)
    assert not User.objects.filter(email=email).exists()
    assert not Message.objects.filter(to=email).exists()
    assert not Basket.objects.filter(resident=alice).exists()
    assert Payment.objects.get().checkout_request is None
    kept = [*OrderEvent.objects.values_list("actor", "data"), str(order.__dict__), str(alice.__dict__)]
    assert "Alice" not in str(kept)
    assert email not in str(kept)
    assert as_alice.get("/compte/")["Location"].startswith("/compte/login/")


def test_not_while_something_is_on_its_way(market: Market, as_alice: Client, alice: Resident) -> None:
    make_order(town=market.town, lines=[(market.wine, 1)], resident=alice)
    page = as_alice.post("/compte/donnees/effacer/", follow=True)
    assert "Une commande est en cours" in words(page)
    alice.refresh_from_db()
    assert alice.name == "Alice Martin"


def test_the_towns_own_people_ask_the_town_hall(market: Market, as_alice: Client, alice: Resident) -> None:
    Staff.objects.create(user=account_of(alice), role=StaffRole.CONCIERGE, active=False, since=TUESDAY)
    page = as_alice.post("/compte/donnees/effacer/", follow=True)
    assert "demandez à la mairie" in words(page)
    assert User.objects.filter(email=alice.email).exists()


def test_an_account_that_never_ordered_has_data_too(market: Market, visitor: Client) -> None:
    user = User.objects.create_user("neuf@exemple.example", name="Neuf")
    sign_in(client=visitor, user=user)
    assert "n’avez pas encore commandé" in words(visitor.get("/compte/"))
    assert visitor.get("/compte/donnees/export.json").status_code == 200
    assert "Vos données sont effacées" in words(visitor.post("/compte/donnees/effacer/", follow=True))


@pytest.mark.parametrize("path", PATHS)
def test_a_stranger_is_asked_to_sign_in(market: Market, browse: Callable[[Any], Client], path: str) -> None:
    assert browse(market.town).get(path)["Location"].startswith("/compte/login/")


@pytest.mark.parametrize("path", PATHS)
def test_another_towns_cookie_is_a_stranger(
    market: Market, as_alice: Client, viroflay: Any, browse: Callable[[Any], Client], path: str
) -> None:
    there = browse(viroflay)
    there.cookies = as_alice.cookies
    assert there.get(path)["Location"].startswith("/compte/login/")
    with in_town(viroflay):
        make_resident(name="Bruno Tran")
