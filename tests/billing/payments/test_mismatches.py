"""Money in another amount or currency than was asked: held, told once, never posted, closed by a person."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from billing.ledger.queries import balances
from billing.payments import facts
from billing.payments.inbox import PROCESS_EVENT
from billing.payments.models import AmountMismatch, Payment, PaymentState, WebhookEvent
from billing.payments.queries import open_mismatches
from billing.payments.reconciliation import reconcile
from billing.payments.services import close_mismatch
from billing.payments.wording import taken
from conciergeries.towns.models import Town
from shared.audit.models import AuditEvent
from shared.tenancy import in_town
from tests.billing.conftest import events_of
from tests.billing.payments.paying import opened_payment, told
from tests.factories import run_effects
from tests.tools.fake_stripe import FakeStripe


def in_dollars(fake: FakeStripe, payment: Payment) -> None:
    """Stripe says that the page was paid, in another currency: what no page of ours asks for."""
    fake.pay(str(payment.stripe_session_id))
    with fake.store.transaction():
        session = fake.store.find(str(payment.stripe_session_id), "checkout.session")
        assert session is not None
        session.body["currency"] = "usd"
        fake.store.save(session)


def test_dollars_are_not_posted(
    istres: Town, viroflay: Town, fake: FakeStripe, webhook: Callable[..., Any], today: datetime
) -> None:
    with in_town(istres):
        payment = opened_payment(now=today)
    in_dollars(fake, payment)
    for event in events_of(fake):
        if event["type"] == "checkout.session.completed":
            assert webhook(event).status_code == 200
    now = datetime.now(UTC)
    with in_town(istres):
        run_effects(now=now, kinds=[PROCESS_EVENT])
        # The customer comes back from the page meanwhile.
        reconcile(payment_id=payment.pk, now=now)
        assert WebhookEvent.objects.get().processed_at is not None
        assert Payment.objects.get().state == PaymentState.PENDING
        assert balances() == {}
        [mismatch] = open_mismatches()
        assert taken(mismatch.taken_cents, mismatch.currency) == "60,00\u00a0USD"
        assert len(told(facts.PAYMENT_MISMATCHED)) == 1
    with in_town(viroflay):
        assert open_mismatches() == []


def test_it_is_closed_once(in_istres: Any, fake: FakeStripe, today: datetime) -> None:
    payment = opened_payment(now=today)
    in_dollars(fake, payment)
    reconcile(payment_id=payment.pk, now=today)
    [mismatch] = open_mismatches()
    assert close_mismatch(mismatch_id=mismatch.pk, about="IST-4821", actor=None, now=today)
    assert not close_mismatch(mismatch_id=mismatch.pk, about="IST-4821", actor=None, now=today)
    assert open_mismatches() == []
    assert AuditEvent.objects.filter(action="mismatch.closed").count() == 1
    # What is seen to is not told again.
    reconcile(payment_id=payment.pk, now=today)
    assert (open_mismatches(), len(told(facts.PAYMENT_MISMATCHED))) == ([], 1)


def test_another_towns_is_not_closed(
    istres: Town, viroflay: Town, stripes: dict[str, FakeStripe], today: datetime
) -> None:
    with in_town(viroflay):
        payment = opened_payment(now=today)
        in_dollars(stripes["viroflay"], payment)
        reconcile(payment_id=payment.pk, now=today)
        [theirs] = open_mismatches()
    with in_town(istres), pytest.raises(AmountMismatch.DoesNotExist):
        close_mismatch(mismatch_id=theirs.pk, about="IST-4821", actor=None, now=today)


def test_in_french() -> None:
    assert taken(6000, "eur") == "60,00\u00a0€"
    assert taken(1205, "chf") == "12,05\u00a0CHF"
