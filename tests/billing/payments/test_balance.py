"""Reading Stripe's balance by what is new, and what left it for the company's own bank."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import stripe

from billing.ledger.checking import Kind, check_here
from billing.ledger.models import Account, Entry
from billing.ledger.queries import balance
from billing.payments import balance as reading
from billing.payments.balance import read_balance
from billing.payments.balance_models import BalanceMovement, BalanceReading, CompanyPayout, CompanyPayoutState
from billing.payments.checking import differences_with_stripe
from billing.payments.company_payouts import refresh_company_payout
from billing.payments.inbox import PROCESS_EVENT
from billing.payments.models import WebhookEvent
from billing.payments.reconciliation import ForeignObjectError
from conciergeries.towns.models import Town
from shared.tenancy import in_town
from tests.billing.conftest import events_of
from tests.billing.payments.paying import paid_payment
from tests.factories import run_effects
from tests.tools.fake_stripe import FakeStripe

DAYS = 24 * 3600


@pytest.fixture
def later(today: datetime) -> datetime:
    """When what Stripe did today has had the time to reach us."""
    return today + timedelta(hours=1)


def client_of(fake: FakeStripe) -> stripe.StripeClient:
    return stripe.StripeClient(fake.api_key, base_addresses={"api": fake.api_url})


def pay_out(fake: FakeStripe, cents: int, **metadata: str) -> stripe.Payout:
    """As on Stripe's own pages, where its owner may write a town in the metadata."""
    return client_of(fake).v1.payouts.create({"amount": cents, "currency": "eur", "metadata": metadata})


def payout_events(fake: FakeStripe) -> list[dict[str, Any]]:
    return [event for event in events_of(fake) if event["type"].startswith("payout.")]


def deliver(webhook: Callable[..., Any], events: list[dict[str, Any]], *towns: Town) -> None:
    for event in events:
        assert webhook(event).status_code == 200
    for town in towns:
        with in_town(town):
            run_effects(now=datetime.now(UTC), kinds=[PROCESS_EVENT])


@pytest.fixture
def one_stripe(istres: Town, viroflay: Town, fake: FakeStripe) -> FakeStripe:
    """The company of Istres runs Viroflay too."""
    Town.objects.filter(pk=viroflay.pk).update(operating_company=istres.operating_company)
    viroflay.refresh_from_db()
    return fake


def test_only_what_is_new_is_asked_for(
    in_istres: Any, fake: FakeStripe, today: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    listed = reading._listed  # noqa: SLF001  (to watch what is asked for, and ask it)

    def watched(account: Any, start: datetime, end: datetime | None) -> Any:
        asked.append((start, end))
        return listed(account, start, end)

    monkeypatch.setattr(reading, "_listed", watched)
    paid_payment(fake=fake, now=today)
    far = today + timedelta(days=20)
    read_balance(now=far)
    weeks = [today - timedelta(days=4) + timedelta(days=7 * number) for number in range(5)]
    assert asked == [(weeks[0], weeks[1]), (weeks[1], weeks[2]), (weeks[2], weeks[3]), (weeks[3], None)]
    assert BalanceReading.objects.get().read_to == far
    asked.clear()
    read_balance(now=far + timedelta(days=1))
    assert asked == [(far - timedelta(days=4), None)]
    assert BalanceMovement.objects.count() == 1


def test_a_reading_that_is_cut_short_goes_on(in_istres: Any, fake: FakeStripe, today: datetime) -> None:
    paid_payment(fake=fake, now=today)
    fake.set_clock(datetime.now(UTC) + timedelta(days=10))
    paid_payment(fake=fake, now=today + timedelta(days=10))
    far = today + timedelta(days=20)
    fake.fail_next("/v1/balance_transactions", method="GET", status=400, code="lock_timeout")
    with pytest.raises(stripe.InvalidRequestError):
        read_balance(now=far)
    assert (BalanceMovement.objects.count(), BalanceReading.objects.count()) == (0, 0)

    # The first week is read, the second is not.
    read_balance(now=today + timedelta(days=1))
    BalanceReading.objects.update(read_to=today + timedelta(days=3))
    fake.fail_next("/v1/balance_transactions", method="GET", status=400, code="lock_timeout")
    with pytest.raises(stripe.InvalidRequestError):
        read_balance(now=far)
    read_balance(now=far)
    assert BalanceMovement.objects.count() == 2
    assert differences_with_stripe(now=far) == []


def test_what_was_read_long_ago_is_still_compared(in_istres: Any, fake: FakeStripe, today: datetime) -> None:
    payment = paid_payment(fake=fake, now=today)
    assert differences_with_stripe(now=today + timedelta(hours=1)) == []
    fake.set_clock(datetime.now(UTC) + timedelta(days=60))
    made = client_of(fake).v1.refunds.create({"payment_intent": str(payment.stripe_intent_id), "amount": 500})
    found = differences_with_stripe(now=today + timedelta(days=61))
    assert [finding.subject for finding in found] == [made.id]


def test_to_the_companys_bank_and_back(
    istres: Town, fake: FakeStripe, webhook: Callable[..., Any], today: datetime, later: datetime
) -> None:
    with in_town(istres):
        paid_payment(fake=fake, now=today)
        payout = pay_out(fake, 4000)
        (said,) = differences_with_stripe(now=later)
        assert said.subject == payout.id
    fake.run_jobs()
    events = payout_events(fake)
    # In the wrong order, and twice.
    deliver(webhook, [*events[::-1], *events], istres)
    with in_town(istres):
        kept = CompanyPayout.objects.get()
        assert (kept.amount_cents, kept.state) == (4000, CompanyPayoutState.PAID)
        assert (balance(account=Account.BANK), balance(account=Account.STRIPE)) == (4000, 2000)
        assert differences_with_stripe(now=later) == []

    fake.fail_payout(payout.id)
    deliver(webhook, [event for event in payout_events(fake) if event["type"] == "payout.failed"], istres)
    with in_town(istres):
        kept.refresh_from_db()
        assert (kept.state, kept.failure_code) == (CompanyPayoutState.FAILED, "account_closed")
        assert (balance(account=Account.BANK), balance(account=Account.STRIPE)) == (0, 6000)
        report = check_here(now=later)
        # The payment of these tests is of no order: it is the one orphan.
        assert (report.count(Kind.STRIPE), report.count(Kind.ORPHAN)) == (0, 1)


def test_one_that_is_cancelled_comes_back(in_istres: Town, fake: FakeStripe, today: datetime) -> None:
    payout = pay_out(fake, 4000)
    refresh_company_payout(stripe_payout_id=payout.id, now=today)
    client_of(fake).v1.payouts.cancel(payout.id)
    for _ in range(2):
        kept = refresh_company_payout(stripe_payout_id=payout.id, now=today)
    assert (kept.state, balance(account=Account.BANK), Entry.objects.count()) == (CompanyPayoutState.CANCELLED, 0, 2)


def test_of_several_towns_nobody_says_which_until_somebody_does(
    istres: Town,
    viroflay: Town,
    one_stripe: FakeStripe,
    webhook: Callable[..., Any],
    later: datetime,
) -> None:
    fake, today = one_stripe, later - timedelta(hours=1)
    for town in (istres, viroflay):
        with in_town(town):
            paid_payment(fake=fake, now=today)
    payout = pay_out(fake, 4000)
    deliver(webhook, payout_events(fake), istres, viroflay)
    with in_town(istres):
        (said,) = differences_with_stripe(now=later)
        assert said.subject == payout.id
        assert "n’est d’aucune commune" in said.message
        with pytest.raises(ForeignObjectError):
            refresh_company_payout(stripe_payout_id=payout.id, now=later)
    with in_town(viroflay):
        assert (differences_with_stripe(now=later), CompanyPayout.objects.count()) == ([], 0)

    client_of(fake).v1.payouts.update(payout.id, {"metadata": {"town": "viroflay"}})
    deliver(webhook, payout_events(fake), istres, viroflay)
    with in_town(viroflay):
        assert (balance(account=Account.BANK), differences_with_stripe(now=later)) == (4000, [])
    with in_town(istres):
        assert (balance(account=Account.BANK), differences_with_stripe(now=later)) == (0, [])


def test_one_that_is_claimed_days_later_is_no_difference(
    istres: Town, viroflay: Town, one_stripe: FakeStripe, webhook: Callable[..., Any], later: datetime
) -> None:
    fake = one_stripe
    for town in (istres, viroflay):
        with in_town(town):
            paid_payment(fake=fake, now=later - timedelta(hours=1))
    payout = pay_out(fake, 4000)
    days_later = later + timedelta(days=12)
    for town in (istres, viroflay):
        with in_town(town):
            differences_with_stripe(now=days_later)
    client_of(fake).v1.payouts.update(payout.id, {"metadata": {"town": "viroflay"}})
    deliver(webhook, payout_events(fake), istres, viroflay)
    for town, banked in ((istres, 0), (viroflay, 4000)):
        with in_town(town):
            assert (balance(account=Account.BANK), differences_with_stripe(now=days_later)) == (banked, [])


def test_the_town_that_has_a_payout_keeps_it(
    istres: Town, viroflay: Town, one_stripe: FakeStripe, webhook: Callable[..., Any], later: datetime
) -> None:
    fake = one_stripe
    for town in (istres, viroflay):
        with in_town(town):
            paid_payment(fake=fake, now=later - timedelta(hours=1))
    payout = pay_out(fake, 4000, town="istres")
    deliver(webhook, payout_events(fake), istres, viroflay)
    # As if nobody had said so: the company ran one town when it left.
    client_of(fake).v1.payouts.update(payout.id, {"metadata": {"town": ""}})
    with in_town(istres):
        assert differences_with_stripe(now=later) == []
    # Or somebody takes it for another's.
    client_of(fake).v1.payouts.update(payout.id, {"metadata": {"town": "viroflay"}})
    deliver(webhook, payout_events(fake), istres, viroflay)
    for town, banked in ((istres, 4000), (viroflay, 0)):
        with in_town(town):
            assert (balance(account=Account.BANK), differences_with_stripe(now=later)) == (banked, [])
    with in_town(viroflay), pytest.raises(ForeignObjectError):
        refresh_company_payout(stripe_payout_id=payout.id, now=later)


def test_another_companys_payout_is_nobodys(
    istres: Town, viroflay: Town, stripes: dict[str, FakeStripe], webhook: Callable[..., Any], today: datetime
) -> None:
    """Viroflay's company says that its payout is of Istres, which another runs."""
    pay_out(stripes["viroflay"], 4000, town="istres")
    for event in payout_events(stripes["viroflay"]):
        assert webhook(event, alias="viroflay").status_code == 200
    for town in (istres, viroflay):
        with in_town(town):
            assert WebhookEvent.objects.count() == 0
    with in_town(istres), pytest.raises(stripe.InvalidRequestError):
        refresh_company_payout(
            stripe_payout_id=payout_events(stripes["viroflay"])[0]["data"]["object"]["id"], now=today
        )
