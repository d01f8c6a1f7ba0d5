"""A card payment from the order to the ledger, against a Stripe that speaks HTTP."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import stripe
from django.db import IntegrityError, transaction

from billing.ledger.models import Account
from billing.ledger.queries import balance, balances
from billing.payments import facts
from billing.payments.gateway import CallInTransactionError, NotConfiguredError
from billing.payments.models import AmountMismatch, Payment, PaymentState
from billing.payments.queries import paid_cents
from billing.payments.services import (
    PAGE_LIFETIME,
    AlreadyPaidError,
    AmountTooSmallError,
    PaymentClosedError,
    expire_payment,
    open_checkout,
    prepare_card_payment,
    reconcile,
)
from shared.outbox.models import Effect
from shared.tenancy import in_town
from tests.factories import run_effects
from tests.tools.fake_stripe import FakeStripe
from tests.tools.fake_stripe.controls import ControlError

DECLINED = "4000000000000002"
SECURE = "4000002760003184"


@pytest.fixture
def order() -> UUID:
    return uuid4()


@pytest.fixture
def payment(in_istres: Any, fake: FakeStripe, order: UUID, today: datetime) -> Payment:
    return prepare_card_payment(reference=order, amount_cents=6000, label="Commande IST-4821", now=today)


def opened(payment: Payment, now: datetime, **changes: str) -> str:
    urls = {
        "success_url": "http://istres.localhost/commandes/1/retour/",
        "cancel_url": "http://istres.localhost/panier/",
        "customer_email": "alice@exemple.example",
    }
    return open_checkout(payment_id=payment.pk, now=now, **(urls | changes))


def session_of(payment: Payment) -> str:
    payment.refresh_from_db()
    assert payment.stripe_session_id is not None
    return payment.stripe_session_id


def told(kind: str) -> list[dict[str, Any]]:
    return [effect.payload for effect in Effect.objects.filter(kind=kind).order_by("created_at", "id")]


def test_paid_by_card_from_the_order_to_the_ledger(payment: Payment, fake: FakeStripe, today: datetime) -> None:
    url = opened(payment, today)
    assert url.startswith(fake.base_url)
    fake.pay(session_of(payment))
    paid = reconcile(payment_id=payment.pk, now=today)
    assert (paid.state, paid.closed_at) == (PaymentState.SUCCEEDED, today)
    assert balances() == {Account.STRIPE: 6000, Account.CUSTOMERS: -6000}
    assert told(facts.PAYMENT_SUCCEEDED) == [{"payment_id": str(payment.pk), "reference": str(payment.reference)}]
    assert paid_cents(reference=payment.reference) == 6000


def test_what_stripe_is_told(payment: Payment, fake: FakeStripe, today: datetime) -> None:
    opened(payment, today)
    client = stripe.StripeClient("sk_test_default", base_addresses={"api": fake.api_url})
    session = client.v1.checkout.sessions.retrieve(session_of(payment), {"expand": ["line_items"]}).to_dict()
    ids = {"town": "istres", "payment": str(payment.pk), "reference": str(payment.reference)}
    assert (session["mode"], session["amount_total"], session["currency"]) == ("payment", 6000, "eur")
    assert (session["metadata"], session["client_reference_id"]) == (ids, str(payment.reference))
    assert (session["locale"], session["customer_email"]) == ("fr", "alice@exemple.example")
    assert session["payment_method_types"] == ["card"]
    assert session["line_items"]["data"][0]["description"] == "Commande IST-4821"
    assert session["expires_at"] == int((today + PAGE_LIFETIME).timestamp())
    fake.pay(session_of(payment))
    reconcile(payment_id=payment.pk, now=today)
    payment.refresh_from_db()
    intent = client.v1.payment_intents.retrieve(str(payment.stripe_intent_id)).to_dict()
    assert (intent["metadata"], intent["description"]) == (ids, "Commande IST-4821")


def test_reconciling_again_changes_nothing(payment: Payment, fake: FakeStripe, today: datetime) -> None:
    opened(payment, today)
    fake.pay(session_of(payment))
    for _ in range(3):
        reconcile(payment_id=payment.pk, now=today)
    assert len(told(facts.PAYMENT_SUCCEEDED)) == 1
    assert balance(account=Account.STRIPE) == 6000


def test_an_open_page_is_given_again(payment: Payment, today: datetime) -> None:
    assert opened(payment, today) == opened(payment, today, success_url="http://istres.localhost/autre/")


def test_a_lost_answer_is_asked_for_again_with_the_same_key(
    payment: Payment, fake: FakeStripe, today: datetime
) -> None:
    """Stripe made the page, the answer was lost three times; the same call gives that page, not another."""
    fake.fail_next("/v1/checkout/sessions", when="after", mode="reset", times=3)
    with pytest.raises(stripe.APIConnectionError):
        opened(payment, today)
    payment.refresh_from_db()
    assert (payment.state, payment.url, payment.stripe_session_id) == (PaymentState.PENDING, "", None)
    url = opened(payment, today + timedelta(minutes=1), customer_email="autre@exemple.example")
    client = stripe.StripeClient("sk_test_default", base_addresses={"api": fake.api_url})
    made = client.v1.checkout.sessions.list().data
    assert [session.url for session in made] == [url]


def test_a_call_too_old_to_repeat_gets_another_key(payment: Payment, fake: FakeStripe, today: datetime) -> None:
    fake.fail_next("/v1/checkout/sessions", when="before", mode="reset", times=3)
    with pytest.raises(stripe.APIConnectionError):
        opened(payment, today)
    payment.refresh_from_db()
    first_key = payment.idempotency_key
    fake.advance(40 * 60)
    assert opened(payment, today + timedelta(minutes=40))
    payment.refresh_from_db()
    assert payment.idempotency_key != first_key


def test_a_refused_call_may_be_made_again(payment: Payment, fake: FakeStripe, today: datetime) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        opened(payment, today, success_url="pas une adresse")
    assert opened(payment, today).startswith(fake.base_url)


def test_a_declined_card_leaves_the_page_open(payment: Payment, fake: FakeStripe, today: datetime) -> None:
    opened(payment, today)
    fake.pay(session_of(payment), card=DECLINED)
    seen = reconcile(payment_id=payment.pk, now=today)
    assert seen.state == PaymentState.PENDING
    assert seen.failure
    assert balances() == {}
    fake.pay(session_of(payment))
    assert reconcile(payment_id=payment.pk, now=today).state == PaymentState.SUCCEEDED


@pytest.mark.parametrize(("answer", "state"), [(True, "succeeded"), (False, "pending"), (None, "pending")])
def test_three_d_secure(
    *, payment: Payment, fake: FakeStripe, today: datetime, answer: bool | None, state: str
) -> None:
    opened(payment, today)
    fake.pay(session_of(payment), card=SECURE, authenticate=answer)
    assert reconcile(payment_id=payment.pk, now=today).state == state


def test_a_page_that_expires_is_told_once(payment: Payment, fake: FakeStripe, today: datetime) -> None:
    opened(payment, today)
    fake.expire(session_of(payment))
    for _ in range(2):
        assert reconcile(payment_id=payment.pk, now=today).state == PaymentState.EXPIRED
    assert told(facts.PAYMENT_FAILED) == [
        {"payment_id": str(payment.pk), "reference": str(payment.reference), "state": "expired"}
    ]
    assert balances() == {}


def test_expiring_closes_the_page_at_stripe(payment: Payment, fake: FakeStripe, today: datetime) -> None:
    opened(payment, today)
    expire_payment(payment_id=payment.pk, now=today)
    with pytest.raises(PaymentClosedError):
        opened(payment, today)
    run_effects(now=today, kinds=["payments.expire_session"])
    payment.refresh_from_db()
    assert payment.state == PaymentState.EXPIRED
    with pytest.raises(ControlError, match="expired"):
        fake.pay(session_of(payment))
    assert len(told(facts.PAYMENT_FAILED)) == 1


def test_the_customer_was_quicker_than_the_closing(payment: Payment, fake: FakeStripe, today: datetime) -> None:
    opened(payment, today)
    expire_payment(payment_id=payment.pk, now=today)
    fake.pay(session_of(payment))
    run_effects(now=today, kinds=["payments.expire_session"])
    payment.refresh_from_db()
    assert payment.state == PaymentState.SUCCEEDED
    assert (len(told(facts.PAYMENT_SUCCEEDED)), told(facts.PAYMENT_FAILED)) == (1, [])


def test_expiring_what_no_page_was_opened_for_is_immediate(payment: Payment, today: datetime) -> None:
    expire_payment(payment_id=payment.pk, now=today)
    expire_payment(payment_id=payment.pk, now=today)
    payment.refresh_from_db()
    assert payment.state == PaymentState.CANCELLED
    assert [fact["state"] for fact in told(facts.PAYMENT_FAILED)] == ["cancelled"]
    with pytest.raises(PaymentClosedError) as closed:
        opened(payment, today)
    assert closed.value.state is PaymentState.CANCELLED


def test_a_page_that_stripe_never_heard_of_is_given_up_when_it_is_too_late(
    payment: Payment, fake: FakeStripe, today: datetime
) -> None:
    """The call was lost, and so was the worker for a day: nobody may wait for this payment for ever."""
    fake.fail_next("/v1/checkout/sessions", when="before", mode="reset", times=3)
    with pytest.raises(stripe.APIConnectionError):
        opened(payment, today)
    fake.advance(86_400)
    late = today + timedelta(days=1)
    for _ in range(2):
        run_effects(now=late, kinds=["payments.expire_session"])
    payment.refresh_from_db()
    assert payment.state == PaymentState.CANCELLED
    assert [fact["state"] for fact in told(facts.PAYMENT_FAILED)] == ["cancelled"]
    assert not Effect.objects.filter(kind="payments.expire_session", done_at=None).exists()


def test_a_page_whose_answer_was_lost_is_closed_too(payment: Payment, fake: FakeStripe, today: datetime) -> None:
    fake.fail_next("/v1/checkout/sessions", when="after", mode="reset", times=3)
    with pytest.raises(stripe.APIConnectionError):
        opened(payment, today)
    expire_payment(payment_id=payment.pk, now=today)
    run_effects(now=today, kinds=["payments.expire_session"])
    client = stripe.StripeClient("sk_test_default", base_addresses={"api": fake.api_url})
    assert [session.status for session in client.v1.checkout.sessions.list().data] == ["expired"]
    payment.refresh_from_db()
    assert payment.state == PaymentState.EXPIRED


def test_a_payment_nobody_hears_of_is_looked_at_when_its_page_ends(
    payment: Payment, fake: FakeStripe, today: datetime
) -> None:
    """The webhook was lost, the customer never came back, the worker died: the outbox still asks."""
    opened(payment, today)
    fake.pay(session_of(payment))
    assert run_effects(now=today + PAGE_LIFETIME + timedelta(minutes=1)) == []
    run_effects(now=today + PAGE_LIFETIME + timedelta(minutes=3), kinds=["payments.expire_session"])
    payment.refresh_from_db()
    assert payment.state == PaymentState.SUCCEEDED
    assert len(told(facts.PAYMENT_SUCCEEDED)) == 1


def test_preparing_twice_gives_one_payment(payment: Payment, order: UUID, today: datetime) -> None:
    again = prepare_card_payment(reference=order, amount_cents=6000, label="Commande IST-4821", now=today)
    assert again.pk == payment.pk


def test_another_amount_replaces_the_payment_and_closes_its_page(
    payment: Payment, fake: FakeStripe, order: UUID, today: datetime
) -> None:
    opened(payment, today)
    old_page = session_of(payment)
    replacement = prepare_card_payment(reference=order, amount_cents=4800, label="Commande IST-4821", now=today)
    assert replacement.pk != payment.pk
    run_effects(now=today, kinds=["payments.expire_session"])
    with pytest.raises(ControlError, match="expired"):
        fake.pay(old_page)
    payment.refresh_from_db()
    assert payment.state == PaymentState.CANCELLED
    # The order still waits for its other payment: nobody is told that this one ended.
    assert told(facts.PAYMENT_FAILED) == []


def test_a_replaced_payment_that_is_paid_all_the_same_is_told(
    payment: Payment, fake: FakeStripe, order: UUID, today: datetime
) -> None:
    opened(payment, today)
    prepare_card_payment(reference=order, amount_cents=4800, label="Commande IST-4821", now=today)
    fake.pay(session_of(payment))
    run_effects(now=today, kinds=["payments.expire_session"])
    assert told(facts.PAYMENT_SUCCEEDED) == [{"payment_id": str(payment.pk), "reference": str(order)}]
    assert balance(account=Account.STRIPE) == 6000


def test_a_paid_order_is_not_paid_again(payment: Payment, fake: FakeStripe, order: UUID, today: datetime) -> None:
    opened(payment, today)
    fake.pay(session_of(payment))
    reconcile(payment_id=payment.pk, now=today)
    with pytest.raises(AlreadyPaidError):
        prepare_card_payment(reference=order, amount_cents=6000, label="", now=today)


def test_stripe_is_never_called_in_a_transaction(payment: Payment, today: datetime) -> None:
    with pytest.raises(CallInTransactionError), transaction.atomic():
        opened(payment, today)


def test_a_company_without_a_key_is_said_plainly(payment: Payment, today: datetime, settings: Any) -> None:
    settings.STRIPE = {"default": {"secret_key": "", "webhook_secret": "", "api_url": ""}}
    with pytest.raises(NotConfiguredError, match="default"):
        opened(payment, today)


def test_another_amount_at_stripe_is_an_alarm(payment: Payment, fake: FakeStripe, today: datetime) -> None:
    opened(payment, today)
    fake.pay(session_of(payment))
    Payment.objects.filter(pk=payment.pk).update(amount_cents=5999)
    for _ in range(2):
        assert reconcile(payment_id=payment.pk, now=today).state == PaymentState.PENDING
    [mismatch] = AmountMismatch.objects.all()
    assert (mismatch.taken_cents, mismatch.currency) == (6000, "eur")
    assert len(told(facts.PAYMENT_MISMATCHED)) == 1
    assert balances() == {}


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"amount_cents": 0}, "payments_payment_amount_positive"),
        ({"refunded_cents": 6001, "state": "succeeded"}, "payments_never_refund_more_than_paid"),
        ({"refunded_cents": 1}, "payments_refund_what_was_paid"),
        ({"state": "lost"}, "payments_payment_state_known"),
        ({"mode": "gold"}, "payments_payment_mode_known"),
    ],
)
def test_postgres_keeps_the_rules(payment: Payment, change: dict[str, Any], constraint: str) -> None:
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Payment.objects.filter(pk=payment.pk).update(**change)


def test_each_town_pays_into_its_own_companys_account(
    istres: Any, viroflay: Any, stripes: dict[str, FakeStripe], today: datetime
) -> None:
    def pages(alias: str) -> list[stripe.checkout.Session]:
        client = stripe.StripeClient(f"sk_test_{alias}", base_addresses={"api": stripes[alias].api_url})
        return client.v1.checkout.sessions.list().data

    with in_town(viroflay):
        payment = prepare_card_payment(reference=uuid4(), amount_cents=900, label="Commande V-1", now=today)
        assert opened(payment, today).startswith(stripes["viroflay"].base_url)
    assert (len(pages("default")), len(pages("viroflay"))) == (0, 1)
    with in_town(istres):
        with pytest.raises(Payment.DoesNotExist):
            reconcile(payment_id=payment.pk, now=today)
        with pytest.raises(Payment.DoesNotExist):
            expire_payment(payment_id=payment.pk, now=today)
        assert paid_cents(reference=payment.reference) == 0


def test_less_than_a_card_can_pay_is_refused(in_istres: Any, today: datetime) -> None:
    with pytest.raises(AmountTooSmallError, match="0,50"):
        prepare_card_payment(reference=uuid4(), amount_cents=49, label="Commande 48-21", now=today)
    assert not Payment.objects.exists()
    assert (
        prepare_card_payment(reference=uuid4(), amount_cents=50, label="Commande 48-21", now=today).amount_cents == 50
    )
