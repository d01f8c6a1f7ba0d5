"""Stripe's events: signed or refused, stored once, in the right town, and never believed."""

import json
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest
import stripe
from django.test import Client

from billing.ledger.queries import balances, entries_count
from billing.payments import facts
from billing.payments.inbox import PROCESS_EVENT
from billing.payments.models import Payment, PaymentState, RefundState, WebhookEvent
from billing.payments.refunds import SEND_REFUND
from billing.payments.routing import ROUTE_EVENT
from billing.payments.services import PaymentClosedError, open_checkout, request_refund
from billing.payments.webhooks import LARGEST_BODY
from conciergeries.towns.models import Town
from shared.outbox.models import Effect
from shared.tenancy import in_town
from tests.billing.conftest import events_of
from tests.billing.payments.paying import REFUND_PENDING, opened_payment, paid_payment, told
from tests.factories import run_effects
from tests.tools.fake_stripe import FakeStripe

Post = Callable[..., Any]


@pytest.fixture
def payment(istres: Town, fake: FakeStripe, today: datetime) -> Payment:
    """Open at Stripe and paid there; nobody here knows yet."""
    with in_town(istres):
        payment = opened_payment(now=today)
    fake.pay(str(payment.stripe_session_id))
    return payment


def event_of(fake: FakeStripe, kind: str) -> dict[str, Any]:
    return next(event for event in events_of(fake) if event["type"] == kind)


def work(town: Town, now: datetime) -> None:
    with in_town(town):
        run_effects(now=now, kinds=[PROCESS_EVENT])


def stored(town: Town) -> list[tuple[str, str]]:
    with in_town(town):
        return list(WebhookEvent.objects.order_by("received_at", "id").values_list("type", "outcome"))


def state_of(town: Town, payment: Payment) -> str:
    with in_town(town):
        return Payment.objects.get(pk=payment.pk).state


def test_a_signed_event_confirms_the_payment(
    istres: Town, payment: Payment, fake: FakeStripe, webhook: Post, today: datetime
) -> None:
    answer = webhook(event_of(fake, "checkout.session.completed"))
    assert (answer.status_code, answer.content) == (200, b"")
    # Answered at once: nothing is decided before a worker has asked Stripe.
    assert state_of(istres, payment) == PaymentState.PENDING
    work(istres, datetime.now(today.tzinfo))
    assert state_of(istres, payment) == PaymentState.SUCCEEDED
    assert stored(istres) == [("checkout.session.completed", "payment succeeded")]


def test_only_what_finds_the_object_again_is_kept(
    istres: Town, payment: Payment, fake: FakeStripe, webhook: Post
) -> None:
    """The object names people; the inbox does not."""
    webhook(event_of(fake, "checkout.session.completed"))
    with in_town(istres):
        event = WebhookEvent.objects.get()
        assert event.object_id == payment.stripe_session_id
        assert set(event.metadata) == {"town", "payment", "reference"}


@pytest.mark.parametrize("times", [2, 5])
def test_an_event_sent_again_is_stored_once(
    *, istres: Town, payment: Payment, fake: FakeStripe, webhook: Post, today: datetime, times: int
) -> None:
    for _ in range(times):
        assert webhook(event_of(fake, "checkout.session.completed")).status_code == 200
        work(istres, datetime.now(today.tzinfo))
    with in_town(istres):
        assert WebhookEvent.objects.count() == Effect.objects.filter(kind=PROCESS_EVENT).count() == 1
        assert (len(told(facts.PAYMENT_SUCCEEDED)), entries_count()) == (1, 1)


@pytest.mark.parametrize("order", [1, -1])
def test_events_in_any_order_give_one_payment(
    *, istres: Town, payment: Payment, fake: FakeStripe, webhook: Post, today: datetime, order: int
) -> None:
    for event in events_of(fake)[::order]:
        assert webhook(event).status_code == 200
    work(istres, datetime.now(today.tzinfo))
    with in_town(istres):
        assert (len(told(facts.PAYMENT_SUCCEEDED)), entries_count()) == (1, 1)


def test_an_event_before_our_own_call_has_answered(
    istres: Town, fake: FakeStripe, webhook: Post, today: datetime
) -> None:
    """Stripe tells that the page is paid while we do not even know that there is a page."""
    with in_town(istres):
        payment = opened_payment(now=today)
        fake.pay(str(payment.stripe_session_id))
        Payment.objects.filter(pk=payment.pk).update(stripe_session_id=None, url="")
    webhook(event_of(fake, "checkout.session.completed"))
    work(istres, datetime.now(today.tzinfo))
    with in_town(istres):
        found = Payment.objects.get(pk=payment.pk)
        assert (found.state, found.stripe_session_id) == (PaymentState.SUCCEEDED, payment.stripe_session_id)


def test_our_call_answers_after_the_payment_is_known(
    istres: Town, fake: FakeStripe, webhook: Post, today: datetime
) -> None:
    """The same race, seen from the call: the customer is told that it is over, and nothing is opened again."""
    with in_town(istres):
        payment = opened_payment(now=today)
        fake.pay(str(payment.stripe_session_id))
        Payment.objects.filter(pk=payment.pk).update(stripe_session_id=None, url="")
    webhook(event_of(fake, "payment_intent.succeeded"))
    work(istres, datetime.now(today.tzinfo))
    with in_town(istres):
        with pytest.raises(PaymentClosedError) as closed:
            open_checkout(
                payment_id=payment.pk, success_url="http://x/", cancel_url="http://x/", customer_email="", now=today
            )
        assert closed.value.state is PaymentState.SUCCEEDED
        assert entries_count() == 1


def test_an_unsigned_event_is_refused(browse: Any, payment: Payment, fake: FakeStripe, istres: Town) -> None:
    body = json.dumps(event_of(fake, "checkout.session.completed"))
    answer = browse(None).post("/stripe/webhook/default/", body, content_type="application/json")
    assert (answer.status_code, stored(istres)) == (400, [])


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"secret": "whsec_another"}, 400),
        ({"secret": "whsec_viroflay"}, 400),
        ({"at": 1_700_000_000}, 400),
        ({"alias": "nobody", "secret": "whsec_default"}, 404),
    ],
)
def test_a_wrong_signature_is_refused(
    *,
    istres: Town,
    payment: Payment,
    fake: FakeStripe,
    webhook: Post,
    change: dict[str, Any],
    status: int,
) -> None:
    assert webhook(event_of(fake, "checkout.session.completed"), **change).status_code == status
    assert stored(istres) == []


def test_without_a_secret_of_ours_nothing_is_signed(
    browse: Any, payment: Payment, fake: FakeStripe, istres: Town, settings: Any
) -> None:
    settings.STRIPE = {**settings.STRIPE, "default": {**settings.STRIPE["default"], "webhook_secret": ""}}
    body = json.dumps(event_of(fake, "checkout.session.completed"))
    forged = stripe.WebhookSignature.generate_signature_header(body, "", int(time.time()))
    answer = browse(None).post(
        "/stripe/webhook/default/", body, content_type="application/json", headers={"stripe-signature": forged}
    )
    assert answer.status_code == 400
    assert stored(istres) == []


def test_the_signature_covers_every_byte(browse: Any, payment: Payment, fake: FakeStripe, istres: Town) -> None:
    body = json.dumps(event_of(fake, "checkout.session.completed"))
    signature = stripe.WebhookSignature.generate_signature_header(body, "whsec_default")
    answer = browse(None).post(
        "/stripe/webhook/default/",
        body.replace(str(payment.pk), str(uuid4())),
        content_type="application/json",
        headers={"stripe-signature": signature},
    )
    assert (answer.status_code, stored(istres)) == (400, [])


@pytest.mark.parametrize("body", ["", "not json", "[]", '"evt"', "{}", '{"id": 1, "type": 2}', "\u20ac" * 10])
def test_a_body_that_is_no_event_is_refused(stripes: Any, webhook: Post, db: None, body: str) -> None:
    assert webhook(body).status_code == 400


def test_bytes_that_are_no_text_are_refused(stripes: Any, browse: Any, db: None) -> None:
    answer = browse(None).post(
        "/stripe/webhook/default/", b"\xff\xfe", content_type="application/json", headers={"stripe-signature": "t=1"}
    )
    assert answer.status_code == 400


def test_a_huge_body_is_refused(stripes: Any, webhook: Post, db: None) -> None:
    assert webhook("x" * (LARGEST_BODY + 1)).status_code == 413


def test_it_takes_posts_and_nothing_else(stripes: Any, browse: Any, db: None) -> None:
    client: Client = browse(None)
    assert client.get("/stripe/webhook/default/").status_code == 405
    assert client.put("/stripe/webhook/default/").status_code == 405


def test_it_lives_on_the_platforms_host_only(stripes: Any, browse: Any, istres: Town) -> None:
    assert browse(istres).post("/stripe/webhook/default/", "{}", content_type="application/json").status_code == 404


def test_it_needs_no_csrf_token(stripes: Any, payment: Payment, fake: FakeStripe, istres: Town) -> None:
    body = json.dumps(event_of(fake, "checkout.session.completed"))
    strict = Client(HTTP_HOST="localhost", enforce_csrf_checks=True)
    signature = stripe.WebhookSignature.generate_signature_header(body, "whsec_default")
    answer = strict.post(
        "/stripe/webhook/default/", body, content_type="application/json", headers={"stripe-signature": signature}
    )
    assert answer.status_code == 200


def forged(fake: FakeStripe, **metadata: str) -> dict[str, Any]:
    """A true event whose object carries other references, as another of the company's systems might."""
    event = json.loads(json.dumps(event_of(fake, "checkout.session.completed")))
    event["data"]["object"]["metadata"] |= metadata
    return dict(event)


def test_an_event_for_an_unknown_order_does_nothing(
    istres: Town, payment: Payment, fake: FakeStripe, webhook: Post, today: datetime
) -> None:
    assert webhook(forged(fake, payment=str(uuid4()))).status_code == 200
    work(istres, datetime.now(today.tzinfo))
    assert stored(istres) == [("checkout.session.completed", "unknown here")]
    assert state_of(istres, payment) == PaymentState.PENDING


@pytest.mark.parametrize("value", ["", "x", "not-a-uuid"])
def test_references_that_mean_nothing_do_nothing(
    *, istres: Town, payment: Payment, fake: FakeStripe, webhook: Post, today: datetime, value: str
) -> None:
    webhook(forged(fake, payment=value))
    work(istres, datetime.now(today.tzinfo))
    assert stored(istres) == [("checkout.session.completed", "unknown here")]


@pytest.mark.parametrize("town", ["nowhere", "public", "pg_catalog", "istres; drop schema istres", ""])
def test_an_event_for_no_town_is_answered_and_forgotten(
    *, istres: Town, viroflay: Town, payment: Payment, fake: FakeStripe, webhook: Post, town: str
) -> None:
    event = forged(fake, town=town)
    event["data"]["object"]["payment_intent"] = None
    assert webhook(event).status_code == 200
    assert (stored(istres), stored(viroflay)) == ([], [])


def test_a_town_that_is_not_open_takes_nothing(istres: Town, payment: Payment, fake: FakeStripe, webhook: Post) -> None:
    Town.objects.filter(pk=istres.pk).update(ready=False)
    assert webhook(event_of(fake, "checkout.session.completed")).status_code == 200
    assert stored(istres) == []


def test_a_suspended_towns_money_goes_on_moving(
    istres: Town, payment: Payment, fake: FakeStripe, webhook: Post, today: datetime
) -> None:
    Town.objects.filter(pk=istres.pk).update(suspended_at=today)
    webhook(event_of(fake, "checkout.session.completed"))
    assert len(stored(istres)) == 1


def test_one_companys_event_never_reaches_anothers_town(
    istres: Town, viroflay: Town, payment: Payment, fake: FakeStripe, webhook: Post
) -> None:
    """Istres's company signs an event that names Viroflay, which it does not run."""
    assert webhook(forged(fake, town="viroflay")).status_code == 200
    assert (stored(istres), stored(viroflay)) == ([], [])
    # And the other way round: Viroflay's company signs an event that names Istres.
    assert webhook(event_of(fake, "checkout.session.completed"), alias="viroflay").status_code == 200
    assert (stored(istres), stored(viroflay)) == ([], [])


def test_an_event_of_istres_naming_a_payment_of_viroflay_does_nothing(
    istres: Town, viroflay: Town, stripes: dict[str, FakeStripe], webhook: Post, today: datetime
) -> None:
    with in_town(viroflay):
        theirs = opened_payment(now=today)
    with in_town(istres):
        ours = opened_payment(now=today)
    stripes["default"].pay(str(ours.stripe_session_id))
    webhook(forged(stripes["default"], payment=str(theirs.pk)))
    work(istres, datetime.now(today.tzinfo))
    work(viroflay, datetime.now(today.tzinfo))
    assert stored(istres) == [("checkout.session.completed", "unknown here")]
    assert state_of(viroflay, theirs) == state_of(istres, ours) == PaymentState.PENDING
    with in_town(viroflay):
        assert balances() == {}


def test_two_towns_of_one_company_do_not_confirm_each_others_payments(
    istres: Town, viroflay: Town, fake: FakeStripe, webhook: Post, today: datetime
) -> None:
    """One Stripe account, two towns: an event that names the right town and payment, but another's page."""
    Town.objects.filter(pk=viroflay.pk).update(operating_company=istres.operating_company)
    with in_town(viroflay):
        theirs = opened_payment(now=today)
    with in_town(istres):
        ours = opened_payment(now=today)
    fake.pay(str(ours.stripe_session_id))
    webhook(forged(fake, town="viroflay", payment=str(theirs.pk)))
    work(viroflay, datetime.now(today.tzinfo))
    assert stored(viroflay) == [("checkout.session.completed", "belongs elsewhere")]
    assert state_of(viroflay, theirs) == PaymentState.PENDING


def test_a_refund_that_a_bank_confirms_later(istres: Town, fake: FakeStripe, webhook: Post, today: datetime) -> None:
    with in_town(istres):
        payment = paid_payment(fake=fake, now=today, card=REFUND_PENDING)
        refund = request_refund(
            payment_id=payment.pk, reference=uuid4(), amount_cents=1200, reason="ligne refusée", now=today
        )
        run_effects(now=today, kinds=[SEND_REFUND])
    fake.run_jobs()
    webhook(event_of(fake, "refund.updated"))
    work(istres, datetime.now(today.tzinfo))
    with in_town(istres):
        refund.refresh_from_db()
        assert refund.state == RefundState.SUCCEEDED
        assert len(told(facts.REFUND_SUCCEEDED)) == 1


def test_a_dispute_finds_its_town_through_its_payment(
    istres: Town, fake: FakeStripe, webhook: Post, today: datetime
) -> None:
    with in_town(istres):
        paid_payment(fake=fake, now=today)
    client = stripe.StripeClient("sk_test_default", base_addresses={"api": fake.api_url})
    fake.dispute(client.v1.charges.list().data[0].id)
    event = event_of(fake, "charge.dispute.created")
    assert webhook(event).status_code == 200
    assert stored(istres) == []
    for _ in range(2):
        run_effects(now=datetime.now(today.tzinfo), kinds=[ROUTE_EVENT])
        webhook(event)
    work(istres, datetime.now(today.tzinfo))
    assert stored(istres) == [("charge.dispute.created", "dispute open")]


def test_a_payment_that_arrives_for_an_order_given_up_can_be_sent_back(
    istres: Town, fake: FakeStripe, webhook: Post, today: datetime
) -> None:
    """What orders does when it hears «payment.succeeded» for an order it has cancelled."""
    with in_town(istres):
        payment = opened_payment(now=today)
    fake.pay(str(payment.stripe_session_id))
    webhook(event_of(fake, "checkout.session.completed"))
    work(istres, datetime.now(today.tzinfo))
    with in_town(istres):
        (fact,) = told(facts.PAYMENT_SUCCEEDED)
        for _ in range(2):
            request_refund(
                payment_id=fact["payment_id"],
                reference=payment.reference,
                amount_cents=6000,
                reason="commande annulée",
                now=today,
            )
        run_effects(now=today, kinds=[SEND_REFUND])
        assert balances() == {} or set(balances().values()) == {0}
