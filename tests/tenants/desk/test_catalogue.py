"""Finding goods on the telephone."""

from datetime import datetime

import pytest

from tenants.desk.catalogue import MOST, find_products
from tests.factories import Market, make_product, make_shop

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "text", ["plateau", "PLATEAU", "retour marche", "alpilles", "fromagerie plateau", "retour alp"]
)
def test_found_by_its_name_or_its_shop(market: Market, text: str) -> None:
    assert find_products(text).products == [market.cheese]


def test_nothing_asked_shows_the_windows(market: Market) -> None:
    assert set(find_products("").products) == {market.shirt, market.cheese, market.wine}


def test_a_name_comes_before_a_description(market: Market) -> None:
    board = make_product(shop=market.shirt.shop, name="Planche", description="Pour poser un plateau")
    assert find_products("plateau").products == [market.cheese, board]


def test_what_is_sold_out_comes_last(market: Market) -> None:
    gone = make_product(shop=market.wine.shop, name="Coteaux blanc", stock=0)
    assert find_products("coteaux").products == [market.wine, gone]


def test_neither_withdrawn_products_nor_withdrawn_shops(market: Market, now: datetime) -> None:
    market.wine.withdrawn_at = now
    market.wine.save()
    make_product(shop=make_shop(name="Fermée", withdrawn_at=now), name="Coteaux fermés")
    make_product(shop=make_shop(name="Pas encore", admitted_at=None), name="Coteaux à venir")
    assert find_products("coteaux").products == []


def test_a_long_list_says_there_is_more(market: Market) -> None:
    for number in range(MOST):
        make_product(shop=market.wine.shop, name=f"Cuvée {number}")
    found = find_products("cuvee")
    assert (len(found.products), found.more) == (MOST, False)
    assert find_products("").more
