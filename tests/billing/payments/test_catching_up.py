"""Events that never arrived are asked for, and taken in once."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, get_args

import pytest
from stripe.events._event_classes import get_v2_event_class
from stripe.params import WebhookEndpointCreateParams

from billing.payments.catching_up import accounts_to_catch_up, catch_up
from billing.payments.inbox import PROCESS_EVENT
from billing.payments.models import Dispute, Payment, PaymentState, WebhookEvent
from billing.payments.routing import ROUTE_EVENT
from billing.payments.subscribed import SNAPSHOT_EVENTS, THIN_EVENTS
from conciergeries.towns.models import Town
from shared.tenancy import in_town
from tests.billing.payments.disputing import charge_of
from tests.billing.payments.paying import opened_payment, paid_payment
from tests.factories import run_effects
from tests.tools.fake_stripe import FakeStripe

# Nobody listens there, and nothing is sent.
NOWHERE = "http://127.0.0.1:9/"


@pytest.fixture
def losing(stripes: dict[str, FakeStripe]) -> dict[str, FakeStripe]:
    """Every event of both companies is lost on its way."""
    for fake in stripes.values():
        fake.set_webhook(NOWHERE)
        fake.drop_webhooks("*")
    return stripes


def test_what_was_lost_is_taken_in(
    istres: Town, viroflay: Town, losing: dict[str, FakeStripe], today: datetime
) -> None:
    fake = losing["default"]
    with in_town(istres):
        payment = opened_payment(now=today)
    with in_town(viroflay):
        theirs = opened_payment(now=today)
    fake.pay(str(payment.stripe_session_id))
    losing["viroflay"].pay(str(theirs.stripe_session_id))
    now = datetime.now(UTC)
    for _ in range(2):
        assert catch_up(alias="default", now=now) == 2
        with in_town(istres):
            run_effects(now=now, kinds=[PROCESS_EVENT])
            assert Payment.objects.get().state == PaymentState.SUCCEEDED
            assert WebhookEvent.objects.count() == 2
    with in_town(viroflay):
        # Another company's account was not asked.
        assert (Payment.objects.get().state, WebhookEvent.objects.count()) == (PaymentState.PENDING, 0)


def test_a_dispute_that_was_lost_finds_its_town(istres: Town, losing: dict[str, FakeStripe], today: datetime) -> None:
    fake = losing["default"]
    with in_town(istres):
        payment = paid_payment(fake=fake, now=today)
    fake.dispute(charge_of(fake, payment))
    now = datetime.now(UTC)
    catch_up(alias="default", now=now)
    run_effects(now=now, kinds=[ROUTE_EVENT])
    with in_town(istres):
        run_effects(now=now, kinds=[PROCESS_EVENT])
        assert Dispute.objects.count() == 1


def test_what_is_old_is_left(istres: Town, losing: dict[str, FakeStripe], today: datetime) -> None:
    with in_town(istres):
        paid_payment(fake=losing["default"], now=today)
    assert catch_up(alias="default", now=datetime.now(UTC) + timedelta(days=5)) == 0


def test_what_arrived_is_not_asked_for(istres: Town, fake: FakeStripe, today: datetime) -> None:
    with in_town(istres):
        paid_payment(fake=fake, now=today)
    assert catch_up(alias="default", now=datetime.now(UTC)) == 0


def test_the_accounts_that_have_a_key(istres: Town, viroflay: Town, stripes: Any, settings: Any) -> None:
    assert accounts_to_catch_up() == ["default", "viroflay"]
    settings.STRIPE = {"default": settings.STRIPE["default"], "unused": {"secret_key": "sk_test_unused"}}
    assert accounts_to_catch_up() == ["default"]


def test_stripe_knows_the_events_that_we_ask_for() -> None:
    [kinds] = get_args(WebhookEndpointCreateParams.__annotations__["enabled_events"])
    assert set(get_args(kinds)) >= SNAPSHOT_EVENTS
    unknown = get_v2_event_class("v2.core.nothing_of_the_kind")
    assert {event for event in THIN_EVENTS if get_v2_event_class(event) is unknown} == set()


def test_the_page_of_deployment_lists_them() -> None:
    page = (Path(__file__).resolve().parents[3] / "docs" / "deployment.md").read_text(encoding="utf-8")
    assert {event for event in SNAPSHOT_EVENTS | THIN_EVENTS if f"`{event}`" not in page} == set()
