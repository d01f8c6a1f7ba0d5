"""Refunds: part, rest, too much, and what the bank says afterwards."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import stripe

from tests.tools.fake_stripe import FakeStripe
from tests.tools.test_fake_stripe.makers import merchant, new_session, paid_intent


def balance(client: stripe.StripeClient) -> int:
    return client.v1.balance.retrieve().available[0].amount


def test_part_then_the_rest(client: stripe.StripeClient, fake: FakeStripe) -> None:
    intent = paid_intent(fake, client)
    part = client.v1.refunds.create(
        params={
            "payment_intent": intent.id,
            "amount": 1450,
            "reason": "requested_by_customer",
            "metadata": {"order": "IST-1042"},
        }
    )
    assert (part.amount, part.status, part.charge) == (1450, "succeeded", intent.latest_charge)
    assert client.v1.refunds.retrieve(part.id).metadata == part.metadata
    charge = client.v1.charges.retrieve(str(intent.latest_charge))
    assert (charge.amount_refunded, charge.refunded) == (1450, False)
    assert balance(client) == 4550
    rest = client.v1.refunds.create(params={"payment_intent": intent.id})
    assert rest.amount == 4550
    charge = client.v1.charges.retrieve(str(intent.latest_charge), params={"expand": ["refunds"]})
    assert (charge.amount_refunded, charge.refunded) == (6000, True)
    assert charge.refunds is not None
    assert [refund.id for refund in charge.refunds.data] == [rest.id, part.id]
    assert balance(client) == 0


def test_more_than_is_left_is_refused(client: stripe.StripeClient, fake: FakeStripe) -> None:
    intent = paid_intent(fake, client)
    with pytest.raises(
        stripe.InvalidRequestError, match=r"€60.01\) is greater than charge amount \(€60.00\)"
    ) as refused:
        client.v1.refunds.create(params={"payment_intent": intent.id, "amount": 6001})
    assert refused.value.param == "amount"
    client.v1.refunds.create(params={"payment_intent": intent.id, "amount": 5000})
    with pytest.raises(stripe.InvalidRequestError, match="greater than unrefunded amount on charge"):
        client.v1.refunds.create(params={"payment_intent": intent.id, "amount": 1001})
    client.v1.refunds.create(params={"payment_intent": intent.id, "amount": 1000})
    with pytest.raises(stripe.InvalidRequestError, match="has already been refunded") as refused:
        client.v1.refunds.create(params={"payment_intent": intent.id, "amount": 1})
    assert refused.value.code == "charge_already_refunded"


def test_what_was_not_paid_cannot_be_refunded(client: stripe.StripeClient, fake: FakeStripe) -> None:
    refused = fake.pay(new_session(client).id, card="4000000000000002")["payment_intent"]
    with pytest.raises(stripe.InvalidRequestError, match="does not have a successful charge to refund"):
        client.v1.refunds.create(params={"payment_intent": refused["id"]})
    with pytest.raises(stripe.InvalidRequestError, match="does not have a successful payment"):
        client.v1.refunds.create(params={"charge": refused["latest_charge"]})
    with pytest.raises(stripe.InvalidRequestError, match="payment_intent or charge"):
        client.v1.refunds.create(params={"amount": 100})
    with pytest.raises(stripe.InvalidRequestError, match="No such payment_intent") as unknown:
        client.v1.refunds.create(params={"payment_intent": "pi_none"})
    assert unknown.value.param == "payment_intent"


def test_money_that_is_gone_cannot_be_refunded(client: stripe.StripeClient, fake: FakeStripe) -> None:
    intent = paid_intent(fake, client)
    account = merchant(fake, client)
    client.v1.transfers.create(params={"amount": 5700, "currency": "eur", "destination": account})
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.refunds.create(params={"payment_intent": intent.id, "amount": 1000})
    assert refused.value.code == "balance_insufficient"
    assert client.v1.refunds.create(params={"payment_intent": intent.id, "amount": 300}).status == "succeeded"


def test_the_banks_reference_comes_later(client: stripe.StripeClient, fake: FakeStripe) -> None:
    intent = paid_intent(fake, client)
    refund = client.v1.refunds.create(params={"payment_intent": intent.id})
    fake.run_jobs()
    known = client.v1.refunds.retrieve(refund.id)
    assert known.destination_details is not None
    assert known.destination_details.card is not None
    assert known.destination_details.card.reference_status == "available"
    update = client.v1.events.list(params={"type": "refund.updated"}).data[0]
    assert update.data.object["id"] == refund.id


def test_a_refund_may_wait(client: stripe.StripeClient, fake: FakeStripe) -> None:
    answer = fake.pay(new_session(client).id, card="4000000000007726")
    refund = client.v1.refunds.create(params={"payment_intent": answer["payment_intent"]["id"]})
    assert refund.status == "pending"
    fake.run_jobs()
    assert client.v1.refunds.retrieve(refund.id).status == "succeeded"


def test_a_refund_may_fail_days_later(client: stripe.StripeClient, fake: FakeStripe) -> None:
    answer = fake.pay(new_session(client).id, card="4000000000005126")
    refund = client.v1.refunds.create(params={"payment_intent": answer["payment_intent"]["id"], "amount": 1000})
    assert (refund.status, balance(client)) == ("succeeded", 5000)
    fake.run_jobs()
    failed = client.v1.refunds.retrieve(refund.id)
    assert (failed.status, failed.failure_reason) == ("failed", "expired_or_canceled_card")
    assert balance(client) == 6000
    assert client.v1.charges.list().data[0].amount_refunded == 0
    assert client.v1.events.list(params={"type": "refund.failed"}).data


def test_refunds_at_the_same_time_give_back_no_more_than_was_paid(
    client: stripe.StripeClient, fake: FakeStripe
) -> None:
    intent = paid_intent(fake, client)

    def ask(_: int) -> int:
        try:
            return client.v1.refunds.create(params={"payment_intent": intent.id, "amount": 1000}).amount
        except stripe.InvalidRequestError:
            return 0

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(ask, range(9))) == 6000
    assert balance(client) == 0


def test_refunds_are_listed_by_intent(client: stripe.StripeClient, fake: FakeStripe) -> None:
    first, second = paid_intent(fake, client), paid_intent(fake, client)
    client.v1.refunds.create(params={"payment_intent": first.id})
    refund = client.v1.refunds.create(params={"payment_intent": second.id})
    found = client.v1.refunds.list(params={"payment_intent": second.id})
    assert [item.id for item in found.data] == [refund.id]
