"""A merchant leaves: shown, read again, decided once; and comes back."""

from datetime import timedelta
from http import HTTPStatus
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from shared.notifications.models import Message
from shared.tenancy import in_town
from tenants.shops.departures import Departure
from tenants.shops.models import Product, Shop
from tests.conftest import TUESDAY
from tests.factories import Market, make_order, make_shop
from tests.tenants.staff.pages import text_of

pytestmark = pytest.mark.django_db


def _here(shop: Shop) -> str:
    return f"/mairie/boutiques/{shop.pk}/depart/"


def _wanted(**changes: str) -> dict[str, str]:
    wanted = {"ground": "asked", "reason": "", "leaves_on": "2026-11-24", "orders_then": "finished"}
    return wanted | changes


def test_what_it_means_is_shown_then_it_is_done_once(hall: Client, market: Market) -> None:
    shop = market.cheese.shop
    order = make_order(town=market.town, lines=[(market.cheese, 2)])
    page = text_of(hall.get(_here(shop)))
    for words in ("1 commande à honorer", order.number, "quitte", "rien à ce jour", "dix ans"):
        assert words in page, words
    page = text_of(hall.post(_here(shop), _wanted()))
    assert "dès que vous aurez confirmé" in page
    assert shop.merchant.contact_email in page
    assert not Departure.objects.exists(), "it is to be read again first"
    assert "Décider" in text_of(hall.post(_here(shop), _wanted(change="1")))
    for _double_click in range(2):
        page = text_of(hall.post(_here(shop), _wanted(confirm="1"), follow=True))
    assert f"{shop.name} a quitté la conciergerie" in page
    assert (Departure.objects.count(), Message.objects.filter(template="shops/leaving").count()) == (1, 1)
    assert not Product.objects.for_sale().filter(shop=shop).exists()
    assert "A quitté la conciergerie le 24/11/2026" in text_of(hall.get("/mairie/boutiques/"))
    assert "a fait partir un commerçant" in text_of(hall.get("/mairie/journal/"))
    page = text_of(hall.post(f"/mairie/boutiques/{shop.pk}/readmettre/", follow=True))
    assert "c’est ici qu’on le fait revenir" in page
    facts = {"name": "Autre nom", "siret": shop.merchant.siret, "address": "1 rue", "postcode": "13800"}
    again = facts | {"city": "Istres", "email": "x@boutique.example", "kind": "cheese-board"}
    assert "c’est ici qu’on le fait revenir" in text_of(hall.post("/mairie/boutiques/admettre/", again, follow=True))
    for said in ("est de retour", "est déjà là"):
        assert said in text_of(hall.post(f"/mairie/boutiques/{shop.pk}/retour/", follow=True))
    assert Product.objects.for_sale().filter(shop=shop).exists()


def test_one_that_is_announced_may_be_given_up(hall: Client, market: Market) -> None:
    shop = market.cheese.shop
    wanted = _wanted(ground="notice", reason="La halle ferme.", leaves_on="2026-12-25", confirm="1")
    page = text_of(hall.post(_here(shop), wanted, follow=True))
    assert "va quitter la conciergerie" in page
    assert "La halle ferme." in page
    assert "part le 25/12/2026" in text_of(hall.get("/mairie/boutiques/"))
    assert "La lettre n’est pas partie" in page
    Departure.objects.update(leaves_on=TUESDAY.date() - timedelta(days=1))
    assert "départ en attente de sa lettre" in text_of(hall.get("/mairie/boutiques/"))
    letter = str(Departure.objects.get().message_id)
    Message.objects.filter(pk=letter).update(sent_at=TUESDAY)
    page = text_of(hall.get(_here(shop)))
    assert "La lettre n’est pas partie" not in page
    assert "Lettre partie mardi 24 novembre" in page
    other = text_of(hall.post(_here(shop), _wanted(confirm="1"), follow=True))
    assert "déjà annoncé" in other
    assert "reste" in text_of(hall.post(f"/mairie/boutiques/{shop.pk}/retour/", follow=True))
    assert Message.objects.filter(template="shops/staying").count() == 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"ground": ""}, "Dites qui le décide"),
        ({"ground": "whim"}, "choix valide"),
        ({"ground": "notice", "reason": "Travaux."}, "Au plus tôt le vendredi 25"),
        ({"ground": "breach"}, "Écrivez le motif"),
        ({"ground": "breach", "reason": "\u200b\u2060 \u202e"}, "Écrivez le motif"),
        ({"leaves_on": "2026-11-23"}, "Au plus tôt le mardi 24"),
        ({"leaves_on": "demain"}, "date"),
        ({"orders_then": "lost"}, "choix valide"),
        ({"reason": "x" * 501}, "au plus 500"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_done(
    hall: Client, market: Market, change: dict[str, str], said: str
) -> None:
    page = text_of(
        hall.post(_here(market.cheese.shop), _wanted(confirm="1", **change)), HTTPStatus.UNPROCESSABLE_ENTITY
    )
    assert said in page
    assert not Departure.objects.exists()


def test_another_town_s_shop_is_not_there(hall: Client, market: Market, viroflay: Any) -> None:
    with in_town(viroflay):
        theirs = make_shop(name="Chez Bruno")
    for shop_id in (theirs.pk, uuid4()):
        for verb in ("depart", "retour"):
            answer = hall.post(f"/mairie/boutiques/{shop_id}/{verb}/", _wanted(confirm="1"))
            assert answer.status_code == HTTPStatus.NOT_FOUND
    with in_town(viroflay):
        assert not Departure.objects.exists()
