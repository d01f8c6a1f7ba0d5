"""Money taken over the counter."""

from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from billing.ledger.models import Account
from billing.ledger.queries import balances
from billing.payments import facts
from billing.payments.models import Mode, Payment, PaymentState
from billing.payments.queries import paid_cents
from billing.payments.services import (
    AlreadyPaidError,
    CashLimitError,
    NotADeskMeansError,
    request_refund,
    take_at_desk,
)
from shared.audit.models import AuditEvent
from shared.tenancy import in_town
from tests.billing.payments.paying import opened_payment, told
from tests.factories import make_user, run_effects
from tests.tools.fake_stripe import FakeStripe


@pytest.mark.parametrize(
    ("means", "account"),
    [(Mode.CASH, Account.CASH), (Mode.CHEQUE, Account.CHEQUES), (Mode.TERMINAL, Account.CARDS)],
)
def test_each_means_has_its_account(in_istres: Any, now: datetime, means: Mode, account: Account) -> None:
    order = uuid4()
    payment = take_at_desk(
        reference=order, amount_cents=2350, means=means, actor="Camille", now=now, label="Commande IST-1"
    )
    assert (payment.state, payment.actor_label, payment.closed_at) == (PaymentState.SUCCEEDED, "Camille", now)
    assert balances() == {account: 2350, Account.CUSTOMERS: -2350}
    assert paid_cents(reference=order) == 2350
    # The desk knows what it did: nobody has to be told.
    assert told(facts.PAYMENT_SUCCEEDED) == []


def test_who_took_it_is_written_down(in_istres: Any, now: datetime) -> None:
    concierge = make_user(name="Camille Roux")
    payment = take_at_desk(reference=uuid4(), amount_cents=100, means=Mode.CASH, actor=concierge, now=now)
    event = AuditEvent.objects.get(action="payment.taken")
    assert (event.actor_id, event.object_id, event.details["by"]) == (concierge.pk, str(payment.pk), "Camille Roux")


def test_a_second_click_takes_nothing(in_istres: Any, now: datetime) -> None:
    order = uuid4()
    take_at_desk(reference=order, amount_cents=2000, means=Mode.CASH, actor="Camille", now=now)
    with pytest.raises(AlreadyPaidError):
        take_at_desk(reference=order, amount_cents=2000, means=Mode.TERMINAL, actor="Camille", now=now)
    assert balances() == {Account.CASH: 2000, Account.CUSTOMERS: -2000}


def test_postgres_lets_one_desk_payment_through(in_istres: Any, now: datetime) -> None:
    payment = take_at_desk(reference=uuid4(), amount_cents=2000, means=Mode.CASH, actor="Camille", now=now)
    payment.pk = uuid4()
    with pytest.raises(IntegrityError, match="payments_paid_once_at_the_desk"), transaction.atomic():
        payment.save(force_insert=True)


def test_what_was_given_back_whole_may_be_paid_again(in_istres: Any, now: datetime) -> None:
    """The concierge typed cash for a card: refunded, taken again."""
    order = uuid4()
    wrong = take_at_desk(reference=order, amount_cents=2000, means=Mode.CASH, actor="Camille", now=now)
    request_refund(payment_id=wrong.pk, reference=order, amount_cents=2000, reason="erreur de saisie", now=now)
    right = take_at_desk(reference=order, amount_cents=2000, means=Mode.TERMINAL, actor="Camille", now=now)
    assert paid_cents(reference=order) == right.refundable_cents == 2000


def test_the_law_limits_cash(in_istres: Any, now: datetime) -> None:
    with pytest.raises(CashLimitError, match="1\u00a0000\u00a0€"):
        take_at_desk(reference=uuid4(), amount_cents=100_001, means=Mode.CASH, actor="Camille", now=now)
    take_at_desk(reference=uuid4(), amount_cents=100_000, means=Mode.CASH, actor="Camille", now=now)
    take_at_desk(reference=uuid4(), amount_cents=100_001, means=Mode.CHEQUE, actor="Camille", now=now)


def test_a_card_online_is_not_a_desk_means(in_istres: Any, now: datetime) -> None:
    with pytest.raises(NotADeskMeansError):
        take_at_desk(reference=uuid4(), amount_cents=100, means=Mode.CARD, actor="Camille", now=now)


def test_nothing_is_not_taken(in_istres: Any, now: datetime) -> None:
    with pytest.raises(IntegrityError, match="payments_payment_amount_positive"), transaction.atomic():
        take_at_desk(reference=uuid4(), amount_cents=0, means=Mode.CASH, actor="Camille", now=now)


def test_a_page_left_open_is_closed_when_the_customer_pays_at_the_desk(
    in_istres: Any, fake: FakeStripe, today: datetime
) -> None:
    awaited = opened_payment(now=today)
    take_at_desk(reference=awaited.reference, amount_cents=6000, means=Mode.CASH, actor="Camille", now=today)
    awaited.refresh_from_db()
    assert awaited.state == PaymentState.CANCELLED
    run_effects(now=today, kinds=["payments.expire_session"])
    # The order is paid: nobody is told that its page ended.
    assert told(facts.PAYMENT_FAILED) == []


def test_paid_online_at_the_same_instant_as_at_the_desk_is_told(
    in_istres: Any, fake: FakeStripe, today: datetime
) -> None:
    """Both came: orders is told of the one it does not know, and refunds it."""
    awaited = opened_payment(now=today)
    take_at_desk(reference=awaited.reference, amount_cents=6000, means=Mode.CASH, actor="Camille", now=today)
    fake.pay(str(awaited.stripe_session_id))
    run_effects(now=today, kinds=["payments.expire_session"])
    assert told(facts.PAYMENT_SUCCEEDED) == [{"payment_id": str(awaited.pk), "reference": str(awaited.reference)}]
    assert paid_cents(reference=awaited.reference) == 12_000


def test_a_paid_card_payment_is_not_taken_again(in_istres: Any, now: datetime) -> None:
    order = uuid4()
    Payment.objects.create(
        reference=order, amount_cents=900, label="", mode=Mode.CARD, state=PaymentState.SUCCEEDED, created_at=now
    )
    with pytest.raises(AlreadyPaidError):
        take_at_desk(reference=order, amount_cents=900, means=Mode.CASH, actor="Camille", now=now)


def test_each_town_has_its_own_drawer(istres: Any, viroflay: Any, now: datetime) -> None:
    order = uuid4()
    with in_town(istres):
        take_at_desk(reference=order, amount_cents=900, means=Mode.CASH, actor="Camille", now=now)
    with in_town(viroflay):
        assert (balances(), paid_cents(reference=order)) == ({}, 0)
