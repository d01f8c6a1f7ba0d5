"""Transfers to merchants: only to those who can be paid, only what is there."""

import pytest
import stripe

from tests.tools.fake_stripe import FakeStripe
from tests.tools.test_fake_stripe.conftest import connect
from tests.tools.test_fake_stripe.makers import account_params, merchant, paid_intent


def test_the_net_of_a_statement_reaches_the_merchant(client: stripe.StripeClient, fake: FakeStripe) -> None:
    paid_intent(fake, client)
    account = merchant(fake, client)
    transfer = client.v1.transfers.create(
        params={
            "amount": 5640,
            "currency": "eur",
            "destination": account,
            "description": "Bordereau IST-2026-00001",
            "transfer_group": "IST-2026-00001",
            "metadata": {"statement": "IST-2026-00001"},
        }
    )
    assert (transfer.amount, transfer.destination, transfer.transfer_group) == (5640, account, "IST-2026-00001")
    assert client.v1.transfers.retrieve(transfer.id).metadata.to_dict() == {"statement": "IST-2026-00001"}
    assert client.v1.balance.retrieve().available[0].amount == 360
    theirs = client.v1.balance.retrieve(options={"stripe_account": account})
    assert theirs.available[0].amount == 5640
    listed = client.v1.transfers.list(params={"transfer_group": "IST-2026-00001"})
    assert [item.id for item in listed.data] == [transfer.id]


def test_a_merchant_who_has_not_finished_is_not_paid(client: stripe.StripeClient, fake: FakeStripe) -> None:
    paid_intent(fake, client)
    account = client.v2.core.accounts.create(params=account_params())
    with pytest.raises(stripe.InvalidRequestError, match="at least one of the following capabilities") as refused:
        client.v1.transfers.create(params={"amount": 100, "currency": "eur", "destination": account.id})
    assert refused.value.code == "insufficient_capabilities_for_transfer"
    assert client.v1.balance.retrieve().available[0].amount == 6000


def test_an_account_that_does_not_exist(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="No such destination: 'acct_none'") as refused:
        client.v1.transfers.create(params={"amount": 100, "currency": "eur", "destination": "acct_none"})
    assert (refused.value.http_status, refused.value.param) == (400, "destination")


def test_more_than_the_balance_is_refused(client: stripe.StripeClient, fake: FakeStripe) -> None:
    paid_intent(fake, client)
    account = merchant(fake, client)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.transfers.create(params={"amount": 6001, "currency": "eur", "destination": account})
    assert refused.value.code == "balance_insufficient"
    fake.add_to_balance(1)
    client.v1.transfers.create(params={"amount": 6001, "currency": "eur", "destination": account})


def test_a_transfer_drawn_on_a_charge_stays_below_it(client: stripe.StripeClient, fake: FakeStripe) -> None:
    intent = paid_intent(fake, client, payment_intent_data={"transfer_group": "IST-1042"})
    account, charge = merchant(fake, client), str(intent.latest_charge)
    transfer = client.v1.transfers.create(
        params={"amount": 4000, "currency": "eur", "destination": account, "source_transaction": charge}
    )
    assert (transfer.source_transaction, transfer.transfer_group) == (charge, "IST-1042")
    with pytest.raises(stripe.InvalidRequestError, match="must not exceed the source amount"):
        client.v1.transfers.create(
            params={"amount": 2001, "currency": "eur", "destination": account, "source_transaction": charge}
        )


def test_reversals_take_back_part_then_the_rest(client: stripe.StripeClient, fake: FakeStripe) -> None:
    paid_intent(fake, client)
    account = merchant(fake, client)
    transfer = client.v1.transfers.create(params={"amount": 5000, "currency": "eur", "destination": account})
    part = client.v1.transfers.reversals.create(transfer.id, params={"amount": 1000})
    assert (part.amount, part.transfer) == (1000, transfer.id)
    with pytest.raises(stripe.InvalidRequestError, match="greater than unreversed amount"):
        client.v1.transfers.reversals.create(transfer.id, params={"amount": 4001})
    client.v1.transfers.reversals.create(transfer.id)
    reversed_ = client.v1.transfers.retrieve(transfer.id)
    assert (reversed_.amount_reversed, reversed_.reversed) == (5000, True)
    assert len(reversed_.reversals.data) == 2
    assert client.v1.balance.retrieve().available[0].amount == 6000
    assert client.v1.transfers.reversals.retrieve(transfer.id, part.id).amount == 1000
    with pytest.raises(stripe.InvalidRequestError, match="already fully reversed"):
        client.v1.transfers.reversals.create(transfer.id)


@pytest.mark.parametrize(
    ("params", "param", "code"),
    [
        ({"currency": "eur"}, "amount", "parameter_missing"),
        ({"amount": 100}, "currency", "parameter_missing"),
        ({"amount": 0, "currency": "eur"}, "amount", "parameter_invalid_integer"),
        ({"amount": "12.50", "currency": "eur"}, "amount", "parameter_invalid_integer"),
        ({"amount": 100, "currency": "eur"}, "destination", "parameter_missing"),
        ({"amount": 100, "currency": "eur", "destination": "acct_x", "application_fee_amount": 5}, None, None),
    ],
)
def test_bad_parameters(fake: FakeStripe, params: dict[str, object], param: str | None, code: str | None) -> None:
    given: object = params
    with pytest.raises(stripe.InvalidRequestError) as refused:
        connect(fake).v1.transfers.create(params=given)  # type: ignore[arg-type] # wrong on purpose
    if param is not None:
        assert (refused.value.param, refused.value.code) == (param, code)
    else:
        assert refused.value.code == "parameter_unknown"
