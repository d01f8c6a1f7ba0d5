"""Searching as people type."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from shared.tenancy import in_town
from tests.factories import Market, make_market
from tests.tenants.site.pages import words

pytestmark = pytest.mark.django_db


def test_finds_shops_and_products_without_accents(market: Market, visitor: Client) -> None:
    said = words(visitor.get("/recherche/", {"q": "  ETANG   de berre "}))
    assert "T-shirt « Étang de Berre »" in said
    assert "Coteaux" not in said


def test_a_trade_finds_its_shop_and_its_goods(market: Market, visitor: Client) -> None:
    said = words(visitor.get("/recherche/", {"q": "fromagers"}))
    assert "1 boutique, 1 produit" in said


def test_says_when_there_is_nothing_and_whom_to_ask(market: Market, visitor: Client) -> None:
    page = visitor.get("/recherche/", {"q": "tuba"})
    assert "Rien pour « tuba »" in words(page)
    assert page.status_code == 200


@pytest.mark.parametrize("text", ["", "   ", "🧀🧀", "%_\\'\";--", "\x00fromage", "a" * 100_000, "de la"])
def test_anything_may_be_typed(market: Market, visitor: Client, text: str) -> None:
    assert visitor.get("/recherche/", {"q": text}).status_code == 200


def test_what_was_typed_is_escaped(market: Market, visitor: Client) -> None:
    page = visitor.get("/recherche/", {"q": '"><script>alert(1)</script>'}).content
    assert b"<script>alert" not in page


def test_another_town_is_not_searched(market: Market, viroflay: Any, browse: Callable[[Any], Client]) -> None:
    with in_town(viroflay):
        make_market(town=viroflay)
    assert "1 boutique, 1 produit" in words(browse(market.town).get("/recherche/?q=fromage"))
