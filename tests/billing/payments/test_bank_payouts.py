"""From a merchant's account to its bank: what the bank sends back is told, to the merchant and to its towns."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import stripe

from billing.payments import facts
from billing.payments.catching_up import catch_up
from billing.payments.routing import REFRESH_ACCOUNT, REFRESH_BANK_PAYOUT
from billing.payments.services import open_account, refresh_account
from billing.payments.standing import refused_by_account, standing_of
from conciergeries.merchants.models import Merchant, MerchantAccount, RefusedPayout
from conciergeries.towns.models import Town
from shared.notifications.models import Message
from shared.tenancy import in_town
from tests.billing.conftest import events_of
from tests.billing.payments.paying import told
from tests.factories import make_merchant, run_effects
from tests.tools.fake_stripe import FakeStripe

DAY = 24 * 3600


@pytest.fixture
def merchant(istres: Town, viroflay: Town) -> Merchant:
    """Sells in both towns, which two companies run."""
    return make_merchant(name="Fromagerie Amandine", town=istres)


@pytest.fixture
def account(istres: Town, merchant: Merchant, fake: FakeStripe, now: datetime) -> MerchantAccount:
    account = open_account(merchant=merchant, company=istres.operating_company, now=now)
    fake.set_transfers(account.stripe_account_id)
    refresh_account(account_id=account.stripe_account_id, now=now)
    _pay_in(fake, account, 10_000)
    return account


def _pay_in(fake: FakeStripe, account: MerchantAccount, cents: int) -> None:
    client = stripe.StripeClient(fake.api_key, base_addresses={"api": fake.api_url})
    client.v1.transfers.create({"amount": cents, "currency": "eur", "destination": account.stripe_account_id})


def payout_events(fake: FakeStripe, *types: str) -> list[dict[str, Any]]:
    return [event for event in events_of(fake) if event["type"] in types]


def letters() -> list[Message]:
    return list(Message.objects.filter(template="payments/bank_refused"))


def deliver(webhook: Callable[..., Any], events: list[dict[str, Any]], *, now: datetime) -> None:
    for event in events:
        assert webhook(event).status_code == 200
    run_effects(now=datetime.now(now.tzinfo), kinds=[REFRESH_BANK_PAYOUT, REFRESH_ACCOUNT])


def test_a_refusal_is_told_once_and_shown(
    *,
    account: MerchantAccount,
    istres: Town,
    viroflay: Town,
    fake: FakeStripe,
    webhook: Callable[..., Any],
    now: datetime,
) -> None:
    payout = fake.pay_out(account.stripe_account_id, 5640)
    fake.fail_payout(payout["id"], code="no_account")
    events = payout_events(fake, "payout.failed")
    assert [event["account"] for event in events] == [account.stripe_account_id]
    deliver(webhook, [*events, *events], now=now)

    refused = RefusedPayout.objects.get()
    assert (refused.account, refused.amount_cents, refused.failure_code) == (account, 5640, "no_account")
    [letter] = letters()
    assert letter.to == account.merchant.contact_email
    assert letter.subject == "Votre banque a refusé 56,40\xa0€"
    assert "le compte bancaire est introuvable" in letter.text
    with in_town(Town.objects.get(schema_name="istres")):
        assert told(facts.BANK_REFUSED) == [
            {"refused_payout_id": str(refused.pk), "merchant_id": str(account.merchant_id)}
        ]
    with in_town(viroflay):
        # Run by another company, which sent nothing.
        assert told(facts.BANK_REFUSED) == []

    account.refresh_from_db()
    standing = standing_of(account, refused=refused_by_account([account])[account.pk])
    assert standing.badge == ("closed", "IBAN à corriger")
    assert standing.refused[0].words.startswith("le compte bancaire est introuvable")


def test_a_later_one_that_arrives_ends_it(
    account: MerchantAccount, fake: FakeStripe, webhook: Callable[..., Any], now: datetime
) -> None:
    first = fake.pay_out(account.stripe_account_id, 5640)
    fake.fail_payout(first["id"])
    deliver(webhook, payout_events(fake, "payout.failed"), now=now)
    fake.advance(DAY)
    fake.pay_out(account.stripe_account_id, 5640)
    fake.run_jobs()
    deliver(webhook, payout_events(fake, "payout.paid"), now=now)
    assert RefusedPayout.objects.get().over_at is not None
    assert (len(letters()), refused_by_account([account])) == (1, {})


def test_told_after_a_later_one_arrived_there_is_nothing_to_do(
    account: MerchantAccount, fake: FakeStripe, webhook: Callable[..., Any], now: datetime
) -> None:
    first = fake.pay_out(account.stripe_account_id, 5640)
    fake.fail_payout(first["id"])
    fake.advance(DAY)
    fake.pay_out(account.stripe_account_id, 5640)
    fake.run_jobs()
    deliver(webhook, payout_events(fake, "payout.failed", "payout.paid")[::-1], now=now)
    assert RefusedPayout.objects.get().over_at is not None
    assert letters() == []


def test_one_that_was_paid_may_come_back(
    account: MerchantAccount, fake: FakeStripe, webhook: Callable[..., Any], now: datetime
) -> None:
    payout = fake.pay_out(account.stripe_account_id, 5640)
    fake.run_jobs()
    fake.fail_payout(payout["id"])
    deliver(webhook, payout_events(fake, "payout.paid", "payout.failed"), now=now)
    assert RefusedPayout.objects.get().over_at is None


def test_an_event_lost_on_the_way_is_caught_up(account: MerchantAccount, fake: FakeStripe, now: datetime) -> None:
    fake.set_webhook("http://127.0.0.1:9/")
    fake.drop_webhooks("*")
    payout = fake.pay_out(account.stripe_account_id, 5640)
    fake.fail_payout(payout["id"])
    later = datetime.now(now.tzinfo) + timedelta(minutes=1)
    catch_up(alias="default", now=later)
    run_effects(now=later, kinds=[REFRESH_BANK_PAYOUT])
    assert len(letters()) == 1


def test_an_account_that_was_closed_keeps_no_other_waiting(istres: Town, fake: FakeStripe, now: datetime) -> None:
    fake.set_webhook("http://127.0.0.1:9/")
    fake.drop_webhooks("*")
    accounts = []
    for name in ("Fermée", "Ouverte"):
        account = open_account(
            merchant=make_merchant(name=name, town=istres), company=istres.operating_company, now=now
        )
        fake.set_transfers(account.stripe_account_id)
        refresh_account(account_id=account.stripe_account_id, now=now)
        _pay_in(fake, account, 10_000)
        fake.fail_payout(fake.pay_out(account.stripe_account_id, 5640)["id"])
        accounts.append(account)
    client = stripe.StripeClient(fake.api_key, base_addresses={"api": fake.api_url})
    client.v2.core.accounts.close(accounts[0].stripe_account_id)
    later = datetime.now(now.tzinfo) + timedelta(minutes=1)
    catch_up(alias="default", now=later)
    run_effects(now=later, kinds=[REFRESH_BANK_PAYOUT])
    assert [letter.to for letter in letters()] == [accounts[1].merchant.contact_email]


def test_another_companys_stripe_is_not_believed(
    account: MerchantAccount, fake: FakeStripe, webhook: Callable[..., Any], now: datetime
) -> None:
    """Viroflay's company signs an event about the account of a merchant at Istres's."""
    payout = fake.pay_out(account.stripe_account_id, 5640)
    fake.fail_payout(payout["id"])
    fake.set_transfers(account.stripe_account_id, "restricted")
    [event] = payout_events(fake, "payout.failed")
    thin = {
        "id": "evt_9",
        "object": "v2.core.event",
        "type": "v2.core.account[requirements].updated",
        "related_object": {"id": account.stripe_account_id},
    }
    for each in (event, thin):
        assert webhook(each, alias="viroflay").status_code == 200
    run_effects(now=datetime.now(now.tzinfo), kinds=[REFRESH_BANK_PAYOUT, REFRESH_ACCOUNT])
    account.refresh_from_db()
    assert (RefusedPayout.objects.count(), len(letters()), account.transfers_active) == (0, 0, True)


def test_a_second_secret_signs_too(
    account: MerchantAccount, fake: FakeStripe, webhook: Callable[..., Any], settings: Any, now: datetime
) -> None:
    """Stripe gives the events of merchants' accounts a destination, and a secret, of their own."""
    settings.STRIPE["default"]["webhook_secret"] = "whsec_default, whsec_merchants"
    payout = fake.pay_out(account.stripe_account_id, 5640)
    fake.fail_payout(payout["id"])
    [event] = payout_events(fake, "payout.failed")
    assert webhook(event, secret="whsec_merchants").status_code == 200
    assert webhook(event, secret="whsec_default").status_code == 200
    assert webhook(event, secret="whsec_viroflay").status_code == 400
    assert webhook(event, secret=",").status_code == 400
