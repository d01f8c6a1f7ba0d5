"""A merchant's account at Stripe: opened once per company, allowed to receive transfers when Stripe says so."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
import stripe
from django.db import transaction

from billing.payments import facts
from billing.payments.gateway import CallInTransactionError
from billing.payments.routing import REFRESH_ACCOUNT
from billing.payments.services import account_link, open_account, refresh_account
from conciergeries.merchants.models import Merchant, MerchantAccount
from conciergeries.towns.models import Town
from shared.tenancy import current_schema, in_town
from tests.billing.conftest import events_of
from tests.billing.payments.paying import told
from tests.factories import make_merchant, run_effects
from tests.tools.fake_stripe import FakeStripe

LINKS = {"refresh_url": "http://localhost/portail/", "return_url": "http://localhost/portail/"}


@pytest.fixture
def merchant(istres: Town) -> Merchant:
    return make_merchant(name="L’Atelier du Cordonnier", town=istres)


@pytest.fixture
def account(istres: Town, merchant: Merchant, fake: FakeStripe, now: datetime) -> MerchantAccount:
    return open_account(merchant=merchant, company=istres.operating_company, now=now)


def client_of(fake: FakeStripe) -> stripe.StripeClient:
    return stripe.StripeClient(fake.api_key, base_addresses={"api": fake.api_url})


def test_an_account_is_opened_to_receive_transfers(
    account: MerchantAccount, merchant: Merchant, fake: FakeStripe
) -> None:
    assert account.stripe_account_id.startswith("acct_")
    assert account.transfers_active is False
    seen = client_of(fake).v2.core.accounts.retrieve(
        account.stripe_account_id, {"include": ["configuration.recipient", "identity"]}
    )
    shown = seen.to_dict()
    assert (shown["display_name"], shown["contact_email"]) == (merchant.name, merchant.contact_email)
    assert shown["metadata"] == {"merchant": str(merchant.pk)}
    assert shown["identity"]["country"].upper() == "FR"
    assert shown["applied_configurations"] == ["recipient"]


def test_opening_again_gives_the_same_account(
    account: MerchantAccount, merchant: Merchant, istres: Town, fake: FakeStripe, now: datetime
) -> None:
    assert open_account(merchant=merchant, company=istres.operating_company, now=now) == account
    assert len(client_of(fake).v2.core.accounts.list().data) == 1


def test_a_lost_answer_does_not_open_two_accounts(
    istres: Town, merchant: Merchant, fake: FakeStripe, now: datetime
) -> None:
    fake.fail_next("/v2/core/accounts", when="after", mode="reset", times=3)
    with pytest.raises(stripe.APIConnectionError):
        open_account(merchant=merchant, company=istres.operating_company, now=now)
    assert MerchantAccount.objects.count() == 0
    account = open_account(merchant=merchant, company=istres.operating_company, now=now)
    assert [each.id for each in client_of(fake).v2.core.accounts.list().data] == [account.stripe_account_id]


def test_a_merchant_has_one_account_per_company(
    istres: Town, viroflay: Town, merchant: Merchant, stripes: dict[str, FakeStripe], now: datetime
) -> None:
    first = open_account(merchant=merchant, company=istres.operating_company, now=now)
    second = open_account(merchant=merchant, company=viroflay.operating_company, now=now)
    assert first.stripe_account_id != second.stripe_account_id
    assert [len(client_of(fake).v2.core.accounts.list().data) for fake in stripes.values()] == [1, 1]


def test_it_may_be_asked_for_from_a_town(istres: Town, merchant: Merchant, fake: FakeStripe, now: datetime) -> None:
    with in_town(istres):
        account = open_account(merchant=merchant, company=istres.operating_company, now=now)
        assert current_schema() == "istres"
        assert refresh_account(account_id=account.stripe_account_id, now=now) is False
        assert current_schema() == "istres"
    assert MerchantAccount.objects.get() == account


def test_the_link_leads_to_stripes_page(account: MerchantAccount, fake: FakeStripe) -> None:
    assert account_link(account=account, **LINKS).startswith(f"{fake.base_url}/setup/")


def test_no_call_is_made_in_a_transaction(account: MerchantAccount, now: datetime) -> None:
    with pytest.raises(CallInTransactionError), transaction.atomic():
        account_link(account=account, **LINKS)


@pytest.mark.parametrize("status", ["pending", "restricted", "rejected", "unsupported"])
def test_nothing_but_active_allows_transfers(
    account: MerchantAccount, fake: FakeStripe, now: datetime, status: str
) -> None:
    fake.set_transfers(account.stripe_account_id, status)
    assert refresh_account(account_id=account.stripe_account_id, now=now) is False
    account.refresh_from_db()
    assert account.transfers_active is False


def test_every_town_of_the_company_is_told_once(
    account: MerchantAccount, istres: Town, viroflay: Town, fake: FakeStripe, now: datetime
) -> None:
    fake.set_transfers(account.stripe_account_id)
    for _ in range(3):
        assert refresh_account(account_id=account.stripe_account_id, now=now) is True
    account.refresh_from_db()
    assert account.transfers_active is True
    with in_town(istres):
        assert told(facts.ACCOUNT_ACTIVE) == [{"merchant_id": str(account.merchant_id)}]
    with in_town(viroflay):
        # Run by another company: the account is nothing to it.
        assert told(facts.ACCOUNT_ACTIVE) == []


def test_what_stripe_takes_away_is_taken_note_of(account: MerchantAccount, fake: FakeStripe, now: datetime) -> None:
    fake.set_transfers(account.stripe_account_id)
    refresh_account(account_id=account.stripe_account_id, now=now)
    fake.set_transfers(account.stripe_account_id, "restricted")
    refresh_account(account_id=account.stripe_account_id, now=now)
    account.refresh_from_db()
    assert account.transfers_active is False


def test_an_account_that_is_nobodys_is_ignored(fake: FakeStripe, db: None, now: datetime) -> None:
    assert refresh_account(account_id="acct_nobody", now=now) is False


def test_stripes_thin_event_makes_us_look(
    account: MerchantAccount, istres: Town, fake: FakeStripe, webhook: Callable[..., Any], now: datetime
) -> None:
    fake.set_transfers(account.stripe_account_id)
    events = [event for event in events_of(fake) if "capability_status_updated" in event["type"]]
    assert len(events) == 1
    for event in events:
        thin = {name: value for name, value in event.items() if name not in {"data", "changes"}}
        assert webhook(thin).status_code == 200
    assert not MerchantAccount.objects.get().transfers_active
    run_effects(now=datetime.now(now.tzinfo), kinds=[REFRESH_ACCOUNT])
    assert MerchantAccount.objects.get().transfers_active
    with in_town(istres):
        assert len(told(facts.ACCOUNT_ACTIVE)) == 1


@pytest.mark.parametrize(
    "event",
    [
        {"id": "evt_1", "object": "v2.core.event", "type": "v2.core.account.updated", "related_object": None},
        {"id": "evt_2", "object": "v2.core.event", "type": "v2.core.account.updated"},
        {"id": "evt_3", "object": "event", "type": "payout.paid", "data": {"object": {"id": "po_1"}}},
        {"id": "evt_4", "object": "event", "type": "payout.paid", "data": None},
    ],
)
def test_an_event_about_nothing_of_ours_is_answered(
    stripes: Any, db: None, webhook: Callable[..., Any], event: dict[str, Any]
) -> None:
    assert webhook(event).status_code == 200
