"""Who may ask, what is answered twice, and how errors look."""

import http.client
import json
from typing import Any
from urllib.parse import urlsplit

import pytest
import stripe

from tests.tools.fake_stripe import FakeStripe, running_fake_stripe
from tests.tools.test_fake_stripe.conftest import connect
from tests.tools.test_fake_stripe.makers import account_params, merchant, new_session, paid_intent

DAY = 24 * 3600


def headers(answer: Any) -> dict[str, str]:
    return {name.lower(): value for name, value in answer.last_response.headers.items()}


def raw(fake: FakeStripe, method: str, path: str, *, body: str = "", **sent: str) -> tuple[int, dict[str, Any]]:
    connection = http.client.HTTPConnection(urlsplit(fake.api_url).netloc, timeout=5)
    try:
        connection.request(
            method, path, body=body, headers={name.replace("_", "-"): text for name, text in sent.items()}
        )
        response = connection.getresponse()
        return response.status, json.loads(response.read())
    finally:
        connection.close()


@pytest.mark.parametrize("key", ["sk_live_abcdefgh", "pk_test_abcdefgh", "secret", "sk_test_"])
def test_only_test_keys_are_accepted(fake: FakeStripe, key: str) -> None:
    with pytest.raises(stripe.AuthenticationError, match="Invalid API Key provided") as refused:
        connect(fake, key).v1.balance.retrieve()
    assert refused.value.http_status == 401


def test_one_key_may_be_the_only_one() -> None:
    with running_fake_stripe(api_key="sk_test_istres") as fake:
        connect(fake, "sk_test_istres").v1.balance.retrieve()
        with pytest.raises(stripe.AuthenticationError):
            connect(fake, "sk_test_viroflay").v1.balance.retrieve()


def test_no_key_at_all(fake: FakeStripe) -> None:
    status, body = raw(fake, "GET", "/v1/balance")
    assert status == 401
    assert body["error"]["type"] == "invalid_request_error"
    assert body["error"]["message"].startswith("You did not provide an API key.")
    assert raw(fake, "GET", "/v1/balance", Authorization="Basic c2tfdGVzdF9hYmM6")[0] == 200
    assert raw(fake, "GET", "/v1/balance", Authorization="Basic ???")[0] == 401


def test_errors_look_like_stripes(fake: FakeStripe) -> None:
    status, body = raw(fake, "POST", "/v1/refunds", body="amount=x&charge=ch_1", Authorization="Bearer sk_test_a")
    assert status == 404
    assert body["error"] == {
        "code": "resource_missing",
        "doc_url": "https://docs.stripe.com/error-codes/resource-missing",
        "message": "No such charge: 'ch_1'",
        "param": "charge",
        "type": "invalid_request_error",
    }
    status, body = raw(fake, "GET", "/v1/coupons", Authorization="Bearer sk_test_a")
    assert status == 404
    assert "Unrecognized request URL (GET: /v1/coupons)" in body["error"]["message"]
    assert raw(fake, "POST", "/v2/core/accounts", body="{", Authorization="Bearer sk_test_a")[0] == 400


def test_answers_carry_their_request_and_version(client: stripe.StripeClient) -> None:
    sent = headers(client.v1.balance.retrieve(options={"stripe_version": "2026-10-28.endive"}))
    assert sent["request-id"].startswith("req_")
    assert sent["stripe-version"] == "2026-10-28.endive"


def test_the_same_key_gives_the_same_answer(client: stripe.StripeClient, fake: FakeStripe) -> None:
    intent = paid_intent(fake, client)
    ask: Any = {"params": {"payment_intent": intent.id, "amount": 1450}, "options": {"idempotency_key": "refund-1"}}
    first, second = client.v1.refunds.create(**ask), client.v1.refunds.create(**ask)
    assert first.id == second.id
    assert "idempotent-replayed" not in headers(first)
    assert headers(second)["idempotent-replayed"] == "true"
    assert headers(second)["original-request"] == headers(first)["request-id"]
    assert len(client.v1.refunds.list().data) == 1


def test_the_same_key_for_something_else_is_refused(client: stripe.StripeClient, fake: FakeStripe) -> None:
    intent = paid_intent(fake, client)
    options: Any = {"idempotency_key": "refund-1"}
    client.v1.refunds.create(params={"payment_intent": intent.id, "amount": 1450}, options=options)
    with pytest.raises(stripe.IdempotencyError, match="same parameters they were first used with"):
        client.v1.refunds.create(params={"payment_intent": intent.id, "amount": 1451}, options=options)
    with pytest.raises(stripe.IdempotencyError, match="same endpoint they were first used for"):
        client.v1.payouts.create(params={"amount": 1450, "currency": "eur"}, options=options)
    assert len(client.v1.refunds.list().data) == 1


def test_a_refusal_of_the_money_is_kept_too(client: stripe.StripeClient, fake: FakeStripe) -> None:
    """The trap of v1: once refused, the same key stays refused, whatever the balance has become."""
    account = merchant(fake, client)
    ask: Any = {
        "params": {"amount": 1000, "currency": "eur", "destination": account},
        "options": {"idempotency_key": "statement-1"},
    }
    for _ in range(2):
        with pytest.raises(stripe.InvalidRequestError) as refused:
            client.v1.transfers.create(**ask)
        assert refused.value.code == "balance_insufficient"
        fake.add_to_balance(5000)
    assert client.v1.transfers.create(params=ask["params"], options={"idempotency_key": "statement-1b"}).amount == 1000


def test_bad_parameters_are_not_kept(client: stripe.StripeClient, fake: FakeStripe) -> None:
    options: Any = {"idempotency_key": "intent-1"}
    wrong: Any = {"amount": 450, "currency": "usd"}
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.payment_intents.create(params=wrong, options=options)
    assert client.v1.payment_intents.create(params={"amount": 450, "currency": "eur"}, options=options).amount == 450


def test_a_key_is_forgotten_after_a_day(client: stripe.StripeClient, fake: FakeStripe) -> None:
    ask: Any = {"params": {"amount": 450, "currency": "eur"}, "options": {"idempotency_key": "intent-1"}}
    first = client.v1.payment_intents.create(**ask)
    fake.advance(DAY - 60)
    assert client.v1.payment_intents.create(**ask).id == first.id
    fake.advance(120)
    assert client.v1.payment_intents.create(**ask).id != first.id


def test_v2_keeps_successes(client: stripe.StripeClient) -> None:
    options: Any = {"idempotency_key": "account-1"}
    first = client.v2.core.accounts.create(params=account_params(), options=options)
    second = client.v2.core.accounts.create(params=account_params(), options=options)
    assert first.id == second.id


def test_lists_are_paged_newest_first(client: stripe.StripeClient) -> None:
    made = [client.v1.payment_intents.create(params={"amount": n, "currency": "eur"}).id for n in range(100, 112)]
    newest_first = made[::-1]
    first = client.v1.payment_intents.list(params={"limit": 5})
    assert [item.id for item in first.data] == newest_first[:5]
    assert first.has_more
    after = client.v1.payment_intents.list(params={"limit": 5, "starting_after": newest_first[4]})
    assert [item.id for item in after.data] == newest_first[5:10]
    before = client.v1.payment_intents.list(params={"limit": 5, "ending_before": newest_first[5]})
    assert [item.id for item in before.data] == newest_first[:5]
    assert [item.id for item in first.auto_paging_iter()] == newest_first
    assert len(client.v1.payment_intents.list().data) == 10
    with pytest.raises(stripe.InvalidRequestError, match="between 1 and 100"):
        client.v1.payment_intents.list(params={"limit": 101})
    with pytest.raises(stripe.InvalidRequestError, match="No such object"):
        client.v1.payment_intents.list(params={"starting_after": "pi_none"})


def test_lists_are_cut_by_date(client: stripe.StripeClient, fake: FakeStripe) -> None:
    early = client.v1.payment_intents.create(params={"amount": 100, "currency": "eur"})
    fake.advance(DAY)
    late = client.v1.payment_intents.create(params={"amount": 100, "currency": "eur"})
    found = client.v1.payment_intents.list(params={"created": {"gt": early.created}})
    assert [item.id for item in found.data] == [late.id]
    found = client.v1.payment_intents.list(params={"created": {"lt": late.created, "gte": early.created}})
    assert [item.id for item in found.data] == [early.id]


def test_what_cannot_be_expanded_is_refused_and_undone(client: stripe.StripeClient, fake: FakeStripe) -> None:
    intent = paid_intent(fake, client)
    with pytest.raises(stripe.InvalidRequestError, match=r"cannot be expanded \(amount\)"):
        client.v1.refunds.create(params={"payment_intent": intent.id, "expand": ["amount"]})
    assert client.v1.refunds.list().data == []
    refund = client.v1.refunds.create(params={"payment_intent": intent.id, "expand": ["charge.payment_intent"]})
    assert isinstance(refund.charge, stripe.Charge)
    assert isinstance(refund.charge.payment_intent, stripe.PaymentIntent)
    with pytest.raises(stripe.InvalidRequestError, match="more than 4 levels"):
        client.v1.refunds.retrieve(refund.id, params={"expand": ["charge.payment_intent.latest_charge.refunds.data"]})
    transfer = client.v1.transfers.create(
        params={
            "amount": 1,
            "currency": "eur",
            "destination": merchant(fake, client),
            "source_transaction": str(intent.latest_charge),
            "expand": ["destination"],
        }
    )
    assert isinstance(transfer.destination, stripe.Account)


def test_a_connected_account_shows_its_balance_and_no_more(client: stripe.StripeClient, fake: FakeStripe) -> None:
    options: Any = {"stripe_account": merchant(fake, client)}
    assert client.v1.balance.retrieve(options=options).available[0].amount == 0
    with pytest.raises(stripe.InvalidRequestError, match="does not play requests made for a connected account"):
        client.v1.charges.list(options=options)


def test_two_stand_ins_share_nothing() -> None:
    with running_fake_stripe() as istres, running_fake_stripe() as viroflay:
        session = new_session(connect(istres))
        with pytest.raises(stripe.InvalidRequestError, match="No such checkout"):
            connect(viroflay).v1.checkout.sessions.retrieve(session.id)
