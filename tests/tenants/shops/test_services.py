"""What a merchant does to its window: all or nothing, said in the trail, and never to what was sold."""

import io
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from PIL import Image

from shared.audit.models import AuditEvent
from shared.tenancy import in_town
from tenants.orders.models import Line
from tenants.shops import services
from tenants.shops.models import Product, Shop
from tenants.shops.pictures import PictureError
from tenants.shops.services import ProductFacts, WindowFacts
from tests.factories import make_market, make_order, make_product, make_shop, make_user
from tests.media import keep_media_in

TOMME = ProductFacts(
    name="Tomme de brebis",
    description="",
    price_cents=1250,
    vat_rate_bp=550,
    unit="la pièce",
    unit_price="",
    made_to_order=False,
    lead_hours=0,
    stock=8,
    age_restricted=False,
    allergens="lait",
)


def test_two_products_of_one_name_have_two_addresses(in_istres: Any, now: datetime) -> None:
    shop = make_shop()
    slugs = [services.add_product(shop_id=shop.pk, facts=TOMME, actor=None, now=now).slug for _ in range(3)]
    assert slugs == ["tomme-de-brebis", "tomme-de-brebis-2", "tomme-de-brebis-3"]


def test_a_product_keeps_its_address_when_its_name_changes(in_istres: Any, now: datetime) -> None:
    product = services.add_product(shop_id=make_shop().pk, facts=TOMME, actor=None, now=now)
    changed = services.change_product(
        product_id=product.pk, facts=replace(TOMME, name="Tomme affinée"), seen_stock=8, actor=None, now=now
    )
    assert (changed.slug, changed.name) == ("tomme-de-brebis", "Tomme affinée")


@pytest.mark.parametrize(
    "facts",
    [
        replace(TOMME, name="!!!"),
        replace(TOMME, name="x" * 101),
        replace(TOMME, price_cents=0),
        replace(TOMME, price_cents=1_000_001),
        replace(TOMME, vat_rate_bp=1960),
        replace(TOMME, stock=None),
        replace(TOMME, made_to_order=True),
        replace(TOMME, weekday_bits=0),
        replace(TOMME, weekday_bits=128),
    ],
)
def test_facts_that_do_not_hold_add_nothing(in_istres: Any, now: datetime, facts: ProductFacts) -> None:
    shop = make_shop()
    with pytest.raises(ValidationError):
        services.add_product(shop_id=shop.pk, facts=facts, actor=None, now=now)
    assert not Product.objects.exists()
    assert not AuditEvent.objects.exists()


def test_what_was_ordered_stays_as_it_was_ordered(in_istres: Any, now: datetime) -> None:
    market = make_market(town=in_istres)
    make_order(town=in_istres, lines=market.everything)
    services.change_product(
        product_id=market.shirt.pk,
        facts=replace(TOMME, name="Autre chose", price_cents=9999, stock=4),
        seen_stock=4,
        actor=None,
        now=now,
    )
    services.withdraw_product(product_id=market.wine.pk, actor=None, now=now)
    assert sorted(Line.objects.values_list("unit_price_cents", flat=True)) == [1450, 2150, 2400]


def test_withdrawing_and_putting_back_twice_is_once(in_istres: Any, now: datetime) -> None:
    product = make_product()
    for _ in range(2):
        assert services.withdraw_product(product_id=product.pk, actor=None, now=now).withdrawn_at == now
    for _ in range(2):
        assert services.put_back_product(product_id=product.pk, actor=None, now=now).withdrawn_at is None
    assert [event.action for event in AuditEvent.objects.order_by("action")] == [
        "product.put_back",
        "product.withdrawn",
    ]


def test_a_change_of_price_is_in_the_trail_with_what_it_was(in_istres: Any, now: datetime) -> None:
    alice = make_user(email="alice@istres.example", name="Alice")
    product = make_product(price_cents=2400)
    services.change_product(product_id=product.pk, facts=TOMME, seen_stock=None, actor=alice, now=now)
    event = AuditEvent.objects.get(action="product.changed")
    assert event.actor_id == alice.pk
    assert (event.details["before"]["price_cents"], event.details["price_cents"]) == (2400, 1250)


def test_a_product_of_another_town_is_not_there(istres: Any, viroflay: Any, now: datetime) -> None:
    with in_town(istres):
        product = make_product()
    with in_town(viroflay):
        with pytest.raises(Product.DoesNotExist):
            services.withdraw_product(product_id=product.pk, actor=None, now=now)
        with pytest.raises(Shop.DoesNotExist):
            services.add_product(shop_id=product.shop_id, facts=TOMME, actor=None, now=now)


def test_a_window_says_what_its_shop_says(in_istres: Any, now: datetime) -> None:
    shop = make_shop(hours="Tu-Sa 09:00-19:00")
    facts = WindowFacts(tagline="Fromages", description="", address="", phone="")
    services.change_window(shop_id=shop.pk, facts=facts, actor=None, now=now)
    shop.refresh_from_db()
    assert (shop.tagline, shop.hours) == ("Fromages", "Tu-Sa 09:00-19:00")
    with pytest.raises(ValidationError):
        services.change_window(shop_id=shop.pk, facts=replace(facts, tagline="x" * 121), actor=None, now=now)


def test_a_photograph_that_is_none_changes_nothing(
    in_istres: Any, now: datetime, tmp_path: Path, settings: Any
) -> None:
    keep_media_in(settings, tmp_path)
    product = make_product()
    with pytest.raises(PictureError):
        services.set_picture(product_id=product.pk, upload=b"not a photograph", actor=None, now=now)
    assert list(tmp_path.iterdir()) == []


def test_a_photograph_for_a_product_that_is_not_there_leaves_no_file(
    istres: Any, viroflay: Any, now: datetime, tmp_path: Path, settings: Any
) -> None:
    keep_media_in(settings, tmp_path)
    with in_town(istres):
        product = make_product()
    upload = io.BytesIO()
    Image.new("RGB", (300, 300), "orange").save(upload, "PNG")
    with in_town(viroflay), pytest.raises(Product.DoesNotExist):
        services.set_picture(product_id=product.pk, upload=upload.getvalue(), actor=None, now=now)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
