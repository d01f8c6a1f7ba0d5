"""SIGKILL to a real worker between each commit and each call: after a restart, exactly one effect of everything.

Nothing is patched and nothing sleeps: Stripe's stand-in parks requests, and locks of PostgreSQL park what does not call
it. Each point is one kill, of a worker that is at that point of a payment, a refund, a payout, a settlement, papers,
the taking of what a card holds, the letting go of it, and a payout that is taken back. Processes of the web are
killed, too, while they open a page for a customer and an account for a merchant.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.test import override_settings

from billing.documents.models import Document
from billing.invoices.models import Invoice
from billing.ledger.models import Entry
from billing.ledger.queries import unbalanced
from billing.numbering.models import Counter
from billing.payments.models import Payment, PaymentState, RefundState
from billing.payments.reconciliation import reconcile
from billing.payments.services import open_account
from billing.settlements.models import Payout, PayoutState, ReversalState, Statement
from conciergeries.embedded.children import Children
from conciergeries.merchants.models import Merchant, MerchantAccount
from shared.notifications.models import Message
from shared.tenancy import in_town
from tenants.orders.models import Order
from tests.billing.conftest import OPENING_BALANCE
from tests.billing.killing.stage import ALIAS, Round, Stage, all_of, own_town
from tests.billing.killing.workers import PATIENCE, SCHEMA, Locks, Worker, blocked, opening
from tests.factories import make_merchant
from tests.platform.conciergeries.embedded.processes import wait_until
from tests.tools.fake_stripe import running_fake_stripe

BEFORE, BETWEEN, AFTER = "before the call", "between the call and our commit", "between our commit and the ack"
POINTS = (BEFORE, BETWEEN, AFTER)
SESSION = "/v1/checkout/sessions/*"
# What is asked of Stripe by a POST, once each.
ASKED = (
    "/v1/refunds",
    "/v1/transfers",
    "/v1/payment_intents/*/capture",
    "/v1/payment_intents/*/cancel",
    "/v1/transfers/*/reversals",
)


@pytest.fixture(scope="module")
def stage(django_db_setup: None, django_db_blocker: Any) -> Iterator[Stage]:
    with (
        django_db_blocker.unblock(),
        running_fake_stripe(api_key=f"sk_test_{ALIAS}", opening_balance=OPENING_BALANCE, later=3600) as fake,
        override_settings(
            STRIPE={
                ALIAS: {
                    "secret_key": f"sk_test_{ALIAS}",
                    "webhook_secret": f"whsec_{ALIAS}",
                    "api_url": fake.api_url,
                }
            }
        ),
        own_town() as (town, market),
    ):
        yield Stage(town=town, market=market, fake=fake)


@pytest.fixture(scope="module")
def worker(stage: Stage, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worker]:
    """Not started yet."""
    with Children() as children:
        folder: Path = tmp_path_factory.mktemp("worker")
        yield Worker(children=children, environment=_environment(stage), folder=folder)


def _environment(stage: Stage) -> dict[str, str]:
    return {**os.environ, "STRIPE_API_URL": stage.fake.api_url}


@pytest.fixture(scope="module")
def rounds(stage: Stage, worker: Worker) -> dict[str, Round]:
    """The work of each kill, all written down before the worker first runs."""
    prepared = dict(zip(POINTS, stage.prepare(len(POINTS)), strict=True))
    worker.start()
    return prepared


@pytest.fixture(scope="module", params=POINTS)
def killed(request: pytest.FixtureRequest, stage: Stage, worker: Worker, rounds: dict[str, Round]) -> Round:
    """The work of one point: begun, killed there, and done by the next worker once the leases have run out."""
    this: Round = rounds[request.param]
    stage.reserved -= set(this.effects.values())
    with Locks() as locks:
        PARKED[request.param](stage, locks, this)
        worker.kill()
    stage.fake.let_go()
    wait_until(lambda: stage.fake.held() == 0)
    worker.start()
    # What Redis gives again, at the same time as what the sweeper sends.
    stage.send(*this.effects.values())
    stage.send_settlement(this.to_settle)
    wait_until(lambda: not stage.is_due(this.to_settle), seconds=PATIENCE)
    stage.later()
    return this


def parked(stage: Stage, *, at_stripe: int, in_postgres: int) -> None:
    """Wait until so many tasks are exactly there."""
    wait_until(lambda: (stage.fake.held(), blocked()) == (at_stripe, in_postgres), seconds=PATIENCE)


def hold_asked(stage: Stage, *, when: str) -> None:
    for path in ASKED:
        stage.fake.hold_next(path, when=when)


def before_the_call(stage: Stage, locks: Locks, this: Round) -> None:
    """Everything is claimed, and nothing has happened: Stripe never hears what was about to be said."""
    stage.fake.hold_next(SESSION, when="before", method="GET")
    hold_asked(stage, when="before")
    locks.row("settlements_statement", this.papered.pk)
    locks.hold(f"SELECT 1 FROM {SCHEMA}.numbering_counter FOR UPDATE")  # noqa: S608  (our own schema)
    stage.send(*this.effects.values())
    stage.send_settlement(this.to_settle)
    parked(stage, at_stripe=6, in_postgres=2)


def before_our_commit(stage: Stage, locks: Locks, this: Round) -> None:
    """Stripe has done it; what we write of it, or of a statement and its number, is never committed."""
    hold_asked(stage, when="after")
    papers = locks.row("settlements_statement", this.papered.pk)
    locks.row("payments_payment", this.payment.pk)
    stage.send(*this.effects.values())
    parked(stage, at_stripe=5, in_postgres=2)
    # From here nothing records an effect any more: the last thing that papers and a settlement do.
    locks.hold(f"LOCK TABLE {SCHEMA}.outbox_effect IN SHARE MODE")
    papers.release()
    stage.send_settlement(this.to_settle)
    parked(stage, at_stripe=5, in_postgres=3)


def before_the_ack(stage: Stage, locks: Locks, this: Round) -> None:
    """It is done and committed; nobody has noted that the effect is, nor told Redis."""
    stage.fake.hold_next(SESSION, when="after", method="GET")
    hold_asked(stage, when="after")
    papers = locks.row("settlements_statement", this.papered.pk)
    stage.send(*this.effects.values())
    parked(stage, at_stripe=6, in_postgres=1)
    # Claimed before, so only the last word about each waits.
    for effect in this.effects.values():
        locks.row("outbox_effect", effect)
    locks.hold("SELECT 1 FROM public.due_duework WHERE subject = %s FOR UPDATE", this.to_settle.pk)
    stage.fake.let_go()
    papers.release()
    stage.send_settlement(this.to_settle)
    parked(stage, at_stripe=0, in_postgres=8)


PARKED = {BEFORE: before_the_call, BETWEEN: before_our_commit, AFTER: before_the_ack}


def test_a_payment_is_confirmed_once(stage: Stage, killed: Round) -> None:
    with in_town(stage.town):
        payment = Payment.objects.get(pk=killed.payment.pk)
        order = Order.objects.get(pk=killed.order.pk)
        assert (payment.state, bool(order.confirmed_at)) == (PaymentState.SUCCEEDED, True)
        assert list(Entry.objects.filter(reference=order.pk).values_list("kind", flat=True)) == ["card_captured"]
        assert order.events.filter(kind="paid").count() == 1
        assert not payment.refunds.exists()


def test_a_refund_is_made_once(stage: Stage, killed: Round) -> None:
    with in_town(stage.town):
        killed.refund.refresh_from_db()
        assert killed.refund.state == RefundState.SUCCEEDED
        assert Entry.objects.filter(kind="refunded", reference=killed.refund.payment.reference).count() == 1
    refunds = [each for each in all_of(stage.fake, "refund") if each["metadata"]["refund"] == str(killed.refund.pk)]
    assert [(each["amount"], each["id"]) for each in refunds] == [(400, killed.refund.stripe_refund_id)]


def test_a_payout_is_sent_once(stage: Stage, killed: Round) -> None:
    with in_town(stage.town):
        killed.payout.refresh_from_db()
        assert killed.payout.state == PayoutState.SENT
        assert Entry.objects.filter(kind="payout_sent", reference=killed.payout.statement_id).count() == 1
    _check_transfer(stage, killed.payout)


def test_a_held_card_pays_once(stage: Stage, killed: Round) -> None:
    with in_town(stage.town):
        payment = Payment.objects.get(pk=killed.taken.pk)
        # 480 g at 12.90 €/kg.
        assert (payment.state, payment.amount_cents) == (PaymentState.SUCCEEDED, 619)
        entry = Entry.objects.get(reference=payment.reference)
        assert entry.kind == "card_captured"
    assert [(each["status"], each["amount_received"]) for each in _intents(stage, payment)] == [("succeeded", 619)]


def test_a_held_card_is_let_go_once(stage: Stage, killed: Round) -> None:
    with in_town(stage.town):
        payment = Payment.objects.get(pk=killed.let_go.pk)
        assert payment.state == PaymentState.CANCELLED
        assert not Entry.objects.filter(reference=payment.reference).exists()
    assert [(each["status"], each["amount_received"]) for each in _intents(stage, payment)] == [("canceled", 0)]


def test_a_payout_is_taken_back_once(stage: Stage, killed: Round) -> None:
    with in_town(stage.town):
        killed.reversal.refresh_from_db()
        payout = Payout.objects.get(pk=killed.reversal.payout_id)
        assert killed.reversal.state == ReversalState.DONE
        assert (payout.state, payout.reversed_cents) == (PayoutState.SENT, 1000)
        assert Entry.objects.filter(kind="payout_reversed", reference=payout.statement_id).count() == 1
    made = [each for each in all_of(stage.fake, "transfer_reversal") if each["transfer"] == payout.stripe_transfer_id]
    assert [each["amount"] for each in made] == [1000]


def test_papers_are_made_and_sent_once(stage: Stage, killed: Round) -> None:
    with in_town(stage.town):
        invoice = Invoice.objects.get(statement_id=killed.papered.pk)
        kept = Document.objects.filter(source_id__in=[killed.papered.pk, invoice.pk]).order_by("kind")
        assert list(kept.values_list("kind", flat=True)) == sorted(["sales", "statement", str(invoice.kind)])
        address = Merchant.objects.get(pk=killed.papered.merchant_id).contact_email
        assert Message.objects.filter(to=address).count() == 1


def test_a_merchant_is_settled_once(stage: Stage, killed: Round) -> None:
    """One statement, one number, one invoice, one payout that is sent."""
    with in_town(stage.town):
        statement = Statement.objects.get(merchant_id=killed.to_settle.pk)
        assert (statement.period_end, statement.net_cents) == (stage.sunday, 5640)
        payout = Payout.objects.get(merchant_id=killed.to_settle.pk)
        assert (payout.statement_id, payout.state) == (statement.pk, PayoutState.SENT)
        assert Invoice.objects.filter(statement_id=statement.pk).count() == 1
        _check_numbers()
        assert unbalanced() == []
    _check_transfer(stage, payout)


def test_one_settlement_sent_to_all_hands_at_once(stage: Stage, rounds: dict[str, Round]) -> None:
    """The same message many times, to a worker of many processes: those that come second find it done."""
    with in_town(stage.town):
        issued = Statement.objects.count()
        merchant = stage.merchant()
        for _ in range(6):
            stage.send_settlement(merchant)
        wait_until(lambda: not stage.is_due(merchant), seconds=PATIENCE)
        stage.later()
        assert Statement.objects.filter(merchant_id=merchant.pk).count() == 1
        assert Statement.objects.count() == issued + 1
        _check_numbers()
        payout = Payout.objects.get(merchant_id=merchant.pk)
    _check_transfer(stage, payout)


def test_a_page_is_opened_once_for_a_customer_who_comes_again(stage: Stage) -> None:
    """Asked of Stripe, which heard it or did not; the process of the web dies, and the customer clicks again."""
    with in_town(stage.town):
        awaited = [stage.awaited_payment(stage.market.wine) for _ in (BEFORE, BETWEEN)]
    _die_opening(stage, "page", [payment.pk for payment in awaited], at="/v1/checkout/sessions")
    for payment in awaited:
        with in_town(stage.town):
            address = stage.open_page(payment)
            pages = [each for each in all_of(stage.fake, "checkout.session") if _is_of(each, payment)]
            assert [each["url"] for each in pages] == [address]
            stage.fake.pay(pages[0]["id"])
            reconcile(payment_id=payment.pk, now=stage.now)
            payment.refresh_from_db()
            assert payment.state == PaymentState.SUCCEEDED
            assert Entry.objects.get(reference=payment.reference).kind == "card_captured"


def test_an_account_is_opened_once_for_a_merchant_who_comes_again(stage: Stage) -> None:
    """Asked of Stripe, which heard it or did not; the process of the web dies, and the merchant clicks again."""
    merchants = [make_merchant(name=f"Commerce {when}", town=stage.town) for when in (BEFORE, BETWEEN)]
    _die_opening(stage, "account", [merchant.pk for merchant in merchants], at="/v2/core/accounts")
    for merchant in merchants:
        assert not MerchantAccount.objects.filter(merchant=merchant).exists()
        kept = open_account(merchant=merchant, company=stage.town.operating_company, now=stage.now)
        there = [each for each in all_of(stage.fake, "v2.core.account") if _is_merchants(each, merchant)]
        assert [each["id"] for each in there] == [kept.stripe_account_id]


def _die_opening(stage: Stage, what: str, keys: list[UUID], *, at: str) -> None:
    """Have two things opened by processes that die, one before Stripe has heard, one after."""
    for when in ("before", "after"):
        stage.fake.hold_next(at, when=when)
    dying = [opening(what, key, environment=_environment(stage)) for key in keys]
    try:
        wait_until(lambda: stage.fake.held() == len(keys), seconds=PATIENCE)
    finally:
        for process in dying:
            process.kill()
            process.wait()
    stage.fake.let_go()
    wait_until(lambda: stage.fake.held() == 0)


def _is_merchants(account: dict[str, Any], merchant: Merchant) -> bool:
    return bool(account["metadata"]["merchant"] == str(merchant.pk))


def _is_of(page: dict[str, Any], payment: Payment) -> bool:
    return bool(page["metadata"]["payment"] == str(payment.pk))


def _intents(stage: Stage, payment: Payment) -> list[dict[str, Any]]:
    return [each for each in all_of(stage.fake, "payment_intent") if each["id"] == payment.stripe_intent_id]


def _check_transfer(stage: Stage, payout: Payout) -> None:
    transfers = [each for each in all_of(stage.fake, "transfer") if each["metadata"]["payout"] == str(payout.pk)]
    assert [(each["amount"], each["id"]) for each in transfers] == [(payout.amount_cents, payout.stripe_transfer_id)]


def _check_numbers() -> None:
    """A number that was taken by whoever died was never given."""
    for numbers in (
        Statement.objects.values_list("number", flat=True),
        Invoice.objects.values_list("number", flat=True),
    ):
        found = sorted(number for number in numbers if number)
        series = found[0].rpartition("-")[0]
        assert found == [f"{series}-{rank:05}" for rank in range(1, len(found) + 1)]
        assert Counter.objects.get(series=series).value == len(found)
