"""The lives of docs/money.md that one order, one desk and one statement have, in each town."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest
import stripe

from billing.commissions.terms import Basis, Beneficiary, Terms
from billing.ledger.queries import unbalanced
from billing.payments.company_payouts import refresh_company_payout
from billing.payments.company_top_ups import refresh_company_top_up
from billing.payments.models import Mode, Payment, Refund
from billing.payments.refunds import SEND_REFUND, refresh_refund
from billing.payments.services import open_account, refresh_account, refund_at_desk, request_refund, take_at_desk
from billing.settlements.models import Adjustment, Payout
from billing.settlements.payouts import refresh_payout, send_payout
from billing.settlements.reversing import SEND_REVERSAL
from billing.settlements.services import add_adjustment, ask_reversal, record_sale, settle
from conciergeries.merchants.models import Merchant, MerchantAccount
from shared.tenancy import in_town
from tests.billing.lives import Life
from tests.billing.payments.paying import REFUND_FAILS, paid_payment
from tests.billing.settlements.selling import FIVE_PERCENT, MONDAY, NEXT_MONDAY, NEXT_SUNDAY, SUNDAY, sell
from tests.factories import make_merchant, run_effects
from tests.tools.fake_stripe import FakeStripe


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


def hand_over(*, merchant: Merchant, cents: int, now: datetime) -> None:
    record_sale(
        shop_order_id=uuid4(),
        order_number="4821",
        merchant_id=merchant.pk,
        ttc_by_vat_rate={550: cents},
        terms=FIVE_PERCENT,
        handed_over_at=now,
    )


def test_by_card_before_the_handover(town: Any, fake: FakeStripe, merchant: Merchant, today: datetime) -> None:
    line = uuid4()
    with Life("By card, before the handover") as life:
        with life.event("card captured"):
            payment = paid_payment(fake=fake, now=today, card=REFUND_FAILS)
        with life.event("a line refused: refunded"):
            refund = _refund(payment, line, today)
        fake.run_jobs()
        with life.event("that refund, sent back by the bank"):
            refresh_refund(refund_id=refund.pk, stripe_refund_id=str(refund.stripe_refund_id), now=today)
        with life.event("refunded again"):
            _refund(payment, line, today)
        with life.event("handed over, the butcher's part"):
            hand_over(merchant=merchant, cents=4000, now=today)
        with life.event("handed over, the bookshop's part"):
            hand_over(merchant=make_merchant(name="Librairie", town=town), cents=800, now=today)


def _refund(payment: Payment, line: Any, now: datetime) -> Refund:
    request_refund(payment_id=payment.pk, reference=line, amount_cents=1200, reason="ligne refusée", now=now)
    run_effects(now=now, kinds=[SEND_REFUND])
    return Refund.objects.latest("created_at", "pk")


def test_at_the_desk(town: Any, merchant: Merchant, now: datetime) -> None:
    with Life("At the desk") as life:
        for means, paid, back, words in (
            (Mode.CASH, 2000, 500, ("paid in cash", "refunded in cash")),
            (Mode.CHEQUE, 3500, 3500, ("paid by cheque", "refunded by cheque")),
            (Mode.TERMINAL, 1250, 250, ("paid on the terminal", "refunded on the terminal")),
        ):
            with life.event(words[0]):
                payment = take_at_desk(
                    reference=uuid4(), amount_cents=paid, means=means, actor="Camille", now=now, label="4821"
                )
            asked = request_refund(
                payment_id=payment.pk, reference=uuid4(), amount_cents=back, reason="ligne refusée", now=now
            )
            with life.event(words[1]):
                refund_at_desk(refund_id=asked.pk, means=means, actor="Camille", now=now)
        with life.event("handed over, paid in cash"):
            hand_over(merchant=merchant, cents=1500, now=now)


def test_from_stripe_to_the_companys_bank(town: Any, fake: FakeStripe, today: datetime) -> None:
    client = stripe.StripeClient(fake.api_key, base_addresses={"api": fake.api_url})
    with Life("From Stripe to the company's bank") as life:
        with life.event("card captured"):
            paid_payment(fake=fake, now=today)
        payout = client.v1.payouts.create({"amount": 4000, "currency": "eur"})
        with life.event("paid out to the company's bank"):
            refresh_company_payout(stripe_payout_id=payout.id, now=today)
        fake.fail_payout(payout.id)
        with life.event("sent back by the company's bank"):
            refresh_company_payout(stripe_payout_id=payout.id, now=today)


def test_from_the_companys_bank_to_stripe(town: Any, fake: FakeStripe, today: datetime) -> None:
    client = stripe.StripeClient(fake.api_key, base_addresses={"api": fake.api_url})
    with Life("From the company's bank to Stripe") as life:
        top_up = client.v1.topups.create({"amount": 50_000, "currency": "eur"})
        fake.run_jobs()
        with life.event("wired, and arrived"):
            refresh_company_top_up(stripe_top_up_id=top_up.id, now=today)
        fake.fail_topup(top_up.id)
        with life.event("taken back by the company's bank"):
            refresh_company_top_up(stripe_top_up_id=top_up.id, now=today)


def test_a_statement_and_its_payout(town: Any, fake: FakeStripe, merchant: Merchant) -> None:
    account = open_account(merchant=merchant, company=town.operating_company, now=MONDAY)
    fake.set_transfers(account.stripe_account_id)
    refresh_account(account_id=account.stripe_account_id, now=MONDAY)
    sell(merchant=merchant.pk, cents=6000)
    with Life("A statement, and its payout") as life:
        with life.events("commission of the company", "commission withheld", "payout decided"):
            settle(town=town, period_end=SUNDAY, now=MONDAY)
        payout = Payout.objects.get()
        with life.event("payout sent: the transfer is made"):
            send_payout(payout_id=payout.pk, now=MONDAY)
        payout.refresh_from_db()
        transfer = str(payout.stripe_transfer_id)
        client = stripe.StripeClient(fake.api_key, base_addresses={"api": fake.api_url})
        client.v1.transfers.reversals.create(transfer)
        with life.event("taken back by Stripe"):
            refresh_payout(payout_id=payout.pk, transfer_id=transfer, now=MONDAY)


def test_a_payout_taken_back_by_staff(town: Any, fake: FakeStripe, merchant: Merchant) -> None:
    account = open_account(merchant=merchant, company=town.operating_company, now=MONDAY)
    fake.set_transfers(account.stripe_account_id)
    refresh_account(account_id=account.stripe_account_id, now=MONDAY)
    sell(merchant=merchant.pk, cents=6000)

    def take_back(cents: int) -> None:
        ask_reversal(
            key=uuid4(), payout_id=payout.pk, amount_cents=cents, reason="payé par erreur", actor=None, now=MONDAY
        )
        run_effects(now=MONDAY, kinds=[SEND_REVERSAL])

    with Life("A payout taken back by staff") as life:
        with life.events("commission of the company", "commission withheld", "payout decided"):
            settle(town=town, period_end=SUNDAY, now=MONDAY)
        payout = Payout.objects.get()
        with life.event("payout sent: the transfer is made"):
            send_payout(payout_id=payout.pk, now=MONDAY)
        with life.event("part of it taken back, as staff asked"):
            take_back(2820)
        with life.event("the rest taken back"):
            take_back(2820)
        with life.event("against the merchant, the company's gain"):
            add_adjustment(
                key=uuid4(),
                merchant=merchant,
                amount_cents=-640,
                reason="payé par erreur",
                borne_by=Adjustment.BorneBy.COMPANY,
                actor=None,
                now=MONDAY,
            )
        with life.event("payout decided on the next statement"):
            (following,) = settle(town=town, period_end=NEXT_SUNDAY, now=NEXT_MONDAY)
        with life.event("payout sent"):
            send_payout(payout_id=following.payout.pk, now=NEXT_MONDAY)


def test_a_commission_of_the_commune(town: Any, stripes: Any, merchant: Merchant) -> None:
    MerchantAccount.objects.create(
        merchant=merchant, company=town.operating_company, stripe_account_id="acct_closed", transfers_active=True
    )
    of_the_commune = Terms(500, Basis.TTC, Basis.TTC, 2000, Beneficiary.TOWN)
    sell(merchant=merchant.pk, cents=6000, terms=of_the_commune)
    with Life("A commission of the commune") as life:
        with life.events("commission of the commune", "commission withheld", "payout decided"):
            settle(town=town, period_end=SUNDAY, now=MONDAY)
        with life.event("payout refused"):
            send_payout(payout_id=Payout.objects.get().pk, now=MONDAY)
