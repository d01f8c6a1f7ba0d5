"""Webhooks: signed, retried, doubled, held, out of order, and earlier than the answer they come from."""

import threading
import time
from typing import Any

import pytest
import stripe

from tests.tools.fake_stripe import FakeStripe, running_fake_stripe
from tests.tools.test_fake_stripe.conftest import connect
from tests.tools.test_fake_stripe.makers import merchant, new_session, paid_intent, session_params
from tests.tools.test_fake_stripe.receiver import Endpoint, Received

COMPLETED = "checkout.session.completed"


def test_a_payment_says_what_happened(client: stripe.StripeClient, fake: FakeStripe, endpoint: Endpoint) -> None:
    session = new_session(client, payment_intent_data={"metadata": {"order": "IST-1042"}})
    fake.pay(session.id)
    assert fake.drain()
    assert endpoint.types() == [
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.succeeded",
        COMPLETED,
    ]
    [completed], [succeeded] = endpoint.of(COMPLETED), endpoint.of("payment_intent.succeeded")
    event = stripe.Webhook.construct_event(completed.body, completed.signature, fake.webhook_secret)
    assert isinstance(event.data.object, stripe.checkout.Session)
    assert event.data.object.metadata is not None
    assert event.data.object.metadata.to_dict() == {"order": "IST-1042"}
    assert succeeded.json["data"]["object"]["metadata"] == {"order": "IST-1042"}
    assert event.api_version == "2026-10-28.endive"


def test_another_secret_or_body_is_refused(client: stripe.StripeClient, fake: FakeStripe, endpoint: Endpoint) -> None:
    fake.pay(new_session(client).id)
    fake.drain()
    received = endpoint.received[0]
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(received.body, received.signature, "whsec_other")
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(received.body + b" ", received.signature, fake.webhook_secret)


def test_the_signature_is_of_today_whatever_stripes_clock_says(
    client: stripe.StripeClient, fake: FakeStripe, endpoint: Endpoint
) -> None:
    fake.advance(40 * 24 * 3600)
    fake.pay(new_session(client).id)
    fake.drain()
    received = endpoint.received[0]
    event = stripe.Webhook.construct_event(received.body, received.signature, fake.webhook_secret)
    assert event.created == received.json["created"]


def test_each_change_has_its_event(client: stripe.StripeClient, fake: FakeStripe, endpoint: Endpoint) -> None:
    fake.pay(new_session(client, payment_intent_data={"capture_method": "manual"}).id)
    held = client.v1.payment_intents.list().data[0].id
    client.v1.payment_intents.capture(held)
    fake.pay((declined := new_session(client)).id, card="4000000000000002")
    client.v1.checkout.sessions.expire(declined.id)
    client.v1.refunds.create(params={"payment_intent": held, "amount": 1000})
    transfer = client.v1.transfers.create(
        params={"amount": 1000, "currency": "eur", "destination": merchant(fake, client)}
    )
    client.v1.transfers.reversals.create(transfer.id)
    fake.run_jobs()
    assert fake.drain()
    assert set(endpoint.types()) >= {
        COMPLETED,
        "checkout.session.expired",
        "payment_intent.amount_capturable_updated",
        "payment_intent.succeeded",
        "payment_intent.payment_failed",
        "payment_intent.canceled",
        "charge.succeeded",
        "charge.captured",
        "charge.failed",
        "charge.refunded",
        "refund.created",
        "refund.updated",
        "transfer.created",
        "transfer.reversed",
        "v2.core.account.created",
        "v2.core.account[configuration.recipient].capability_status_updated",
    }


@pytest.mark.parametrize(
    ("iban", "outcome"),
    [("FR1420041010050500013M02606", "succeeded"), ("FR8420041010050500013M02607", "failed")],
)
def test_a_debit_says_later_how_it_went(
    client: stripe.StripeClient, fake: FakeStripe, endpoint: Endpoint, iban: str, outcome: str
) -> None:
    fake.pay(new_session(client, allowed_payment_method_types=["card", "sepa_debit"]).id, iban=iban)
    fake.run_jobs()
    assert fake.drain()
    types = endpoint.types()
    assert types.index(COMPLETED) < types.index(f"checkout.session.async_payment_{outcome}")


def test_a_refused_delivery_comes_again_until_accepted(
    client: stripe.StripeClient, fake: FakeStripe, endpoint: Endpoint
) -> None:
    fake.hold_webhooks()
    fake.pay(new_session(client).id)
    endpoint.answers = [500, 302, 404, 200]
    fake.release_webhooks()
    assert fake.drain()
    assert len(endpoint.received) == 4 + 3
    attempts = [delivery["attempts"] for delivery in fake.deliveries()]
    assert sum(attempts) == 7
    assert {delivery["state"] for delivery in fake.deliveries()} == {"delivered"}


def attempted(fake: FakeStripe, times: int) -> dict[str, Any]:
    """The only delivery, once it has been tried so many times."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        [delivery] = fake.deliveries()
        if delivery["attempts"] == times:
            return delivery
        time.sleep(0.01)
    pytest.fail(f"not tried {times} times in ten seconds")


def test_the_wait_doubles_and_can_be_cut_short() -> None:
    with running_fake_stripe(webhook_url="http://127.0.0.1:9/nobody/", retry_first=30.0) as other:
        connect(other).v1.payment_intents.create(params={"amount": 450, "currency": "eur"})
        delivery = attempted(other, 1)
        assert (delivery["state"], delivery["last_status"]) == ("pending", None)
        assert not other.drain(timeout=0.05)
        assert "Refused" in delivery["last_error"]
        first_due = delivery["due_at"]
        other.retry_webhooks()
        assert attempted(other, 2)["due_at"] - first_due > 25


def test_held_events_wait_and_go_out_in_the_order_asked(
    client: stripe.StripeClient, fake: FakeStripe, endpoint: Endpoint
) -> None:
    fake.hold_webhooks()
    fake.pay(new_session(client).id)
    assert fake.drain(timeout=0.2)
    assert endpoint.received == []
    assert {delivery["state"] for delivery in fake.deliveries()} == {"held"}
    assert fake.release_webhooks("newest_first")["released"] == 4
    assert fake.drain()
    assert endpoint.types()[0] == COMPLETED
    assert endpoint.types()[-1] == "payment_intent.created"


def test_any_order_by_event_id(client: stripe.StripeClient, fake: FakeStripe, endpoint: Endpoint) -> None:
    fake.hold_webhooks()
    fake.pay(new_session(client).id)
    by_type = {delivery["type"]: delivery["event"] for delivery in fake.deliveries()}
    wanted = ["payment_intent.succeeded", COMPLETED, "payment_intent.created", "charge.succeeded"]
    fake.release_webhooks([by_type[name] for name in wanted])
    assert fake.drain()
    assert endpoint.types() == wanted


def test_one_type_may_be_late(client: stripe.StripeClient, fake: FakeStripe, endpoint: Endpoint) -> None:
    fake.hold_webhooks(COMPLETED)
    fake.pay(new_session(client).id)
    assert fake.drain()
    assert COMPLETED not in endpoint.types()
    fake.release_webhooks()
    assert fake.drain()
    assert endpoint.types()[-1] == COMPLETED


def test_events_may_be_lost(client: stripe.StripeClient, fake: FakeStripe, endpoint: Endpoint) -> None:
    fake.drop_webhooks("charge.succeeded")
    paid_intent(fake, client)
    assert fake.drain()
    assert "charge.succeeded" not in endpoint.types()
    lost = client.v1.events.list({"delivery_success": False}).data
    assert [event.type for event in lost] == ["charge.succeeded"]
    fake.drop_webhooks()
    paid_intent(fake, client)
    assert fake.drain()
    assert endpoint.types().count("charge.succeeded") == 1


def test_the_same_event_twice(client: stripe.StripeClient, fake: FakeStripe, endpoint: Endpoint) -> None:
    fake.duplicate_webhooks()
    fake.pay(new_session(client).id)
    assert fake.drain()
    first, second = endpoint.of(COMPLETED)
    assert first.json["id"] == second.json["id"]
    fake.redeliver(first.json["id"])
    assert fake.drain()
    assert len(endpoint.of(COMPLETED)) == 2 + 2


def test_a_webhook_before_its_own_response(fake: FakeStripe, endpoint: Endpoint) -> None:
    client = connect(fake)
    arrived = threading.Event()

    def note(received: Received) -> None:
        if received.type == "refund.created":
            arrived.set()

    endpoint.on_receive = note
    intent = paid_intent(fake, client)
    assert fake.drain()
    fake.fail_next("/v1/refunds", mode="delay", seconds=1.5)
    answers: list[stripe.Refund] = []
    request = threading.Thread(
        target=lambda: answers.append(client.v1.refunds.create(params={"payment_intent": intent.id}))
    )
    request.start()
    assert arrived.wait(timeout=5)
    assert answers == []
    request.join()
    assert answers[0].id == endpoint.of("refund.created")[0].json["data"]["object"]["id"]


def test_the_endpoint_may_ask_stripe_before_it_answers(
    client: stripe.StripeClient, fake: FakeStripe, endpoint: Endpoint
) -> None:
    seen: list[str | None] = []

    def refetch(received: Received) -> None:
        if received.type == COMPLETED:
            seen.append(client.v1.checkout.sessions.retrieve(received.json["data"]["object"]["id"]).status)

    endpoint.on_receive = refetch
    fake.pay(new_session(client).id)
    assert fake.drain()
    assert seen == ["complete"]


def test_events_are_listed_and_retrieved(client: stripe.StripeClient, fake: FakeStripe) -> None:
    fake.hold_webhooks()
    fake.pay(new_session(client).id)
    [event] = client.v1.events.list(params={"type": COMPLETED}).data
    assert event.pending_webhooks == 1
    assert [item.type for item in client.v1.events.list(params={"types": ["charge.*", COMPLETED]}).data] == [
        COMPLETED,
        "charge.succeeded",
    ]
    assert client.v1.events.list(params={"delivery_success": True}).data == []
    fake.release_webhooks()
    fake.drain()
    assert client.v1.events.retrieve(event.id).pending_webhooks == 0
    assert len(client.v1.events.list(params={"delivery_success": True}).data) == 4


def test_an_event_names_the_request_it_comes_from(client: stripe.StripeClient) -> None:
    intent = client.v1.payment_intents.create(
        params={"amount": 450, "currency": "eur"}, options={"idempotency_key": "order-1042"}
    )
    event = client.v1.events.list().data[0]
    assert event.request is not None
    assert event.request.idempotency_key == "order-1042"
    assert intent.last_response is not None
    assert event.request.id == intent.last_response.request_id


def test_no_endpoint_no_delivery() -> None:
    with running_fake_stripe() as alone:
        client = connect(alone)
        client.v1.checkout.sessions.create(params=session_params())
        client.v1.payment_intents.create(params={"amount": 450, "currency": "eur"})
        assert alone.deliveries() == []
        assert client.v1.events.list().data
        assert client.v1.events.list().data[0].pending_webhooks == 0


def test_the_endpoint_can_be_told_later(endpoint: Endpoint) -> None:
    with running_fake_stripe() as alone:
        alone.set_webhook(endpoint.url, "whsec_told_later")
        connect(alone).v1.payment_intents.create(params={"amount": 450, "currency": "eur"})
        assert alone.drain()
    [received] = endpoint.received
    assert stripe.Webhook.construct_event(received.body, received.signature, "whsec_told_later")
