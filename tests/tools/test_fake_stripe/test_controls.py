"""The test controls that the other tests do not already use."""

import pytest
import stripe

from tests.tools.fake_stripe import FakeStripe, running_fake_stripe
from tests.tools.fake_stripe.controls import ControlError, Controls
from tests.tools.test_fake_stripe.conftest import connect
from tests.tools.test_fake_stripe.makers import new_session, paid_intent
from tests.tools.test_fake_stripe.receiver import Endpoint

DAY = 24 * 3600


def test_reset_forgets_everything(fake: FakeStripe, client: stripe.StripeClient, endpoint: Endpoint) -> None:
    paid_intent(fake, client)
    fake.hold_webhooks()
    fake.fail_next()
    fake.advance(DAY)
    fake.reset()
    assert client.v1.charges.list().data == []
    assert fake.deliveries() == []
    paid_intent(fake, client)
    assert fake.drain()
    assert endpoint.of("checkout.session.completed")


def test_the_balance_may_begin_with_money() -> None:
    with running_fake_stripe(opening_balance=100_000) as fake:
        client = connect(fake)
        assert client.v1.balance.retrieve().available[0].amount == 100_000
        fake.reset()
        assert client.v1.balance.retrieve().available[0].amount == 100_000


def test_stripe_may_take_its_fee() -> None:
    with running_fake_stripe(fee_bp=150, fee_cents=25) as fake:
        client = connect(fake)
        fake.pay(new_session(client).id)
        [moved] = client.v1.balance_transactions.list().data
        assert (moved.amount, moved.fee, moved.net) == (6000, 115, 5885)
        assert client.v1.balance.retrieve().available[0].amount == 5885


def test_fees_may_be_set_while_running(fake: FakeStripe, client: stripe.StripeClient) -> None:
    fake.set_fees(fee_bp=150, refund_fee=30)
    intent = paid_intent(fake, client)
    client.v1.refunds.create({"payment_intent": intent.id, "amount": 1000})
    assert [movement.fee for movement in client.v1.balance_transactions.list().data] == [30, 90]
    fake.reset()
    paid_intent(fake, client)
    assert [movement.fee for movement in client.v1.balance_transactions.list().data] == [0]


def test_a_charge_may_be_pending_at_first() -> None:
    with running_fake_stripe(available_after=7 * DAY) as fake:
        client = connect(fake)
        fake.pay(new_session(client).id)
        balance = client.v1.balance.retrieve()
        assert (balance.available[0].amount, balance.pending[0].amount) == (0, 6000)
        assert client.v1.balance_transactions.list().data[0].status == "pending"
        fake.pay(new_session(client).id, card="4000000000000077")
        assert client.v1.balance.retrieve().available[0].amount == 6000
        fake.advance(7 * DAY)
        assert client.v1.balance.retrieve().available[0].amount == 12_000


@pytest.mark.parametrize(("won", "left", "status"), [(True, 6000, "won"), (False, 0, "lost")])
def test_a_chargeback(fake: FakeStripe, client: stripe.StripeClient, won: bool, left: int, status: str) -> None:  # noqa: FBT001 - a parameter of the test
    charge = str(paid_intent(fake, client).latest_charge)
    dispute = fake.dispute(charge, reason="product_not_received")
    assert (dispute["status"], dispute["amount"]) == ("needs_response", 6000)
    assert client.v1.balance.retrieve().available[0].amount == 0
    assert client.v1.charges.retrieve(charge).disputed is True
    with pytest.raises(stripe.InvalidRequestError, match="charged back") as refused:
        client.v1.refunds.create(params={"charge": charge})
    assert refused.value.code == "charge_disputed"
    fake.close_dispute(dispute["id"], won=won)
    assert client.v1.disputes.retrieve(dispute["id"]).status == status
    assert client.v1.balance.retrieve().available[0].amount == left
    types = [event.type for event in client.v1.events.list(params={"type": "charge.dispute.*"}).data]
    assert types[0] == "charge.dispute.closed"
    assert ("charge.dispute.funds_reinstated" in types) is won
    with pytest.raises(stripe.InvalidRequestError, match="already closed"):
        client.v1.disputes.close(dispute["id"])


def test_a_card_that_disputes_by_itself(fake: FakeStripe, client: stripe.StripeClient) -> None:
    fake.pay(new_session(client).id, card="4000000000000259")
    [dispute] = client.v1.disputes.list().data
    assert dispute.reason == "fraudulent"


def test_payouts_arrive_fail_or_are_cancelled(fake: FakeStripe, client: stripe.StripeClient) -> None:
    paid_intent(fake, client)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.payouts.create(params={"amount": 6001, "currency": "eur"})
    assert refused.value.code == "balance_insufficient"
    payout = client.v1.payouts.create(params={"amount": 5000, "currency": "eur"})
    assert (payout.status, client.v1.balance.retrieve().available[0].amount) == ("pending", 1000)
    fake.run_jobs()
    assert client.v1.payouts.retrieve(payout.id).status == "paid"
    fake.fail_payout(payout.id)
    failed = client.v1.payouts.retrieve(payout.id)
    assert (failed.status, failed.failure_code) == ("failed", "account_closed")
    assert client.v1.balance.retrieve().available[0].amount == 6000
    other = client.v1.payouts.create(params={"amount": 5000, "currency": "eur"})
    assert client.v1.payouts.cancel(other.id).status == "canceled"
    assert client.v1.balance.retrieve().available[0].amount == 6000
    types = [event.type for event in client.v1.events.list(params={"type": "payout.*"}).data]
    assert types == ["payout.canceled", "payout.created", "payout.failed", "payout.paid", "payout.created"]


def test_top_ups_arrive_fail_or_are_taken_back(fake: FakeStripe, client: stripe.StripeClient) -> None:
    def balance() -> int:
        return client.v1.balance.retrieve().available[0].amount

    top_up = client.v1.topups.create({"amount": 5000, "currency": "eur"})
    assert (top_up.status, top_up.balance_transaction, balance()) == ("pending", None, 0)
    fake.run_jobs()
    arrived = client.v1.topups.retrieve(top_up.id)
    assert (arrived.status, balance()) == ("succeeded", 5000)
    fake.fail_topup(top_up.id)
    assert (client.v1.topups.retrieve(top_up.id).status, balance()) == ("reversed", 0)
    moved = client.v1.balance_transactions.list({"source": top_up.id})
    assert [(each.type, each.net) for each in moved.data] == [("topup_reversal", -5000), ("topup", 5000)]
    refused = client.v1.topups.create({"amount": 700, "currency": "eur"})
    fake.fail_topup(refused.id)
    fake.run_jobs()
    assert (client.v1.topups.retrieve(refused.id).status, balance()) == ("failed", 0)
    with pytest.raises(ControlError, match="cannot fail"):
        fake.fail_topup(refused.id)
    other = client.v1.topups.create({"amount": 700, "currency": "eur"})
    assert client.v1.topups.cancel(other.id).status == "canceled"
    client.v1.topups.update(top_up.id, {"metadata": {"town": "istres"}})
    types = [event.type for event in client.v1.events.list({"type": "topup.*"}).data]
    assert types == [
        "topup.canceled",
        "topup.created",
        "topup.failed",
        "topup.created",
        "topup.reversed",
        "topup.succeeded",
        "topup.created",
    ]


def test_the_controls_work_from_outside(fake: FakeStripe, client: stripe.StripeClient) -> None:
    outside = Controls(fake.api_url)
    assert outside.pay(new_session(client).id)["status"] == "succeeded"
    with pytest.raises(ControlError, match="No such checkout"):
        outside.pay("cs_test_none")
    with pytest.raises(ControlError, match="No such event"):
        outside.redeliver("evt_none")
    with pytest.raises(ControlError, match="Invalid order"):
        outside.release_webhooks("sideways")
    account = client.v2.core.accounts.create()
    with pytest.raises(ControlError, match="Invalid status"):
        outside.set_transfers(account.id, "splendid")


def test_the_balance_of_the_books_is_the_sum_of_its_movements(fake: FakeStripe, client: stripe.StripeClient) -> None:
    intent = paid_intent(fake, client)
    client.v1.refunds.create(params={"payment_intent": intent.id, "amount": 1450})
    client.v1.payouts.create(params={"amount": 1000, "currency": "eur"})
    moved = client.v1.balance_transactions.list()
    assert [(item.type, item.net) for item in moved.data] == [("payout", -1000), ("refund", -1450), ("charge", 6000)]
    assert sum(item.net for item in moved.data) == client.v1.balance.retrieve().available[0].amount
    by_source = client.v1.balance_transactions.list(params={"source": str(intent.latest_charge)})
    assert client.v1.balance_transactions.retrieve(by_source.data[0].id).amount == 6000
