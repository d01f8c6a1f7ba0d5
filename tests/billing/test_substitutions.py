"""Replacements, from the card to the handover: the lives of docs/money.md, with Stripe, in two towns."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from billing.ledger.checking import check_here
from billing.payments.facts import PAYMENT_SUCCEEDED
from billing.payments.models import Mode, Payment
from billing.payments.refunds import SEND_REFUND
from billing.payments.services import open_checkout, reconcile
from conciergeries.towns.models import Town
from shared.tenancy import in_town
from tenants.orders.events import CUSTOMER
from tenants.orders.fetching import arrive, collect
from tenants.orders.handing_over import Proof, hand_over
from tenants.orders.models import Order, PaymentMode, ShopOrder, SubstitutionState
from tenants.orders.paying import ask_payment
from tenants.orders.states import ShopOrderState
from tenants.orders.substitutions.answering import accept, accept_at_desk, decline, expire
from tenants.orders.substitutions.proposing import EXPIRE
from tests.billing.lives import Life
from tests.factories import CONCIERGE, run_effects
from tests.tenants.orders.substitutions.stand import Stand, make_stand
from tests.tools.fake_stripe import FakeStripe

TOWNS = pytest.mark.parametrize("name", ["istres", "viroflay"])


def paid_by_card(order: Order, *, fake: FakeStripe, now: datetime) -> None:
    """What is asked for by card is paid on Stripe's page, and the order hears of it."""
    payment = Payment.objects.get(reference=order.pk, state="pending")
    open_checkout(payment_id=payment.pk, success_url="http://x/", cancel_url="http://x/", customer_email="", now=now)
    payment.refresh_from_db()
    fake.pay(str(payment.stripe_session_id))
    reconcile(payment_id=payment.pk, now=now)
    run_effects(now=now, kinds=[PAYMENT_SUCCEEDED])


def give(order: Order, *, life: Life, rows: list[str], now: datetime) -> None:
    for part in ShopOrder.objects.filter(order=order).exclude(state=ShopOrderState.REFUSED).order_by("pk"):
        collect(part_id=part.pk, actor=CONCIERGE, now=now)
        arrive(part_id=part.pk, actor=CONCIERGE, now=now)
    with life.events(*rows):
        hand_over(order_id=order.pk, proof=Proof(code=order.code), means=None, actor=CONCIERGE, now=now)
    assert check_here(now=now + timedelta(hours=1)).is_well


BOTH = ["handed over, the tailor's part", "handed over, the dairy's part"]


def begun(town: Town, *, fake: FakeStripe, life: Life, now: datetime) -> tuple[Stand, Order]:
    stand = make_stand(town)
    order = stand.placed(PaymentMode.CARD, now=now)
    with life.event("card captured"):
        paid_by_card(order, fake=fake, now=now)
    return stand, Order.objects.get(pk=order.pk)


@TOWNS
def test_cheaper(name: str, stripes: dict[str, FakeStripe], today: datetime, request: Any) -> None:
    town: Town = request.getfixturevalue(name)
    fake = stripes[town.operating_company.stripe_alias]
    with in_town(town), Life("A substitution that is cheaper") as life:
        stand, order = begun(town, fake=fake, life=life, now=today)
        made = stand.propose(order, stand.cheaper, 2, now=today)
        with life.event("accepted: the difference goes back"):
            for _ in range(2):
                accept(substitution_id=made.pk, actor=CUSTOMER, now=today)
            run_effects(now=today, kinds=[SEND_REFUND])
        give(order, life=life, rows=BOTH, now=today)


@TOWNS
def test_dearer(name: str, stripes: dict[str, FakeStripe], today: datetime, request: Any) -> None:
    town: Town = request.getfixturevalue(name)
    fake = stripes[town.operating_company.stripe_alias]
    with in_town(town), Life("A substitution that is dearer") as life:
        stand, order = begun(town, fake=fake, life=life, now=today)
        made = stand.propose(order, stand.dearer, now=today)
        with life.event("accepted: the supplement by card"):
            accept(substitution_id=made.pk, actor=CUSTOMER, now=today)
            ask_payment(order_id=order.pk, now=today)
            paid_by_card(order, fake=fake, now=today)
        give(order, life=life, rows=BOTH, now=today)


@TOWNS
def test_dearer_and_paid_at_the_desk(name: str, stripes: dict[str, FakeStripe], today: datetime, request: Any) -> None:
    town: Town = request.getfixturevalue(name)
    fake = stripes[town.operating_company.stripe_alias]
    with in_town(town), Life("A substitution that is dearer, and paid at the desk") as life:
        stand, order = begun(town, fake=fake, life=life, now=today)
        made = stand.propose(order, stand.dearer, now=today)
        with life.event("accepted: the supplement in cash"):
            for _ in range(2):
                accept_at_desk(substitution_id=made.pk, means=Mode.CASH, actor=CONCIERGE, now=today)
        give(order, life=life, rows=BOTH, now=today)


@TOWNS
@pytest.mark.parametrize("by_time", [False, True])
def test_declined_or_expired(
    name: str, stripes: dict[str, FakeStripe], today: datetime, request: Any, *, by_time: bool
) -> None:
    town: Town = request.getfixturevalue(name)
    fake = stripes[town.operating_company.stripe_alias]
    with in_town(town), Life("A substitution that is declined, or expires") as life:
        stand, order = begun(town, fake=fake, life=life, now=today)
        made = stand.propose(order, stand.cheaper, 2, now=today)
        later = made.answer_before
        with life.event("declined, or no answer in time: refunded"):
            if by_time:
                run_effects(now=later, kinds=[EXPIRE])
            else:
                decline(substitution_id=made.pk, actor=CUSTOMER, now=today)
            run_effects(now=later, kinds=[SEND_REFUND])
        give(order, life=life, rows=BOTH[:1], now=later)


@TOWNS
def test_paid_in_time_and_heard_of_late_it_is_accepted(
    name: str, stripes: dict[str, FakeStripe], today: datetime, request: Any
) -> None:
    """Stripe's events are lost: it is asked before silence is taken for a no."""
    town: Town = request.getfixturevalue(name)
    fake = stripes[town.operating_company.stripe_alias]
    with in_town(town):
        stand = make_stand(town)
        order = stand.placed(PaymentMode.CARD, now=today)
        paid_by_card(order, fake=fake, now=today)
        made = stand.propose(order, stand.dearer, now=today)
        accept(substitution_id=made.pk, actor=CUSTOMER, now=today)
        payment = ask_payment(order_id=order.pk, now=today)
        open_checkout(
            payment_id=payment.pk, success_url="http://x/", cancel_url="http://x/", customer_email="", now=today
        )
        payment.refresh_from_db()
        fake.pay(str(payment.stripe_session_id))
        assert not expire(substitution_id=made.pk, now=made.answer_before)
        made.refresh_from_db()
        assert made.state == SubstitutionState.APPROVED
        assert Order.objects.get(pk=order.pk).total_cents == 5000
        assert check_here(now=made.answer_before + timedelta(hours=1)).is_well
