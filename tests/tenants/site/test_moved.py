"""The promise said on the page is the promise kept at payment, or the change is said first, and nothing is lost."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from shared.tenancy import in_town
from tenants.hubs.models import Hub, HubChange, HubPause, Round
from tenants.orders.models import Basket, Order
from tenants.orders.promising import prospects
from tenants.residents.models import Resident
from tenants.shops.models import Shop, ShopPause
from tenants.site.moved import next_choice, what_moved
from tenants.site.promises import offer
from tests.factories import Market, make_basket, make_market, make_order, make_resident, make_satellite, sign_in
from tests.tenants.site.pages import Form, form_to, words

pytestmark = pytest.mark.django_db

CHECKOUT = "/commande/"
TONIGHT = "20261124T1700Z-1900Z"


@pytest.fixture
def shopper(market: Market, as_alice: Client, alice: Resident) -> Client:
    make_basket(lines=[(market.shirt, 1)], resident=alice)
    return as_alice


def send(client: Client, form: Form, **changes: str) -> Any:
    return client.post(CHECKOUT, {**form.data, "paiement": "desk", "note": "Sonnez deux fois", **changes})


def refused(page: Any, *said: str) -> Form:
    """The page came back with a clear sentence, everything typed, and nothing ordered."""
    assert page.status_code == 409
    for each in said:
        assert each in words(page), words(page)
    assert "Sonnez deux fois" in page.content.decode()
    assert not Order.objects.filter(customer_name="Alice Martin").exists()
    assert Basket.objects.get(resident__name="Alice Martin").lines.count() == 1
    return form_to(page, CHECKOUT)


def close_today(market: Market, now: datetime, reason: str = "dégât des eaux") -> None:
    today = now.date()
    HubChange.objects.create(hub=market.hub, kind="closure", first=today, last=today, reason=reason, created_at=now)


def test_full_since(market: Market, shopper: Client) -> None:
    Hub.objects.filter(pk=market.hub.pk).update(room=1)
    form = form_to(shopper.get(CHECKOUT), CHECKOUT)
    make_order(town=market.town, lines=[(market.wine, 1)], resident=make_resident(name="Chloé"))
    page = send(shopper, form)
    again = refused(
        page,
        "Le retrait que vous aviez choisi (ce soir, 18 h–20 h) n’est plus possible : ce créneau est complet.",
        "Nous vous proposons demain midi, 12 h–14 h : vérifiez, puis validez de nouveau.",
        "complet",
    )
    assert again.data["window"] == "20261125T1100Z-1300Z"
    assert send(shopper, again).status_code == 302
    assert Order.objects.get(customer_name="Alice Martin").window_start == datetime(2026, 11, 25, 11, tzinfo=UTC)


def test_closed_since(market: Market, shopper: Client, now: datetime) -> None:
    form = form_to(shopper.get(CHECKOUT), CHECKOUT)
    close_today(market, now)
    again = refused(send(shopper, form), "le point est fermé ce jour-là (dégât des eaux)")
    assert again.data["window"] == "20261125T1100Z-1300Z"


def test_too_late_since(market: Market, shopper: Client, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    form = form_to(shopper.get(CHECKOUT), CHECKOUT)
    monkeypatch.setattr(timezone, "now", lambda: now + timedelta(hours=6))
    refused(send(shopper, form), "il fallait commander avant mardi 24 novembre à 14 h")
    monkeypatch.setattr(timezone, "now", lambda: now + timedelta(hours=10))
    refused(send(shopper, form), "il commençait à 18 h")


def test_shorter_since(market: Market, shopper: Client) -> None:
    form = form_to(shopper.get(CHECKOUT), CHECKOUT)
    Hub.objects.filter(pk=market.hub.pk).update(hours="Mo-Sa 18:00-19:00")
    again = refused(send(shopper, form), "il dure maintenant de 18 h à 19 h", "Nous vous proposons ce soir, 18 h–19 h")
    assert again.data["window"] == "20261124T1700Z-1800Z"


def test_other_hours_since(market: Market, shopper: Client) -> None:
    form = form_to(shopper.get(CHECKOUT), CHECKOUT)
    Hub.objects.filter(pk=market.hub.pk).update(hours="Mo-Sa 17:30-19:00")
    refused(send(shopper, form), "les horaires ont changé")


def test_the_round_gone_since(market: Market, shopper: Client) -> None:
    form = form_to(shopper.get(CHECKOUT), CHECKOUT)
    Round.objects.update(hours="We 17:00-18:00")
    again = refused(send(shopper, form), "n’est plus possible", "Nous vous proposons demain soir, 18 h–20 h")
    assert again.data["window"] == "20261125T1700Z-1900Z"


def test_the_hub_gone_since(market: Market, shopper: Client) -> None:
    hub = make_satellite()
    form = form_to(shopper.get(CHECKOUT, {"retrait": "tube"}), CHECKOUT)
    assert form.data["retrait"] == "tube"
    Hub.objects.filter(pk=hub.pk).update(active=False)
    again = refused(send(shopper, form), "ne vous est plus proposé : voici ce que nous promettons à la conciergerie")
    assert again.data["retrait"] == "conciergerie"


@pytest.mark.parametrize("whose", ["town", "hub", "shop"])
def test_paused_since(market: Market, shopper: Client, now: datetime, whose: str) -> None:
    form = form_to(shopper.get(CHECKOUT), CHECKOUT)
    until = now + timedelta(days=3)
    if whose == "shop":
        ShopPause.objects.create(shop=market.shirt.shop, reason="congés", since=now, until=until)
    else:
        HubPause.objects.create(hub=market.hub if whose == "hub" else None, reason="congés", since=now, until=until)
    title = "Atelier Mistral ne prend pas de commandes" if whose == "shop" else "Les commandes sont suspendues"
    page = send(shopper, form)
    refused(page, title, "Congés. Les commandes reprennent vendredi 27 novembre à 9 h.", "Votre panier est gardé")
    assert "obligation de paiement" not in words(page)
    asked = shopper.get(CHECKOUT)
    assert asked.status_code == 409
    assert title in words(asked)
    basket = shopper.get("/panier/")
    assert title in words(basket)
    assert "T-shirt" in words(basket)
    assert shopper.get("/commandes/").status_code == shopper.get("/compte/").status_code == 200


def test_a_paused_shop_keeps_its_window_and_says_so(market: Market, visitor: Client, now: datetime) -> None:
    ShopPause.objects.create(shop=market.shirt.shop, reason="congés", since=now)
    said = words(visitor.get(f"/boutiques/{market.shirt.shop.slug}/"))
    assert "Atelier Mistral ne prend pas de commandes en ce moment" in said
    assert "Congés. Nous ne savons pas encore quand elles reprendront." in said
    page = visitor.get(f"/boutiques/{market.shirt.shop.slug}/{market.shirt.slug}/")
    assert "Atelier Mistral ne prend pas de commandes" in words(page)
    assert form_to(page, "/panier/mettre/").data["product_id"] == str(market.shirt.pk)
    assert "ne prend pas de commandes" not in words(
        visitor.get(f"/boutiques/{market.wine.shop.slug}/{market.wine.slug}/")
    )


def test_without_the_paused_shop_the_rest_can_be_had(
    market: Market, as_alice: Client, alice: Resident, now: datetime
) -> None:
    make_basket(lines=[(market.shirt, 1), (market.wine, 1)], resident=alice)
    ShopPause.objects.create(shop=market.shirt.shop, reason="congés", since=now)
    for path in ("/panier/", CHECKOUT):
        assert "Sans T-shirt « Étang de Berre » : ce soir, 18 h–20 h." in words(as_alice.get(path))


def test_no_window_in_two_weeks_says_when_to_come_back(market: Market, shopper: Client) -> None:
    Hub.objects.filter(pk=market.hub.pk).update(hours="2026 Dec 20 12:00-14:00")
    said = words(shopper.get("/panier/"))
    assert "Pas de retrait dans les deux semaines qui viennent" in said
    assert "Revenez à partir du dimanche 6 décembre" in said or "Appelez la conciergerie" in said
    assert shopper.get(CHECKOUT).status_code == 409


def test_taken_at_the_last_moment(market: Market, shopper: Client, alice: Resident) -> None:
    """Between the page's own look and the lock, somebody takes the last place."""
    Hub.objects.filter(pk=market.hub.pk).update(room=1)
    form = form_to(shopper.get(CHECKOUT), CHECKOUT)
    taken: list[Order] = []

    def meanwhile(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001  (Django's signature)
        # The person is put right just before the order is placed, in a transaction of its own.
        if "FOR UPDATE" in sql and "residents_resident" in sql and not taken:
            taken.append(Order())
            taken[0] = make_order(town=market.town, lines=[(market.wine, 1)], resident=make_resident(name="Chloé"))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(meanwhile):
        page = send(shopper, form)
    assert taken
    again = refused(page, "ce créneau est complet", "Nous vous proposons demain midi")
    assert again.data["token"] == form.data["token"]


def test_what_the_basket_chose_is_said_to_have_moved(market: Market, shopper: Client, now: datetime) -> None:
    close_today(market, now)
    for path in ("/panier/", CHECKOUT):
        page = shopper.get(path, {"creneau": TONIGHT})
        assert "Le retrait que vous aviez choisi (ce soir, 18 h–20 h) n’est plus possible" in words(page)
    assert form_to(shopper.get(CHECKOUT, {"creneau": TONIGHT}), CHECKOUT).data["window"] == "20261125T1100Z-1300Z"


@pytest.mark.parametrize(
    "value", ["", "🦄", "20261124T1700Z", "99999999T9999Z-9999Z", "00010101T0000Z-0000Z", "x" * 9999]
)
def test_nonsense_names_no_window(market: Market, now: datetime, value: str) -> None:
    found = prospects(town=market.town, products=[market.shirt], now=now)
    said = what_moved(found, market.hub, value)
    assert said == "" or "il commençait" in said
    offered = offer(found, market.hub)
    assert next_choice(offered, value) == offered.choices[0]


def test_another_towns_window_is_its_own(
    market: Market, shopper: Client, viroflay: Any, browse: Callable[[Any], Client]
) -> None:
    """Bruno's form, sent in Viroflay after its hub closed, says Viroflay's reason; Istres still keeps its promise."""
    with in_town(viroflay):
        theirs = make_market(town=viroflay)
        bruno = make_resident(name="Bruno")
        make_basket(lines=[(theirs.shirt, 1)], resident=bruno)
        client = browse(viroflay)
        assert bruno.user is not None
        sign_in(client=client, user=bruno.user)
        form = form_to(client.get(CHECKOUT), CHECKOUT)
        close_today(theirs, timezone.now(), reason="fête de la ville")
        assert "fête de la ville" in words(send(client, form))
    assert send(shopper, form_to(shopper.get(CHECKOUT), CHECKOUT)).status_code == 302


def test_a_withdrawn_shop_is_another_story(market: Market, shopper: Client, now: datetime) -> None:
    form = form_to(shopper.get(CHECKOUT), CHECKOUT)
    Shop.objects.filter(pk=market.shirt.shop_id).update(withdrawn_at=now)
    assert send(shopper, form)["Location"] == "/panier/"
