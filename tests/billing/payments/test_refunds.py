"""Money going back: the right amount, once, by the way it came."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import stripe
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing.ledger.models import Account
from billing.ledger.queries import balance, balances, unbalanced
from billing.payments import facts
from billing.payments.models import Mode, Payment, Refund, RefundState
from billing.payments.queries import paid_cents, refunds_to_give
from billing.payments.refunds import SEND_REFUND, refresh_refund, send_refund
from billing.payments.services import (
    NotADeskMeansError,
    NotPaidError,
    RefundClosedError,
    RefundConflictError,
    RefundTooLargeError,
    refund_at_desk,
    request_refund,
    take_at_desk,
)
from shared.audit.models import AuditEvent
from shared.outbox.models import Effect
from shared.tenancy import in_town
from tests.billing.payments.paying import REFUND_FAILS, REFUND_PENDING, opened_payment, paid_payment, told
from tests.factories import run_effects
from tests.tools.fake_stripe import FakeStripe


@pytest.fixture
def payment(in_istres: Any, fake: FakeStripe, today: datetime) -> Payment:
    return paid_payment(fake=fake, now=today)


def ask(payment: Payment, now: datetime, amount_cents: int = 1200, **changes: Any) -> Refund:
    facts_of_it: dict[str, Any] = {"reference": uuid4(), "reason": "ligne refusée"} | changes
    return request_refund(payment_id=payment.pk, amount_cents=amount_cents, now=now, **facts_of_it)


def at_stripe(fake: FakeStripe) -> list[stripe.Refund]:
    client = stripe.StripeClient("sk_test_default", base_addresses={"api": fake.api_url})
    return client.v1.refunds.list().data


def send(refund: Refund, now: datetime) -> Refund:
    run_effects(now=now, kinds=[SEND_REFUND])
    refund.refresh_from_db()
    return refund


def test_part_of_a_payment_goes_back_to_the_card(payment: Payment, fake: FakeStripe, today: datetime) -> None:
    refund = ask(payment, today)
    assert (refund.state, balance(account=Account.CUSTOMERS)) == (RefundState.PENDING, -6000)
    send(refund, today)
    assert refund.state == RefundState.SUCCEEDED
    assert balances() == {Account.STRIPE: 4800, Account.CUSTOMERS: -4800}
    (sent,) = at_stripe(fake)
    assert (sent.amount, sent.id) == (1200, refund.stripe_refund_id)
    assert sent.to_dict()["metadata"] == {
        "town": "istres",
        "refund": str(refund.pk),
        "payment": str(payment.pk),
        "reference": str(refund.reference),
    }
    assert told(facts.REFUND_SUCCEEDED) == [
        {
            "refund_id": str(refund.pk),
            "reference": str(refund.reference),
            "payment_id": str(payment.pk),
            "amount_cents": 1200,
        }
    ]
    assert paid_cents(reference=payment.reference) == 4800


def test_the_same_cause_is_refunded_once(payment: Payment, fake: FakeStripe, today: datetime) -> None:
    line = uuid4()
    first, second = ask(payment, today, reference=line), ask(payment, today, reference=line)
    assert first.pk == second.pk
    send(first, today)
    send_refund(refund_id=first.pk, now=today)
    assert (len(at_stripe(fake)), balance(account=Account.STRIPE)) == (1, 4800)
    assert ask(payment, today, reference=line).state == RefundState.SUCCEEDED
    with pytest.raises(RefundConflictError):
        ask(payment, today, 1300, reference=line)


def test_never_more_than_was_paid(payment: Payment, today: datetime) -> None:
    ask(payment, today, 4000)
    with pytest.raises(RefundTooLargeError) as refused:
        ask(payment, today, 2001)
    assert (refused.value.asked, refused.value.left) == (2001, 2000)
    ask(payment, today, 2000)
    with pytest.raises(RefundTooLargeError):
        ask(payment, today, 1)


@pytest.mark.parametrize("amount", [0, -100])
def test_a_refund_has_an_amount(payment: Payment, today: datetime, amount: int) -> None:
    with pytest.raises(ValueError, match="positive"):
        ask(payment, today, amount)


def test_what_was_not_paid_is_not_refunded(in_istres: Any, fake: FakeStripe, today: datetime) -> None:
    with pytest.raises(NotPaidError):
        ask(opened_payment(now=today), today)


def test_a_lost_answer_does_not_refund_twice(payment: Payment, fake: FakeStripe, today: datetime) -> None:
    refund = ask(payment, today)
    fake.fail_next("/v1/refunds", when="after", mode="reset", times=3)
    with pytest.raises(stripe.APIConnectionError):
        send_refund(refund_id=refund.pk, now=today)
    # Two days later Stripe has forgotten the idempotency key: the refund is found by what it carries.
    fake.advance(2 * 24 * 3600)
    send_refund(refund_id=refund.pk, now=today + timedelta(days=2))
    refund.refresh_from_db()
    assert (refund.state, len(at_stripe(fake))) == (RefundState.SUCCEEDED, 1)


def test_stripe_out_of_reach_is_tried_again(payment: Payment, fake: FakeStripe, today: datetime) -> None:
    refund = ask(payment, today)
    fake.fail_next("/v1/refunds", when="before", mode="status", status=500, times=3)
    with pytest.raises(stripe.APIError):
        send_refund(refund_id=refund.pk, now=today)
    refund.refresh_from_db()
    assert refund.state == RefundState.PENDING
    send_refund(refund_id=refund.pk, now=today)
    refund.refresh_from_db()
    assert refund.state == RefundState.SUCCEEDED


def test_a_balance_too_low_today_is_tried_again_with_another_key(
    payment: Payment, fake: FakeStripe, today: datetime
) -> None:
    refund = ask(payment, today)
    key = refund.idempotency_key
    fake.add_to_balance(-1_006_000)
    with pytest.raises(stripe.InvalidRequestError):
        send_refund(refund_id=refund.pk, now=today)
    refund.refresh_from_db()
    assert (refund.state, refund.idempotency_key != key) == (RefundState.PENDING, True)
    fake.add_to_balance(10_000)
    send_refund(refund_id=refund.pk, now=today)
    refund.refresh_from_db()
    assert refund.state == RefundState.SUCCEEDED


def test_a_refusal_gives_the_amount_back_to_what_can_be_refunded(
    payment: Payment, fake: FakeStripe, today: datetime
) -> None:
    """Somebody refunded everything by hand at Stripe: ours is refused, and told."""
    client = stripe.StripeClient("sk_test_default", base_addresses={"api": fake.api_url})
    client.v1.refunds.create({"payment_intent": str(payment.stripe_intent_id)})
    refund = send(ask(payment, today), today)
    assert (refund.state, bool(refund.failure)) == (RefundState.FAILED, True)
    payment.refresh_from_db()
    assert payment.refunded_cents == 0
    assert [fact["amount_cents"] for fact in told(facts.REFUND_FAILED)] == [1200]
    assert balance(account=Account.STRIPE) == 6000


def test_a_slow_bank_is_waited_for(in_istres: Any, fake: FakeStripe, today: datetime) -> None:
    payment = paid_payment(fake=fake, now=today, card=REFUND_PENDING)
    refund = send(ask(payment, today), today)
    assert (refund.state, told(facts.REFUND_SUCCEEDED)) == (RefundState.PENDING, [])
    fake.run_jobs()
    # No event reached us: the outbox asks again by itself.
    send(refund, today + timedelta(hours=6))
    assert refund.state == RefundState.SUCCEEDED
    assert balance(account=Account.STRIPE) == 4800


def test_a_refund_that_comes_back_is_undone(in_istres: Any, fake: FakeStripe, today: datetime) -> None:
    """Stripe called it done; days later the card's bank sends the money back."""
    payment = paid_payment(fake=fake, now=today, card=REFUND_FAILS)
    refund = send(ask(payment, today), today)
    assert (refund.state, balance(account=Account.STRIPE)) == (RefundState.SUCCEEDED, 4800)
    fake.run_jobs()
    for _ in range(2):
        refresh_refund(refund_id=refund.pk, stripe_refund_id=str(refund.stripe_refund_id), now=today)
    refund.refresh_from_db()
    payment.refresh_from_db()
    assert (refund.state, payment.refunded_cents) == (RefundState.FAILED, 0)
    assert balances() == {Account.STRIPE: 6000, Account.CUSTOMERS: -6000}
    assert len(told(facts.REFUND_FAILED)) == 1
    assert ask(payment, today, reference=refund.reference).pk != refund.pk


@pytest.mark.parametrize(("means", "account"), [(Mode.CASH, Account.CASH), (Mode.TERMINAL, Account.CARDS)])
def test_what_was_paid_at_the_desk_is_given_back_there(
    in_istres: Any, today: datetime, means: Mode, account: Account
) -> None:
    payment = take_at_desk(reference=uuid4(), amount_cents=2000, means=means, actor="Camille", now=today)
    refund = ask(payment, today, 500)
    assert refunds_to_give() == [refund]
    assert not Effect.objects.filter(kind=SEND_REFUND).exists()
    given = refund_at_desk(refund_id=refund.pk, means=means, actor="Camille", now=today)
    assert (given.state, given.actor_label) == (RefundState.SUCCEEDED, "Camille")
    assert balances() == {account: 1500, Account.CUSTOMERS: -1500}
    assert (refunds_to_give(), len(told(facts.REFUND_SUCCEEDED))) == ([], 1)
    assert AuditEvent.objects.get(action="refund.given").details["by"] == "Camille"
    with pytest.raises(RefundClosedError):
        refund_at_desk(refund_id=refund.pk, means=means, actor="Camille", now=today)
    assert balance(account=account) == 1500


def test_a_card_is_never_refunded_in_cash(payment: Payment, today: datetime) -> None:
    refund = ask(payment, today)
    with pytest.raises(RefundClosedError):
        refund_at_desk(refund_id=refund.pk, means=Mode.CASH, actor="Camille", now=today)
    with pytest.raises(NotADeskMeansError):
        refund_at_desk(refund_id=refund.pk, means=Mode.CARD, actor="Camille", now=today)
    assert balance(account=Account.CASH) == 0


@given(
    asked=st.lists(st.integers(min_value=1, max_value=7000), max_size=8),
)
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_asked_no_more_goes_back_than_came(in_istres: Any, now: datetime, asked: list[int]) -> None:
    payment = take_at_desk(reference=uuid4(), amount_cents=6000, means=Mode.CASH, actor="Camille", now=now)
    before = balance(account=Account.CASH)
    left = 6000
    for amount in asked:
        if amount > left:
            with pytest.raises(RefundTooLargeError):
                ask(payment, now, amount)
            continue
        refund = ask(payment, now, amount)
        refund_at_desk(refund_id=refund.pk, means=Mode.CASH, actor="Camille", now=now)
        left -= amount
    assert before - balance(account=Account.CASH) == 6000 - left
    assert paid_cents(reference=payment.reference) == left
    assert unbalanced() == []


def test_another_towns_payment_is_not_refunded(
    istres: Any, viroflay: Any, stripes: dict[str, FakeStripe], today: datetime
) -> None:
    with in_town(istres):
        payment = paid_payment(fake=stripes["default"], now=today)
        refund = ask(payment, today)
    with in_town(viroflay):
        with pytest.raises(Payment.DoesNotExist):
            ask(payment, today)
        with pytest.raises(Refund.DoesNotExist):
            send_refund(refund_id=refund.pk, now=today)
        with pytest.raises(Refund.DoesNotExist):
            refund_at_desk(refund_id=refund.pk, means=Mode.CASH, actor="Bruno", now=today)
        assert (refunds_to_give(), balances()) == ([], {})
