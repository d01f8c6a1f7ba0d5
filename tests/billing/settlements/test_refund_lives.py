"""The lives of docs/money.md that a refund has: before the handover and after, before the statement and after."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from billing.ledger.models import Account
from billing.ledger.queries import balance, unbalanced
from billing.payments.models import Bearer, Mode, Refund
from billing.payments.refunds import SEND_REFUND, refresh_refund
from billing.payments.services import give_back, give_by_hand, refund_at_desk, take_at_desk
from billing.settlements.services import bear_refund, record_sale, refund_sale, settle
from conciergeries.merchants.models import Merchant
from shared.tenancy import in_town
from tests.billing.lives import Life
from tests.billing.payments.paying import REFUND_FAILS, paid_payment
from tests.billing.settlements.selling import (
    FIVE_PERCENT,
    MONDAY,
    NEXT_MONDAY,
    NEXT_SUNDAY,
    SUNDAY,
    THURSDAY_EVENING,
)
from tests.factories import CONCIERGE, leave, make_merchant, run_effects
from tests.tools.fake_stripe import FakeStripe

TUESDAY = MONDAY + timedelta(days=1)


@pytest.fixture(params=["istres", "viroflay"])
def town(request: pytest.FixtureRequest) -> Iterator[Any]:
    with in_town(request.getfixturevalue(request.param)) as town:
        yield town
        assert unbalanced() == []


@pytest.fixture
def fake(town: Any, stripes: dict[str, FakeStripe]) -> FakeStripe:
    """Stripe as the company that runs the town sees it."""
    return stripes[town.operating_company.stripe_alias]


@pytest.fixture
def merchant(town: Any) -> Merchant:
    return make_merchant(name="Boucherie du Centre", town=town)


def hand_over(part: UUID, *, merchant: Merchant, cents: int, at: datetime) -> None:
    record_sale(
        shop_order_id=part,
        order_number="4821",
        merchant_id=merchant.pk,
        ttc_by_vat_rate={2000: cents},
        terms=FIVE_PERCENT,
        handed_over_at=at,
    )


def decide(part: UUID, *, cents: int, at: datetime) -> None:
    refund_sale(shop_order_id=part, cause=uuid4(), amount_cents=cents, goods_vat_bp=2000, decided_at=at)


def ask(part: UUID, *, cents: int, at: datetime) -> Refund:
    [refund] = give_back(reference=part, cause=uuid4(), amount_cents=cents, reason="abîmé", now=at)
    return refund


def take(part: UUID) -> None:
    take_at_desk(
        reference=part,
        amount_cents=2000,
        means=Mode.TERMINAL,
        actor="Camille",
        now=THURSDAY_EVENING,
        label="Commande 4821",
    )


def test_before_the_handover(town: Any, fake: FakeStripe, merchant: Merchant, today: datetime) -> None:
    part = uuid4()
    with Life("Refunded before the handover") as life:
        with life.event("card captured"):
            paid_payment(fake=fake, now=today, amount_cents=2000, reference=part)
        with life.event("a broken line refunded"):
            ask(part, cents=800, at=today)
            run_effects(now=today, kinds=[SEND_REFUND])
        with life.event("handed over"):
            hand_over(part, merchant=merchant, cents=1200, at=today)


def test_after_the_handover(town: Any, fake: FakeStripe, merchant: Merchant, today: datetime) -> None:
    part = uuid4()
    with Life("Refunded after the handover, before the statement") as life:
        with life.event("card captured"):
            paid_payment(fake=fake, now=today, amount_cents=2000, reference=part)
        with life.event("handed over"):
            hand_over(part, merchant=merchant, cents=2000, at=THURSDAY_EVENING)
        with life.event("decided: the merchant bears it"):
            decide(part, cents=800, at=THURSDAY_EVENING)
        with life.event("paid: the card has it back"):
            ask(part, cents=800, at=today)
            run_effects(now=today, kinds=[SEND_REFUND])
        with life.events("commission of the company", "commission withheld", "payout decided"):
            settle(town=town, period_end=SUNDAY, now=MONDAY)


def test_after_the_statement(town: Any, merchant: Merchant) -> None:
    part = uuid4()
    with Life("Refunded after the statement") as life:
        with life.event("paid on the terminal"):
            take(part)
        with life.event("handed over"):
            hand_over(part, merchant=merchant, cents=2000, at=THURSDAY_EVENING)
        with life.events("commission of the company", "commission withheld", "payout decided"):
            settle(town=town, period_end=SUNDAY, now=MONDAY)
        with life.event("decided: the merchant bears it"):
            decide(part, cents=800, at=TUESDAY)
        with life.event("paid: given in cash"):
            refund_at_desk(refund_id=ask(part, cents=800, at=TUESDAY).pk, means=Mode.CASH, actor="Camille", now=TUESDAY)
        with life.events("commission given back", "to the merchant"):
            [statement] = settle(town=town, period_end=NEXT_SUNDAY, now=NEXT_MONDAY)
    assert statement.net_cents == -752


def test_borne_by_the_company_or_the_commune(town: Any, merchant: Merchant) -> None:
    part = uuid4()
    with Life("A refund that the company bears, and one that the commune does") as life:
        with life.event("paid on the terminal"):
            take(part)
        with life.event("handed over"):
            hand_over(part, merchant=merchant, cents=2000, at=THURSDAY_EVENING)
        for bearer, cents, name in (
            (Bearer.COMPANY, 300, "decided: the company bears it"),
            (Bearer.COMMUNE, 200, "decided: the commune bears it"),
        ):
            with life.event(name):
                bear_refund(
                    bearer=bearer,
                    cause=uuid4(),
                    amount_cents=cents,
                    order_id=part,
                    order_number="4821",
                    decided_at=TUESDAY,
                )
        with life.event("paid: wired, the customer did not come back"):
            refund_at_desk(
                refund_id=ask(part, cents=500, at=TUESDAY).pk, means=Mode.TRANSFER, actor="Camille", now=TUESDAY
            )
    assert balance(account=Account.MERCHANTS, merchant_id=merchant.pk) == -2000


def test_the_merchant_has_left(town: Any, merchant: Merchant) -> None:
    part = uuid4()
    with Life("Refunded, and its merchant has left") as life:
        with life.event("paid on the terminal"):
            take(part)
        with life.event("handed over"):
            hand_over(part, merchant=merchant, cents=2000, at=THURSDAY_EVENING)
        with life.events("commission of the company", "commission withheld", "payout decided"):
            settle(town=town, period_end=SUNDAY, now=MONDAY)
        leave(merchant=merchant, town=town, at=MONDAY)
        with life.event("decided: the merchant bears it"):
            decide(part, cents=2000, at=TUESDAY)
        with life.events("commission given back", "to the merchant"):
            settle(town=town, period_end=NEXT_SUNDAY, now=NEXT_MONDAY)
    assert balance(account=Account.MERCHANTS, merchant_id=merchant.pk) == 1880


def test_a_card_that_is_closed_for_good(town: Any, fake: FakeStripe, today: datetime) -> None:
    order = uuid4()
    with Life("A card that is closed for good") as life:
        with life.event("card captured"):
            paid_payment(fake=fake, now=today, card=REFUND_FAILS, reference=order)
        with life.event("a line refused: refunded"):
            refund = ask(order, cents=1200, at=today)
            run_effects(now=today, kinds=[SEND_REFUND])
        refund.refresh_from_db()
        fake.run_jobs()
        with life.event("that refund, sent back by the bank"):
            refresh_refund(refund_id=refund.pk, stripe_refund_id=str(refund.stripe_refund_id), now=today)
        with life.event("given in cash at the desk"):
            give_by_hand(refund_id=refund.pk, means=Mode.CASH, actor=CONCIERGE, now=today)
