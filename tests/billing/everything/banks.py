"""What Stripe and the banks do: bring word late, twice or never, contest, refuse, take back; and what time does."""

from contextlib import suppress
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import stripe
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from billing.payments.models import Bearer, Dispute, DisputeState, Mode, Payment, PaymentState
from billing.payments.queries import paid_cents
from billing.payments.services import Share, decide_dispute
from tenants.orders.models import Order
from tenants.orders.queries import owed_cents
from tests.billing.everything.base import REFUSALS, Base
from tests.billing.everything.customers import PRODUCTS, TOWNS, WHICH, Customers
from tests.billing.everything.world import Place
from tests.billing.payments.disputing import charge_of
from tests.billing.payments.paying import VISA
from tests.tools.fake_stripe.controls import ControlError

PARIS = ZoneInfo("Europe/Paris")
HOUR = timedelta(hours=1)
PATHS = st.sampled_from(["/v1/refunds", "/v1/transfers", "/v1/checkout/sessions", "/v1/checkout/sessions/*"])
SPANS = st.sampled_from(["an hour", "a day", "to Monday", "to Monday", "to the next month", "over a change of clocks"])


class Banks(Customers):
    """Events, failures, disputes, and the clock."""

    @precondition(Base.has_orders)
    @rule(town=TOWNS, which=WHICH, times=st.integers(1, 2))
    def stripe_tells(self, town: int, which: int, times: int) -> None:
        """One event, in whatever order, once or twice; then the workers."""
        self.everywhere()
        place = self.place(town)
        waiting = place.hear()
        if waiting:
            event = waiting.pop(which % len(waiting))
            for _ in range(times):
                self.world.tell(place, event)
            self.world.work()

    @precondition(Base.has_orders)
    @rule(town=TOWNS, which=WHICH)
    def an_event_is_lost(self, town: int, which: int) -> None:
        """It is never brought; Stripe knows that it was not."""
        waiting = self.place(town).hear()
        if waiting:
            waiting.pop(which % len(waiting))

    @precondition(Base.has_orders)
    @rule(town=TOWNS)
    def the_bank_answers(self, town: int) -> None:
        """What it keeps waiting: refunds go through, or come back."""
        self.place(town).fake.run_jobs()

    @rule(town=TOWNS, path=PATHS, when=st.sampled_from(["before", "after"]))
    def stripe_does_not_answer(self, town: int, path: str, when: str) -> None:
        """The next call is not heard, or its answer is lost, however often the SDK tries."""
        self.place(town).fake.fail_next(path, when=when, mode="reset", times=3)

    @rule()
    def the_workers_work(self) -> None:
        self.everywhere()
        self.world.work()

    @rule(span=SPANS)
    def time_goes_by(self, span: str) -> None:
        self.everywhere()
        self.world.wait(self._until(span))

    @precondition(Base.has_orders)
    @rule(town=TOWNS, which=WHICH)
    def a_payment_is_contested(self, town: int, which: int) -> None:
        self.everywhere()
        place = self.place(town)
        with self.world.inside(place):
            paid = Payment.objects.filter(mode=Mode.CARD, state=PaymentState.SUCCEEDED).order_by("created_at", "pk")
            payments = list(paid)
            if not payments:
                return
            payment = payments[which % len(payments)]
            with suppress(ControlError):
                place.fake.dispute(charge_of(place.fake, payment))

    @rule(town=TOWNS, products=PRODUCTS, after=st.booleans(), won=st.booleans())
    def a_sale_that_is_contested(self, town: int, products: set[int], *, after: bool, won: bool) -> None:
        """Paid by card, handed over or not, contested and decided before anybody here heard of it."""
        if after:
            self.a_whole_sale(town, products, 1, VISA, Mode.CASH, by_card=True)
        else:
            self.order_something(town, products, 1, by_card=True)
            self.pay_by_card(town, 0, VISA)
            self.come_back_from_stripe(town, 0)
        self.a_payment_is_contested(town, -1)
        self.a_bank_decides(town, won=won)

    @precondition(Base.has_orders)
    @rule(town=TOWNS, won=st.booleans())
    def a_bank_decides(self, town: int, *, won: bool) -> None:
        self._close_disputes(self.place(town), won=won, most=1)

    @precondition(Base.has_orders)
    @rule(town=TOWNS, bearer=st.sampled_from(Bearer))
    def somebody_bears_a_dispute(self, town: int, bearer: Bearer) -> None:
        with self.at(town), suppress(*REFUSALS):
            for dispute in self._lost()[:1]:
                self._share(town, dispute, bearer)

    def _until(self, span: str) -> timedelta:
        now = self.world.now
        here = now.astimezone(PARIS)
        if span == "an hour":
            return HOUR
        if span == "a day":
            return 24 * HOUR
        if span == "to Monday":
            day = here.date() + timedelta(days=7 - here.weekday())
        elif span == "to the next month":
            day = (here.date().replace(day=28) + timedelta(days=4)).replace(day=1)
        else:
            changes = [date(2027, 3, 29), date(2027, 11, 1)]
            day = next((each for each in changes if each > here.date()), here.date() + timedelta(days=7))
        return datetime.combine(day, time(0, 0, 10), tzinfo=PARIS) - now

    def _close_disputes(self, place: Place, *, won: bool, most: int = 100) -> None:
        """The bank decides what we have not answered or have: those that are open at Stripe, the oldest first."""
        with place.fake.store.transaction():
            found = [each.body for each in place.fake.store.newest_first("dispute")]
        still_open = [each["id"] for each in reversed(found) if each["status"] == "needs_response"]
        for key in still_open[:most]:
            place.fake.close_dispute(key, won=won)

    def _lost(self) -> list[Dispute]:
        lost = Dispute.objects.filter(state=DisputeState.LOST, decided_at=None, withdrawn_cents__gt=0)
        return list(lost.select_related("payment").order_by("opened_at", "pk"))

    def _share(self, town: int, dispute: Dispute, bearer: Bearer) -> None:
        """As the page allows: before the handover nobody bears it; after it a merchant bears what it kept at most."""
        book = self.book(town)
        order = book.orders[dispute.payment.reference]
        amount = dispute.withdrawn_cents
        shares = [Share(bearer=Bearer.CUSTOMER, amount_cents=amount)]
        if order.handed_over:
            # What was granted to the customer and never went, the bank has given back.
            placed = Order.objects.get(pk=order.order_id)
            customers = min(max(paid_cents(reference=placed.pk) - owed_cents(placed), 0), amount)
            shares = [Share(bearer=Bearer.CUSTOMER, amount_cents=customers)] if customers else []
            left = amount - customers
            if bearer == Bearer.MERCHANT:
                for merchant, kept in order.kept.items():
                    part = min(kept, left)
                    if part > 0:
                        shares.append(Share(bearer=bearer, amount_cents=part, merchant_id=merchant))
                        left -= part
            if left:
                rest = Bearer.COMMUNE if bearer == Bearer.COMMUNE else Bearer.COMPANY
                shares.append(Share(bearer=rest, amount_cents=left))
        decide_dispute(
            dispute_id=dispute.pk, shares=shares, reason="non remis", about="", actor=None, now=self.world.now
        )
        for share in shares:
            if share.merchant_id is not None:
                book.disputed[share.merchant_id] += share.amount_cents
                order.kept[share.merchant_id] -= share.amount_cents


def client_of(place: Place) -> stripe.StripeClient:
    return stripe.StripeClient(place.fake.api_key, base_addresses={"api": place.fake.api_url})
