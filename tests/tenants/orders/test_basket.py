"""Baskets: what is in them, and what changed since."""

from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest

from shared.tenancy import in_town
from tenants.orders import basket as baskets
from tenants.orders.models import Basket, BasketLine, PaymentMode
from tenants.shops.models import Product
from tests.factories import Market, basket_of, make_basket, make_order, make_product, make_resident, make_shop

pytestmark = pytest.mark.django_db


def quantities(basket: Basket) -> dict[str, int]:
    return {line.product.name: line.quantity for line in basket.lines.select_related("product")}


def test_adding_counts_up_and_putting_sets(market: Market, now: datetime) -> None:
    basket = make_basket(lines=[(market.wine, 2)])
    baskets.add(basket=basket, product=market.wine, quantity=3, now=now)
    assert quantities(basket) == {market.wine.name: 5}
    baskets.put(basket=basket, product=market.wine, quantity=1, now=now)
    assert quantities(basket) == {market.wine.name: 1}


@pytest.mark.parametrize("quantity", [0, -1, 100, 10**9])
def test_nonsense_quantities_are_refused(market: Market, now: datetime, quantity: int) -> None:
    basket = make_basket(lines=[])
    with pytest.raises(baskets.QuantityError, match="de 1 à 99"):
        baskets.put(basket=basket, product=market.cheese, quantity=quantity, now=now)
    assert not basket.lines.exists()


def test_more_than_the_stock_is_refused_and_says_how_many_are_left(market: Market, now: datetime) -> None:
    basket = make_basket(lines=[(market.shirt, 4)])
    with pytest.raises(baskets.NotEnoughError) as refused:
        baskets.add(basket=basket, product=market.shirt, quantity=2, now=now)
    assert refused.value.left == 5
    assert quantities(basket) == {market.shirt.name: 4}


@pytest.mark.parametrize("gone", ["product withdrawn", "shop withdrawn", "shop not admitted"])
def test_what_is_not_for_sale_is_refused(market: Market, now: datetime, gone: str) -> None:
    basket = make_basket(lines=[])
    if gone == "product withdrawn":
        Product.objects.filter(pk=market.shirt.pk).update(withdrawn_at=now)
    elif gone == "shop withdrawn":
        type(market.shirt.shop).objects.filter(pk=market.shirt.shop_id).update(withdrawn_at=now)
    else:
        type(market.shirt.shop).objects.filter(pk=market.shirt.shop_id).update(admitted_at=None)
    with pytest.raises(baskets.NotForSaleError):
        baskets.put(basket=basket, product=market.shirt, quantity=1, now=now)


def test_a_basket_has_an_end(market: Market, now: datetime) -> None:
    shop = make_shop(name="Épicerie du Cours")
    lines = [(make_product(shop=shop, name=f"Savon {number}"), 1) for number in range(baskets.MAX_LINES)]
    basket = make_basket(lines=lines)
    with pytest.raises(baskets.FullBasketError):
        baskets.put(basket=basket, product=market.shirt, quantity=1, now=now)
    baskets.put(basket=basket, product=lines[0][0], quantity=2, now=now)


def test_signing_in_keeps_the_basket(market: Market, now: datetime) -> None:
    alice = make_resident()
    basket = make_basket(lines=[(market.shirt, 2)])
    assert baskets.adopt(basket=basket, resident=alice, now=now) == basket
    assert baskets.find_basket(basket_id=None, resident=alice) == basket


def test_signing_in_adds_to_an_older_basket_and_the_last_wish_counts(market: Market, now: datetime) -> None:
    alice = make_resident()
    make_basket(lines=[(market.shirt, 1), (market.cheese, 1)], resident=alice)
    tonight = make_basket(lines=[(market.shirt, 3), (market.wine, 2)])
    kept = baskets.adopt(basket=tonight, resident=alice, now=now)
    assert quantities(kept) == {market.shirt.name: 3, market.cheese.name: 1, market.wine.name: 2}
    assert Basket.objects.count() == 1


def test_somebody_elses_basket_is_never_adopted(market: Market, now: datetime) -> None:
    alice, chloe = make_resident(), make_resident(name="Chloé Petit")
    hers = make_basket(lines=[(market.shirt, 1)], resident=alice)
    assert baskets.adopt(basket=hers, resident=chloe, now=now) != hers
    assert baskets.find_basket(basket_id=hers.pk, resident=chloe) != hers
    assert baskets.find_basket(basket_id=hers.pk, resident=None) is None


def test_what_changed_is_said_and_nothing_else(market: Market, now: datetime) -> None:
    basket = make_basket(lines=[(market.shirt, 4), (market.cheese, 1), (market.wine, 1)])
    extra = make_product(name="Ballotin de 250 g")
    baskets.put(basket=basket, product=extra, quantity=1, now=now)
    Product.objects.filter(pk=market.shirt.pk).update(stock=3)
    Product.objects.filter(pk=market.cheese.pk).update(price_cents=2500)
    Product.objects.filter(pk=market.wine.pk).update(withdrawn_at=now)
    Product.objects.filter(pk=extra.pk).update(stock=0)
    found = {change.line.product.pk: change for change in baskets.changes(basket.lines.select_related("product__shop"))}
    assert {key: change.kind for key, change in found.items()} == {
        market.shirt.pk: "fewer",
        market.cheese.pk: "price",
        market.wine.pk: "withdrawn",
        extra.pk: "sold_out",
    }
    assert "24,00\u00a0€ à 25,00\u00a0€" in found[market.cheese.pk].message
    assert baskets.changes([]) == []


def test_accepting_changes_brings_the_basket_up_to_date(market: Market, now: datetime) -> None:
    basket = make_basket(lines=[(market.shirt, 4), (market.cheese, 1), (market.wine, 1)])
    Product.objects.filter(pk=market.shirt.pk).update(stock=3, price_cents=1999)
    Product.objects.filter(pk=market.wine.pk).update(withdrawn_at=now)
    assert len(baskets.accept_changes(basket=basket, now=now)) == 2
    assert quantities(basket) == {market.shirt.name: 3, market.cheese.name: 1}
    assert BasketLine.objects.get(product=market.shirt).seen_price_cents == 1999
    assert baskets.accept_changes(basket=basket, now=now) == []


def test_what_my_own_unpaid_order_keeps_aside_is_still_mine(market: Market, now: datetime) -> None:
    order = make_order(town=market.town, lines=[(market.shirt, 5)], payment_mode=PaymentMode.CARD)
    basket = basket_of(order)
    held = baskets.held_by(basket)
    assert held == {market.shirt.pk: 5}
    assert baskets.changes(basket.lines.select_related("product__shop"), held=held) == []
    baskets.put(basket=basket, product=market.shirt, quantity=2, now=now)
    with pytest.raises(baskets.NotEnoughError):
        baskets.put(basket=make_basket(lines=[]), product=market.shirt, quantity=1, now=now)


def test_a_basket_of_one_town_is_nothing_in_another(market: Market, viroflay: Any, now: datetime) -> None:
    basket = make_basket(lines=[(market.shirt, 1)])
    with in_town(viroflay):
        assert baskets.find_basket(basket_id=basket.pk, resident=None) is None
        with pytest.raises(Basket.DoesNotExist):
            baskets.put(basket=basket, product=market.shirt, quantity=1, now=now)
    assert baskets.find_basket(basket_id=uuid4(), resident=None) is None
