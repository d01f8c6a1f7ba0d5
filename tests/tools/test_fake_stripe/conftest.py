"""A stand-in, its webhook endpoint and Stripe's own client, fresh for each test."""

from collections.abc import Iterator

import pytest
import stripe

from tests.tools.fake_stripe import FakeStripe, running_fake_stripe
from tests.tools.test_fake_stripe.receiver import Endpoint, Receiver


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    receiver = Receiver()
    yield receiver.endpoint
    receiver.stop()


@pytest.fixture
def fake(endpoint: Endpoint) -> Iterator[FakeStripe]:
    # What the bank answers later waits for run_jobs(); a refused webhook comes again at once.
    with running_fake_stripe(webhook_url=endpoint.url, retry_first=0.02, later=600) as running:
        yield running


@pytest.fixture
def client(fake: FakeStripe) -> stripe.StripeClient:
    return connect(fake)


def connect(fake: FakeStripe, key: str | None = None) -> stripe.StripeClient:
    return stripe.StripeClient(key or fake.api_key, base_addresses={"api": fake.api_url}, max_network_retries=0)
