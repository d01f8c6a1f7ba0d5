"""The net of a statement, from our ledger to the merchant's account at Stripe."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import stripe

from billing.ledger.models import Account
from billing.ledger.queries import balance
from billing.payments.facts import ACCOUNT_ACTIVE, TRANSFER_CHANGED
from billing.payments.inbox import PROCESS_EVENT
from billing.payments.services import open_account, refresh_account
from billing.settlements import facts
from billing.settlements.models import Payout, PayoutState, Statement
from billing.settlements.payouts import (
    ACCOUNT_INACTIVE,
    ACCOUNT_MISSING,
    FUNDS_MISSING,
    SEND_PAYOUT,
    _claim,
    _refused,
    refresh_payout,
    send_payout,
)
from billing.settlements.queries import owed
from billing.settlements.services import settle
from conciergeries.merchants.models import Merchant, MerchantAccount
from conciergeries.towns.models import Town
from shared.outbox.models import Effect
from shared.tenancy import in_town
from tests.billing.conftest import OPENING_BALANCE, events_of
from tests.billing.settlements.selling import MONDAY, NEXT_MONDAY, NEXT_SUNDAY, SUNDAY, check_ledger, sell
from tests.factories import make_merchant, run_effects
from tests.tools.fake_stripe import FakeStripe


@pytest.fixture
def merchant(in_istres: Town, fake: FakeStripe) -> Merchant:
    return make_merchant(name="Fromagerie des Alpilles", town=in_istres)


@pytest.fixture
def active(in_istres: Town, merchant: Merchant, fake: FakeStripe) -> MerchantAccount:
    """The merchant's account at the company's Stripe, allowed to receive transfers."""
    account = open_account(merchant=merchant, company=in_istres.operating_company, now=MONDAY)
    fake.set_transfers(account.stripe_account_id)
    refresh_account(account_id=account.stripe_account_id, now=MONDAY)
    account.refresh_from_db()
    return account


def settled(town: Town, merchant: Merchant, cents: int = 6000) -> Payout:
    sell(merchant=merchant.pk, cents=cents)
    (statement,) = settle(town=town, period_end=SUNDAY, now=MONDAY)
    return Payout.objects.get(statement=statement)


def transfers(fake: FakeStripe) -> list[stripe.Transfer]:
    client = stripe.StripeClient(fake.api_key, base_addresses={"api": fake.api_url})
    return client.v1.transfers.list().data


def told(kind: str) -> list[dict[str, Any]]:
    return [effect.payload for effect in Effect.objects.filter(kind=kind).order_by("created_at", "id")]


def test_one_transfer_of_the_net(
    in_istres: Town, merchant: Merchant, active: MerchantAccount, fake: FakeStripe
) -> None:
    payout = settled(in_istres, merchant)
    run_effects(now=MONDAY, kinds=[SEND_PAYOUT])
    payout.refresh_from_db()
    (transfer,) = transfers(fake)
    assert (payout.state, payout.stripe_transfer_id, payout.reason) == (PayoutState.SENT, transfer.id, "")
    assert (transfer.amount, transfer.currency, transfer.destination) == (5640, "eur", active.stripe_account_id)
    assert transfer.transfer_group == "ISTRES-2026-00001"
    assert transfer.metadata.to_dict() == {
        "town": "istres",
        "payout": str(payout.pk),
        "statement": str(payout.statement_id),
        "number": "ISTRES-2026-00001",
        "merchant": str(merchant.pk),
        "attempt": "0",
    }
    assert check_ledger() == {
        Account.CARDS: 6000,
        Account.STRIPE: -5640,
        Account.COMMISSION: -300,
        Account.VAT_COLLECTED: -60,
    }
    assert told(facts.PAYOUT_SENT) == [
        {"payout_id": str(payout.pk), "statement_id": str(payout.statement_id), "transfer": transfer.id}
    ]
    assert owed(merchant_id=merchant.pk).on_its_way_cents == 0


def test_sending_again_sends_nothing(
    in_istres: Town, merchant: Merchant, active: MerchantAccount, fake: FakeStripe
) -> None:
    payout = settled(in_istres, merchant)
    for _ in range(3):
        send_payout(payout_id=payout.pk, now=MONDAY)
    assert (len(transfers(fake)), len(told(facts.PAYOUT_SENT))) == (1, 1)
    assert balance(account=Account.STRIPE) == -5640


def test_without_an_account_it_waits(in_istres: Town, merchant: Merchant, fake: FakeStripe) -> None:
    payout = settled(in_istres, merchant)
    run_effects(now=MONDAY, kinds=[SEND_PAYOUT])
    payout.refresh_from_db()
    assert (payout.state, payout.reason, transfers(fake)) == (PayoutState.WAITING, ACCOUNT_MISSING, [])
    assert balance(account=Account.IN_TRANSIT) == -5640


def test_it_leaves_when_the_account_becomes_active(in_istres: Town, merchant: Merchant, fake: FakeStripe) -> None:
    account = open_account(merchant=merchant, company=in_istres.operating_company, now=MONDAY)
    payout = settled(in_istres, merchant)
    run_effects(now=MONDAY, kinds=[SEND_PAYOUT])
    payout.refresh_from_db()
    assert (payout.state, payout.reason) == (PayoutState.WAITING, ACCOUNT_INACTIVE)
    fake.set_transfers(account.stripe_account_id)
    refresh_account(account_id=account.stripe_account_id, now=MONDAY)
    run_effects(now=MONDAY, kinds=[ACCOUNT_ACTIVE, SEND_PAYOUT])
    payout.refresh_from_db()
    assert (payout.state, len(transfers(fake))) == (PayoutState.SENT, 1)


def test_the_next_settlement_tries_what_waits_again(in_istres: Town, merchant: Merchant, fake: FakeStripe) -> None:
    """The account's event was lost; a week later Stripe is asked, and the payout leaves."""
    account = open_account(merchant=merchant, company=in_istres.operating_company, now=MONDAY)
    payout = settled(in_istres, merchant)
    run_effects(now=MONDAY, kinds=[SEND_PAYOUT])
    fake.set_transfers(account.stripe_account_id)
    settle(town=in_istres, period_end=NEXT_SUNDAY, now=NEXT_MONDAY)
    run_effects(now=NEXT_MONDAY, kinds=[SEND_PAYOUT, ACCOUNT_ACTIVE])
    payout.refresh_from_db()
    assert payout.state == PayoutState.SENT


def test_an_account_of_another_company_does_not_serve(
    in_istres: Town, viroflay: Town, merchant: Merchant, stripes: dict[str, FakeStripe]
) -> None:
    account = open_account(merchant=merchant, company=viroflay.operating_company, now=MONDAY)
    stripes["viroflay"].set_transfers(account.stripe_account_id)
    refresh_account(account_id=account.stripe_account_id, now=MONDAY)
    payout = settled(in_istres, merchant)
    run_effects(now=MONDAY, kinds=[SEND_PAYOUT])
    payout.refresh_from_db()
    assert (payout.state, payout.reason) == (PayoutState.WAITING, ACCOUNT_MISSING)


@pytest.mark.parametrize("status", ["", "restricted", "pending", "rejected", "unsupported"])
def test_what_waits_for_an_account_is_held_with_a_reason_and_never_lost(
    in_istres: Town, merchant: Merchant, fake: FakeStripe, status: str
) -> None:
    """Week after week, whatever Stripe says of the account, or without any: it all leaves once, the day that it may."""
    account = ""
    if status:
        account = open_account(merchant=merchant, company=in_istres.operating_company, now=MONDAY).stripe_account_id
        fake.set_transfers(account, status)
    reason = ACCOUNT_INACTIVE if status else ACCOUNT_MISSING
    settled(in_istres, merchant)
    run_effects(now=MONDAY, kinds=[SEND_PAYOUT])
    sell(merchant=merchant.pk, cents=1000, at=NEXT_MONDAY - timedelta(days=3))
    settle(town=in_istres, period_end=NEXT_SUNDAY, now=NEXT_MONDAY)
    for _ in range(2):
        run_effects(now=NEXT_MONDAY, kinds=[SEND_PAYOUT])
    waiting = Payout.objects.order_by("created_at")
    assert [(each.amount_cents, each.state, each.reason) for each in waiting] == [
        (5640, PayoutState.WAITING, reason),
        (940, PayoutState.WAITING, reason),
    ]
    assert (balance(account=Account.IN_TRANSIT), transfers(fake)) == (-6580, [])

    if not account:
        account = open_account(merchant=merchant, company=in_istres.operating_company, now=MONDAY).stripe_account_id
    fake.set_transfers(account)
    for _ in range(2):
        refresh_account(account_id=account, now=NEXT_MONDAY)
        run_effects(now=NEXT_MONDAY, kinds=[ACCOUNT_ACTIVE, SEND_PAYOUT])
    assert sorted(each.amount for each in transfers(fake)) == [940, 5640]
    assert balance(account=Account.IN_TRANSIT) == 0
    check_ledger()


def test_a_lost_answer_sends_once(
    in_istres: Town, merchant: Merchant, active: MerchantAccount, fake: FakeStripe
) -> None:
    payout = settled(in_istres, merchant)
    fake.fail_next("/v1/transfers", when="after", mode="reset", times=3)
    with pytest.raises(stripe.APIConnectionError):
        send_payout(payout_id=payout.pk, now=MONDAY)
    payout.refresh_from_db()
    assert payout.state == PayoutState.SENDING
    # Two days later Stripe has forgotten the idempotency key: the transfer is found by its group.
    fake.advance(2 * 24 * 3600)
    send_payout(payout_id=payout.pk, now=MONDAY + timedelta(days=2))
    payout.refresh_from_db()
    assert (payout.state, len(transfers(fake))) == (PayoutState.SENT, 1)
    assert balance(account=Account.STRIPE) == -5640


def test_stripes_event_comes_before_its_answer(
    in_istres: Town, merchant: Merchant, active: MerchantAccount, fake: FakeStripe
) -> None:
    payout = settled(in_istres, merchant)
    fake.fail_next("/v1/transfers", when="after", mode="reset", times=3)
    with pytest.raises(stripe.APIConnectionError):
        send_payout(payout_id=payout.pk, now=MONDAY)
    (transfer,) = transfers(fake)
    refresh_payout(payout_id=payout.pk, transfer_id=transfer.id, now=MONDAY)
    send_payout(payout_id=payout.pk, now=MONDAY)
    payout.refresh_from_db()
    assert (payout.state, len(transfers(fake)), len(told(facts.PAYOUT_SENT))) == (PayoutState.SENT, 1, 1)


def test_funds_that_are_not_there_yet_are_waited_for(
    in_istres: Town, merchant: Merchant, active: MerchantAccount, fake: FakeStripe
) -> None:
    """Card payments reach Stripe's balance days later; what was paid at the desk is wired by the company."""
    payout = settled(in_istres, merchant)
    key = payout.idempotency_key
    fake.add_to_balance(-OPENING_BALANCE)
    with pytest.raises(stripe.InvalidRequestError):
        send_payout(payout_id=payout.pk, now=MONDAY)
    payout.refresh_from_db()
    assert (payout.state, payout.reason) == (PayoutState.WAITING, FUNDS_MISSING)
    assert payout.idempotency_key != key
    fake.add_to_balance(10_000)
    send_payout(payout_id=payout.pk, now=MONDAY)
    payout.refresh_from_db()
    assert (payout.state, payout.reason, len(transfers(fake))) == (PayoutState.SENT, "", 1)


def test_a_refusal_that_comes_late_says_nothing_of_the_next_attempt(
    in_istres: Town, merchant: Merchant, active: MerchantAccount, fake: FakeStripe
) -> None:
    """Two workers send one attempt and hear the same refusal; meanwhile a third is sending the next attempt."""
    payout = settled(in_istres, merchant)
    fake.add_to_balance(-OPENING_BALANCE)
    claimed = _claim(payout_id=payout.pk, town=in_istres, now=MONDAY)
    assert claimed is not None
    slow, _tried_before = claimed
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        send_payout(payout_id=payout.pk, now=MONDAY)
    fake.add_to_balance(10_000)
    assert _claim(payout_id=payout.pk, town=in_istres, now=MONDAY) is not None
    _refused(payout=slow, error=refusal.value, now=MONDAY)
    payout.refresh_from_db()
    assert (payout.state, payout.attempt) == (PayoutState.SENDING, 1)
    for _again in range(2):
        send_payout(payout_id=payout.pk, now=MONDAY)
    payout.refresh_from_db()
    assert (payout.state, len(transfers(fake))) == (PayoutState.SENT, 1)
    check_ledger()


def test_a_capability_taken_away_meanwhile_is_learnt(
    in_istres: Town, merchant: Merchant, active: MerchantAccount, fake: FakeStripe
) -> None:
    payout = settled(in_istres, merchant)
    fake.set_transfers(active.stripe_account_id, "restricted")
    send_payout(payout_id=payout.pk, now=MONDAY)
    payout.refresh_from_db()
    active.refresh_from_db()
    assert (payout.state, payout.reason, active.transfers_active) == (PayoutState.WAITING, ACCOUNT_INACTIVE, False)


def test_a_refusal_owes_the_merchant_again_and_the_next_statement_opens_with_it(
    in_istres: Town, merchant: Merchant, active: MerchantAccount, fake: FakeStripe
) -> None:
    MerchantAccount.objects.update(stripe_account_id="acct_closed")
    payout = settled(in_istres, merchant)
    send_payout(payout_id=payout.pk, now=MONDAY)
    payout.refresh_from_db()
    assert (payout.state, "acct_closed" in payout.reason) == (PayoutState.FAILED, True)
    assert (balance(account=Account.IN_TRANSIT), balance(account=Account.MERCHANTS)) == (0, -5640)
    assert [fact["payout_id"] for fact in told(facts.PAYOUT_FAILED)] == [str(payout.pk)]
    assert owed(merchant_id=merchant.pk).carried_cents == 5640
    MerchantAccount.objects.update(stripe_account_id=active.stripe_account_id)
    # No sale is needed for the money to be paid.
    (following,) = settle(town=in_istres, period_end=NEXT_SUNDAY, now=NEXT_MONDAY)
    assert (following.opening_cents, following.gross_cents, following.net_cents) == (5640, 0, 5640)
    run_effects(now=NEXT_MONDAY, kinds=[SEND_PAYOUT])
    assert Payout.objects.get(statement=following).state == PayoutState.SENT
    assert (len(transfers(fake)), balance(account=Account.MERCHANTS)) == (1, 0)
    check_ledger()


def reverse(fake: FakeStripe, transfer: str, cents: int) -> None:
    client = stripe.StripeClient(fake.api_key, base_addresses={"api": fake.api_url})
    client.v1.transfers.reversals.create(transfer, {"amount": cents})


def test_a_transfer_that_stripe_takes_back_is_owed_again(
    in_istres: Town, merchant: Merchant, active: MerchantAccount, fake: FakeStripe
) -> None:
    payout = settled(in_istres, merchant)
    send_payout(payout_id=payout.pk, now=MONDAY)
    payout.refresh_from_db()
    transfer = str(payout.stripe_transfer_id)
    for part in (640, 5000):
        reverse(fake, transfer, part)
        for _ in range(2):
            refresh_payout(payout_id=payout.pk, transfer_id=transfer, now=MONDAY)
    payout.refresh_from_db()
    assert (payout.state, payout.reversed_cents) == (PayoutState.FAILED, 5640)
    assert (balance(account=Account.STRIPE), balance(account=Account.MERCHANTS)) == (0, -5640)
    assert len(told(facts.PAYOUT_FAILED)) == 1
    check_ledger()


def test_part_of_a_transfer_taken_back(
    in_istres: Town, merchant: Merchant, active: MerchantAccount, fake: FakeStripe
) -> None:
    payout = settled(in_istres, merchant)
    send_payout(payout_id=payout.pk, now=MONDAY)
    payout.refresh_from_db()
    reverse(fake, str(payout.stripe_transfer_id), 640)
    refresh_payout(payout_id=payout.pk, transfer_id=str(payout.stripe_transfer_id), now=MONDAY)
    payout.refresh_from_db()
    assert (payout.state, owed(merchant_id=merchant.pk).carried_cents) == (PayoutState.SENT, 640)


def test_stripes_events_about_transfers_reach_their_town(
    in_istres: Town,
    merchant: Merchant,
    active: MerchantAccount,
    fake: FakeStripe,
    webhook: Callable[..., Any],
) -> None:
    payout = settled(in_istres, merchant)
    send_payout(payout_id=payout.pk, now=MONDAY)
    payout.refresh_from_db()
    reverse(fake, str(payout.stripe_transfer_id), 5640)
    for event in events_of(fake):
        if event["type"].startswith("transfer."):
            assert webhook(event).status_code == 200
    later = datetime.now(MONDAY.tzinfo)
    with in_town(in_istres):
        run_effects(now=later, kinds=[PROCESS_EVENT, TRANSFER_CHANGED])
        payout.refresh_from_db()
        assert payout.state == PayoutState.FAILED


def test_an_event_naming_another_towns_payout_does_nothing(
    istres: Town, viroflay: Town, stripes: dict[str, FakeStripe]
) -> None:
    merchant = make_merchant(town=istres)
    for town, alias in ((istres, "default"), (viroflay, "viroflay")):
        account = open_account(merchant=merchant, company=town.operating_company, now=MONDAY)
        stripes[alias].set_transfers(account.stripe_account_id)
        refresh_account(account_id=account.stripe_account_id, now=MONDAY)
        with in_town(town):
            send_payout(payout_id=settled(town, merchant).pk, now=MONDAY)
    with in_town(viroflay):
        theirs = Payout.objects.get()
    reverse(stripes["default"], transfers(stripes["default"])[0].id, 5640)
    with in_town(istres):
        with pytest.raises(Payout.DoesNotExist):
            refresh_payout(payout_id=theirs.pk, transfer_id=transfers(stripes["default"])[0].id, now=MONDAY)
        with pytest.raises(Payout.DoesNotExist):
            send_payout(payout_id=theirs.pk, now=MONDAY)
        assert Statement.objects.count() == 1
    with in_town(viroflay):
        theirs.refresh_from_db()
        assert theirs.state == PayoutState.SENT
