"""Payouts that failed are sent again: once, never beside a statement that has their amount already."""

from datetime import timedelta

import pytest

from billing.ledger.models import Account
from billing.ledger.queries import balance
from billing.settlements import facts
from billing.settlements.models import Payout, PayoutState
from billing.settlements.payouts import ACCOUNT_MISSING, SEND_PAYOUT, refresh_payout, send_payout
from billing.settlements.queries import owed
from billing.settlements.resuming import failed_payouts, waiting_payouts
from billing.settlements.services import PayoutCarriedError, retry_payout, settle
from conciergeries.merchants.models import Merchant, MerchantAccount
from conciergeries.towns.models import Town
from shared.audit.models import AuditEvent
from shared.tenancy import in_town
from tests.billing.settlements.selling import MONDAY, NEXT_MONDAY, NEXT_SUNDAY, check_ledger
from tests.billing.settlements.test_payouts import (  # noqa: F401  (fixtures)
    active,
    merchant,
    reverse,
    settled,
    told,
    transfers,
)
from tests.factories import run_effects
from tests.tools.fake_stripe import FakeStripe

LATER = MONDAY + timedelta(hours=2)


@pytest.fixture
def failed(in_istres: Town, merchant: Merchant, active: MerchantAccount) -> Payout:  # noqa: F811  (fixtures)
    """Refused by Stripe: the account it went to had been closed. The merchant has another since."""
    MerchantAccount.objects.update(stripe_account_id="acct_closed")
    payout = settled(in_istres, merchant)
    send_payout(payout_id=payout.pk, now=MONDAY)
    MerchantAccount.objects.update(stripe_account_id=active.stripe_account_id)
    payout.refresh_from_db()
    assert payout.state == PayoutState.FAILED
    return payout


def test_a_failed_payout_is_sent_again_once(failed: Payout, fake: FakeStripe) -> None:
    assert list(failed_payouts()) == [failed]
    said = [retry_payout(payout_id=failed.pk, actor=None, now=LATER) for _double_click in range(2)]
    assert said == [True, False]
    assert list(failed_payouts()) == []
    assert balance(account=Account.IN_TRANSIT) == -5640
    assert owed(merchant_id=failed.merchant_id).carried_cents == 0
    key = failed.idempotency_key
    run_effects(now=LATER, kinds=[SEND_PAYOUT])
    failed.refresh_from_db()
    (transfer,) = transfers(fake)
    assert (failed.state, failed.stripe_transfer_id, failed.reason) == (PayoutState.SENT, transfer.id, "")
    assert failed.idempotency_key != key
    assert (balance(account=Account.IN_TRANSIT), balance(account=Account.MERCHANTS)) == (0, 0)
    check_ledger()
    assert not retry_payout(payout_id=failed.pk, actor=None, now=LATER + timedelta(hours=1))
    [event] = AuditEvent.objects.filter(action="payout.retried")
    assert (event.details["name"], event.details["amount_cents"]) == ("Fromagerie des Alpilles", 5640)
    assert "acct_closed" in event.details["reason"]


def test_it_may_fail_and_be_sent_again_as_often_as_it_takes(failed: Payout, fake: FakeStripe) -> None:
    good = MerchantAccount.objects.get().stripe_account_id
    MerchantAccount.objects.update(stripe_account_id="acct_closed")
    retry_payout(payout_id=failed.pk, actor=None, now=LATER)
    run_effects(now=LATER, kinds=[SEND_PAYOUT])
    assert [fact["attempt"] for fact in told(facts.PAYOUT_FAILED)] == [0, 1]
    assert list(failed_payouts()) == [failed]
    MerchantAccount.objects.update(stripe_account_id=good)
    retry_payout(payout_id=failed.pk, actor=None, now=LATER + timedelta(hours=1))
    run_effects(now=LATER + timedelta(hours=1), kinds=[SEND_PAYOUT])
    failed.refresh_from_db()
    assert (failed.state, len(transfers(fake))) == (PayoutState.SENT, 1)
    assert balance(account=Account.STRIPE) == -5640
    check_ledger()


def test_what_the_next_statement_has_is_not_sent_twice(failed: Payout, in_istres: Town) -> None:
    settle(town=in_istres, period_end=NEXT_SUNDAY, now=NEXT_MONDAY)
    assert list(failed_payouts()) == []
    with pytest.raises(PayoutCarriedError):
        retry_payout(payout_id=failed.pk, actor=None, now=NEXT_MONDAY)
    assert not AuditEvent.objects.filter(action="payout.retried").exists()


def test_sent_again_the_next_statement_does_not_have_it(failed: Payout, in_istres: Town) -> None:
    retry_payout(payout_id=failed.pk, actor=None, now=LATER)
    assert settle(town=in_istres, period_end=NEXT_SUNDAY, now=NEXT_MONDAY) == []


def test_a_transfer_taken_back_is_made_again_not_found_again(
    in_istres: Town,
    merchant: Merchant,  # noqa: F811  (a fixture)
    active: MerchantAccount,  # noqa: F811  (a fixture)
    fake: FakeStripe,
) -> None:
    payout = settled(in_istres, merchant)
    send_payout(payout_id=payout.pk, now=MONDAY)
    payout.refresh_from_db()
    first = str(payout.stripe_transfer_id)
    reverse(fake, first, 5640)
    refresh_payout(payout_id=payout.pk, transfer_id=first, now=MONDAY)
    retry_payout(payout_id=payout.pk, actor=None, now=LATER)
    for _ in range(2):
        send_payout(payout_id=payout.pk, now=LATER)
    payout.refresh_from_db()
    assert payout.state == PayoutState.SENT
    assert payout.stripe_transfer_id != first
    assert len(transfers(fake)) == 2
    assert (balance(account=Account.STRIPE), balance(account=Account.MERCHANTS)) == (-5640, 0)
    check_ledger()


def test_one_that_waits_is_listed_and_tried(
    in_istres: Town,
    merchant: Merchant,  # noqa: F811  (a fixture)
    fake: FakeStripe,
) -> None:
    payout = settled(in_istres, merchant)
    assert waiting_payouts(now=MONDAY) == []
    run_effects(now=MONDAY, kinds=[SEND_PAYOUT])
    assert [each.reason for each in waiting_payouts(now=MONDAY)] == [ACCOUNT_MISSING]
    key = payout.idempotency_key
    said = [retry_payout(payout_id=payout.pk, actor=None, now=LATER) for _double_click in range(2)]
    assert said == [True, False]
    payout.refresh_from_db()
    assert (payout.state, payout.idempotency_key) == (PayoutState.WAITING, key)
    assert AuditEvent.objects.filter(action="payout.retried").count() == 1


def test_one_that_stripe_does_not_answer_is_listed_after_an_hour(
    in_istres: Town,
    merchant: Merchant,  # noqa: F811  (a fixture)
    fake: FakeStripe,
) -> None:
    payout = settled(in_istres, merchant)
    Payout.objects.update(state=PayoutState.SENDING, sending_since=MONDAY)
    assert waiting_payouts(now=MONDAY + timedelta(minutes=59)) == []
    assert waiting_payouts(now=MONDAY + timedelta(minutes=61)) == [payout]


def test_another_towns_payout_is_not_sent_again(failed: Payout, viroflay: Town) -> None:
    with in_town(viroflay):
        assert (list(failed_payouts()), waiting_payouts(now=LATER)) == ([], [])
        with pytest.raises(Payout.DoesNotExist):
            retry_payout(payout_id=failed.pk, actor=None, now=LATER)
