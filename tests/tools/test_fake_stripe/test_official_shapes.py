"""Our objects carry the fields of Stripe's published samples, and no field that Stripe does not declare."""

import json
import typing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import stripe
from stripe import params
from stripe.params.v2.core import AccountCreateParams

from tests.tools.fake_stripe import FakeStripe, api, running_fake_stripe
from tests.tools.test_fake_stripe.conftest import connect
from tests.tools.test_fake_stripe.makers import account_params, merchant, new_session, paid_intent

SAMPLES: dict[str, dict[str, Any]] = json.loads(
    (Path(__file__).parent / "official" / "samples.json").read_text(encoding="utf-8")
)
CLASSES: dict[str, type[stripe.StripeObject]] = {
    "account": stripe.Account,
    "balance": stripe.Balance,
    "balance_transaction": stripe.BalanceTransaction,
    "charge": stripe.Charge,
    "checkout.session": stripe.checkout.Session,
    "dispute": stripe.Dispute,
    "event": stripe.Event,
    "item": stripe.LineItem,
    "payment_intent": stripe.PaymentIntent,
    "payment_method": stripe.PaymentMethod,
    "payout": stripe.Payout,
    "price": stripe.Price,
    "refund": stripe.Refund,
    "topup": stripe.Topup,
    "transfer": stripe.Transfer,
    "transfer_reversal": stripe.TransferReversal,
    "v2.core.account": stripe.v2.core.Account,
}
# Sections of a sample that depend on what the account, the method or the moment is: their own keys are not compared.
VARYING = {"capabilities", "controller", "destination_details", "metadata", "payment_method_options", "source"}


@pytest.fixture(scope="module")
def ours() -> dict[str, dict[str, Any]]:
    """One object of each kind, as the API answers it; made once, nothing here changes them."""
    with running_fake_stripe() as fake:
        return one_of_each(fake, connect(fake))


def one_of_each(fake: FakeStripe, client: stripe.StripeClient) -> dict[str, dict[str, Any]]:
    before = new_session(client)
    intent = paid_intent(fake, client)
    charge = client.v1.charges.retrieve(str(intent.latest_charge), params={"expand": ["refunds"]})
    account = merchant(fake, client)
    transfer = client.v1.transfers.create(params={"amount": 500, "currency": "eur", "destination": account})
    objects: list[Any] = [
        before,
        intent,
        charge,
        client.v1.payment_methods.retrieve(str(charge.payment_method)),
        client.v1.refunds.create(params={"charge": charge.id, "amount": 100}),
        transfer,
        client.v1.transfers.reversals.create(transfer.id),
        client.v1.balance.retrieve(),
        client.v1.balance_transactions.list().data[0],
        client.v1.payouts.create(params={"amount": 100, "currency": "eur"}),
        client.v1.topups.create(params={"amount": 100, "currency": "eur"}),
        client.v1.events.list().data[0],
        client.v1.accounts.retrieve(account),
        client.v1.checkout.sessions.line_items.list(before.id).data[0],
        client.v2.core.accounts.create(params=account_params(include=["configuration.recipient", "requirements"])),
    ]
    # Stripe's library turns decimals into Decimal: on the wire they are strings.
    made = {item.object: json.loads(json.dumps(item.to_dict(), default=str)) for item in objects}
    made["price"] = made["item"]["price"]
    made["dispute"] = fake.dispute(charge.id)
    return made


# What each request may carry: ours is a part of what Stripe declares.
REQUESTS = [
    (api.checkout_sessions.CREATE, params.checkout.SessionCreateParams),
    (api.checkout_sessions.PAYMENT, params.checkout.SessionCreateParamsPaymentIntentData),
    (api.payment_intents.CREATE, params.PaymentIntentCreateParams),
    (api.accounts.CREATE, AccountCreateParams),
]


def missing_keys(sample: dict[str, Any], ours: dict[str, Any], at: str) -> list[str]:
    """Where the sample has a key and we have none; a section that is null or empty with us has nothing to compare."""
    missing = [f"{at}.{key}" for key in sample if key not in ours]
    for key, value in sample.items():
        mine = ours.get(key)
        if key in VARYING or not mine:
            continue
        if isinstance(value, dict) and isinstance(mine, dict):
            missing += missing_keys(value, mine, f"{at}.{key}")
        if isinstance(value, list) and value and isinstance(value[0], dict) and isinstance(mine, list):
            missing += missing_keys(value[0], mine[0], f"{at}.{key}[]")
    return missing


def declared(klass: type[stripe.StripeObject]) -> dict[str, Any]:
    return dict(klass.__annotations__)


@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_every_key_of_the_official_sample_is_there(ours: dict[str, dict[str, Any]], name: str) -> None:
    assert missing_keys(SAMPLES[name], ours[name], name) == []


@pytest.mark.parametrize("name", sorted(CLASSES))
def test_no_key_is_invented(ours: dict[str, dict[str, Any]], name: str) -> None:
    assert sorted(ours[name].keys() - declared(CLASSES[name]).keys() - SAMPLES.get(name, {}).keys()) == []


@pytest.mark.parametrize("name", sorted(CLASSES))
def test_only_what_may_be_null_is(ours: dict[str, dict[str, Any]], name: str) -> None:
    wrong = [
        key
        for key, kind in declared(CLASSES[name]).items()
        if key in ours[name] and ours[name][key] is None and type(None) not in typing.get_args(kind)
    ]
    assert wrong == []


@pytest.mark.parametrize("name", sorted(CLASSES))
def test_kinds_of_values_agree_with_the_sample(ours: dict[str, dict[str, Any]], name: str) -> None:
    sample = SAMPLES.get(name, {})
    wrong = [
        key
        for key, value in sample.items()
        if value is not None and ours[name][key] is not None and type(value) is not type(ours[name][key])
    ]
    assert wrong == []


@pytest.mark.parametrize(("ours", "official"), REQUESTS)
def test_no_parameter_is_invented(ours: tuple[str, ...], official: type[Any]) -> None:
    assert set(ours) <= set(official.__annotations__)


def test_what_is_asked_of_an_account_has_stripes_own_fields() -> None:
    """No published sample of version 2 shows it: the library's own classes do."""
    with running_fake_stripe() as fake:
        client = connect(fake)
        account = client.v2.core.accounts.create(account_params()).id
        fake.set_requirements(
            account,
            {"code": "external_account", "errors": ["invalid_value_other"]},
            deadline=datetime(2026, 12, 12, tzinfo=UTC),
        )
        shown = client.v2.core.accounts.retrieve(account, {"include": ["requirements"]}).to_dict()["requirements"]
        link = client.v2.core.account_links.create(
            {
                "account": account,
                "use_case": {"type": "account_onboarding", "account_onboarding": {"refresh_url": "http://localhost/"}},
            }
        ).to_dict()
    asked = stripe.v2.core.Account.Requirements
    entry = shown["entries"][0]
    for ours, theirs in (
        (shown, asked),
        (entry, asked.Entry),
        (entry["errors"][0], asked.Entry.Error),
        (entry["impact"], asked.Entry.Impact),
        (entry["impact"]["restricts_capabilities"][0], asked.Entry.Impact.RestrictsCapability),
        (entry["minimum_deadline"], asked.Entry.MinimumDeadline),
        (entry["requested_reasons"][0], asked.Entry.RequestedReason),
        (shown["summary"], asked.Summary),
        (shown["summary"]["minimum_deadline"], asked.Summary.MinimumDeadline),
        (link, stripe.v2.core.AccountLink),
    ):
        assert sorted(ours) == sorted(declared(theirs).keys() - {"OBJECT_NAME"}), theirs
