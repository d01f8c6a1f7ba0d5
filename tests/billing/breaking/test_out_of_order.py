"""Case 10: what comes too late, too early, or never."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
import stripe

from billing.ledger.models import Account
from billing.ledger.queries import balance, balances, entries_count
from billing.payments.holding import SEND_CAPTURE
from billing.payments.models import Bearer, Payment, RefundState
from billing.payments.refunds import SEND_REFUND, send_refund
from billing.payments.services import (
    PaymentClosedError,
    Share,
    decide_dispute,
    open_checkout,
    prepare_card_payment,
    request_refund,
)
from billing.settlements.adjusting import add_adjustment
from billing.settlements.models import Adjustment, Payout, PayoutState, Sale
from billing.settlements.payouts import send_payout
from billing.settlements.services import settle
from conciergeries.merchants.models import Merchant
from conciergeries.towns.models import Town
from tenants.orders.answering import accept
from tenants.orders.fetching import arrive, collect
from tenants.orders.models import Line, Order, RefundReason
from tenants.orders.refunding import WantedRefund, grant_refund, refund_lines
from tenants.orders.states import OrderState
from tests.billing.breaking.weeks import weeks
from tests.billing.lives import Lines, side
from tests.billing.payments.disputing import closed, disputed
from tests.billing.payments.paying import paid_payment
from tests.billing.settlements.selling import MONDAY, SUNDAY, sell
from tests.billing.test_by_weight import give, held, ordered, scales
from tests.billing.worked import cents, table
from tests.conftest import TUESDAY
from tests.factories import CONCIERGE, make_market, make_order, run_effects
from tests.tenants.orders.weighing import FACTS, weighed_line
from tests.tools.fake_stripe import FakeStripe

HEADING = "10. Out of order"
EXPIRING = table(heading=HEADING, first_column="Day").records()
TOO_HEAVY = table(heading=HEADING, first_column="Weighed").records()
DISPUTED = weeks(heading=HEADING)
FIRST_TOLD = {row["Call"]: row for row in table(heading=HEADING, first_column="Call").records()}
NOBODY_CAME = table(heading=HEADING, first_column="Step").records()

SATURDAY = TUESDAY + timedelta(days=4)

Tell = Callable[..., None]


def test_10_a_capture_that_expires_before_the_round(town: Town, fake: FakeStripe, today: datetime) -> None:
    steps = iter(EXPIRING)
    order = ordered(town, now=today)
    payment = held(order, fake=fake, now=today)
    _check_held(fake, payment, next(steps), today, now=today)
    sixth, eighth = (today + timedelta(days=days, minutes=1) for days in (6, 8))
    fake.set_clock(sixth)
    run_effects(now=sixth, kinds=[SEND_CAPTURE, *FACTS])
    _check_held(fake, payment, next(steps), today, now=sixth)
    fake.set_clock(eighth)
    scales(order, grams=480, now=eighth)
    run_effects(now=eighth, kinds=[SEND_REFUND])
    _check_held(fake, payment, next(steps), today, now=eighth)
    give(order, now=eighth)
    _check_held(fake, payment, next(steps), today, now=eighth)
    assert balance(account=Account.CUSTOMERS) == 0


def _check_held(fake: FakeStripe, payment: Payment, row: dict[str, str], start: datetime, *, now: datetime) -> None:
    assert (now - start).days == int(row["Day"])
    intent = client_of(fake).v1.payment_intents.retrieve(str(payment.stripe_intent_id))
    assert (intent.amount_capturable, balance(account=Account.STRIPE)) == (
        cents(row["Held by the card"]),
        cents(row["Account 517"]),
    )


@pytest.mark.parametrize("row", TOO_HEAVY, ids=lambda row: f"{row['Weighed']} g")
def test_10_a_weight_above_the_ceiling(town: Town, fake: FakeStripe, today: datetime, row: dict[str, str]) -> None:
    order = ordered(town, now=today)
    payment = held(order, fake=fake, now=today)
    scales(order, grams=int(row["Weighed"]), now=today)
    run_effects(now=today, kinds=[SEND_CAPTURE, *FACTS])
    payment.refresh_from_db()
    line = weighed_line(order)
    assert (line.amount_cents, payment.amount_cents, line.given_grams) == (
        *(cents(row["Costs"]),) * 2,
        int(row["Given, in grams"]),
    )


def test_10_a_dispute_after_the_payout(town: Town, payable: Merchant, fake: FakeStripe, today: datetime) -> None:
    first, second, third = DISPUTED
    sell(merchant=payable.pk, cents=first.cents("Sold"), at=first.thursday)
    first.check(town=town, merchant=payable)
    send_payout(payout_id=Payout.objects.get().pk, now=MONDAY)
    lost = closed(fake=fake, dispute=disputed(fake=fake, now=today, amount_cents=6000), won=False, now=today)
    decide_dispute(
        dispute_id=lost.pk,
        shares=[Share(bearer=Bearer.MERCHANT, amount_cents=6000, merchant_id=payable.pk)],
        reason="colis non remis",
        about="4821",
        actor=None,
        now=MONDAY,
    )
    for week in (second, third):
        sell(merchant=payable.pk, cents=week.cents("Sold"), at=week.thursday)
        week.check(town=town, merchant=payable)


def told_first(fake: FakeStripe, path: str) -> None:
    """Stripe hears the next call, and its answer is lost on the way, however often the call is made."""
    fake.fail_next(path, when="after", mode="reset", times=3)


def check(row: dict[str, str], *, stripe_holds: int, entries: int, objects: int) -> None:
    assert (stripe_holds, entries, objects) == (cents(row["Account 517"]), 1, int(row["Objects at Stripe"]))


def client_of(fake: FakeStripe) -> stripe.StripeClient:
    return stripe.StripeClient(fake.api_key, base_addresses={"api": fake.api_url})


def test_10_a_payment_known_before_its_page(town: Town, fake: FakeStripe, deliver: Tell, today: datetime) -> None:
    row = FIRST_TOLD["payment page of 60.00"]
    payment = prepare_card_payment(reference=uuid4(), amount_cents=6000, label="Commande 4821", now=today).pk

    def call() -> str:
        return open_checkout(
            payment_id=payment, success_url="http://x/", cancel_url="http://x/", customer_email="", now=today
        )

    told_first(fake, "/v1/checkout/sessions")
    with pytest.raises(stripe.APIConnectionError):
        call()
    sessions = client_of(fake).v1.checkout.sessions
    fake.pay(sessions.list().data[0].id)
    deliver(row["Event"])
    with pytest.raises(PaymentClosedError):
        call()
    check(
        row,
        stripe_holds=balance(account=Account.STRIPE),
        entries=entries_count(),
        objects=len(sessions.list().data),
    )


def test_10_a_refund_known_before_its_answer(town: Town, fake: FakeStripe, deliver: Tell, today: datetime) -> None:
    row = FIRST_TOLD["refund of 12.00"]
    payment = paid_payment(fake=fake, now=today)
    before = balance(account=Account.STRIPE), entries_count()
    refund = request_refund(
        payment_id=payment.pk, reference=uuid4(), amount_cents=1200, reason="ligne refusée", now=today
    )
    told_first(fake, "/v1/refunds")
    with pytest.raises(stripe.APIConnectionError):
        send_refund(refund_id=refund.pk, now=today)
    deliver(row["Event"])
    refund.refresh_from_db()
    assert refund.state == RefundState.SUCCEEDED
    send_refund(refund_id=refund.pk, now=today)
    check(
        row,
        stripe_holds=balance(account=Account.STRIPE) - before[0],
        entries=entries_count() - before[1],
        objects=len(client_of(fake).v1.refunds.list().data),
    )


def test_10_a_transfer_known_before_its_answer(
    town: Town, payable: Merchant, fake: FakeStripe, deliver: Tell, today: datetime
) -> None:
    row = FIRST_TOLD["transfer of 56.40"]
    sell(merchant=payable.pk, cents=6000)
    settle(town=town, period_end=SUNDAY, now=MONDAY)
    payout, before = Payout.objects.get(), entries_count()
    told_first(fake, "/v1/transfers")
    with pytest.raises(stripe.APIConnectionError):
        send_payout(payout_id=payout.pk, now=MONDAY)
    deliver(row["Event"])
    payout.refresh_from_db()
    assert payout.state == PayoutState.SENT
    send_payout(payout_id=payout.pk, now=MONDAY)
    check(
        row,
        stripe_holds=balance(account=Account.STRIPE),
        entries=entries_count() - before,
        objects=len(client_of(fake).v1.transfers.list().data),
    )


def test_10_an_unpaid_perishable_that_nobody_collects(town: Town) -> None:
    steps = iter(NOBODY_CAME)
    market = make_market(town=town)
    order = make_order(town=town, lines=[(market.cheese, 1)])
    _check_posted(next(steps))
    part = order.shop_orders.get()
    for step in (accept, collect, arrive):
        step(part_id=part.pk, actor=CONCIERGE, now=TUESDAY)
    _check_posted(next(steps))
    line = Line.objects.get(shop_order=part)
    asked = refund_lines(
        order_id=order.pk,
        lines=[WantedRefund(line_id=line.pk, amount_cents=line.amount_cents, bearer=Bearer.MERCHANT)],
        reason=RefundReason.OTHER,
        words="personne n’est venu",
        token=uuid4(),
        actor=CONCIERGE,
        town=town,
        now=SATURDAY,
    )
    grant_refund(request_id=asked.pk, actor=CONCIERGE, now=SATURDAY)
    _check_posted(next(steps))
    assert Order.objects.get(pk=order.pk).state == OrderState.CANCELLED
    assert not Payment.objects.exists()
    assert not Sale.objects.exists()
    add_adjustment(
        key=uuid4(),
        merchant=market.cheese.shop.merchant,
        amount_cents=2400,
        reason="plateau que personne n’est venu chercher",
        borne_by=Adjustment.BorneBy.COMPANY,
        actor=None,
        now=SATURDAY,
    )
    _check_posted(next(steps))


def _check_posted(row: dict[str, str]) -> None:
    """All that the ledger says since the beginning is what the row does: those before it posted nothing."""
    lines: Lines = {}
    for cell, sign in ((row["Debit"], 1), (row["Credit"], -1)):
        lines |= side(cell, sign) if cell else {}
    assert {account.value: held for account, held in balances().items() if held} == lines, row
