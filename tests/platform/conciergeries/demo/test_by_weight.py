"""The demo shows goods sold by weight at each stage, in both towns, and the ledger agrees with Stripe."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from billing.ledger.checking import check_here
from billing.payments.models import Payment
from conciergeries.demo.by_weight import first_by_weight
from shared.tenancy import in_town
from tenants.orders.models import Line
from tests.factories import make_market, make_resident
from tests.tenants.orders.weighing import make_weighed
from tests.tools.fake_stripe import FakeStripe, running_fake_stripe

pytestmark = pytest.mark.django_db


@pytest.fixture
def stripe(settings: Any) -> Iterator[FakeStripe]:
    with running_fake_stripe(api_key="sk_test_demo") as fake:
        keys = {"secret_key": "sk_test_demo", "webhook_secret": "whsec_demo", "api_url": fake.api_url}
        settings.STRIPE = {"default": keys, "viroflay": keys}
        yield fake


def test_each_stage_is_there_once(istres: Any, viroflay: Any, stripe: FakeStripe) -> None:
    now = datetime.now(UTC)
    for town in (istres, viroflay):
        with in_town(town):
            market = make_market(town=town)
            make_weighed(shop=market.cheese.shop, now=now)
            make_resident(name="Alice Martin")
        for _start in range(2):
            first_by_weight(town=town, now=now)
        with in_town(town):
            states = sorted(Payment.objects.values_list("state", flat=True))
            assert states == ["authorised", "expired", "succeeded"]
            weighed = Line.objects.order_by("weighed_grams").values_list("weighed_grams", "shop_order__state")
            assert list(weighed) == [(480, "accepted"), (600, "at_hub"), (None, "placed"), (None, "placed")]
            assert check_here(now=now + timedelta(hours=1)).is_well
