"""What is due on top of what was paid: a payment of its own, by card or at the desk, taken once."""

from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest

from billing.ledger.models import Account
from billing.ledger.queries import balances
from billing.payments.models import Mode, Payment
from billing.payments.queries import paid_cents
from billing.payments.reconciliation import reconcile
from billing.payments.services import AlreadyPaidError, open_checkout, prepare_card_payment, take_at_desk
from billing.settlements.services import record_sale
from conciergeries.towns.models import Town
from shared.tenancy import in_town
from tests.billing.lives import Life
from tests.billing.payments.paying import paid_payment
from tests.billing.settlements.selling import FIVE_PERCENT
from tests.factories import make_merchant
from tests.tools.fake_stripe import FakeStripe


def ask(payment: Payment, *, cents: int, before: int, now: datetime) -> Payment:
    return prepare_card_payment(
        reference=payment.reference,
        amount_cents=cents,
        label="Complément, commande IST-4821",
        paid_before_cents=before,
        now=now,
    )


def pay(fake: FakeStripe, payment: Payment, now: datetime) -> Payment:
    open_checkout(payment_id=payment.pk, success_url="http://x/", cancel_url="http://x/", customer_email="", now=now)
    payment.refresh_from_db()
    fake.pay(str(payment.stripe_session_id))
    return reconcile(payment_id=payment.pk, now=now)


def take(payment: Payment, *, cents: int, before: int, now: datetime) -> Payment:
    return take_at_desk(
        reference=payment.reference,
        amount_cents=cents,
        means=Mode.CASH,
        actor="Camille",
        paid_before_cents=before,
        now=now,
    )


@pytest.mark.parametrize("name", ["istres", "viroflay"])
def test_a_supplement(name: str, stripes: dict[str, FakeStripe], today: datetime, request: Any) -> None:
    town: Town = request.getfixturevalue(name)
    fake = stripes[town.operating_company.stripe_alias]
    with in_town(town), Life("A supplement") as life:
        with life.event("card captured"):
            payment = paid_payment(fake=fake, now=today)
        with life.event("supplement by card"):
            pay(fake, ask(payment, cents=450, before=6000, now=today), today)
        with life.event("supplement at the desk"):
            take(payment, cents=120, before=6450, now=today)
        with life.event("handed over"):
            record_sale(
                shop_order_id=uuid4(),
                order_number="IST-4821",
                merchant_id=make_merchant(town=town).pk,
                ttc_by_vat_rate={550: 6570},
                terms=FIVE_PERCENT,
                handed_over_at=today,
            )
        assert [each.supplement for each in Payment.objects.order_by("amount_cents")] == [True, True, False]


def test_it_is_taken_once(in_istres: Any, fake: FakeStripe, today: datetime) -> None:
    payment = paid_payment(fake=fake, now=today)
    take(payment, cents=450, before=6000, now=today)
    with pytest.raises(AlreadyPaidError):
        take(payment, cents=450, before=6000, now=today)
    with pytest.raises(AlreadyPaidError):
        ask(payment, cents=450, before=6000, now=today)
    assert paid_cents(reference=payment.reference) == 6450


def test_the_desk_gives_the_awaited_one_up(in_istres: Any, fake: FakeStripe, today: datetime) -> None:
    payment = paid_payment(fake=fake, now=today)
    awaited = ask(payment, cents=450, before=6000, now=today)
    assert ask(payment, cents=450, before=6000, now=today) == awaited
    take(payment, cents=450, before=6000, now=today)
    awaited.refresh_from_db()
    assert awaited.state == "cancelled"


def test_who_thinks_that_nothing_is_paid_is_told(in_istres: Any, fake: FakeStripe, today: datetime) -> None:
    payment = paid_payment(fake=fake, now=today)
    with pytest.raises(AlreadyPaidError):
        take(payment, cents=450, before=0, now=today)
    assert balances() == {Account.STRIPE: 6000, Account.CUSTOMERS: -6000}
