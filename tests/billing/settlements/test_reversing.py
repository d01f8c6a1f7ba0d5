"""A payout taken back at Stripe, as staff ask: once, never more than is left, and owed again."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import stripe
from django.core.exceptions import ValidationError

from billing.ledger.checking import check_here
from billing.ledger.models import Account
from billing.ledger.queries import balance
from billing.payments.facts import TRANSFER_CHANGED
from billing.payments.inbox import PROCESS_EVENT
from billing.payments.services import open_account, refresh_account
from billing.settlements import facts
from billing.settlements.models import REVERSED_BY_US, Payout, PayoutState, Reversal, ReversalState
from billing.settlements.payouts import SEND_PAYOUT, refresh_payout, send_payout
from billing.settlements.queries import owed
from billing.settlements.reversing import NO_FUNDS, SEND_REVERSAL, _claim, _refused, left_to_reverse, send_reversal
from billing.settlements.services import (
    NotReversibleError,
    ReversalTooLargeError,
    WishChangedError,
    ask_reversal,
    give_up_reversal,
    retry_reversal,
    settle,
)
from conciergeries.merchants.models import Merchant, MerchantAccount
from conciergeries.towns.models import Town
from shared.audit.models import AuditEvent
from shared.notifications.models import Message
from shared.outbox.models import Effect
from shared.tenancy import in_town
from tests.billing.conftest import events_of
from tests.billing.settlements.selling import MONDAY, NEXT_MONDAY, NEXT_SUNDAY, SUNDAY, check_ledger, sell
from tests.factories import make_merchant, run_effects
from tests.tools.fake_stripe import FakeStripe

REASON = "vente annulée, payée par erreur"


@pytest.fixture
def merchant(in_istres: Town, fake: FakeStripe) -> Merchant:
    return make_merchant(name="Fromagerie des Alpilles", town=in_istres)


def sent_payout(*, town: Town, merchant: Merchant, fake: FakeStripe) -> Payout:
    """56.40 €, on the merchant's account at the company's Stripe. Call it in the town."""
    account = open_account(merchant=merchant, company=town.operating_company, now=MONDAY)
    fake.set_transfers(account.stripe_account_id)
    refresh_account(account_id=account.stripe_account_id, now=MONDAY)
    sell(merchant=merchant.pk, cents=6000)
    (statement,) = settle(town=town, period_end=SUNDAY, now=MONDAY)
    send_payout(payout_id=statement.payout.pk, now=MONDAY)
    return Payout.objects.get(statement=statement)


@pytest.fixture
def payout(in_istres: Town, merchant: Merchant, fake: FakeStripe) -> Payout:
    return sent_payout(town=in_istres, merchant=merchant, fake=fake)


def ask(payout: Payout, cents: int, *, key: UUID | None = None) -> Reversal:
    return ask_reversal(
        key=key or uuid4(), payout_id=payout.pk, amount_cents=cents, reason=REASON, actor=None, now=MONDAY
    )


def client_of(fake: FakeStripe) -> stripe.StripeClient:
    return stripe.StripeClient(fake.api_key, base_addresses={"api": fake.api_url})


def taken_back(fake: FakeStripe, payout: Payout) -> list[int]:
    made = client_of(fake).v1.transfers.reversals.list(str(payout.stripe_transfer_id)).data
    return [each.amount for each in made]


def letters() -> list[Message]:
    return list(Message.objects.filter(template="payout_reversed"))


def test_a_whole_payout_comes_back_and_the_next_statement_opens_with_it(
    in_istres: Town, merchant: Merchant, payout: Payout, fake: FakeStripe
) -> None:
    reversal = ask(payout, 5640)
    assert left_to_reverse(payout) == 0
    run_effects(now=MONDAY, kinds=[SEND_REVERSAL])
    payout.refresh_from_db()
    reversal.refresh_from_db()
    assert (payout.state, payout.reversed_cents, payout.reason) == (PayoutState.FAILED, 5640, REVERSED_BY_US)
    assert (reversal.state, reversal.closed_at) == (ReversalState.DONE, MONDAY)
    assert (balance(account=Account.STRIPE), balance(account=Account.MERCHANTS)) == (0, -5640)
    # Whoever asked for it knows.
    assert not Effect.objects.filter(kind=facts.PAYOUT_FAILED).exists()
    [letter] = letters()
    assert letter.to == merchant.contact_email
    assert REASON in letter.text
    (following,) = settle(town=in_istres, period_end=NEXT_SUNDAY, now=NEXT_MONDAY)
    assert (following.opening_cents, following.net_cents) == (5640, 5640)
    run_effects(now=NEXT_MONDAY, kinds=[SEND_PAYOUT])
    assert (balance(account=Account.STRIPE), balance(account=Account.MERCHANTS)) == (-5640, 0)
    check_ledger()


def test_part_of_it_leaves_the_rest_with_the_merchant(payout: Payout, merchant: Merchant, fake: FakeStripe) -> None:
    for cents in (1000, 640):
        ask(payout, cents)
        run_effects(now=MONDAY, kinds=[SEND_REVERSAL])
    payout.refresh_from_db()
    assert (payout.state, payout.reversed_cents, left_to_reverse(payout)) == (PayoutState.SENT, 1640, 4000)
    assert taken_back(fake, payout) == [640, 1000]
    assert owed(merchant_id=merchant.pk).carried_cents == 1640
    assert balance(account=Account.STRIPE) == -4000
    report = check_here(now=MONDAY + timedelta(days=400))
    assert [finding.message for finding in report.findings if finding.subject == payout.stripe_transfer_id] == []


def test_the_same_wish_goes_once(payout: Payout, fake: FakeStripe) -> None:
    key = uuid4()
    for _ in range(3):
        assert ask(payout, 2000, key=key).pk == key
        run_effects(now=MONDAY, kinds=[SEND_REVERSAL])
        send_reversal(reversal_id=key, now=MONDAY)
    assert taken_back(fake, payout) == [2000]
    assert AuditEvent.objects.filter(action="payout.reversal_asked").count() == 1
    assert len(letters()) == 1


def test_a_wish_does_not_change_under_its_name(payout: Payout, fake: FakeStripe) -> None:
    key = uuid4()
    ask(payout, 2000, key=key)
    with pytest.raises(WishChangedError):
        ask(payout, 1000, key=key)
    run_effects(now=MONDAY, kinds=[SEND_REVERSAL])
    assert taken_back(fake, payout) == [2000]


def test_never_more_than_is_left(payout: Payout, fake: FakeStripe) -> None:
    ask(payout, 5000)
    with pytest.raises(ReversalTooLargeError) as refused:
        ask(payout, 641)
    assert refused.value.left_cents == 640
    ask(payout, 640)
    run_effects(now=MONDAY, kinds=[SEND_REVERSAL])
    assert sorted(taken_back(fake, payout)) == [640, 5000]
    with pytest.raises(NotReversibleError):
        ask(payout, 1)


@pytest.mark.parametrize(("cents", "reason"), [(0, REASON), (-1, REASON), (100, "  ")])
def test_a_wish_that_says_nothing(payout: Payout, cents: int, reason: str) -> None:
    with pytest.raises(ValidationError):
        ask_reversal(key=uuid4(), payout_id=payout.pk, amount_cents=cents, reason=reason, actor=None, now=MONDAY)
    assert not Reversal.objects.exists()


def test_what_has_not_left_cannot_come_back(in_istres: Town, merchant: Merchant) -> None:
    sell(merchant=merchant.pk, cents=6000)
    (statement,) = settle(town=in_istres, period_end=SUNDAY, now=MONDAY)
    with pytest.raises(NotReversibleError):
        ask(statement.payout, 100)


def test_an_account_that_holds_too_little_is_said_and_may_be_tried_again(payout: Payout, fake: FakeStripe) -> None:
    account = MerchantAccount.objects.get()
    fake.pay_out(account.stripe_account_id, 5000)
    reversal = ask(payout, 5640)
    key = reversal.idempotency_key
    run_effects(now=MONDAY, kinds=[SEND_REVERSAL])
    reversal.refresh_from_db()
    assert (reversal.state, reversal.failure) == (ReversalState.REFUSED, NO_FUNDS)
    assert balance(account=Account.STRIPE) == -5640
    assert left_to_reverse(payout) == 5640
    # The merchant's next money is there: another key, one reversal.
    client_of(fake).v1.transfers.create({"amount": 5000, "currency": "eur", "destination": account.stripe_account_id})
    assert retry_reversal(reversal_id=reversal.pk, actor=None, now=MONDAY)
    assert retry_reversal(reversal_id=reversal.pk, actor=None, now=MONDAY)
    run_effects(now=MONDAY, kinds=[SEND_REVERSAL])
    reversal.refresh_from_db()
    assert (reversal.state, reversal.failure, taken_back(fake, payout)) == (ReversalState.DONE, "", [5640])
    assert reversal.idempotency_key != key
    assert not retry_reversal(reversal_id=reversal.pk, actor=None, now=MONDAY)


def test_what_was_refused_may_be_left_at_that(payout: Payout, fake: FakeStripe) -> None:
    fake.fail_next("/v1/transfers/*/reversals", code="transfers_not_allowed")
    reversal = ask(payout, 5640)
    assert not give_up_reversal(reversal_id=reversal.pk, actor=None, now=MONDAY)
    run_effects(now=MONDAY, kinds=[SEND_REVERSAL])
    reversal.refresh_from_db()
    assert "transfers_not_allowed" in reversal.failure
    assert give_up_reversal(reversal_id=reversal.pk, actor=None, now=MONDAY)
    assert not give_up_reversal(reversal_id=reversal.pk, actor=None, now=MONDAY)
    assert not retry_reversal(reversal_id=reversal.pk, actor=None, now=MONDAY)
    assert (taken_back(fake, payout), balance(account=Account.STRIPE)) == ([], -5640)


def test_a_refusal_is_not_retried_beyond_what_is_left(payout: Payout, fake: FakeStripe) -> None:
    fake.fail_next("/v1/transfers/*/reversals", code="transfers_not_allowed")
    refused = ask(payout, 5000)
    run_effects(now=MONDAY, kinds=[SEND_REVERSAL])
    ask(payout, 1000)
    with pytest.raises(ReversalTooLargeError):
        retry_reversal(reversal_id=refused.pk, actor=None, now=MONDAY)


def test_a_refusal_that_comes_late_says_nothing_of_the_next_attempt(payout: Payout, fake: FakeStripe) -> None:
    """Two workers ask for one reversal and hear the same refusal; meanwhile it was retried."""
    fake.fail_next("/v1/transfers/*/reversals", code="transfers_not_allowed")
    reversal = ask(payout, 5640)
    claimed = _claim(reversal.pk, MONDAY)
    assert claimed is not None
    slow, _tried_before = claimed
    run_effects(now=MONDAY, kinds=[SEND_REVERSAL])
    assert retry_reversal(reversal_id=reversal.pk, actor=None, now=MONDAY)
    _refused(slow, stripe.InvalidRequestError("no", None, code="transfers_not_allowed"), now=MONDAY)  # type: ignore[no-untyped-call]  # the SDK's own
    reversal.refresh_from_db()
    assert reversal.state == ReversalState.ASKED
    run_effects(now=MONDAY, kinds=[SEND_REVERSAL])
    reversal.refresh_from_db()
    assert (taken_back(fake, payout), reversal.state) == ([5640], ReversalState.DONE)


@pytest.mark.parametrize("mode", ["reset", "status"])
def test_a_lost_answer_takes_back_once(payout: Payout, fake: FakeStripe, mode: str) -> None:
    reversal = ask(payout, 2000)
    fake.fail_next("/v1/transfers/*/reversals", when="after", mode=mode, times=3)
    with pytest.raises((stripe.APIConnectionError, stripe.APIError)):
        send_reversal(reversal_id=reversal.pk, now=MONDAY)
    assert balance(account=Account.STRIPE) == -5640
    # Two days later Stripe has forgotten the idempotency key: the reversal is found by the wish that it answers.
    fake.advance(2 * 24 * 3600)
    send_reversal(reversal_id=reversal.pk, now=MONDAY + timedelta(days=2))
    reversal.refresh_from_db()
    assert (taken_back(fake, payout), reversal.state) == ([2000], ReversalState.DONE)
    assert balance(account=Account.STRIPE) == -3640


def test_stripes_event_comes_before_its_answer(
    in_istres: Town, payout: Payout, fake: FakeStripe, webhook: Callable[..., Any]
) -> None:
    reversal = ask(payout, 2000)
    fake.fail_next("/v1/transfers/*/reversals", when="after", mode="reset", times=3)
    with pytest.raises(stripe.APIConnectionError):
        send_reversal(reversal_id=reversal.pk, now=MONDAY)
    events = [event for event in events_of(fake) if event["type"] == "transfer.reversed"]
    for event in [*events, *events]:
        assert webhook(event).status_code == 200
    with in_town(in_istres):
        run_effects(now=datetime.now(MONDAY.tzinfo), kinds=[PROCESS_EVENT, TRANSFER_CHANGED])
        reversal.refresh_from_db()
        assert (reversal.state, balance(account=Account.STRIPE)) == (ReversalState.DONE, -3640)
        send_reversal(reversal_id=reversal.pk, now=MONDAY)
        assert (taken_back(fake, payout), balance(account=Account.STRIPE)) == ([2000], -3640)
        assert len(letters()) == 1


def test_what_is_taken_back_on_stripes_own_pages_counts_too(payout: Payout, fake: FakeStripe) -> None:
    client_of(fake).v1.transfers.reversals.create(str(payout.stripe_transfer_id), {"amount": 5000})
    reversal = ask(payout, 5640)
    run_effects(now=MONDAY, kinds=[SEND_REVERSAL])
    reversal.refresh_from_db()
    payout.refresh_from_db()
    assert (reversal.state, payout.reversed_cents) == (ReversalState.REFUSED, 5000)
    assert (left_to_reverse(payout), balance(account=Account.STRIPE)) == (640, -640)
    [letter] = letters()
    assert "à la demande" not in letter.text


def test_another_towns_payout_is_nobodys(istres: Town, viroflay: Town, stripes: dict[str, FakeStripe]) -> None:
    merchant = make_merchant(town=istres)
    with in_town(istres):
        ours = sent_payout(town=istres, merchant=merchant, fake=stripes["default"])
    with in_town(viroflay):
        theirs = sent_payout(town=viroflay, merchant=merchant, fake=stripes["viroflay"])
        with pytest.raises(Payout.DoesNotExist):
            ask(ours, 100)
        reversal = ask(theirs, 640)
        run_effects(now=MONDAY, kinds=[SEND_REVERSAL])
        assert balance(account=Account.STRIPE) == -5000
    with in_town(istres):
        with pytest.raises(Reversal.DoesNotExist):
            retry_reversal(reversal_id=reversal.pk, actor=None, now=MONDAY)
        # An event of ours that names the transfer of theirs is not believed.
        with pytest.raises(stripe.InvalidRequestError):
            refresh_payout(payout_id=ours.pk, transfer_id=str(theirs.stripe_transfer_id), now=MONDAY)
        assert balance(account=Account.STRIPE) == -5640
