"""A town of its own, whose work is written down and committed before any worker runs."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import connection, transaction
from django.db.models import QuerySet

from billing.payments.checkout import open_checkout
from billing.payments.holding import SEND_CAPTURE, SEND_VOID
from billing.payments.inbox import PROCESS_EVENT
from billing.payments.models import Payment, Refund, WebhookEvent
from billing.payments.reconciliation import reconcile
from billing.payments.refunds import SEND_REFUND
from billing.payments.routing import take_in
from billing.payments.services import open_account, refresh_account, request_refund
from billing.settlements.models import Payout, Reversal, Statement
from billing.settlements.paperwork import PAPERS_DUE
from billing.settlements.payouts import SEND_PAYOUT, send_payout
from billing.settlements.reversing import SEND_REVERSAL, ask_reversal
from billing.settlements.schedule import SETTLE
from billing.settlements.services import settle
from conciergeries.celery import app
from conciergeries.merchants.models import Merchant, MerchantAccount, MerchantPresence
from conciergeries.towns.models import Town
from conciergeries.towns.schemas.making import make_schema
from conciergeries.towns.steps import run_steps
from shared.due.models import DueWork
from shared.due.tasks import do_work
from shared.outbox.delivery import take_to_queue
from shared.outbox.models import Effect
from shared.outbox.queries import due_effects
from shared.outbox.tasks import deliver_effect
from shared.tenancy import activate_public, in_public, in_town
from tenants.orders.cancelling import cancel
from tenants.orders.confirming import confirm_authorised, confirm_paid
from tenants.orders.events import CUSTOMER
from tenants.orders.models import Order, PaymentMode
from tenants.orders.weighing import weigh
from tenants.shops.models import Product
from tests.billing.killing.opening import URL
from tests.billing.killing.workers import SCHEMA
from tests.billing.settlements.selling import PARIS, sell
from tests.conftest import TUESDAY
from tests.factories import CONCIERGE, Market, make_market, make_merchant, make_order
from tests.platform.conciergeries.embedded.processes import wait_until
from tests.tenants.orders.weighing import make_weighed, weighed_line
from tests.tools.fake_stripe import FakeStripe

ALIAS = "default"


@dataclass(frozen=True, kw_only=True)
class Round:
    """The work of one kill: a payment to confirm, a refund, a payout, papers to make, a merchant to settle; of two held
    cards, one to take from and one to let go; a payout to take back.
    """

    order: Order
    payment: Payment
    refund: Refund
    payout: Payout
    papered: Statement
    taken: Payment
    let_go: Payment
    reversal: Reversal
    to_settle: Merchant
    effects: dict[str, UUID]


class Stage:
    """The town, its Stripe, and the messages that its commits would send."""

    def __init__(self, *, town: Town, market: Market, fake: FakeStripe) -> None:
        self.town, self.market, self.fake = town, market, fake
        self.now = datetime.now(UTC)
        today = self.now.astimezone(PARIS).date()
        self.sunday: date = today - timedelta(days=today.weekday() + 1)
        self.reserved: set[UUID] = set()

    def prepare(self, rounds: int) -> list[Round]:
        """All the work, committed; nothing of it is begun, and no message of it is left on its way."""
        with in_town(self.town):
            weighed = make_weighed(shop=self.market.cheese.shop, now=self.now)
            payable = [[self.merchant() for _ in range(3)] for _ in range(rounds)]
            settle(town=self.town, period_end=self.sunday, now=self.now)
            made = [self._round(*each, weighed=weighed) for each in payable]
            self.reserved = {effect for each in made for effect in each.effects.values()}
            Effect.objects.filter(done_at=None).exclude(pk__in=self.reserved).update(done_at=self.now)
            activate_public()
        app.control.purge()
        return made

    def _round(self, paid_out: Merchant, papered: Merchant, taken_back: Merchant, *, weighed: Product) -> Round:
        order, payment = self._paid_order(self.market.wine)
        other, given_back = self._paid_order(self.market.wine)
        reconcile(payment_id=given_back.pk, now=self.now)
        confirm_paid(order_id=other.pk, payment_id=given_back.pk, now=self.now)
        with transaction.atomic():
            refund = request_refund(
                payment_id=given_back.pk, reference=uuid4(), amount_cents=400, reason="abîmé", now=self.now
            )
        payout = Payout.objects.get(merchant_id=paid_out.pk)
        statement = Statement.objects.get(merchant_id=papered.pk)
        taken, let_go = self._held(weighed), self._held(weighed)
        line = weighed_line(Order.objects.get(pk=taken.reference))
        weigh(part_id=line.shop_order_id, grams={line.pk: 480}, actor=CONCIERGE, now=self.now)
        cancel(order_id=let_go.reference, actor=CUSTOMER, now=self.now)
        reversal = self._asked_back(Payout.objects.get(merchant_id=taken_back.pk))
        return Round(
            taken=taken,
            let_go=let_go,
            reversal=reversal,
            order=order,
            payment=payment,
            refund=refund,
            payout=payout,
            papered=statement,
            to_settle=self.merchant(),
            effects={
                "payment": self._heard(payment),
                "refund": _effect(SEND_REFUND, refund_id=refund.pk),
                "payout": _effect(SEND_PAYOUT, payout_id=payout.pk),
                "papers": _effect(PAPERS_DUE, statement_id=statement.pk),
                "taken": _effect(SEND_CAPTURE, payment_id=taken.pk),
                "let go": _effect(SEND_VOID, payment_id=let_go.pk),
                "reversal": _effect(SEND_REVERSAL, reversal_id=reversal.pk),
            },
        )

    def merchant(self) -> Merchant:
        """Who sold for 60.00 € last week, and may receive transfers."""
        merchant = make_merchant(name=f"Commerce {uuid4().hex[:8]}", town=self.town)
        account = open_account(merchant=merchant, company=self.town.operating_company, now=self.now)
        self.fake.set_transfers(account.stripe_account_id)
        refresh_account(account_id=account.stripe_account_id, now=self.now)
        evening = datetime.combine(self.sunday, time(18, 30), tzinfo=PARIS)
        with transaction.atomic():
            sell(merchant=merchant.pk, cents=6000, at=evening)
        return merchant

    def _held(self, weighed: Product) -> Payment:
        """The payment of a confirmed order that a card holds the ceiling of."""
        order, payment = self._paid_order(weighed)
        reconcile(payment_id=payment.pk, now=self.now)
        confirm_authorised(order_id=order.pk, payment_id=payment.pk, now=self.now)
        return payment

    def _asked_back(self, payout: Payout) -> Reversal:
        """10.00 € of a payout that has left."""
        send_payout(payout_id=payout.pk, now=self.now)
        return ask_reversal(
            key=uuid4(), payout_id=payout.pk, amount_cents=1000, reason="vente annulée", actor=None, now=self.now
        )

    def _paid_order(self, product: Product) -> tuple[Order, Payment]:
        """Paid on Stripe's page, or its ceiling held; nobody here knows."""
        payment = self.awaited_payment(product)
        self.open_page(payment)
        payment.refresh_from_db()
        self.fake.pay(str(payment.stripe_session_id))
        return Order.objects.get(pk=payment.reference), payment

    def awaited_payment(self, product: Product) -> Payment:
        order = make_order(town=self.town, lines=[(product, 1)], payment_mode=PaymentMode.CARD)
        return Payment.objects.get(reference=order.pk)

    def open_page(self, payment: Payment) -> str:
        """As a click of the customer does, here; the address of Stripe's page."""
        return open_checkout(payment_id=payment.pk, success_url=URL, cancel_url=URL, customer_email="", now=self.now)

    def _heard(self, payment: Payment) -> UUID:
        """Stripe's event about a payment, taken in; the effect that acts on it."""
        with self.fake.store.transaction():
            events = [record.body for record in self.fake.store.newest_first("event")]
        event = next(
            each
            for each in events
            if each["type"] == "checkout.session.completed"
            and each["data"]["object"]["id"] == payment.stripe_session_id
        )
        with in_public():
            take_in(event=event, alias=ALIAS, now=self.now)
        return _effect(PROCESS_EVENT, event_id=WebhookEvent.objects.get(stripe_id=event["id"]).pk)

    def send(self, *effects: UUID) -> None:
        """The messages that wake a worker for these effects: also what Redis gives again when nobody acknowledged."""
        for effect in effects:
            deliver_effect.apply_async(kwargs={"effect_id": str(effect)}, headers={"_schema_name": SCHEMA})

    def send_settlement(self, merchant: Merchant) -> None:
        do_work.apply_async(kwargs={"kind": SETTLE, "subjects": [str(merchant.pk)]}, headers={"_schema_name": SCHEMA})

    def later(self) -> None:
        """Time has passed: the leases of whoever died have run out, and what is due is sent again until it is done."""
        with in_town(self.town):
            self._mine().update(due_at=datetime.now(UTC), queued_until=None)
            wait_until(self._swept, seconds=60)

    def is_due(self, merchant: Merchant) -> bool:
        """Whether a merchant's last period is still to be settled."""
        return DueWork.objects.filter(schema=SCHEMA, subject=merchant.pk, due_at__lte=self.now).exists()

    def _mine(self) -> QuerySet[Effect]:
        """What is to be done now: the work of later kills is not."""
        return Effect.objects.filter(done_at=None).exclude(pk__in=self.reserved)

    def _swept(self) -> bool:
        """Send what is due, as the sweeper does; whether everything is done."""
        now = datetime.now(UTC)
        due = due_effects(schemas=[SCHEMA], now=now).get(SCHEMA, [])
        mine = [effect for effect in due if UUID(effect) not in self.reserved]
        self.send(*(UUID(effect) for effect in take_to_queue(schema=SCHEMA, effects=mine, now=now)))
        return not self._mine().exists()


def _effect(kind: str, **payload: UUID) -> UUID:
    wanted = {name: str(value) for name, value in payload.items()}
    return Effect.objects.get(kind=kind, payload=wanted).pk


@contextmanager
def own_town() -> Iterator[tuple[Town, Market]]:
    """A town that nobody else sees; what is committed in it goes with its schema."""
    activate_public()
    before = set(Merchant.objects.values_list("pk", flat=True))
    town = Town(
        schema_name=SCHEMA,
        slug=SCHEMA,
        insee="99003",
        name="Coupures",
        department="99",
        operating_company=Town.objects.get(schema_name="istres").operating_company,
        ready=True,
    )
    town.save()
    make_schema(schema=town.schema_name, now=TUESDAY)
    with in_town(town):
        run_steps(town=town, now=TUESDAY)
        market = make_market(town=town)
    try:
        yield town, market
    finally:
        activate_public()
        with connection.cursor() as cursor:
            cursor.execute(f"DROP SCHEMA {SCHEMA} CASCADE")
        DueWork.objects.filter(schema=SCHEMA).delete()
        mine = Merchant.objects.exclude(pk__in=before)
        keys = list(mine.values_list("pk", flat=True))
        # An account that may be paid is told to every town of its company.
        with in_town(Town.objects.get(schema_name="istres")):
            Effect.objects.filter(payload__merchant_id__in=[str(key) for key in keys]).delete()
        activate_public()
        for rows in (
            MerchantAccount.objects.filter(merchant__in=keys),
            MerchantPresence.objects.filter(merchant__in=keys),
            Merchant.objects.filter(pk__in=keys),
            Town.objects.filter(pk=town.pk),
        ):
            rows._raw_delete("default")  # noqa: SLF001  (a cascade would visit towns' tables, which public has not)


def all_of(fake: FakeStripe, kind: str) -> list[dict[str, Any]]:
    """Every object of a kind that Stripe has."""
    with fake.store.transaction():
        return [record.body for record in fake.store.newest_first(kind)]
