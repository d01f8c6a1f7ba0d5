"""Amandine sells in Istres and in Viroflay; Chloé sells in Istres too, and must see nothing of Amandine's."""

from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from conciergeries.merchants.models import Merchant, MerchantPresence
from shared.tenancy import in_public, in_town
from tenants.orders.models import Order, ShopOrder
from tenants.shops.models import Product, Shop
from tests.conftest import TUESDAY
from tests.factories import (
    make_member,
    make_merchant,
    make_order,
    make_product,
    make_shop,
    set_hours,
    set_terms,
    sign_in,
)
from tests.tenants.staff.pages import Clock


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Tuesday, nine in the morning in both towns, when the test begins."""
    ticking = Clock(TUESDAY)
    monkeypatch.setattr(timezone, "now", ticking)
    return ticking


@dataclass(frozen=True, kw_only=True)
class Stall:
    """One merchant's shop in one town, and two products of it."""

    town: Any
    shop: Shop
    cheese: Product
    board: Product


@dataclass(frozen=True, kw_only=True)
class Fair:
    """Everything of these tests: Amandine in two towns, Chloé in one of them."""

    amandine: Merchant
    chloe: Merchant
    istres: Stall
    viroflay: Stall
    other: Stall


def _stall(*, town: Any, merchant: Merchant, name: str) -> Stall:
    with in_public():
        MerchantPresence.objects.get_or_create(merchant=merchant, town=town, defaults={"since": TUESDAY})
    with in_town(town):
        shop = make_shop(merchant=merchant, name=name)
        return Stall(
            town=town,
            shop=shop,
            cheese=make_product(shop=shop, name="Banon affiné", price_cents=690, stock=50),
            board=make_product(shop=shop, name="Plateau du soir", price_cents=2400, lead_hours=4),
        )


@pytest.fixture
def fair(istres: Any, viroflay: Any) -> Fair:
    amandine = make_merchant(name="Fromagerie Amandine")
    chloe = make_merchant(name="Chez Chloé")
    for town in (istres, viroflay):
        with in_town(town):
            set_hours()
            set_terms(town=town)
    return Fair(
        amandine=amandine,
        chloe=chloe,
        istres=_stall(town=istres, merchant=amandine, name="Amandine à Istres"),
        viroflay=_stall(town=viroflay, merchant=amandine, name="Amandine à Viroflay"),
        other=_stall(town=istres, merchant=chloe, name="Chloé à Istres"),
    )


def order_of(stall: Stall, *others: Product) -> Order:
    """A confirmed order of both products of a stall, and of whatever else."""
    with in_town(stall.town):
        return make_order(town=stall.town, lines=[(stall.cheese, 2), (stall.board, 1), *((each, 1) for each in others)])


def part_of(order: Order, stall: Stall) -> ShopOrder:
    """The stall's part of an order, as it is now."""
    with in_town(stall.town):
        return ShopOrder.objects.select_related("order").prefetch_related("lines").get(order=order, shop=stall.shop)


def client_of(*merchants: Merchant) -> Client:
    """The browser of one person who acts for these merchants."""
    client = Client(HTTP_HOST="localhost")
    user = make_member(merchant=merchants[0], name="Amandine Roux")
    for merchant in merchants[1:]:
        with in_public():
            merchant.members.create(user=user)
    with in_public():
        sign_in(client=client, user=user)
    return client
