"""Stripe's fees: account 517 is what Stripe says that it holds, to the cent."""

from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest
import stripe

from billing.ledger.models import Account, Entry
from billing.ledger.queries import balance, balances
from billing.payments.fees import (
    PAYMENT_FEE,
    REFUND_FEE,
    FeeInAnotherCurrencyError,
    FeeUnknownError,
    fetch_payment_fee,
    fetch_refund_fee,
    post_fee,
)
from billing.payments.models import Mode, Payment
from billing.payments.refunds import SEND_REFUND, refresh_refund
from billing.payments.services import request_refund, take_at_desk
from conciergeries.towns.models import Town
from shared.outbox.models import Effect
from shared.tenancy import in_town
from tests.billing.conftest import OPENING_BALANCE
from tests.billing.lives import Life
from tests.billing.payments.paying import REFUND_FAILS, opened_payment, paid_payment
from tests.factories import run_effects
from tests.tools.fake_stripe import FakeStripe

EUROPEAN = {"fee_bp": 150, "fee_cents": 25, "refund_fee": 30}
FEES = [PAYMENT_FEE, REFUND_FEE, "refund.succeeded", "refund.failed"]


def stripe_says(fake: FakeStripe) -> int:
    """What came to Stripe's balance since the test began."""
    held = stripe.StripeClient(fake.api_key, base_addresses={"api": fake.api_url}).v1.balance.retrieve()
    return sum(part.amount for part in held.available) + sum(part.amount for part in held.pending) - OPENING_BALANCE


@pytest.fixture
def charging(fake: FakeStripe) -> FakeStripe:
    """Stripe keeps 1.5 % and 25 cents of a European card, and, here, 30 cents of a refund."""
    fake.set_fees(**EUROPEAN)
    return fake


def test_a_fee_is_posted_once(in_istres: Any, charging: FakeStripe, today: datetime) -> None:
    payment = paid_payment(fake=charging, now=today)
    assert run_effects(now=today, kinds=FEES) == [PAYMENT_FEE]
    fetch_payment_fee(payment_id=payment.pk, now=today)
    assert balances() == {Account.STRIPE: 5885, Account.CUSTOMERS: -6000, Account.BANK_FEES: 115}
    assert balance(account=Account.STRIPE) == stripe_says(charging)
    entry = Entry.objects.get(kind="stripe_fee")
    assert (entry.reference, entry.label) == (payment.reference, "Frais Stripe, Commande IST-4821")


def test_without_a_fee_nothing_is_posted(in_istres: Any, fake: FakeStripe, today: datetime) -> None:
    paid_payment(fake=fake, now=today)
    run_effects(now=today, kinds=FEES)
    assert balances() == {Account.STRIPE: 6000, Account.CUSTOMERS: -6000}


@pytest.mark.parametrize("name", ["istres", "viroflay"])
def test_what_stripe_keeps(name: str, stripes: dict[str, FakeStripe], today: datetime, request: Any) -> None:
    town = request.getfixturevalue(name)
    fake = stripes[town.operating_company.stripe_alias]
    fake.set_fees(**EUROPEAN)
    with in_town(town), Life("What Stripe keeps") as life:
        with life.event("card captured"):
            payment = paid_payment(fake=fake, now=today)
        with life.event("Stripe's fee on it"):
            run_effects(now=today, kinds=FEES)
        refund = request_refund(
            payment_id=payment.pk, reference=uuid4(), amount_cents=1200, reason="ligne refusée", now=today
        )
        with life.event("refunded"):
            run_effects(now=today, kinds=[SEND_REFUND])
        with life.event("Stripe's fee on the refund"):
            run_effects(now=today, kinds=FEES)
        fetch_refund_fee(refund_id=refund.pk, now=today)
        assert balance(account=Account.STRIPE) == stripe_says(fake)


def test_a_refund_that_comes_back_leaves_its_fee(in_istres: Any, charging: FakeStripe, today: datetime) -> None:
    payment = paid_payment(fake=charging, now=today, card=REFUND_FAILS)
    refund = request_refund(payment_id=payment.pk, reference=uuid4(), amount_cents=1200, reason="refusée", now=today)
    run_effects(now=today, kinds=[SEND_REFUND, *FEES])
    charging.run_jobs()
    refund.refresh_from_db()
    refresh_refund(refund_id=refund.pk, stripe_refund_id=str(refund.stripe_refund_id), now=today)
    run_effects(now=today, kinds=FEES)
    assert balances() == {Account.STRIPE: 5855, Account.CUSTOMERS: -6000, Account.BANK_FEES: 145}
    assert balance(account=Account.STRIPE) == stripe_says(charging)


def test_stripe_that_does_not_answer_is_asked_again(in_istres: Any, charging: FakeStripe, today: datetime) -> None:
    paid_payment(fake=charging, now=today)
    # The SDK's own tries included.
    charging.fail_next("/v1/payment_intents/*", method="GET", status=500, times=3)
    with pytest.raises(AssertionError, match="APIError"):
        run_effects(now=today, kinds=FEES)
    effect = Effect.objects.get(kind=PAYMENT_FEE)
    assert effect.done_at is None
    run_effects(now=effect.due_at, kinds=FEES)
    assert balance(account=Account.BANK_FEES) == 115


def test_what_stripe_has_not_counted_is_asked_again(in_istres: Any, charging: FakeStripe, today: datetime) -> None:
    """Nothing moved on its balance yet: the page is open, nobody has paid."""
    payment = opened_payment(now=today)
    intent = stripe.StripeClient(charging.api_key, base_addresses={"api": charging.api_url}).v1.payment_intents.create(
        {"amount": 6000, "currency": "eur"}
    )
    Payment.objects.filter(pk=payment.pk).update(stripe_intent_id=intent.id)
    with pytest.raises(FeeUnknownError):
        fetch_payment_fee(payment_id=payment.pk, now=today)


def test_a_fee_in_another_currency_is_not_posted(in_istres: Any, today: datetime) -> None:
    movement = stripe.BalanceTransaction.construct_from({"id": "txn_1", "currency": "usd", "fee": 115}, "sk_test")
    with pytest.raises(FeeInAnotherCurrencyError):
        post_fee(movement=movement, of="pi_1", label="Frais", reference=uuid4(), now=today)
    assert balances() == {}


def test_the_desk_has_no_fee(in_istres: Any, charging: FakeStripe, today: datetime) -> None:

    take_at_desk(reference=uuid4(), amount_cents=6000, means=Mode.CASH, actor="Camille", now=today)
    assert run_effects(now=today, kinds=FEES) == []


def test_each_town_has_its_own(istres: Town, viroflay: Town, stripes: dict[str, FakeStripe], today: datetime) -> None:
    stripes["viroflay"].set_fees(fee_bp=250)
    with in_town(viroflay):
        paid_payment(fake=stripes["viroflay"], now=today)
        run_effects(now=today, kinds=FEES)
        assert balance(account=Account.BANK_FEES) == 150
    with in_town(istres):
        paid_payment(fake=stripes["default"], now=today)
        run_effects(now=today, kinds=FEES)
        assert balance(account=Account.BANK_FEES) == 0
