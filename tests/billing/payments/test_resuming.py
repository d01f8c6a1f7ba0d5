"""Refunds that failed are taken up again: once, with a key of their own, and with a trace."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from billing.ledger.models import Account
from billing.ledger.queries import balances
from billing.payments import facts
from billing.payments.models import Payment, Refund, RefundState
from billing.payments.refunds import SEND_REFUND, refresh_refund
from billing.payments.resuming import failed_refunds, waiting_refunds
from billing.payments.services import RefundTooLargeError, request_refund, retry_refund
from billing.payments.wording import refund_failure
from shared.audit.models import AuditEvent
from shared.outbox.models import Effect
from shared.tenancy import in_town
from tests.billing.payments.paying import REFUND_FAILS, paid_payment, told
from tests.billing.payments.test_refunds import ask, at_stripe, send
from tests.factories import run_effects
from tests.tools.fake_stripe import FakeStripe


@pytest.fixture
def payment(in_istres: Any, fake: FakeStripe, today: datetime) -> Payment:
    return paid_payment(fake=fake, now=today)


@pytest.fixture
def failed(in_istres: Any, fake: FakeStripe, today: datetime) -> Refund:
    """The bank sent the money back."""
    refund = send(ask(paid_payment(fake=fake, now=today, card=REFUND_FAILS), today), today)
    fake.run_jobs()
    refresh_refund(refund_id=refund.pk, stripe_refund_id=str(refund.stripe_refund_id), now=today)
    refund.refresh_from_db()
    assert refund.state == RefundState.FAILED
    return refund


def test_a_failed_refund_is_asked_for_again_once(failed: Refund, fake: FakeStripe, today: datetime) -> None:
    assert list(failed_refunds()) == [failed]
    later = today + timedelta(hours=1)
    said = [retry_refund(refund_id=failed.pk, actor=None, now=later) for _double_click in range(2)]
    assert said == [True, False]
    assert list(failed_refunds()) == []
    again = Refund.objects.exclude(pk=failed.pk).get()
    assert (again.reference, again.amount_cents, again.reason) == (failed.reference, 1200, failed.reason)
    assert again.idempotency_key != failed.idempotency_key
    send(again, later)
    assert again.state == RefundState.SUCCEEDED
    assert balances() == {Account.STRIPE: 4800, Account.CUSTOMERS: -4800}
    assert not retry_refund(refund_id=failed.pk, actor=None, now=later)
    assert not retry_refund(refund_id=again.pk, actor=None, now=later)
    assert len(at_stripe(fake)) == 2
    [event] = AuditEvent.objects.filter(action="refund.retried")
    assert (event.details["name"], event.details["amount_cents"]) == ("Commande IST-4821", 1200)


def test_failing_again_it_is_listed_once(failed: Refund, fake: FakeStripe, today: datetime) -> None:
    later = today + timedelta(hours=1)
    retry_refund(refund_id=failed.pk, actor=None, now=later)
    again = send(Refund.objects.exclude(pk=failed.pk).get(), later)
    fake.run_jobs()
    refresh_refund(refund_id=again.pk, stripe_refund_id=str(again.stripe_refund_id), now=later)
    assert list(failed_refunds()) == [again]
    assert len(told(facts.REFUND_FAILED)) == 2


def test_what_went_back_under_another_cause_is_not_to_be_resumed(failed: Refund, today: datetime) -> None:
    """The order was cancelled meanwhile: all that was paid goes back, the failed part with it."""
    request_refund(
        payment_id=failed.payment_id, reference=uuid4(), amount_cents=6000, reason="commande annulée", now=today
    )
    assert list(failed_refunds()) == []
    with pytest.raises(RefundTooLargeError):
        retry_refund(refund_id=failed.pk, actor=None, now=today)
    assert not AuditEvent.objects.filter(action="refund.retried").exists()


def test_one_that_waits_is_tried_now_with_its_own_key(payment: Payment, fake: FakeStripe, today: datetime) -> None:
    fake.add_to_balance(-fake_balance(fake))
    refund = ask(payment, today)
    with pytest.raises(AssertionError, match="insufficient available funds"):
        send(refund, today)
    refund.refresh_from_db()
    assert (refund.state, list(waiting_refunds()), list(failed_refunds())) == (RefundState.PENDING, [refund], [])
    key = refund.idempotency_key
    fake.add_to_balance(100_000)
    later = today + timedelta(seconds=1)
    said = [retry_refund(refund_id=refund.pk, actor=None, now=later) for _double_click in range(2)]
    assert said == [True, False]
    assert Effect.objects.filter(kind=SEND_REFUND).count() == 1
    run_effects(now=later, kinds=[SEND_REFUND])
    refund.refresh_from_db()
    assert (refund.state, refund.idempotency_key, len(at_stripe(fake))) == (RefundState.SUCCEEDED, key, 1)


def fake_balance(fake: FakeStripe) -> int:
    """All that the company has at Stripe: what it began with, and the payment."""
    from tests.billing.conftest import OPENING_BALANCE  # noqa: PLC0415  (a conftest)

    return OPENING_BALANCE + 6000


def test_another_towns_refund_is_not_resumed(failed: Refund, istres: Any, viroflay: Any, today: datetime) -> None:
    with in_town(viroflay):
        assert list(failed_refunds()) == []
        with pytest.raises(Refund.DoesNotExist):
            retry_refund(refund_id=failed.pk, actor=None, now=today)
    assert Refund.objects.count() == 1


def test_why_in_french() -> None:
    assert refund_failure("expired_or_canceled_card") == "la carte a expiré ou n’existe plus"
    assert refund_failure("") == "la banque du client n’a pas dit pourquoi"
    assert refund_failure("Charge already refunded.") == "Stripe répond «\xa0Charge already refunded.\xa0»"
