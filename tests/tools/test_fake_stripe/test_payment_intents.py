"""PaymentIntents confirmed by the server, and holds that are captured, released or left to lapse."""

import pytest
import stripe

from tests.tools.fake_stripe import FakeStripe
from tests.tools.test_fake_stripe.browser import visit
from tests.tools.test_fake_stripe.makers import new_session

DAY = 24 * 3600


def held(fake: FakeStripe, client: stripe.StripeClient) -> stripe.PaymentIntent:
    """60.00 € held, not taken: a ceiling for weighed goods."""
    session = new_session(client, payment_intent_data={"capture_method": "manual"})
    return client.v1.payment_intents.retrieve(fake.pay(session.id)["payment_intent"]["id"])


def test_a_server_confirms_with_a_named_card(client: stripe.StripeClient) -> None:
    intent = client.v1.payment_intents.create(params={"amount": 450, "currency": "eur"})
    assert intent.status == "requires_payment_method"
    paid = client.v1.payment_intents.confirm(intent.id, params={"payment_method": "pm_card_visa"})
    assert (paid.status, paid.amount_received) == ("succeeded", 450)


def test_create_and_confirm_at_once(client: stripe.StripeClient) -> None:
    paid = client.v1.payment_intents.create(
        params={"amount": 450, "currency": "eur", "payment_method": "pm_card_visa", "confirm": True}
    )
    assert paid.status == "succeeded"


def test_a_refused_card_is_a_402_that_leaves_its_trace(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.CardError) as refused:
        client.v1.payment_intents.create(
            params={
                "amount": 450,
                "currency": "eur",
                "payment_method": "pm_card_chargeDeclinedInsufficientFunds",
                "confirm": True,
            }
        )
    error = refused.value.error
    assert error is not None
    assert (error.code, error.decline_code) == ("card_declined", "insufficient_funds")
    intent = client.v1.payment_intents.list().data[0]
    assert intent.status == "requires_payment_method"
    assert intent.last_payment_error is not None
    assert client.v1.charges.list().data[0].failure_code == "card_declined"


def test_3d_secure_goes_through_the_page_and_comes_back(client: stripe.StripeClient) -> None:
    intent = client.v1.payment_intents.create(
        params={
            "amount": 450,
            "currency": "eur",
            "payment_method": "pm_card_authenticationRequired",
            "confirm": True,
            "return_url": "http://istres.localhost:8000/retour/?n=1",
        }
    )
    assert intent.status == "requires_action"
    assert intent.next_action is not None
    assert intent.next_action.redirect_to_url is not None
    url = intent.next_action.redirect_to_url.url
    assert url is not None
    assert "4,50\u00a0€" in visit(url).html
    back = visit(url, {"answer": "accept"}).location
    assert back is not None
    assert back.startswith(f"http://istres.localhost:8000/retour/?n=1&payment_intent={intent.id}&")
    assert back.endswith("redirect_status=succeeded")
    assert client.v1.payment_intents.retrieve(intent.id).status == "succeeded"


def test_a_hold_is_captured_for_less(client: stripe.StripeClient, fake: FakeStripe) -> None:
    intent = held(fake, client)
    assert (intent.status, intent.amount_capturable) == ("requires_capture", 6000)
    session = client.v1.checkout.sessions.list(params={"payment_intent": intent.id}).data[0]
    assert (session.status, session.payment_status) == ("complete", "unpaid")
    assert client.v1.balance.retrieve().available[0].amount == 0
    captured = client.v1.payment_intents.capture(intent.id, params={"amount_to_capture": 5230})
    assert (captured.status, captured.amount_received, captured.amount_capturable) == ("succeeded", 5230, 0)
    assert client.v1.checkout.sessions.retrieve(session.id).payment_status == "paid"
    assert client.v1.balance.retrieve().available[0].amount == 5230
    assert client.v1.refunds.create(params={"payment_intent": intent.id}).amount == 5230


def test_more_than_the_hold_is_refused(client: stripe.StripeClient, fake: FakeStripe) -> None:
    intent = held(fake, client)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.payment_intents.capture(intent.id, params={"amount_to_capture": 6001})
    assert (refused.value.code, refused.value.param) == ("amount_too_large", "amount_to_capture")


def test_a_hold_is_released(client: stripe.StripeClient, fake: FakeStripe) -> None:
    intent = held(fake, client)
    canceled = client.v1.payment_intents.cancel(intent.id, params={"cancellation_reason": "requested_by_customer"})
    assert (canceled.status, canceled.amount_capturable) == ("canceled", 0)
    assert client.v1.charges.list().data[0].refunded is True
    assert client.v1.balance.retrieve().available[0].amount == 0
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.payment_intents.capture(intent.id)
    assert refused.value.code == "payment_intent_unexpected_state"


def test_a_hold_lapses_after_seven_days(client: stripe.StripeClient, fake: FakeStripe) -> None:
    intent = held(fake, client)
    fake.advance(7 * DAY - 60)
    assert client.v1.payment_intents.retrieve(intent.id).status == "requires_capture"
    fake.advance(60)
    lapsed = client.v1.payment_intents.retrieve(intent.id)
    assert (lapsed.status, lapsed.cancellation_reason) == ("canceled", "automatic")


def test_a_paid_intent_cannot_be_cancelled(client: stripe.StripeClient, fake: FakeStripe) -> None:
    paid = fake.pay(new_session(client).id)["payment_intent"]["id"]
    with pytest.raises(stripe.InvalidRequestError, match="status is succeeded"):
        client.v1.payment_intents.cancel(paid)


def test_an_open_sessions_intent_is_the_sessions_business(client: stripe.StripeClient, fake: FakeStripe) -> None:
    refused = fake.pay(new_session(client).id, card="4000000000000002")["payment_intent"]["id"]
    with pytest.raises(stripe.InvalidRequestError, match="created by Checkout"):
        client.v1.payment_intents.cancel(refused)
    with pytest.raises(stripe.InvalidRequestError, match="created by Checkout"):
        client.v1.payment_intents.confirm(refused, params={"payment_method": "pm_card_visa"})


def test_an_intent_without_a_card_cannot_be_confirmed(client: stripe.StripeClient) -> None:
    intent = client.v1.payment_intents.create(params={"amount": 450, "currency": "eur"})
    with pytest.raises(stripe.InvalidRequestError, match="missing a payment method"):
        client.v1.payment_intents.confirm(intent.id)
    with pytest.raises(stripe.InvalidRequestError, match="No such PaymentMethod"):
        client.v1.payment_intents.confirm(intent.id, params={"payment_method": "pm_none"})


def test_other_currencies_are_refused(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="Invalid currency: usd"):
        client.v1.payment_intents.create(params={"amount": 450, "currency": "usd"})


def test_what_was_paid_with_can_be_read(client: stripe.StripeClient, fake: FakeStripe) -> None:
    fake.pay(new_session(client).id, card="5555 5555 5555 4444")
    charge = client.v1.charges.list(params={"expand": ["data.balance_transaction"]}).data[0]
    assert charge.payment_method is not None
    method = client.v1.payment_methods.retrieve(charge.payment_method)
    assert method.card is not None
    assert (method.card.brand, method.card.last4) == ("mastercard", "4444")
    assert isinstance(charge.balance_transaction, stripe.BalanceTransaction)
    assert (charge.balance_transaction.type, charge.balance_transaction.net) == ("charge", 6000)
