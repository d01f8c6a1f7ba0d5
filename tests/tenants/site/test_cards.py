"""The cards of the lists are the component's, written out for speed."""

import pytest
from django.template import Context, Template
from django.template.loader import render_to_string
from django_cotton.compiler_regex import CottonCompiler

from tenants.shops.models import Product
from tenants.site.opening import OpenState
from tests.factories import Market

pytestmark = pytest.mark.django_db


def component(source: str, **context: object) -> str:
    compiled = CottonCompiler().process(f"{{% load french web site %}}{source}")
    return squeezed(Template(compiled).render(Context(context)))


def squeezed(markup: str) -> str:
    return " ".join(markup.replace(">", "> ").replace("<", " <").split())


def test_a_shop(market: Market) -> None:
    context = {"shop": market.wine.shop, "state": OpenState("soon", "Ferme dans 5 min"), "level": 3}
    expected = component(
        """<c-card href="{% url 'site:shop' shop.slug %}" title="{{ shop.name }}" text="Cave à vins" drawing="wine"
        badge="{{ state.words }}" badge_kind="{{ state.kind }}" />""",
        **context,
    )
    assert squeezed(render_to_string("site/_shop_card.html", context)) == expected


@pytest.mark.parametrize("stock", [0, 5])
def test_a_product(market: Market, stock: int) -> None:
    Product.objects.filter(pk=market.wine.pk).update(stock=stock, unit_price="19,33 € le litre")
    context = {"product": Product.objects.select_related("shop").get(pk=market.wine.pk), "over": "Cave"}
    expected = component(
        """{% availability product as has %}<c-card kind="product" :off="has.is_out" over="Cave"
        href="{% url 'site:product' product.shop.slug product.slug %}" title="{{ product.name }}"
        text="{{ product.unit }}" drawing="wine" :cents="product.price_cents" per="{{ product.unit_price }}"
        badge="{{ has.words }}" badge_kind="{{ has.kind }}" />""",
        **context,
    )
    assert squeezed(render_to_string("site/_product_card.html", context)) == expected
