"""What the company wires to its Stripe balance: posted as it is counted there, by the town that it is of."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import stripe

from billing.ledger.checking import Kind, check_here
from billing.ledger.models import Account, Entry
from billing.ledger.queries import balance
from billing.payments.balance_models import BalanceMovement, CompanyTopUp, CompanyTopUpState
from billing.payments.catching_up import catch_up
from billing.payments.checking import differences_with_stripe
from billing.payments.company_top_ups import refresh_company_top_up
from billing.payments.inbox import PROCESS_EVENT
from billing.payments.reconciliation import ForeignObjectError
from conciergeries.towns.models import Town
from shared.tenancy import in_town
from tests.billing.conftest import events_of
from tests.billing.payments.paying import paid_payment
from tests.factories import run_effects
from tests.tools.fake_stripe import FakeStripe


@pytest.fixture
def later(today: datetime) -> datetime:
    """When what Stripe did today has had the time to reach us."""
    return today + timedelta(hours=1)


@pytest.fixture
def one_stripe(istres: Town, viroflay: Town, fake: FakeStripe, today: datetime) -> FakeStripe:
    """The company of Istres runs Viroflay too, and both take cards."""
    Town.objects.filter(pk=viroflay.pk).update(operating_company=istres.operating_company)
    viroflay.refresh_from_db()
    for town in (istres, viroflay):
        with in_town(town):
            paid_payment(fake=fake, now=today)
    return fake


def client_of(fake: FakeStripe) -> stripe.StripeClient:
    return stripe.StripeClient(fake.api_key, base_addresses={"api": fake.api_url})


def wire(fake: FakeStripe, cents: int = 50_000, **metadata: str) -> stripe.Topup:
    """As on Stripe's own pages; it has arrived."""
    top_up = client_of(fake).v1.topups.create({"amount": cents, "currency": "eur", "metadata": metadata})
    fake.run_jobs()
    return top_up


def deliver(fake: FakeStripe, webhook: Callable[..., Any], *towns: Town, backwards: bool = False) -> None:
    """Every event of top-ups, all again each time."""
    events = [event for event in events_of(fake) if event["type"].startswith("topup.")]
    for event in events[:: -1 if backwards else 1]:
        assert webhook(event).status_code == 200
    for town in towns:
        with in_town(town):
            run_effects(now=datetime.now(UTC), kinds=[PROCESS_EVENT])


def said_in(town: Town, now: datetime) -> list[str]:
    with in_town(town):
        return [finding.subject for finding in differences_with_stripe(now=now)]


@pytest.mark.parametrize("backwards", [False, True])
def test_from_the_companys_bank_and_back(
    istres: Town, fake: FakeStripe, webhook: Callable[..., Any], today: datetime, later: datetime, *, backwards: bool
) -> None:
    with in_town(istres):
        paid_payment(fake=fake, now=today)
    top_up = wire(fake)
    with in_town(istres):
        (said,) = differences_with_stripe(now=later)
        assert said.message.replace("\u00a0", " ") == (
            f"Stripe compte 500,00 € pour {top_up.id}, dont le compte 517 ne sait rien."
        )
    deliver(fake, webhook, istres, backwards=backwards)
    with in_town(istres):
        kept = CompanyTopUp.objects.get()
        assert (kept.amount_cents, kept.state) == (50_000, CompanyTopUpState.ARRIVED)
        assert (balance(account=Account.BANK), balance(account=Account.STRIPE)) == (-50_000, 56_000)
        assert differences_with_stripe(now=later) == []
    fake.fail_topup(top_up.id)
    assert said_in(istres, later) == [top_up.id]
    deliver(fake, webhook, istres, backwards=backwards)
    with in_town(istres):
        kept.refresh_from_db()
        assert (kept.state, kept.amount_cents) == (CompanyTopUpState.REVERSED, 50_000)
        assert (balance(account=Account.BANK), balance(account=Account.STRIPE)) == (0, 6000)
        report = check_here(now=later)
        # The payment of these tests is of no order: it is the one orphan.
        assert (report.count(Kind.STRIPE), report.count(Kind.ORPHAN)) == (0, 1)


def test_nothing_is_posted_before_it_arrives(in_istres: Town, fake: FakeStripe, today: datetime) -> None:
    top_up = client_of(fake).v1.topups.create({"amount": 50_000, "currency": "eur"})
    kept = refresh_company_top_up(stripe_top_up_id=top_up.id, now=today)
    assert (kept.state, Entry.objects.count()) == (CompanyTopUpState.ON_ITS_WAY, 0)
    fake.fail_topup(top_up.id)
    for _ in range(2):
        kept = refresh_company_top_up(stripe_top_up_id=top_up.id, now=today)
    assert (kept.state, kept.failure_code) == (CompanyTopUpState.FAILED, "insufficient_funds")
    other = client_of(fake).v1.topups.create({"amount": 100, "currency": "eur"})
    client_of(fake).v1.topups.cancel(other.id)
    kept = refresh_company_top_up(stripe_top_up_id=other.id, now=today)
    assert (kept.state, Entry.objects.count(), BalanceMovement.objects.count()) == (CompanyTopUpState.CANCELLED, 0, 0)


def test_of_several_towns_nobody_says_which_until_somebody_does(
    istres: Town, viroflay: Town, one_stripe: FakeStripe, webhook: Callable[..., Any], later: datetime
) -> None:
    top_up = wire(one_stripe)
    deliver(one_stripe, webhook, istres, viroflay)
    with in_town(istres):
        (said,) = differences_with_stripe(now=later)
        assert said.subject == top_up.id
        assert "n’est d’aucune commune" in said.message
        with pytest.raises(ForeignObjectError):
            refresh_company_top_up(stripe_top_up_id=top_up.id, now=later)
    assert said_in(viroflay, later) == []

    # Stripe has no event for what is written on it since: it is asked.
    client_of(one_stripe).v1.topups.update(top_up.id, {"metadata": {"town": "viroflay"}})
    for _ in range(2):
        catch_up(alias="default", now=later)
    for town, banked in ((istres, 0), (viroflay, -50_000)):
        assert said_in(town, later) == []
        with in_town(town):
            assert balance(account=Account.BANK) == banked

    # Once posted, it stays the town's that has it.
    client_of(one_stripe).v1.topups.update(top_up.id, {"metadata": {"town": "istres"}})
    catch_up(alias="default", now=later)
    assert (said_in(istres, later), said_in(viroflay, later)) == ([], [])
    with in_town(istres), pytest.raises(ForeignObjectError):
        refresh_company_top_up(stripe_top_up_id=top_up.id, now=later)


def test_one_that_names_its_town_is_that_town_s(
    istres: Town, viroflay: Town, one_stripe: FakeStripe, webhook: Callable[..., Any], later: datetime
) -> None:
    top_up = wire(one_stripe, town="viroflay")
    assert (said_in(istres, later), said_in(viroflay, later)) == ([], [top_up.id])
    deliver(one_stripe, webhook, istres, viroflay)
    for town, banked in ((istres, 0), (viroflay, -50_000)):
        assert said_in(town, later) == []
        with in_town(town):
            assert balance(account=Account.BANK) == banked


@pytest.mark.parametrize("named", ["viroflay-les-bois", "viroflay", " viroflay-les-bois "])
def test_a_town_is_named_by_its_short_name_or_by_its_schema(
    viroflay: Town, one_stripe: FakeStripe, later: datetime, named: str
) -> None:
    """They differ where the name has a hyphen, and people write what addresses show."""
    Town.objects.filter(pk=viroflay.pk).update(slug="viroflay-les-bois")
    wire(one_stripe, town=named)
    catch_up(alias="default", now=later)
    with in_town(viroflay):
        assert balance(account=Account.BANK) == -50_000


def test_one_that_names_no_town_of_the_company_is_said_even_where_no_card_is_taken(
    istres: Town, viroflay: Town, fake: FakeStripe, today: datetime, later: datetime
) -> None:
    Town.objects.filter(pk=viroflay.pk).update(operating_company=istres.operating_company)
    with in_town(viroflay):
        paid_payment(fake=fake, now=today)
    top_up = wire(fake, town="virofley")
    catch_up(alias="default", now=later)
    assert (said_in(istres, later), said_in(viroflay, later)) == ([top_up.id], [])


def test_one_whose_events_are_lost_is_caught_up_with(
    istres: Town, fake: FakeStripe, today: datetime, later: datetime
) -> None:
    with in_town(istres):
        paid_payment(fake=fake, now=today)
    wire(fake)
    catch_up(alias="default", now=later)
    assert said_in(istres, later) == []


def test_another_companys_is_nobodys(
    istres: Town, viroflay: Town, stripes: dict[str, FakeStripe], today: datetime
) -> None:
    """Viroflay's company says that its money is Istres's, which another runs."""
    top_up = wire(stripes["viroflay"], town="istres")
    catch_up(alias="viroflay", now=today)
    with in_town(viroflay), pytest.raises(ForeignObjectError):
        refresh_company_top_up(stripe_top_up_id=top_up.id, now=today)
    with in_town(istres), pytest.raises(stripe.InvalidRequestError):
        refresh_company_top_up(stripe_top_up_id=top_up.id, now=today)
    for town in (istres, viroflay):
        with in_town(town):
            assert not CompanyTopUp.objects.exists()
