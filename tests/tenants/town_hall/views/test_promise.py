"""The page that explains a promise."""

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from shared.accounts.models import User
from shared.tenancy import in_town
from tenants.hubs.models import Hub, HubPause
from tests.conftest import TUESDAY as NOW
from tests.factories import Market, make_market, make_resident, make_satellite, make_staff
from tests.tenants.staff.pages import signed_in, text_of

pytestmark = pytest.mark.django_db

PAGE = "/mairie/promesse/"


def asked(hall: Client, status: int = 200, **query: Any) -> str:
    return text_of(hall.get(PAGE, query), status)


def test_without_a_question_it_is_the_main_hub_now(hall: Client, market: Market) -> None:
    page = asked(hall)
    assert f"{market.hub.name}, mardi 24 novembre à 9 h" in page
    assert "Sans produit : ce qui est prêt tout de suite." in page
    assert "Commande passée mardi 24 novembre à 9 h" in page
    assert "Créneaux possibles" in page


def test_the_chain_and_why_not_sooner(hall: Client, market: Market) -> None:
    Hub.objects.filter(pk=market.hub.pk).update(room=2)
    page = asked(hall, product=[market.cheese.pk, market.wine.pk], day="2026-11-24", time="10:00")
    assert f"{market.cheese.shop.name} : « Plateau “Retour de marché” » doit être prêt (6 h de délai)." in page
    assert "La conciergerie" in page
    assert "Pourquoi pas plus tôt" in page
    assert "Mardi 24 novembre à 12 h" in page
    assert "il fallait commander avant" in page
    assert "2 places" in page


def test_products_are_searched_for_and_kept(hall: Client, market: Market) -> None:
    answer = hall.get(PAGE, {"q": "coteaux", "product": str(market.cheese.pk)})
    page = answer.content.decode()
    assert f'value="{market.cheese.pk}" checked' in page
    assert f'value="{market.wine.pk}"><span>' in page
    assert "Aucun autre produit pour « zzz »." in asked(hall, q="zzz")
    assert "Aucun autre produit pour « plateau »." in asked(hall, q="plateau", product=[market.cheese.pk])


def test_another_hub_another_day(hall: Client, market: Market) -> None:
    make_satellite()
    page = asked(hall, hub="tube", day="2026-11-25", time="08:00")
    assert "Zone du Tubé, mercredi 25 novembre à 8 h" in page
    assert "Navette du Tubé : part à 12 h 30, arrive à 13 h 30 (Zone du Tubé)." in page


def test_nothing_to_promise(hall: Client, market: Market) -> None:
    pause = HubPause.objects.create(reason="crue", since=NOW, until="2026-12-14T07:00Z")
    page = asked(hall, day="2026-11-24", time="10:00")
    assert "Rien dans les deux semaines. Commandes suspendues : crue. Commandes possibles à partir du lundi 14" in page
    pause.until = None
    pause.save()
    assert "Rien ne peut être promis dans les deux mois." in asked(hall, day="2026-11-24", time="10:00")


@pytest.mark.parametrize(
    ("query", "why"),
    [
        ({"hub": "lune"}, "Sélectionnez un choix valide."),
        ({"day": "demain"}, "Écrivez une date"),
        ({"time": "midi"}, "Écrivez l’heure comme 18:00."),
        ({"product": "x"}, "Un de ces produits n’est plus en vente"),
        ({"product": str(uuid4())}, "Un de ces produits n’est plus en vente"),
        ({"q": "x" * 81}, "au plus 80 caractères"),
    ],
)
def test_what_is_not_understood_is_said(hall: Client, market: Market, query: dict[str, str], why: str) -> None:
    assert why in asked(hall, 422, **query)


def test_what_is_for_sale_stays_when_another_is_not(hall: Client, market: Market) -> None:
    answer = hall.get(PAGE, {"product": [str(market.cheese.pk), str(uuid4())]})
    assert f'value="{market.cheese.pk}" checked' in answer.content.decode()


def test_products_and_hubs_of_another_town_do_not_exist(hall: Client, market: Market, viroflay: Any) -> None:
    with in_town(viroflay):
        theirs = make_market(town=viroflay)
        make_satellite()
    assert "n’est plus en vente" in asked(hall, 422, product=theirs.cheese.pk)
    assert "Sélectionnez un choix valide." in asked(hall, 422, hub="tube")


def test_it_is_the_town_halls(istres: Any, market: Market, bernard: User) -> None:
    chloe = make_resident(name="Chloé Petit").user
    assert chloe
    for user in (make_staff(), chloe):
        assert signed_in(town=istres, user=user).get(PAGE).status_code == 403
    assert signed_in(town=istres, user=bernard).post(PAGE).status_code == 405
    assert reverse("town_hall:promise") == PAGE
