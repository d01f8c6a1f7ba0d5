"""Checkout Sessions through Stripe's own client."""

import time
from typing import Any

import pytest
import stripe

from tests.tools.fake_stripe import FakeStripe
from tests.tools.fake_stripe.controls import ControlError
from tests.tools.test_fake_stripe.makers import ALICE, line, new_session, session_params

HOUR = 3600


def test_a_new_session_is_open_and_sums_its_lines(client: stripe.StripeClient, fake: FakeStripe) -> None:
    session = new_session(client)
    assert (session.status, session.payment_status) == ("open", "unpaid")
    assert (session.amount_subtotal, session.amount_total, session.currency) == (6000, 6000, "eur")
    assert session.url == f"{fake.api_url}/c/pay/{session.id}"
    assert session.payment_intent is None
    assert session.id.startswith("cs_test_")
    assert session.livemode is False
    assert session.metadata is not None
    assert session.metadata.to_dict() == {"order": "IST-1042"}
    assert session.customer_details is not None
    assert session.customer_details.email == ALICE


def test_paying_completes_the_session_and_makes_its_intent(client: stripe.StripeClient, fake: FakeStripe) -> None:
    session = new_session(client, payment_intent_data={"transfer_group": "IST-1042", "metadata": {"order": "IST-1042"}})
    answer = fake.pay(session.id, name="Alice Martin")
    assert answer["status"] == "succeeded"
    assert answer["redirect_to"] == f"http://istres.localhost:8000/merci/?session={session.id}"
    paid = client.v1.checkout.sessions.retrieve(session.id, params={"expand": ["payment_intent.latest_charge"]})
    assert (paid.status, paid.payment_status, paid.url) == ("complete", "paid", None)
    assert paid.customer_details is not None
    assert (paid.customer_details.name, paid.customer_details.email) == ("Alice Martin", ALICE)
    intent = paid.payment_intent
    assert isinstance(intent, stripe.PaymentIntent)
    assert (intent.status, intent.amount_received, intent.transfer_group) == ("succeeded", 6000, "IST-1042")
    charge = intent.latest_charge
    assert isinstance(charge, stripe.Charge)
    assert (charge.paid, charge.captured, charge.amount_captured) == (True, True, 6000)
    assert charge.metadata.to_dict() == {"order": "IST-1042"}


def test_paying_twice_charges_once(client: stripe.StripeClient, fake: FakeStripe) -> None:
    session = new_session(client)
    first, second = fake.pay(session.id), fake.pay(session.id)
    assert first["payment_intent"]["id"] == second["payment_intent"]["id"]
    assert len(client.v1.charges.list().data) == 1
    assert client.v1.balance.retrieve().available[0].amount == 6000


@pytest.mark.parametrize(
    ("card", "code", "decline_code"),
    [
        ("4000000000000002", "card_declined", "generic_decline"),
        ("4000000000009995", "card_declined", "insufficient_funds"),
        ("4000000000000069", "expired_card", None),
        ("4111111111111111", "card_declined", "test_mode_live_card"),
    ],
)
def test_a_refused_card_leaves_the_session_open(
    client: stripe.StripeClient, fake: FakeStripe, card: str, code: str, decline_code: str | None
) -> None:
    session = new_session(client)
    answer = fake.pay(session.id, card=card)
    assert answer["status"] == "requires_payment_method"
    assert (answer["error"]["code"], answer["error"]["decline_code"]) == (code, decline_code)
    assert (answer["session"]["status"], answer["session"]["payment_status"]) == ("open", "unpaid")
    assert client.v1.balance.retrieve().available[0].amount == 0
    retried = fake.pay(session.id)
    assert retried["status"] == "succeeded"
    assert retried["payment_intent"]["id"] == answer["payment_intent"]["id"]


@pytest.mark.parametrize(("accepted", "status"), [(True, "complete"), (False, "open")])
def test_the_bank_may_ask(client: stripe.StripeClient, fake: FakeStripe, accepted: bool, status: str) -> None:  # noqa: FBT001 - a parameter of the test
    session = new_session(client)
    waiting = fake.pay(session.id, card="4000002500003155", authenticate=None)
    assert waiting["status"] == "requires_action"
    assert waiting["session"]["status"] == "open"
    assert fake.pay(session.id, card="4000002500003155", authenticate=accepted)["session"]["status"] == status


def test_a_session_expires_by_request(client: stripe.StripeClient, fake: FakeStripe) -> None:
    session = new_session(client)
    expired = client.v1.checkout.sessions.expire(session.id)
    assert (expired.status, expired.url) == ("expired", None)
    with pytest.raises(stripe.InvalidRequestError, match="not in an expireable state"):
        client.v1.checkout.sessions.expire(session.id)
    with pytest.raises(ControlError, match="expired"):
        fake.pay(session.id)


def test_a_session_expires_in_time_and_cancels_its_intent(client: stripe.StripeClient, fake: FakeStripe) -> None:
    session = new_session(client, expires_at=int(time.time()) + HOUR // 2)
    intent = fake.pay(session.id, card="4000000000000002")["payment_intent"]["id"]
    fake.advance(HOUR // 2 - 60)
    assert client.v1.checkout.sessions.retrieve(session.id).status == "open"
    fake.advance(60)
    assert client.v1.checkout.sessions.retrieve(session.id).status == "expired"
    assert client.v1.payment_intents.retrieve(intent).status == "canceled"


def test_a_paid_session_cannot_expire(client: stripe.StripeClient, fake: FakeStripe) -> None:
    session = new_session(client)
    fake.pay(session.id)
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.checkout.sessions.expire(session.id)
    fake.advance(25 * HOUR)
    assert client.v1.checkout.sessions.retrieve(session.id).status == "complete"


def test_line_items_are_listed_and_expanded(client: stripe.StripeClient) -> None:
    session = new_session(client)
    listed = client.v1.checkout.sessions.line_items.list(session.id, params={"limit": 2})
    assert listed.has_more
    assert [(item.description, item.quantity, item.amount_total) for item in listed.data] == [
        ("Plateau de fromages", 1, 2400),
        ("Coteaux d’Aix rouge", 1, 1450),
    ]
    expanded = client.v1.checkout.sessions.retrieve(session.id, params={"expand": ["line_items"]})
    assert expanded.line_items is not None
    assert len(expanded.line_items.data) == 3


@pytest.mark.parametrize(
    ("changes", "param", "code"),
    [
        ({"mode": None}, "mode", "parameter_missing"),
        ({"success_url": None}, "success_url", "parameter_missing"),
        ({"success_url": "/merci/"}, "success_url", "url_invalid"),
        ({"line_items": None}, "line_items", "parameter_missing"),
        ({"line_items": [line("Une amande", 49)]}, None, "amount_too_small"),
        ({"line_items": [line("T-shirt", 1000, -1)]}, "line_items[0][quantity]", "parameter_invalid_integer"),
        ({"line_items": [{"price": "price_1", "quantity": 1}]}, "line_items[0][price]", "resource_missing"),
        ({"line_item": []}, None, "parameter_unknown"),
        ({"line_items": [line("", 1000)]}, "line_items[0][price_data][product_data][name]", "parameter_invalid_empty"),
        ({"ui_mode": "hosted"}, "ui_mode", None),
        ({"expires_at": int(time.time()) + 60}, "expires_at", None),
        ({"expires_at": int(time.time()) + 25 * HOUR}, "expires_at", None),
        ({"metadata": {"k" * 41: "v"}}, "metadata", None),
        ({"metadata": {"k": "v" * 501}}, "metadata[k]", None),
        ({"discounts": [{"coupon": "MERCI"}]}, "discounts", "parameter_unknown"),
        ({"payment_method_types": ["card"]}, "payment_method_types", "parameter_unknown"),
        ({"allowed_payment_method_types": ["sepa_debit"]}, None, "not_played_by_the_fake"),
        ({"mode": "subscription"}, None, "not_played_by_the_fake"),
    ],
)
def test_bad_parameters_are_refused(
    client: stripe.StripeClient, changes: dict[str, object], param: str | None, code: str | None
) -> None:
    params: Any = {name: value for name, value in session_params(**changes).items() if value is not None}
    if "line_item" in changes:
        params["line_item"] = "x"
        param = "line_item"
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.checkout.sessions.create(params=params)
    assert (refused.value.param, refused.value.code) == (param, code)
    assert client.v1.checkout.sessions.list().data == []


def test_a_session_that_does_not_exist(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError, match=r"No such checkout\.session: 'cs_test_none'") as refused:
        client.v1.checkout.sessions.retrieve("cs_test_none")
    assert (refused.value.http_status, refused.value.code, refused.value.param) == (404, "resource_missing", "id")


def test_metadata_is_merged(client: stripe.StripeClient) -> None:
    session = new_session(client, metadata={"a": "1", "b": "2"})
    changed = client.v1.checkout.sessions.update(session.id, params={"metadata": {"b": "", "c": "3"}})
    assert changed.metadata is not None
    assert changed.metadata.to_dict() == {"a": "1", "c": "3"}


def test_a_session_is_found_by_its_intent(client: stripe.StripeClient, fake: FakeStripe) -> None:
    new_session(client)
    session = new_session(client)
    intent = fake.pay(session.id)["payment_intent"]["id"]
    found = client.v1.checkout.sessions.list(params={"payment_intent": intent})
    assert [item.id for item in found.data] == [session.id]


def test_what_is_offered_is_what_is_allowed_and_known(client: stripe.StripeClient) -> None:
    session = new_session(client, allowed_payment_method_types=["card", "link"])
    assert session.allowed_payment_method_types == ["card", "link"]
    assert session.payment_method_types == ["card"]


def test_a_debit_is_known_later(client: stripe.StripeClient, fake: FakeStripe) -> None:
    session = new_session(client, allowed_payment_method_types=["card", "sepa_debit"])
    answer = fake.pay(session.id, iban="FR14 2004 1010 0505 0001 3M02 606")
    assert (answer["status"], answer["session"]["payment_status"]) == ("processing", "unpaid")
    assert answer["session"]["status"] == "complete"
    fake.run_jobs()
    assert client.v1.checkout.sessions.retrieve(session.id).payment_status == "paid"
    assert client.v1.balance.retrieve().available[0].amount == 6000


def test_a_debit_that_bounces(client: stripe.StripeClient, fake: FakeStripe) -> None:
    session = new_session(client, allowed_payment_method_types=["card", "sepa_debit"])
    answer = fake.pay(session.id, iban="FR8420041010050500013M02607")
    fake.run_jobs()
    intent = client.v1.payment_intents.retrieve(answer["payment_intent"]["id"])
    assert intent.status == "requires_payment_method"
    assert client.v1.checkout.sessions.retrieve(session.id).payment_status == "unpaid"
    assert client.v1.balance.retrieve().available[0].amount == 0
