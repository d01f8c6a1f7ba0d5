"""A merchant's pages are that merchant's, in the towns where it sells; everything else is not there."""

from http import HTTPStatus
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from conciergeries.merchants.models import MerchantMember
from shared.tenancy import in_public, in_town
from tenants.orders.states import ShopOrderState
from tests.factories import make_merchant, make_user, sign_in
from tests.platform.conciergeries.portal.conftest import Fair, Stall, client_of, order_of, part_of

PAGES = [
    "/portail/",
    "/portail/passees/",
    "/portail/vitrines/",
    "/portail/bordereaux/",
    "/portail/versements/",
    "/portail/conditions/",
]


def _paths(stall: Stall, slug: str) -> list[str]:
    shop = f"/portail/{slug}/vitrines/{stall.shop.pk}/"
    return [
        shop,
        f"{shop}modifier/",
        f"{shop}produits/nouveau/",
        f"{shop}produits/{stall.cheese.pk}/",
    ]


@pytest.mark.parametrize("path", PAGES)
def test_a_stranger_signs_in_and_somebody_without_a_merchant_is_refused(db: None, path: str) -> None:
    client = Client(HTTP_HOST="localhost")
    answer = client.get(path)
    assert answer.status_code == HTTPStatus.FOUND
    assert answer["Location"].startswith("/compte/login/?next=/portail/")
    sign_in(client=client, user=make_user(email="odile@x.example"))
    assert client.get(path).status_code == HTTPStatus.FORBIDDEN


@pytest.mark.parametrize("path", PAGES)
def test_a_merchant_who_sells_nowhere_yet_is_told_so(fair: Fair, path: str) -> None:
    page = client_of(make_merchant(name="Nouveau"))
    assert page.get(path).status_code == HTTPStatus.OK
    assert "INVALID[" not in page.get(path).content.decode()


def test_ones_own_pages_open(fair: Fair) -> None:
    client = client_of(fair.amandine)
    for path in [*PAGES, *_paths(fair.istres, "istres"), *_paths(fair.viroflay, "viroflay")]:
        page = client.get(path)
        assert page.status_code == HTTPStatus.OK, path
        assert "INVALID[" not in page.content.decode(), path
        assert page.content.decode().count("<h1") == 1, path


def test_another_merchants_pages_are_not_there(fair: Fair) -> None:
    client = client_of(fair.amandine)
    for path in _paths(fair.other, "istres"):
        assert client.get(path).status_code == HTTPStatus.NOT_FOUND, path
        if not path.endswith(f"{fair.other.shop.pk}/"):  # the window itself is read only
            assert client.post(path, {"name": "x"}).status_code == HTTPStatus.NOT_FOUND, path


def test_an_identifier_of_one_town_opens_nothing_in_another(fair: Fair) -> None:
    client = client_of(fair.amandine)
    for path in [*_paths(fair.istres, "viroflay"), *_paths(fair.viroflay, "istres")]:
        assert client.get(path).status_code == HTTPStatus.NOT_FOUND, path


def test_a_town_where_one_does_not_sell_is_not_there(fair: Fair) -> None:
    client = client_of(fair.chloe)
    for slug in ("viroflay", "nulle-part", "public"):
        for path in _paths(fair.other, slug):
            assert client.get(path).status_code == HTTPStatus.NOT_FOUND, path
    assert "Viroflay" not in client.get("/portail/").content.decode()


def test_a_product_is_looked_up_in_its_own_shop(fair: Fair) -> None:
    client = client_of(fair.amandine, fair.chloe)
    path = f"/portail/istres/vitrines/{fair.istres.shop.pk}/produits/{fair.other.cheese.pk}/"
    assert client.get(path).status_code == HTTPStatus.NOT_FOUND


def test_nobody_answers_for_another_merchant(fair: Fair) -> None:
    order = order_of(fair.other)
    part = part_of(order, fair.other)
    line = part.lines.all()[0]
    client = client_of(fair.amandine)
    for path in (
        f"/portail/istres/commandes/{part.pk}/accepter/",
        f"/portail/istres/commandes/{part.pk}/prete/",
        f"/portail/istres/commandes/{part.pk}/refuser/",
        f"/portail/istres/lignes/{line.pk}/refuser/",
        f"/portail/istres/commandes/{uuid4()}/accepter/",
        f"/portail/viroflay/commandes/{part.pk}/accepter/",
    ):
        assert client.post(path, {"motif": "x"}).status_code == HTTPStatus.NOT_FOUND, path
    assert part_of(order, fair.other).state == ShopOrderState.PLACED


def test_a_member_who_left_has_no_portal(fair: Fair) -> None:
    client = client_of(fair.amandine)
    with in_public():
        MerchantMember.objects.all().delete()
    assert client.get("/portail/").status_code == HTTPStatus.FORBIDDEN


def test_acting_is_a_post(fair: Fair) -> None:
    part = part_of(order_of(fair.istres), fair.istres)
    client = client_of(fair.amandine)
    for verb in ("accepter", "prete"):
        answer = client.get(f"/portail/istres/commandes/{part.pk}/{verb}/")
        assert answer.status_code == HTTPStatus.METHOD_NOT_ALLOWED
    for verb in ("retirer", "remettre", "photo"):
        path = f"/portail/istres/vitrines/{fair.istres.shop.pk}/produits/{fair.istres.cheese.pk}/{verb}/"
        assert client.get(path).status_code == HTTPStatus.METHOD_NOT_ALLOWED


def test_the_portal_is_not_on_a_towns_host(fair: Fair) -> None:
    client: Any = Client(HTTP_HOST=fair.istres.town.host)
    with in_town(fair.istres.town):
        sign_in(client=client, user=make_user(email="amandine@istres.example"))
    assert client.get("/portail/").status_code == HTTPStatus.NOT_FOUND
