"""Each request that the platform makes may be late, lost, cut, refused: the stand-in is told to, one by one."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import stripe

from tests.tools.fake_stripe import FakeStripe, running_fake_stripe
from tests.tools.test_fake_stripe.conftest import connect
from tests.tools.test_fake_stripe.makers import account_params, new_session, paid_intent

ROOT = Path(__file__).parents[3]
CALL = re.compile(r"\.(v[12](?:\.[a-z_]+)+)\(")
SHORT = 0.05


@dataclass
class World:
    """One of everything that a request may be about."""

    fake: FakeStripe
    client: stripe.StripeClient
    session: str
    intent: str
    refund: str
    account: str
    transfer: str
    payout: str
    topup: str
    dispute: str


@pytest.fixture(scope="module")
def world() -> Any:
    with running_fake_stripe(opening_balance=1_000_000, later=3600) as fake:
        client = connect(fake)
        intent = paid_intent(fake, client)
        account = client.v2.core.accounts.create(account_params()).id
        fake.set_transfers(account)
        transfer = client.v1.transfers.create({"amount": 5000, "currency": "eur", "destination": account})
        contested = paid_intent(fake, client)
        yield World(
            fake=fake,
            client=client,
            session=new_session(client).id,
            intent=intent.id,
            refund=client.v1.refunds.create({"payment_intent": intent.id, "amount": 100}).id,
            account=account,
            transfer=transfer.id,
            payout=client.v1.payouts.create({"amount": 100, "currency": "eur"}).id,
            topup=client.v1.topups.create({"amount": 100, "currency": "eur"}).id,
            dispute=fake.dispute(str(contested.latest_charge))["id"],
        )


def _held(world: World) -> str:
    session = new_session(world.client, payment_intent_data={"capture_method": "manual"}).id
    world.fake.pay(session)
    return str(world.client.v1.checkout.sessions.retrieve(session).payment_intent)


# What the platform calls, by the name in the SDK: method, path, and a call that goes well.
ENDPOINTS: dict[str, tuple[str, str, Callable[[World], Any]]] = {
    "v1.checkout.sessions.create": ("POST", "/v1/checkout/sessions", lambda w: new_session(w.client)),
    "v1.checkout.sessions.retrieve": (
        "GET",
        "/v1/checkout/sessions/*",
        lambda w: w.client.v1.checkout.sessions.retrieve(w.session),
    ),
    "v1.checkout.sessions.expire": (
        "POST",
        "/v1/checkout/sessions/*/expire",
        lambda w: w.client.v1.checkout.sessions.expire(new_session(w.client).id),
    ),
    "v1.payment_intents.retrieve": (
        "GET",
        "/v1/payment_intents/*",
        lambda w: w.client.v1.payment_intents.retrieve(w.intent),
    ),
    "v1.payment_intents.capture": (
        "POST",
        "/v1/payment_intents/*/capture",
        lambda w: w.client.v1.payment_intents.capture(_held(w)),
    ),
    "v1.payment_intents.cancel": (
        "POST",
        "/v1/payment_intents/*/cancel",
        lambda w: w.client.v1.payment_intents.cancel(_held(w)),
    ),
    "v1.refunds.create": (
        "POST",
        "/v1/refunds",
        lambda w: w.client.v1.refunds.create({"payment_intent": w.intent, "amount": 1}),
    ),
    "v1.refunds.retrieve": ("GET", "/v1/refunds/*", lambda w: w.client.v1.refunds.retrieve(w.refund)),
    "v1.refunds.list": ("GET", "/v1/refunds", lambda w: w.client.v1.refunds.list()),
    "v1.disputes.retrieve": ("GET", "/v1/disputes/*", lambda w: w.client.v1.disputes.retrieve(w.dispute)),
    "v1.events.list": ("GET", "/v1/events", lambda w: w.client.v1.events.list()),
    "v1.balance_transactions.list": (
        "GET",
        "/v1/balance_transactions",
        lambda w: w.client.v1.balance_transactions.list(),
    ),
    "v1.transfers.create": (
        "POST",
        "/v1/transfers",
        lambda w: w.client.v1.transfers.create({"amount": 1, "currency": "eur", "destination": w.account}),
    ),
    "v1.transfers.retrieve": ("GET", "/v1/transfers/*", lambda w: w.client.v1.transfers.retrieve(w.transfer)),
    "v1.transfers.list": ("GET", "/v1/transfers", lambda w: w.client.v1.transfers.list()),
    "v1.transfers.reversals.create": (
        "POST",
        "/v1/transfers/*/reversals",
        lambda w: w.client.v1.transfers.reversals.create(w.transfer, {"amount": 1}),
    ),
    "v1.transfers.reversals.list": (
        "GET",
        "/v1/transfers/*/reversals",
        lambda w: w.client.v1.transfers.reversals.list(w.transfer),
    ),
    "v1.payouts.retrieve": ("GET", "/v1/payouts/*", lambda w: w.client.v1.payouts.retrieve(w.payout)),
    "v1.payouts.list": ("GET", "/v1/payouts", lambda w: w.client.v1.payouts.list()),
    "v1.topups.retrieve": ("GET", "/v1/topups/*", lambda w: w.client.v1.topups.retrieve(w.topup)),
    "v1.topups.list": ("GET", "/v1/topups", lambda w: w.client.v1.topups.list()),
    "v2.core.accounts.create": (
        "POST",
        "/v2/core/accounts",
        lambda w: w.client.v2.core.accounts.create(account_params()),
    ),
    "v2.core.accounts.retrieve": (
        "GET",
        "/v2/core/accounts/*",
        lambda w: w.client.v2.core.accounts.retrieve(w.account),
    ),
    "v2.core.account_links.create": (
        "POST",
        "/v2/core/account_links",
        lambda w: w.client.v2.core.account_links.create(
            {
                "account": w.account,
                "use_case": {
                    "type": "account_onboarding",
                    "account_onboarding": {"refresh_url": "http://localhost/", "return_url": "http://localhost/"},
                },
            }
        ),
    ),
}
FAILURES: dict[str, tuple[dict[str, Any], type[Exception]]] = {
    "an error of Stripe's": ({"status": 503}, stripe.APIError),
    "too many requests": ({"status": 429}, stripe.RateLimitError),
    "the answer is lost": ({"mode": "reset", "when": "after"}, stripe.APIConnectionError),
    "silence": ({"mode": "timeout", "seconds": SHORT}, stripe.APIConnectionError),
    "a refusal": ({"code": "account_invalid"}, stripe.InvalidRequestError),
    "a card that is declined": ({"code": "card_declined", "status": 402}, stripe.CardError),
}


def test_they_are_all_that_the_platform_calls() -> None:
    called = {
        name
        for folder in ("billing", "tenants", "platform", "shared")
        for file in (ROOT / folder).rglob("*.py")
        for name in CALL.findall(file.read_text(encoding="utf-8"))
    }
    assert called == set(ENDPOINTS)


@pytest.mark.parametrize("failure", FAILURES)
@pytest.mark.parametrize("name", ENDPOINTS)
def test_each_may_fail_and_goes_well_the_next_time(world: World, name: str, failure: str) -> None:
    method, path, call = ENDPOINTS[name]
    fault, error = FAILURES[failure]
    world.fake.fail_next(path, method=method, **fault)
    with pytest.raises(error):
        call(world)
    assert call(world) is not None


@pytest.mark.parametrize("name", ENDPOINTS)
def test_each_may_be_late(world: World, name: str) -> None:
    method, path, call = ENDPOINTS[name]
    world.fake.fail_next(path, method=method, mode="delay", seconds=SHORT)
    assert call(world) is not None
