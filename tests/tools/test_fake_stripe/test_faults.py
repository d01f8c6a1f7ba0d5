"""Failures on demand: the network and Stripe at their worst."""

from threading import Thread

import pytest
import stripe

from tests.platform.conciergeries.embedded.processes import wait_until
from tests.tools.fake_stripe import FakeStripe
from tests.tools.fake_stripe.controls import ControlError
from tests.tools.test_fake_stripe.makers import paid_intent

REFUNDS = "/v1/refunds"


def refund(client: stripe.StripeClient, intent: str, key: str = "refund-1") -> stripe.Refund:
    return client.v1.refunds.create(params={"payment_intent": intent, "amount": 1000}, options={"idempotency_key": key})


@pytest.mark.parametrize("mode", ["status", "reset"])
@pytest.mark.parametrize(("when", "made"), [("before", 0), ("after", 1)])
def test_an_answer_is_lost_and_asked_again(
    client: stripe.StripeClient, fake: FakeStripe, mode: str, when: str, made: int
) -> None:
    intent = paid_intent(fake, client)
    fake.fail_next(REFUNDS, mode=mode, when=when)
    with pytest.raises((stripe.APIError, stripe.APIConnectionError)):
        refund(client, intent.id)
    assert len(client.v1.refunds.list().data) == made
    again = refund(client, intent.id)
    assert [item.id for item in client.v1.refunds.list().data] == [again.id]
    assert again.last_response is not None
    assert ("Idempotent-Replayed" in again.last_response.headers) is (when == "after")


def test_stripes_own_client_tries_again_by_itself(fake: FakeStripe, client: stripe.StripeClient) -> None:
    intent = paid_intent(fake, client)
    fake.fail_next(REFUNDS, mode="reset", when="after")
    patient = stripe.StripeClient(fake.api_key, base_addresses={"api": fake.api_url}, max_network_retries=2)
    assert patient.v1.refunds.create(params={"payment_intent": intent.id, "amount": 1000}).amount == 1000
    assert len(client.v1.refunds.list().data) == 1


def test_silence_then_nothing(fake: FakeStripe, client: stripe.StripeClient) -> None:
    intent = paid_intent(fake, client)
    fake.fail_next(REFUNDS, mode="timeout", when="after", seconds=0.2)
    with pytest.raises(stripe.APIConnectionError):
        refund(client, intent.id)
    assert len(client.v1.refunds.list().data) == 1


def test_some_requests_only_some_times(fake: FakeStripe, client: stripe.StripeClient) -> None:
    fake.fail_next("/v1/payment_intents/*", method="GET", status=503, times=2)
    intent = client.v1.payment_intents.create(params={"amount": 450, "currency": "eur"})
    for _ in range(2):
        with pytest.raises(stripe.APIError) as failed:
            client.v1.payment_intents.retrieve(intent.id)
        assert failed.value.http_status == 503
    assert client.v1.payment_intents.retrieve(intent.id).id == intent.id


def test_too_many_requests(fake: FakeStripe, client: stripe.StripeClient) -> None:
    fake.fail_next(method="*", status=429)
    with pytest.raises(stripe.RateLimitError):
        client.v1.balance.retrieve()


def test_a_failure_must_be_one_that_is_known(fake: FakeStripe) -> None:
    with pytest.raises(ControlError, match="Invalid mode"):
        fake.fail_next(mode="explode")
    with pytest.raises(ControlError, match="unknown parameter: statut"):
        fake.fail_next(statut=500)


@pytest.mark.parametrize(("when", "made"), [("before", 0), ("after", 1)])
def test_a_request_is_parked_until_it_is_let_go(
    client: stripe.StripeClient, fake: FakeStripe, when: str, made: int
) -> None:
    intent = paid_intent(fake, client)
    fake.hold_next(REFUNDS, when=when)
    answers: list[object] = []

    def ask() -> None:
        try:
            answers.append(refund(client, intent.id))
        except stripe.APIConnectionError as error:
            answers.append(error)

    asking = Thread(target=ask)
    asking.start()
    wait_until(lambda: fake.held() == 1)
    assert (answers, len(client.v1.refunds.list().data)) == ([], made)
    assert fake.let_go() == 1
    asking.join(timeout=10)
    assert [isinstance(answer, stripe.Refund) for answer in answers] == [bool(made)]
    assert (fake.held(), len(client.v1.refunds.list().data)) == (0, made)
