"""What the demo starts with keeps the promise: on any day, every hub of each town can be promised something."""

import tomllib
from datetime import datetime, timedelta
from typing import Any

import pytest

from conciergeries.demo.seed import FILE
from conciergeries.demo.towns import open_and_fill
from shared.tenancy import in_town
from tenants.hubs.models import Hub, HubChange, HubKind, Round
from tenants.orders.promising import prospects
from tenants.shops.models import Product, ShopChange
from tests.factories import make_merchant

pytestmark = pytest.mark.django_db

DATA = tomllib.loads(FILE.read_text(encoding="utf-8"))


@pytest.fixture(params=DATA["towns"], ids=lambda town: town["insee"])
def filled(request: Any, istres: Any, viroflay: Any, now: datetime) -> Any:
    """Each of the towns, filled twice as a demo that starts again is."""
    merchants = {each["key"]: make_merchant(name=each["name"]) for each in DATA["merchants"]}
    for _start in range(2):
        town = open_and_fill(data=request.param, merchants=merchants, password="personne", began=now, now=now)
    return town


def test_every_hub_can_be_promised_something_on_every_day(filled: Any, now: datetime) -> None:
    with in_town(filled):
        for days in range(8):
            found = prospects(town=filled, products=[], now=now + timedelta(days=days))
            assert [hub.name for hub in found.hubs if not found.at(hub).windows] == []


def test_every_product_can_be_promised_at_the_main_hub(filled: Any, now: datetime) -> None:
    with in_town(filled):
        for product in Product.objects.order_by("name", "pk"):
            found = prospects(town=filled, products=[product], now=now)
            assert found.at(found.hubs[0]).windows, product


def test_filling_again_adds_nothing(filled: Any) -> None:
    data = next(each for each in DATA["towns"] if each["insee"] == filled.insee)
    with in_town(filled):
        assert Hub.objects.count() == len(data["hubs"])
        assert Round.objects.filter(hub=None).count() == len(data["rounds"])
        assert Round.objects.exclude(hub=None).count() == len(data["hubs"]) - 1
        assert HubChange.objects.count() == sum(len(hub.get("changes", [])) for hub in data["hubs"])
        assert ShopChange.objects.count() == sum(len(shop.get("changes", [])) for shop in data["shops"])


def test_istres_has_a_hub_of_every_kind() -> None:
    istres = DATA["towns"][0]
    assert {hub["kind"] for hub in istres["hubs"]} == set(HubKind.values)
