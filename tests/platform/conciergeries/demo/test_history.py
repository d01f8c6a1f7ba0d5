"""The demo's towns have sold and settled before the first visitor comes."""

import tomllib
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from billing.ledger.queries import unbalanced
from billing.payments.models import Refund
from billing.settlements.debts import debts
from billing.settlements.models import Draft, Statement
from conciergeries.demo.history import ORDERED, WEEKS, began_on, past_weeks
from conciergeries.demo.leaving import those_gone
from conciergeries.demo.refunds import first_refunds
from conciergeries.demo.seed import FILE
from conciergeries.demo.towns import open_and_fill
from shared.tenancy import in_town
from tenants.orders.models import Order, RefundRequest
from tenants.shops.models import Product
from tests.billing.settlements.selling import unsettled
from tests.factories import make_merchant

pytestmark = pytest.mark.django_db

DATA = tomllib.loads(FILE.read_text(encoding="utf-8"))


@pytest.mark.parametrize("data", DATA["towns"], ids=lambda town: town["insee"])
def test_weeks_are_sold_and_settled_once_and_the_stock_is_the_files(
    istres: Any, viroflay: Any, data: dict[str, Any], now: datetime
) -> None:
    merchants = {each["key"]: make_merchant(name=each["name"]) for each in DATA["merchants"]}
    began = began_on(now, zone=ZoneInfo("Europe/Paris"))
    town = open_and_fill(data=data, merchants=merchants, password="personne", began=began, now=now)
    with in_town(town):
        stock = dict(Product.objects.values_list("pk", "stock"))
    for _start in range(2):
        past_weeks(town=town, now=now)
    with in_town(town):
        assert Order.objects.exclude(handed_over_at=None).count() == WEEKS * len(ORDERED)
        weeks = {each.period_end for model in (Statement, Draft) for each in model.objects.all()}
        assert len(weeks) == WEEKS
        # What the town hall reads again first is all that waits.
        waiting = set(Draft.objects.values_list("merchant_id", flat=True))
        assert set(unsettled().values_list("merchant_id", flat=True)) == waiting
        assert bool(waiting) == ("settlement" in data)
        assert dict(Product.objects.values_list("pk", "stock")) == stock
    for _start in range(2):
        those_gone(town=town, data=data, merchants=merchants, now=now)
    with in_town(town):
        owing = [merchant for merchant in debts().values() if merchant.left_at]
        assert [each.asked_cents for each in owing] == ([192] if "gone" in data else [])
    for _start in range(2):
        first_refunds(town=town, now=now)
    with in_town(town):
        assert sorted(RefundRequest.objects.values_list("state", flat=True)) == ["granted", "granted", "waiting"]
        assert sorted(Refund.objects.values_list("state", flat=True)) == ["pending", "succeeded"]
        assert unbalanced() == []
