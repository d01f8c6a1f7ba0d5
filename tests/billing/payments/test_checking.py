"""Account 517 beside Stripe's balance, object by object, both ways, town by town."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import stripe
from django.db import transaction

from billing.ledger.checking import CheckImpossibleError, Finding
from billing.ledger.models import Account
from billing.ledger.services import credit, debit, post
from billing.payments import balance
from billing.payments.checking import differences_with_stripe
from billing.payments.disputes import refresh_dispute
from billing.payments.facts import REFUND_SUCCEEDED
from billing.payments.fees import PAYMENT_FEE, REFUND_FEE
from billing.payments.gateway import CallInTransactionError
from billing.payments.models import Payment
from billing.payments.refunds import SEND_REFUND
from billing.payments.services import request_refund
from shared.tenancy import in_town
from tests.billing.payments.disputing import charge_of
from tests.billing.payments.paying import opened_payment, paid_payment
from tests.factories import run_effects
from tests.tools.fake_stripe import FakeStripe


@pytest.fixture
def later(today: datetime) -> datetime:
    """When what Stripe did today has had the time to reach us."""
    return today + timedelta(hours=1)


def client(fake: FakeStripe) -> stripe.StripeClient:
    return stripe.StripeClient(fake.api_key, base_addresses={"api": fake.api_url})


def messages(found: list[Finding]) -> list[str]:
    return [finding.message.replace("\u00a0", " ") for finding in found]


def give_back(payment: Payment, cents: int, now: datetime) -> None:
    request_refund(payment_id=payment.pk, reference=uuid4(), amount_cents=cents, reason="ligne refusée", now=now)
    run_effects(now=now, kinds=[SEND_REFUND])


def test_payments_and_refunds_agree(in_istres: Any, fake: FakeStripe, today: datetime, later: datetime) -> None:
    payment = paid_payment(fake=fake, now=today)
    give_back(payment, 1200, today)
    give_back(payment, 800, today)
    assert differences_with_stripe(now=later) == []


def test_a_payment_that_nobody_told_us_of(in_istres: Any, fake: FakeStripe, today: datetime, later: datetime) -> None:
    payment = opened_payment(now=today)
    fake.pay(str(payment.stripe_session_id))
    # Its event is on its way.
    assert differences_with_stripe(now=today + timedelta(minutes=1)) == []
    (said,) = messages(differences_with_stripe(now=later))
    assert said.startswith("Stripe compte 60,00 € pour pi_")
    assert said.endswith("dont le compte 517 ne sait rien.")


def test_a_refund_made_by_hand_at_stripe(in_istres: Any, fake: FakeStripe, today: datetime, later: datetime) -> None:
    payment = paid_payment(fake=fake, now=today)
    made = client(fake).v1.refunds.create({"payment_intent": str(payment.stripe_intent_id), "amount": 500})
    assert messages(differences_with_stripe(now=later)) == [
        f"Stripe compte −5,00 € pour {made.id}, dont le compte 517 ne sait rien."
    ]


def test_an_entry_that_stripe_knows_nothing_of(
    in_istres: Any, fake: FakeStripe, today: datetime, later: datetime
) -> None:
    for name in ("pi_invented", ""):
        post(
            kind="odd",
            key=f"odd:{name}",
            label="",
            reference=uuid4(),
            postings=[debit(Account.STRIPE, 700), credit(Account.CUSTOMERS, 700)],
            at=today,
            stripe_id=name,
        )
    assert messages(differences_with_stripe(now=later)) == [
        "Des écritures du compte 517, pour 7,00 €, ne nomment aucun objet de Stripe.",
        "Stripe ne connaît pas pi_invented, que le compte 517 compte pour 7,00 €.",
    ]


def test_an_amount_that_differs(in_istres: Any, fake: FakeStripe, today: datetime, later: datetime) -> None:
    payment = paid_payment(fake=fake, now=today)
    post(
        kind="odd",
        key="odd",
        label="",
        reference=uuid4(),
        postings=[debit(Account.STRIPE, 1), credit(Account.CUSTOMERS, 1)],
        at=today,
        stripe_id=payment.stripe_intent_id,
    )
    assert messages(differences_with_stripe(now=later)) == [
        f"Pour {payment.stripe_intent_id}, Stripe compte 60,00 € et le compte 517 60,01 €."
    ]


def test_stripes_fees_are_part_of_it(in_istres: Any, fake: FakeStripe, today: datetime, later: datetime) -> None:
    fake.set_fees(fee_bp=150, fee_cents=25, refund_fee=30)
    payment = paid_payment(fake=fake, now=today)
    give_back(payment, 1200, today)
    assert len(differences_with_stripe(now=later)) == 2
    run_effects(now=today, kinds=[PAYMENT_FEE, REFUND_SUCCEEDED, REFUND_FEE])
    assert differences_with_stripe(now=later) == []


def test_disputes_agree(in_istres: Any, fake: FakeStripe, today: datetime, later: datetime) -> None:
    """The bank takes the money back with a fee, by an object that has no town in its metadata."""
    fake.set_fees(dispute_fee=2000)
    payment = paid_payment(fake=fake, now=today)
    dispute = fake.dispute(charge_of(fake, payment))
    (said,) = messages(differences_with_stripe(now=later))
    assert said == f"Stripe compte −80,00 € pour {dispute['id']}, dont le compte 517 ne sait rien."
    refresh_dispute(payment_id=payment.pk, stripe_dispute_id=dispute["id"], now=today)
    assert differences_with_stripe(now=later) == []


def test_every_page_is_read(
    in_istres: Any, fake: FakeStripe, today: datetime, later: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(balance, "PAGE", 2)
    payment = paid_payment(fake=fake, now=today)
    for cents in (100, 200, 300, 400):
        give_back(payment, cents, today)
    assert differences_with_stripe(now=later) == []


def test_one_account_serves_two_towns(
    istres: Any, viroflay: Any, fake: FakeStripe, later: datetime, settings: Any
) -> None:
    """Both are run by the same company here: what one took is no business of the other."""
    today = later - timedelta(hours=1)
    settings.STRIPE = settings.STRIPE | {"viroflay": settings.STRIPE["default"]}
    with in_town(istres):
        paid_payment(fake=fake, now=today)
    with in_town(viroflay):
        assert differences_with_stripe(now=later) == []
        lost = opened_payment(now=today, amount_cents=900)
    fake.pay(str(lost.stripe_session_id))
    with in_town(istres):
        assert differences_with_stripe(now=later) == []
    with in_town(viroflay):
        assert len(differences_with_stripe(now=later)) == 1


def test_stripe_that_does_not_answer_is_said(in_istres: Any, fake: FakeStripe, today: datetime, settings: Any) -> None:
    paid_payment(fake=fake, now=today)
    settings.STRIPE = {"default": settings.STRIPE["default"] | {"secret_key": "sk_test_of_another"}}
    with pytest.raises(CheckImpossibleError, match="Stripe n’a pas donné"):
        differences_with_stripe(now=today)
    settings.STRIPE = {}
    with pytest.raises(CheckImpossibleError, match="pas de clé Stripe"):
        differences_with_stripe(now=today)


def test_a_town_that_takes_no_card_needs_no_stripe(in_istres: Any, today: datetime, settings: Any) -> None:
    settings.STRIPE = {}
    assert differences_with_stripe(now=today) == []


def test_never_in_a_transaction(in_istres: Any, fake: FakeStripe, today: datetime) -> None:

    paid_payment(fake=fake, now=today)
    with pytest.raises(CallInTransactionError), transaction.atomic():
        differences_with_stripe(now=today)
