"""A ceiling held on a card: nothing is posted until it is taken, it is taken once, and it never lapses unseen."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import stripe
from django.db import IntegrityError, transaction

from billing.ledger.models import Account, Entry
from billing.ledger.queries import balances
from billing.payments import facts
from billing.payments.checking import differences_with_stripe
from billing.payments.checking_holds import holds_past_their_end
from billing.payments.holding import SEND_CAPTURE, SEND_VOID, AboveCeilingError, send_capture
from billing.payments.models import Mode, Payment, PaymentState
from billing.payments.queries import held_cents, lapsed_payments, paid_cents, stuck_captures
from billing.payments.reconciliation import TAKEN_BEFORE_END, Seen, apply, reconcile
from billing.payments.services import (
    AlreadyPaidError,
    open_checkout,
    prepare_card_payment,
    request_capture,
    request_void,
    take_at_desk,
)
from conciergeries.towns.models import Town
from shared.outbox.models import Effect
from shared.tenancy import in_town
from tests.billing.conftest import events_of
from tests.billing.payments.paying import told
from tests.factories import run_effects
from tests.tools.fake_stripe import FakeStripe

CEILING = 742


def awaited(*, now: datetime, cents: int = CEILING) -> Payment:
    """A payment whose page asks the card to hold a ceiling."""
    payment = prepare_card_payment(reference=uuid4(), amount_cents=cents, label="Commande IST-4821", held=True, now=now)
    open_checkout(payment_id=payment.pk, success_url="http://x/", cancel_url="http://x/", customer_email="", now=now)
    payment.refresh_from_db()
    return payment


def held(fake: FakeStripe, *, now: datetime, cents: int = CEILING) -> Payment:
    payment = awaited(now=now, cents=cents)
    fake.pay(str(payment.stripe_session_id))
    return reconcile(payment_id=payment.pk, now=now)


def take(payment: Payment, cents: int, now: datetime) -> Payment:
    request_capture(payment_id=payment.pk, amount_cents=cents, now=now)
    run_effects(now=now, kinds=[SEND_CAPTURE])
    payment.refresh_from_db()
    return payment


def intent_of(fake: FakeStripe, payment: Payment) -> stripe.PaymentIntent:
    client = stripe.StripeClient(fake.api_key, base_addresses={"api": fake.api_url})
    return client.v1.payment_intents.retrieve(str(payment.stripe_intent_id))


@pytest.mark.parametrize("name", ["istres", "viroflay"])
def test_an_authorisation_is_not_money(
    name: str, stripes: dict[str, FakeStripe], today: datetime, request: pytest.FixtureRequest
) -> None:
    town: Town = request.getfixturevalue(name)
    fake = stripes[town.operating_company.stripe_alias]
    with in_town(town):
        payment = held(fake, now=today)
        assert payment.state == PaymentState.AUTHORISED
        assert (paid_cents(reference=payment.reference), held_cents(reference=payment.reference)) == (0, CEILING)
        assert not Entry.objects.exists()
        assert told(facts.PAYMENT_AUTHORISED) == [{"payment_id": str(payment.pk), "reference": str(payment.reference)}]
        assert differences_with_stripe(now=today + timedelta(hours=1)) == []


def test_the_end_of_the_hold_is_stripes_and_is_told_a_day_before(
    in_istres: Any, fake: FakeStripe, today: datetime
) -> None:
    payment = held(fake, now=today)
    assert payment.capture_before is not None
    assert timedelta(days=6) < payment.capture_before - today < timedelta(days=8)
    ending = Effect.objects.get(kind=facts.AUTHORISATION_ENDING)
    assert ending.due_at == payment.capture_before - TAKEN_BEFORE_END


def test_it_is_taken_once(in_istres: Any, fake: FakeStripe, today: datetime) -> None:
    payment = held(fake, now=today)
    assert request_capture(payment_id=payment.pk, amount_cents=619, now=today)
    assert not request_capture(payment_id=payment.pk, amount_cents=700, now=today)
    assert not request_void(payment_id=payment.pk, now=today)
    for _again in range(2):
        send_capture(payment_id=payment.pk, now=today)
    payment.refresh_from_db()
    assert payment.amount_cents == 619
    assert balances()[Account.STRIPE] == 619


def test_the_answer_to_the_capture_is_lost(in_istres: Any, fake: FakeStripe, today: datetime) -> None:
    payment = held(fake, now=today)
    request_capture(payment_id=payment.pk, amount_cents=619, now=today)
    fake.fail_next(path=f"/v1/payment_intents/{payment.stripe_intent_id}/capture", mode="reset", when="after", times=9)
    with pytest.raises(stripe.APIConnectionError):
        send_capture(payment_id=payment.pk, now=today)
    assert reconcile(payment_id=payment.pk, now=today).amount_cents == 619
    send_capture(payment_id=payment.pk, now=today)
    assert balances()[Account.STRIPE] == 619


def test_never_more_than_the_ceiling(in_istres: Any, fake: FakeStripe, today: datetime) -> None:
    payment = held(fake, now=today)
    with pytest.raises(AboveCeilingError):
        request_capture(payment_id=payment.pk, amount_cents=CEILING + 1, now=today)
    with pytest.raises(IntegrityError, match="payments_never_take_more_than_authorised"), transaction.atomic():
        Payment.objects.filter(pk=payment.pk).update(amount_cents=CEILING + 1)


@pytest.mark.parametrize("cents", [0, 49])
def test_what_a_card_cannot_pay_is_let_go(in_istres: Any, fake: FakeStripe, today: datetime, cents: int) -> None:
    payment = held(fake, now=today)
    assert request_capture(payment_id=payment.pk, amount_cents=cents, now=today)
    run_effects(now=today, kinds=[SEND_VOID])
    payment.refresh_from_db()
    assert payment.state == PaymentState.CANCELLED
    assert intent_of(fake, payment).status == "canceled"
    assert not Entry.objects.exists()


def test_let_go_by_us_it_is_not_a_lapse(in_istres: Any, fake: FakeStripe, today: datetime) -> None:
    payment = held(fake, now=today)
    assert request_void(payment_id=payment.pk, now=today)
    assert not request_void(payment_id=payment.pk, now=today)
    assert held_cents(reference=payment.reference) == 0
    run_effects(now=today, kinds=[SEND_VOID])
    payment.refresh_from_db()
    assert payment.state == PaymentState.CANCELLED
    assert told(facts.AUTHORISATION_LAPSED) == []
    assert reconcile(payment_id=payment.pk, now=today).state == PaymentState.CANCELLED


def test_let_go_by_the_bank_it_is_told_once(in_istres: Any, fake: FakeStripe, today: datetime) -> None:
    payment = held(fake, now=today)
    fake.lapse(str(payment.stripe_intent_id))
    for _again in range(2):
        reconcile(payment_id=payment.pk, now=today)
    payment.refresh_from_db()
    assert payment.state == PaymentState.EXPIRED
    assert payment.failure == "automatic"
    assert len(told(facts.AUTHORISATION_LAPSED)) == 1
    assert lapsed_payments() == [payment]


def test_lapsed_before_it_was_taken(in_istres: Any, fake: FakeStripe, today: datetime) -> None:
    payment = held(fake, now=today)
    request_capture(payment_id=payment.pk, amount_cents=619, now=today)
    fake.lapse(str(payment.stripe_intent_id))
    run_effects(now=today, kinds=[SEND_CAPTURE])
    payment.refresh_from_db()
    assert payment.state == PaymentState.EXPIRED
    assert len(told(facts.AUTHORISATION_LAPSED)) == 1
    assert not Entry.objects.exists()


def test_refused_though_it_is_held_it_is_listed_and_asked_again(
    in_istres: Any, fake: FakeStripe, today: datetime
) -> None:
    payment = held(fake, now=today)
    request_capture(payment_id=payment.pk, amount_cents=619, now=today)
    fake.fail_next(path=f"/v1/payment_intents/{payment.stripe_intent_id}/capture", mode="status", status=400)
    with pytest.raises(stripe.InvalidRequestError):
        send_capture(payment_id=payment.pk, now=today)
    (stuck,) = stuck_captures()
    assert stuck.capture_key != payment.capture_key
    send_capture(payment_id=payment.pk, now=today)
    assert stuck_captures() == []
    assert paid_cents(reference=payment.reference) == 619


def test_events_before_our_own_answer_and_backwards(
    istres: Town, viroflay: Town, fake: FakeStripe, webhook: Any, today: datetime
) -> None:
    """The intent's event comes first, the capture's before the hold's; states never go backwards."""
    with in_town(istres):
        payment = awaited(now=today)
        Payment.objects.filter(pk=payment.pk).update(stripe_session_id=None, url="")
        fake.pay(str(payment.stripe_session_id))
        hold = next(event for event in events_of(fake) if event["type"] == "payment_intent.amount_capturable_updated")
    assert webhook(hold).status_code == 200
    with in_town(istres):
        run_effects(now=today + timedelta(minutes=5), kinds=["payments.process_event"])
        payment.refresh_from_db()
        assert payment.state == PaymentState.AUTHORISED
        take(payment, 619, today)
    with in_town(viroflay):
        assert not Payment.objects.exists()
    for event in [each for each in events_of(fake) if each["type"].startswith("payment_intent.")]:
        webhook(event)
    with in_town(istres):
        run_effects(now=today + timedelta(minutes=5), kinds=["payments.process_event"])
        stale = Seen(state=PaymentState.AUTHORISED, session_id=None, intent_id=payment.stripe_intent_id)
        apply(payment_id=payment.pk, seen=stale, now=today)
        payment.refresh_from_db()
        assert payment.state == PaymentState.SUCCEEDED
        assert len(told(facts.PAYMENT_SUCCEEDED)) == 1


def test_a_lapse_is_not_taken_back_by_what_was_read_before(in_istres: Any, fake: FakeStripe, today: datetime) -> None:
    payment = held(fake, now=today)
    fake.lapse(str(payment.stripe_intent_id))
    reconcile(payment_id=payment.pk, now=today)
    stale = Seen(state=PaymentState.AUTHORISED, session_id=None, intent_id=payment.stripe_intent_id)
    assert apply(payment_id=payment.pk, seen=stale, now=today).state == PaymentState.EXPIRED


def test_taken_by_hand_at_stripe_counts_for_what_it_is(in_istres: Any, fake: FakeStripe, today: datetime) -> None:
    payment = held(fake, now=today)
    client = stripe.StripeClient(fake.api_key, base_addresses={"api": fake.api_url})
    client.v1.payment_intents.capture(str(payment.stripe_intent_id), {"amount_to_capture": 700})
    request_capture(payment_id=payment.pk, amount_cents=619, now=today)
    run_effects(now=today, kinds=[SEND_CAPTURE])
    assert paid_cents(reference=payment.reference) == 700


def test_nobody_is_asked_twice(in_istres: Any, fake: FakeStripe, today: datetime) -> None:
    payment = held(fake, now=today)
    with pytest.raises(AlreadyPaidError):
        prepare_card_payment(reference=payment.reference, amount_cents=500, label="Encore", now=today)
    with pytest.raises(AlreadyPaidError):
        take_at_desk(reference=payment.reference, amount_cents=619, means=Mode.CASH, actor="Camille", now=today)


def test_the_page_is_another_one_when_the_ceiling_becomes_a_price(
    in_istres: Any, fake: FakeStripe, today: datetime
) -> None:
    first = awaited(now=today)
    second = prepare_card_payment(reference=first.reference, amount_cents=CEILING, label="Commande", now=today)
    first.refresh_from_db()
    assert (first.state, second.ceiling_cents) == (PaymentState.CANCELLED, None)
    # The customer was quicker than the closing of the first page.
    fake.pay(str(first.stripe_session_id))
    assert reconcile(payment_id=first.pk, now=today).state == PaymentState.AUTHORISED


def test_until_when_a_card_holds_when_stripe_does_not_say(in_istres: Any, today: datetime) -> None:
    payment = prepare_card_payment(reference=uuid4(), amount_cents=CEILING, label="Commande", held=True, now=today)
    apply(payment_id=payment.pk, seen=Seen(PaymentState.AUTHORISED, None, "pi_1"), now=today)
    payment.refresh_from_db()
    assert payment.capture_before == today.astimezone(UTC) + timedelta(days=7)


def test_one_that_outlives_its_end_unheard_is_a_finding(in_istres: Any, fake: FakeStripe, today: datetime) -> None:
    payment = held(fake, now=today)
    assert payment.capture_before is not None
    after = payment.capture_before + timedelta(hours=2)
    assert holds_past_their_end(now=payment.capture_before) == []
    (found,) = holds_past_their_end(now=after)
    assert "7,42\u00a0€ autorisés sur une carte" in found.message
    fake.lapse(str(payment.stripe_intent_id))
    reconcile(payment_id=payment.pk, now=after)
    assert holds_past_their_end(now=after) == []
