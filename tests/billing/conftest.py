"""Stripe for the money's tests, one stand-in per operating company, speaking HTTP; the judges of invoices."""

import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
import stripe
from django.test import Client

from tests.tools.fake_stripe import FakeStripe, running_fake_stripe

if TYPE_CHECKING:
    from tests.billing.invoices.papers import Schematrons

# What the company has on its Stripe balance before any card payment, in cents.
OPENING_BALANCE = 1_000_000


@pytest.fixture(scope="session")
def _stripes() -> Iterator[dict[str, FakeStripe]]:
    # How long the SDK waits between two tries of one call is for the world, not for its stand-in.
    stripe.HTTPClient.INITIAL_DELAY = stripe.HTTPClient.MAX_DELAY = 0
    with (
        running_fake_stripe(api_key="sk_test_default", opening_balance=OPENING_BALANCE, later=3600) as istres,
        running_fake_stripe(api_key="sk_test_viroflay", opening_balance=OPENING_BALANCE, later=3600) as viroflay,
    ):
        yield {"default": istres, "viroflay": viroflay}


@pytest.fixture(scope="session")
def official() -> Iterator["Schematrons"]:
    """The official schematrons, compiled once a run."""
    from tests.billing.invoices.papers import schematrons  # noqa: PLC0415  (Saxon is heavy: for those who ask)

    with schematrons() as found:
        yield found


@pytest.fixture
def stripes(_stripes: dict[str, FakeStripe], settings: Any) -> dict[str, FakeStripe]:
    """Stripe as each company sees it: «default» is Istres's, «viroflay» Viroflay's. A key of one is refused by the
    other.
    """
    settings.STRIPE = {
        alias: {
            "secret_key": f"sk_test_{alias}",
            "webhook_secret": f"whsec_{alias}",
            "api_url": fake.api_url,
        }
        for alias, fake in _stripes.items()
    }
    for fake in _stripes.values():
        fake.reset()
    return _stripes


@pytest.fixture
def fake(stripes: dict[str, FakeStripe]) -> FakeStripe:
    """The Stripe of the company that runs Istres."""
    return stripes["default"]


@pytest.fixture
def today() -> datetime:
    """The instant it really is: Stripe, whose clock is its own, is told times that are to come."""
    return datetime.now(UTC)


def events_of(fake: FakeStripe) -> list[dict[str, Any]]:
    """What Stripe would post to the webhook, oldest first, snapshot and thin events alike."""
    with fake.store.transaction():
        records = [*fake.store.newest_first("event"), *fake.store.newest_first("v2.core.event")]
    bodies = [record.body for record in records]
    return sorted(bodies, key=lambda body: (str(body["created"]), body["id"]))


@pytest.fixture
def webhook(browse: Callable[[Any], Client]) -> Callable[..., Any]:
    """`webhook(event, alias=…, secret=…)` posts an event to the platform's host the way Stripe does."""

    def post(
        event: dict[str, Any] | str, *, alias: str = "default", secret: str | None = None, at: int | None = None
    ) -> Any:
        body = event if isinstance(event, str) else json.dumps(event)
        signature = stripe.WebhookSignature.generate_signature_header(
            body, secret or f"whsec_{alias}", at or int(time.time())
        )
        return browse(None).post(
            f"/stripe/webhook/{alias}/", body, content_type="application/json", headers={"stripe-signature": signature}
        )

    return post
