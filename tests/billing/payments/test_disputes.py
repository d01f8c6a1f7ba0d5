"""Payments contested at a bank: what it takes and gives back, in any order of its events, and who bears it at last."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
import stripe

from billing.ledger.models import Account, Entry
from billing.ledger.queries import balance, balances, unbalanced
from billing.ledger.services import credit, debit, post
from billing.payments import facts
from billing.payments.disputes import _check_currency, refresh_dispute
from billing.payments.inbox import PROCESS_EVENT
from billing.payments.mismatches import AmountMismatchError
from billing.payments.models import Bearer, Dispute, DisputeShare, DisputeState, Mode, Payment, Refund, RefundState
from billing.payments.queries import disputes_over, disputes_to_see_to, is_contested, paid_cents
from billing.payments.reconciliation import ForeignObjectError
from billing.payments.refunds import SEND_REFUND
from billing.payments.resuming import failed_refunds
from billing.payments.routing import ROUTE_EVENT
from billing.payments.services import (
    AlreadyDecidedError,
    MoreThanTheirsError,
    NotLostError,
    PaymentContestedError,
    Share,
    SharesDoNotAddUpError,
    decide_dispute,
    give_by_hand,
    request_refund,
)
from billing.payments.wording import dispute_reason, refund_failure
from billing.settlements.services import record_sale, settle
from conciergeries.towns.models import Town
from shared.audit.models import AuditEvent
from shared.tenancy import in_town
from tests.billing.conftest import events_of
from tests.billing.lives import Life
from tests.billing.payments.disputing import charge_of, closed, disputed
from tests.billing.payments.paying import opened_payment, paid_payment, told
from tests.billing.payments.test_fees import FEES, stripe_says
from tests.billing.settlements.selling import FIVE_PERCENT, MONDAY, NEXT_MONDAY, NEXT_SUNDAY, SUNDAY, sell
from tests.factories import make_merchant, run_effects
from tests.tools.fake_stripe import FakeStripe


def decide(dispute: Dispute, *shares: Share, now: datetime) -> Dispute:
    return decide_dispute(
        dispute_id=dispute.pk, shares=shares, reason="colis non remis", about="IST-4821", actor=None, now=now
    )


@pytest.mark.parametrize("name", ["istres", "viroflay"])
def test_won(name: str, stripes: dict[str, FakeStripe], today: datetime, request: Any) -> None:
    town = request.getfixturevalue(name)
    fake = stripes[town.operating_company.stripe_alias]
    fake.set_fees(dispute_fee=2000)
    with in_town(town), Life("A dispute that is won") as life:
        with life.event("card captured"):
            payment = paid_payment(fake=fake, now=today)
        with life.events("the bank takes it back", "Stripe's fee on the dispute"):
            dispute = disputed(fake=fake, now=today, payment=payment)
        with life.event("the bank gives it back"):
            closed(fake=fake, dispute=dispute, won=True, now=today)
        dispute.refresh_from_db()
        assert (dispute.state, dispute.withdrawn_cents) == (DisputeState.WON, 0)
        assert balance(account=Account.STRIPE) == stripe_says(fake)
        assert (len(told(facts.DISPUTE_OPENED)), len(told(facts.DISPUTE_CLOSED))) == (1, 1)
        assert not is_contested(payment_id=payment.pk)
        with pytest.raises(NotLostError):
            decide(dispute, Share(bearer=Bearer.COMPANY, amount_cents=6000), now=today)


@pytest.mark.parametrize("name", ["istres", "viroflay"])
def test_lost(name: str, stripes: dict[str, FakeStripe], today: datetime, request: Any) -> None:
    town = request.getfixturevalue(name)
    fake = stripes[town.operating_company.stripe_alias]
    fake.set_fees(dispute_fee=2000)
    with in_town(town), Life("A dispute that is lost") as life:
        merchant = make_merchant(town=town)
        with life.event("card captured"):
            payment = paid_payment(fake=fake, now=today)
        with life.event("handed over"):
            record_sale(
                shop_order_id=uuid4(),
                order_number="IST-4821",
                merchant_id=merchant.pk,
                ttc_by_vat_rate={550: 6000},
                terms=FIVE_PERCENT,
                handed_over_at=today,
            )
        with life.events("the bank takes it back", "Stripe's fee on the dispute"):
            dispute = disputed(fake=fake, now=today, payment=payment)
        dispute = closed(fake=fake, dispute=dispute, won=False, now=today)
        shares = (
            Share(bearer=Bearer.MERCHANT, amount_cents=4000, merchant_id=merchant.pk),
            Share(bearer=Bearer.COMPANY, amount_cents=1500),
            Share(bearer=Bearer.COMMUNE, amount_cents=500),
        )
        with life.event("the merchant, the company and the commune bear it"):
            decide(dispute, *shares, now=today)
        assert balance(account=Account.DISPUTES) == 0
        assert balance(account=Account.STRIPE) == stripe_says(fake)
        assert unbalanced() == []
        # A second click, or a second person.
        with pytest.raises(AlreadyDecidedError):
            decide(dispute, Share(bearer=Bearer.COMPANY, amount_cents=6000), now=today)
        assert DisputeShare.objects.count() == 3
        [event] = AuditEvent.objects.filter(action="dispute.decided")
        assert (event.details["order"], event.details["reason"]) == ("IST-4821", "colis non remis")


@pytest.mark.parametrize("name", ["istres", "viroflay"])
def test_lost_before_the_handover(name: str, stripes: dict[str, FakeStripe], today: datetime, request: Any) -> None:
    town = request.getfixturevalue(name)
    fake = stripes[town.operating_company.stripe_alias]
    with in_town(town), Life("A dispute that is lost before the handover") as life:
        with life.event("card captured"):
            payment = paid_payment(fake=fake, now=today)
        with life.event("the bank takes it back"):
            dispute = disputed(fake=fake, now=today, payment=payment)
        assert paid_cents(reference=payment.reference) == 6000
        dispute = closed(fake=fake, dispute=dispute, won=False, now=today)
        with life.event("nobody bears it: the goods are still here"):
            decide(dispute, Share(bearer=Bearer.CUSTOMER, amount_cents=6000), now=today)
        # The order is to be paid again before it is handed over.
        assert paid_cents(reference=payment.reference) == 0
        assert set(balances().values()) == {0}


def _shared(*, customer: int, company: int) -> list[Share]:
    shares = [
        Share(bearer=Bearer.CUSTOMER, amount_cents=customer),
        Share(bearer=Bearer.COMPANY, amount_cents=company),
    ]
    return [share for share in shares if share.amount_cents]


def test_no_more_is_the_customers_than_what_was_not_refunded(istres: Town, fake: FakeStripe, today: datetime) -> None:
    """The bank gives back the whole payment, what was refunded of it before included: that part somebody bears."""
    with in_town(istres):
        payment = paid_payment(fake=fake, now=today)
        request_refund(payment_id=payment.pk, reference=uuid4(), amount_cents=1200, reason="refusée", now=today)
        run_effects(now=today, kinds=[SEND_REFUND])
        assert Refund.objects.get().state == RefundState.SUCCEEDED
        dispute = closed(fake=fake, dispute=disputed(fake=fake, now=today, payment=payment), won=False, now=today)
        # A bank that had not seen the refund yet takes the whole.
        post(
            kind="dispute_withdrawn",
            key="late",
            label="",
            reference=payment.reference,
            postings=[debit(Account.DISPUTES, 1200), credit(Account.STRIPE, 1200)],
            at=today,
        )
        Dispute.objects.update(withdrawn_cents=6000)
        dispute.refresh_from_db()
        with pytest.raises(MoreThanTheirsError) as refused:
            decide(dispute, *_shared(customer=dispute.withdrawn_cents, company=0), now=today)
        assert refused.value.left_cents == 4800
        assert Dispute.objects.get(pk=dispute.pk).decided_at is None
        decide(dispute, *_shared(customer=4800, company=dispute.withdrawn_cents - 4800), now=today)
        assert balance(account=Account.CUSTOMERS) == 0
        assert balance(account=Account.LOSSES) == dispute.withdrawn_cents - 4800
        assert unbalanced() == []


def test_it_is_on_the_merchants_next_statement(istres: Town, fake: FakeStripe, today: datetime) -> None:
    with in_town(istres):
        merchant = make_merchant(town=istres)
        sell(merchant=merchant.pk, cents=6000)
        settle(town=istres, period_end=SUNDAY, now=MONDAY)
        dispute = closed(fake=fake, dispute=disputed(fake=fake, now=today), won=False, now=today)
        decide(dispute, Share(bearer=Bearer.MERCHANT, amount_cents=6000, merchant_id=merchant.pk), now=MONDAY)
        sell(merchant=merchant.pk, cents=10_000, at=NEXT_SUNDAY_NOON)
        [statement] = settle(town=istres, period_end=NEXT_SUNDAY, now=NEXT_MONDAY)
        assert (statement.other_cents, statement.net_cents) == (-6000, -6000 + 10_000 - 600)


NEXT_SUNDAY_NOON = datetime(NEXT_SUNDAY.year, NEXT_SUNDAY.month, NEXT_SUNDAY.day, 11, tzinfo=UTC)


@pytest.mark.parametrize(
    "shares",
    [
        [Share(bearer=Bearer.COMPANY, amount_cents=5999)],
        [Share(bearer=Bearer.COMPANY, amount_cents=6000), Share(bearer=Bearer.COMMUNE, amount_cents=1)],
        [],
    ],
)
def test_shares_make_the_whole(in_istres: Any, fake: FakeStripe, today: datetime, shares: list[Share]) -> None:
    dispute = closed(fake=fake, dispute=disputed(fake=fake, now=today), won=False, now=today)
    with pytest.raises(SharesDoNotAddUpError):
        decide(dispute, *shares, now=today)
    assert (balance(account=Account.DISPUTES), DisputeShare.objects.count()) == (6000, 0)


def test_what_the_bank_has_not_decided_is_not_decided(in_istres: Any, fake: FakeStripe, today: datetime) -> None:
    dispute = disputed(fake=fake, now=today)
    with pytest.raises(NotLostError):
        decide(dispute, Share(bearer=Bearer.COMPANY, amount_cents=6000), now=today)


@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize("won", [True, False])
def test_events_in_any_order(
    *, istres: Town, fake: FakeStripe, webhook: Callable[..., Any], today: datetime, order: int, won: bool
) -> None:
    """Twice each, first to last or last to first, some long after the end."""
    fake.set_fees(dispute_fee=2000)
    with in_town(istres):
        payment = paid_payment(fake=fake, now=today)
    opened = fake.dispute(charge_of(fake, payment))
    fake.close_dispute(opened["id"], won=won)
    events = [event for event in events_of(fake) if event["type"].startswith("charge.dispute.")]
    assert len(events) == (4 if won else 3)
    for event in [*events, *events][::order]:
        assert webhook(event).status_code == 200
    now = datetime.now(UTC)
    run_effects(now=now, kinds=[ROUTE_EVENT])
    with in_town(istres):
        run_effects(now=now, kinds=[PROCESS_EVENT])
        [dispute] = Dispute.objects.all()
        assert dispute.state == (DisputeState.WON if won else DisputeState.LOST)
        assert Entry.objects.filter(kind="dispute_withdrawn").count() == 1
        assert Entry.objects.filter(kind="dispute_reinstated").count() == won
        assert balance(account=Account.STRIPE) == stripe_says(fake)
        assert (len(told(facts.DISPUTE_OPENED)), len(told(facts.DISPUTE_CLOSED))) == (1, 1)


def test_a_dispute_known_before_its_payment(istres: Town, fake: FakeStripe, today: datetime) -> None:
    """The page was paid and contested at once; we heard of neither."""
    with in_town(istres):
        payment = opened_payment(now=today)
        intent = fake.pay(str(payment.stripe_session_id))["payment_intent"]
        opened = fake.dispute(intent["latest_charge"])
        refresh_dispute(payment_id=payment.pk, stripe_dispute_id=opened["id"], now=today)
        assert balances() == {Account.STRIPE: 0, Account.CUSTOMERS: -6000, Account.DISPUTES: 6000}


def test_a_dispute_of_another_payment_is_not_taken(
    istres: Town, viroflay: Town, stripes: dict[str, FakeStripe], today: datetime
) -> None:
    fake = stripes["default"]
    with in_town(istres):
        ours, other = paid_payment(fake=fake, now=today), paid_payment(fake=fake, now=today)
        opened = fake.dispute(charge_of(fake, ours))
        with pytest.raises(ForeignObjectError):
            refresh_dispute(payment_id=other.pk, stripe_dispute_id=opened["id"], now=today)
    with in_town(viroflay):
        theirs = paid_payment(fake=stripes["viroflay"], now=today)
        # The other company's account knows no such dispute.
        with pytest.raises(stripe.InvalidRequestError):
            refresh_dispute(payment_id=theirs.pk, stripe_dispute_id=opened["id"], now=today)
        assert Dispute.objects.count() == 0


def test_a_dispute_in_another_currency_is_left_to_somebody(today: datetime) -> None:
    seen = stripe.Dispute.construct_from(
        {"id": "dp_1", "amount": 6000, "currency": "eur", "balance_transactions": [{"id": "txn_1", "currency": "usd"}]},
        "sk_test",
    )
    with pytest.raises(AmountMismatchError):
        _check_currency(seen, payment_id=uuid4())


def test_a_contested_payment_is_not_refunded(in_istres: Any, fake: FakeStripe, today: datetime) -> None:
    dispute = disputed(fake=fake, now=today)
    request_refund(payment_id=dispute.payment_id, reference=uuid4(), amount_cents=1200, reason="refusée", now=today)
    run_effects(now=today, kinds=[SEND_REFUND])
    refund = Refund.objects.get()
    assert (refund.state, refund.sent_at) == (RefundState.FAILED, None)
    assert refund_failure(refund.failure) == "le client conteste le paiement auprès de sa banque"
    assert [each.pk for each in failed_refunds()] == [refund.pk]
    with pytest.raises(PaymentContestedError):
        give_by_hand(refund_id=refund.pk, means=Mode.CASH, actor=None, now=today)
    # The money is still all there to be given back, should the dispute be won.
    assert Payment.objects.get().refundable_cents == 6000
    closed(fake=fake, dispute=dispute, won=False, now=today)
    # The bank has given it back: there is nothing to try again.
    assert list(failed_refunds()) == []


def test_a_won_payment_is_refunded_as_any_other(in_istres: Any, fake: FakeStripe, today: datetime) -> None:
    dispute = closed(fake=fake, dispute=disputed(fake=fake, now=today), won=True, now=today)
    assert not is_contested(payment_id=dispute.payment_id)


def test_a_refund_sent_before_the_dispute_is_followed(in_istres: Any, fake: FakeStripe, today: datetime) -> None:
    """Its answer was lost, and the customer went to the bank: what went is not said to have failed."""
    payment = paid_payment(fake=fake, now=today)
    request_refund(payment_id=payment.pk, reference=uuid4(), amount_cents=1200, reason="refusée", now=today)
    fake.fail_next("/v1/refunds", mode="reset", when="after", times=3)
    with pytest.raises(AssertionError, match="APIConnectionError"):
        run_effects(now=today, kinds=[SEND_REFUND])
    dispute = disputed(fake=fake, now=today, payment=payment)
    assert dispute.amount_cents == 4800
    run_effects(now=today.replace(year=today.year + 1), kinds=[SEND_REFUND])
    assert Refund.objects.get().state == RefundState.SUCCEEDED


def test_what_is_to_be_seen_to(in_istres: Any, fake: FakeStripe, today: datetime) -> None:
    opened = disputed(fake=fake, now=today)
    lost = closed(fake=fake, dispute=disputed(fake=fake, now=today), won=False, now=today)
    won = closed(fake=fake, dispute=disputed(fake=fake, now=today), won=True, now=today)
    assert {each.pk for each in disputes_to_see_to()} == {opened.pk, lost.pk}
    assert [each.pk for each in disputes_over(count=5)] == [won.pk]
    decide(lost, Share(bearer=Bearer.COMPANY, amount_cents=6000), now=today)
    assert [each.pk for each in disputes_to_see_to()] == [opened.pk]
    assert {each.pk for each in disputes_over(count=5)} == {won.pk, lost.pk}
    assert opened.evidence_due_at is not None


def test_stripes_own_fee_is_not_shared(in_istres: Any, fake: FakeStripe, today: datetime) -> None:
    fake.set_fees(dispute_fee=2000)
    dispute = closed(fake=fake, dispute=disputed(fake=fake, now=today), won=False, now=today)
    run_effects(now=today, kinds=FEES)
    assert dispute.withdrawn_cents == 6000
    assert balance(account=Account.BANK_FEES) == 2000


def test_reasons_in_french() -> None:
    assert dispute_reason("product_not_received") == "le client dit n’avoir rien reçu"
    assert dispute_reason("nobody knows") == "la banque du client ne dit pas pourquoi"
