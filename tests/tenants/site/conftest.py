"""Visitors of Istres, on a market day whose clock stands still."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tenants.residents.models import Resident
from tests.factories import Market, make_market, make_resident, sign_in
from tests.tools.fake_stripe import FakeStripe, running_fake_stripe


@pytest.fixture(autouse=True)
def _tuesday(monkeypatch: pytest.MonkeyPatch, now: datetime) -> None:
    """Django's clock says Tuesday, nine in the morning in Istres."""
    monkeypatch.setattr(timezone, "now", lambda: now)


@pytest.fixture
def market(in_istres: Any) -> Market:
    return make_market(town=in_istres)


@pytest.fixture
def alice(market: Market) -> Resident:
    return make_resident(name="Alice Martin")


@pytest.fixture
def visitor(market: Market, browse: Callable[[Any], Client]) -> Client:
    """Somebody who has not signed in."""
    return browse(market.town)


@pytest.fixture
def as_alice(visitor: Client, alice: Resident) -> Client:
    assert alice.user is not None
    sign_in(client=visitor, user=alice.user)
    return visitor


@pytest.fixture
def as_chloe(market: Market, browse: Callable[[Any], Client]) -> Client:
    """Somebody else, signed in to the same town."""
    chloe, client = make_resident(name="Chloé Petit"), browse(market.town)
    assert chloe.user is not None
    sign_in(client=client, user=chloe.user)
    return client


@pytest.fixture(scope="session")
def _stripe() -> Iterator[FakeStripe]:
    with running_fake_stripe(api_key="sk_test_default") as fake:
        yield fake


@pytest.fixture
def stripe(_stripe: FakeStripe, settings: Any, now: datetime) -> FakeStripe:
    """The Stripe of the company that runs Istres; its clock says Tuesday too."""
    keys = {"secret_key": "sk_test_default", "webhook_secret": "whsec_default", "api_url": _stripe.api_url}
    settings.STRIPE = {**settings.STRIPE, "default": keys}
    _stripe.reset()
    _stripe.set_clock(now)
    return _stripe
