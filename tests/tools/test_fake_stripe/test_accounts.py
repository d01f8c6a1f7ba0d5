"""Accounts v2, their onboarding page, and the same accounts through v1."""

import pytest
import stripe

from tests.tools.fake_stripe import FakeStripe
from tests.tools.test_fake_stripe.browser import visit
from tests.tools.test_fake_stripe.makers import account_params
from tests.tools.test_fake_stripe.receiver import Endpoint

CAPABILITY = "v2.core.account[configuration.recipient].capability_status_updated"
BACK, AGAIN = "http://localhost:8000/portail/retour/", "http://localhost:8000/portail/reprendre/"


def transfers_status(client: stripe.StripeClient, account: str) -> str:
    found = client.v2.core.accounts.retrieve(account, params={"include": ["configuration.recipient"]})
    assert found.configuration is not None
    assert found.configuration.recipient is not None
    assert found.configuration.recipient.capabilities is not None
    assert found.configuration.recipient.capabilities.stripe_balance is not None
    transfers = found.configuration.recipient.capabilities.stripe_balance.stripe_transfers
    assert transfers is not None
    return transfers.status


def onboarding(client: stripe.StripeClient, account: str) -> str:
    link = client.v2.core.account_links.create(
        params={
            "account": account,
            "use_case": {
                "type": "account_onboarding",
                "account_onboarding": {"refresh_url": AGAIN, "return_url": BACK},
            },
        }
    )
    return link.url


def test_a_new_account_cannot_receive_yet(client: stripe.StripeClient) -> None:
    account = client.v2.core.accounts.create(
        params=account_params(include=["configuration.recipient", "identity", "requirements"])
    )
    assert account.id.startswith("acct_")
    assert account.applied_configurations == ["recipient"]
    assert account.identity is not None
    assert account.identity.country == "fr"
    assert account.requirements is not None
    assert account.requirements.entries
    assert transfers_status(client, account.id) == "restricted"


def test_sections_come_only_when_asked_for(client: stripe.StripeClient) -> None:
    account = client.v2.core.accounts.create(params=account_params())
    plain = client.v2.core.accounts.retrieve(account.id)
    assert (plain.configuration, plain.identity, plain.requirements, plain.defaults) == (None, None, None, None)


def test_the_button_of_the_page_makes_the_capability_active(
    client: stripe.StripeClient, fake: FakeStripe, endpoint: Endpoint
) -> None:
    account = client.v2.core.accounts.create(params=account_params())
    url = onboarding(client, account.id)
    page = visit(url)
    assert page.status == 200
    assert "Fromagerie des Alpilles" in page.text
    assert "Valider et recevoir les reversements" in page.text
    done = visit(url, {"answer": "complete"})
    assert (done.status, done.location) == (303, BACK)
    assert transfers_status(client, account.id) == "active"
    assert fake.drain()
    [told] = endpoint.of(CAPABILITY)
    notification = client.parse_event_notification(told.body, told.signature, fake.webhook_secret)
    assert isinstance(
        notification,
        stripe.events.V2CoreAccountIncludingConfigurationRecipientCapabilityStatusUpdatedEventNotification,
    )
    assert notification.related_object.id == account.id
    assert notification.fetch_related_object().id == account.id
    assert notification.fetch_event().data.updated_capability == "stripe_balance.stripe_transfers"
    assert "data" not in told.json


def test_leaving_the_page_activates_nothing(client: stripe.StripeClient) -> None:
    account = client.v2.core.accounts.create(params=account_params())
    assert visit(onboarding(client, account.id), {"answer": "later"}).location == BACK
    assert transfers_status(client, account.id) == "restricted"


def test_a_link_is_used_once_and_not_for_long(client: stripe.StripeClient, fake: FakeStripe) -> None:
    account = client.v2.core.accounts.create(params=account_params())
    url = onboarding(client, account.id)
    visit(url, {"answer": "later"})
    assert visit(url).location == AGAIN
    late = onboarding(client, account.id)
    fake.advance(601)
    assert visit(late).location == AGAIN
    assert visit(late, {"answer": "complete"}).location == AGAIN
    assert transfers_status(client, account.id) == "restricted"


def test_the_capability_may_be_lost(client: stripe.StripeClient, fake: FakeStripe, endpoint: Endpoint) -> None:
    account = client.v2.core.accounts.create(params=account_params())
    fake.set_transfers(account.id)
    fake.set_transfers(account.id)
    fake.set_transfers(account.id, "restricted")
    assert transfers_status(client, account.id) == "restricted"
    assert fake.drain()
    assert len(endpoint.of(CAPABILITY)) == 2


def test_the_same_account_through_v1(client: stripe.StripeClient, fake: FakeStripe) -> None:
    account = client.v2.core.accounts.create(params=account_params())
    before = client.v1.accounts.retrieve(account.id)
    assert before.capabilities is not None
    assert (before.capabilities.transfers, before.payouts_enabled) == ("inactive", False)
    fake.set_transfers(account.id)
    after = client.v1.accounts.retrieve(account.id)
    assert after.capabilities is not None
    assert (after.capabilities.transfers, after.payouts_enabled) == ("active", True)


def test_accounts_change_close_and_are_listed(client: stripe.StripeClient) -> None:
    first = client.v2.core.accounts.create(params=account_params(metadata={"merchant": "1"}))
    second = client.v2.core.accounts.create(params=account_params())
    changed = client.v2.core.accounts.update(first.id, params={"display_name": "Les Alpilles", "metadata": {"n": "2"}})
    assert changed.display_name == "Les Alpilles"
    assert changed.metadata is not None
    assert changed.metadata.to_dict() == {"merchant": "1", "n": "2"}
    listed = client.v2.core.accounts.list(params={"limit": 1})
    assert [account.id for account in listed.auto_paging_iter()] == [second.id, first.id]
    client.v2.core.accounts.close(second.id)
    assert [account.id for account in client.v2.core.accounts.list().data] == [first.id]


def test_what_does_not_exist_or_is_not_played(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError) as missing:
        client.v2.core.accounts.retrieve("acct_none")
    assert (missing.value.http_status, missing.value.code) == (404, "not_found")
    with pytest.raises(stripe.InvalidRequestError, match="merchant"):
        client.v2.core.accounts.create(params={"configuration": {"merchant": {}}})
    with pytest.raises(stripe.InvalidRequestError, match="Invalid include"):
        client.v2.core.accounts.create(params=account_params(include=["configuration.storer"]))
