"""Each case is played in both towns."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.utils import timezone

from billing.ledger.queries import unbalanced
from billing.payments.facts import TRANSFER_CHANGED
from billing.payments.inbox import PROCESS_EVENT
from billing.payments.services import open_account, refresh_account
from billing.settlements.checking import differences_with_settlements
from conciergeries.merchants.models import Merchant
from conciergeries.towns.models import Town
from shared.tenancy import in_public, in_town
from tests.billing.conftest import events_of
from tests.billing.settlements.selling import MONDAY
from tests.factories import make_merchant, run_effects
from tests.tools.fake_stripe import FakeStripe


@pytest.fixture(params=["istres", "viroflay"])
def town(request: pytest.FixtureRequest) -> Iterator[Town]:
    """The town of the case, whose ledger agrees with everything when it is over."""
    with in_town(request.getfixturevalue(request.param)) as town:
        yield town
        assert unbalanced() == []
        assert differences_with_settlements(now=MONDAY) == []


@pytest.fixture
def fake(town: Town, stripes: dict[str, FakeStripe]) -> FakeStripe:
    """Stripe as the company that runs the town sees it."""
    return stripes[town.operating_company.stripe_alias]


@pytest.fixture
def merchant(town: Town) -> Merchant:
    return make_merchant(name="Boucherie du Centre", town=town)


@pytest.fixture
def payable(town: Town, fake: FakeStripe, merchant: Merchant) -> Merchant:
    """The merchant, with an account at the company's Stripe that may receive transfers."""
    account = open_account(merchant=merchant, company=town.operating_company, now=MONDAY)
    fake.set_transfers(account.stripe_account_id)
    refresh_account(account_id=account.stripe_account_id, now=MONDAY)
    return merchant


@pytest.fixture
def deliver(town: Town, webhook: Callable[..., Any], fake: FakeStripe) -> Callable[..., None]:
    """`deliver("refund.updated")` has Stripe tell its latest event of a type, and a worker act on it."""

    def tell(kind: str) -> None:
        event = [each for each in events_of(fake) if each["type"] == kind][-1]
        # A request leaves the connection in public.
        with in_public():
            assert webhook(event, alias=town.operating_company.stripe_alias).status_code == 200
        run_effects(now=timezone.now(), kinds=[PROCESS_EVENT, TRANSFER_CHANGED])

    return tell
