"""Goods sold by weight and paid by card, from the hold to the handover: the lives of docs/money.md, with Stripe."""

from datetime import datetime, timedelta

import pytest

from billing.ledger.checking import check_here
from billing.payments.fees import PAYMENT_FEE
from billing.payments.holding import SEND_CAPTURE
from billing.payments.models import Payment, PaymentState
from billing.payments.services import open_checkout, reconcile
from conciergeries.towns.models import Town
from shared.tenancy import in_town
from tenants.orders.fetching import arrive, collect
from tenants.orders.handing_over import Proof, hand_over
from tenants.orders.models import Order, PaymentMode
from tenants.orders.weighing import weigh
from tests.billing.lives import Life
from tests.factories import CONCIERGE, make_market, make_order, run_effects
from tests.tenants.orders.weighing import FACTS, make_weighed, part_to_weigh, weighed_line
from tests.tools.fake_stripe import FakeStripe

TOWNS = pytest.mark.parametrize("name", ["istres", "viroflay"])


def ordered(town: Town, *, now: datetime) -> Order:
    market = make_market(town=town)
    product = make_weighed(shop=market.cheese.shop, now=now)
    return make_order(town=town, lines=[(product, 1)], payment_mode=PaymentMode.CARD, now=now)


def held(order: Order, *, fake: FakeStripe, now: datetime) -> Payment:
    payment = Payment.objects.get(reference=order.pk)
    open_checkout(payment_id=payment.pk, success_url="http://x/", cancel_url="http://x/", customer_email="", now=now)
    payment.refresh_from_db()
    fake.pay(str(payment.stripe_session_id))
    payment = reconcile(payment_id=payment.pk, now=now)
    run_effects(now=now, kinds=FACTS)
    assert payment.state == PaymentState.AUTHORISED
    return payment


def scales(order: Order, *, grams: int, now: datetime) -> None:
    line = weighed_line(order)
    weigh(part_id=line.shop_order_id, grams={line.pk: grams}, actor=CONCIERGE, now=now)


def give(order: Order, *, now: datetime) -> None:
    part = part_to_weigh(order)
    collect(part_id=part.pk, actor=CONCIERGE, now=now)
    arrive(part_id=part.pk, actor=CONCIERGE, now=now)
    hand_over(order_id=order.pk, proof=Proof(code=order.code), means=None, actor=CONCIERGE, now=now)


@TOWNS
def test_weighed_in_time(
    name: str, stripes: dict[str, FakeStripe], today: datetime, request: pytest.FixtureRequest
) -> None:
    town: Town = request.getfixturevalue(name)
    fake = stripes[town.operating_company.stripe_alias]
    fake.set_fees(fee_bp=150, fee_cents=25)
    with in_town(town), Life("Sold by weight, by card") as life:
        order = ordered(town, now=today)
        held(order, fake=fake, now=today)
        assert check_here(now=today + timedelta(hours=1)).is_well
        with life.event("weighed: the card is asked for 6.19 of it"):
            scales(order, grams=480, now=today)
            run_effects(now=today, kinds=[SEND_CAPTURE, *FACTS])
        with life.event("Stripe's fee on what was taken"):
            run_effects(now=today, kinds=[PAYMENT_FEE])
        with life.event("handed over"):
            give(order, now=today)
        assert check_here(now=today + timedelta(hours=1)).is_well


@TOWNS
def test_weighed_after_the_hold_has_ended(
    name: str, stripes: dict[str, FakeStripe], today: datetime, request: pytest.FixtureRequest
) -> None:
    town: Town = request.getfixturevalue(name)
    fake = stripes[town.operating_company.stripe_alias]
    later = today + timedelta(days=6, minutes=1)
    with in_town(town), Life("Sold by weight, and weighed after the hold has ended") as life:
        order = ordered(town, now=today)
        held(order, fake=fake, now=today)
        fake.set_clock(later)
        with life.event("a day before the hold ends: the estimate is taken"):
            run_effects(now=later, kinds=[SEND_CAPTURE, *FACTS])
        with life.event("weighed, 480 g: the difference goes back"):
            scales(order, grams=480, now=later)
            run_effects(now=later, kinds=["payments.send_refund"])
        with life.event("handed over"):
            give(order, now=later)
        assert check_here(now=later + timedelta(hours=1)).is_well
