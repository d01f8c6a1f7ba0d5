"""What customers, merchants and the concierge do with orders."""

from contextlib import suppress
from uuid import uuid4

import stripe
from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from billing.payments.models import Bearer, Mode
from billing.payments.queries import refunds_to_give
from billing.payments.resuming import failed_refunds
from billing.payments.services import give_by_hand, open_checkout, refund_at_desk, retry_refund
from billing.settlements.calendar import day_in
from tenants.orders.answering import accept, refuse_line
from tenants.orders.cancelling import cancel
from tenants.orders.events import CUSTOMER
from tenants.orders.fetching import arrive, collect
from tenants.orders.handing_over import Proof, hand_over
from tenants.orders.left import REASON as LEFT_REASON
from tenants.orders.models import (
    Channel,
    Line,
    Order,
    PaymentMode,
    RefundReason,
    RefundRequest,
    RequestState,
    Substitution,
)
from tenants.orders.paid_in_shop import note_paid_in_shop
from tenants.orders.paying import ask_payment, look_at_payments
from tenants.orders.placing import Wish, place_order
from tenants.orders.refunding import WantedRefund, decline_refund, grant_refund, refund_lines
from tenants.orders.states import ENDED_WITHOUT_GOODS
from tenants.orders.substitutions.answering import DECLINED_REASON, EXPIRED_REASON
from tenants.orders.weighing import weigh
from tenants.shops.models import Shop
from tests.billing.everything.base import REFUSALS, Base, NothingForSaleError
from tests.billing.everything.books import OrderBook
from tests.billing.payments.paying import REFUND_FAILS, REFUND_PENDING, VISA
from tests.factories import CONCIERGE, first_window, make_basket, make_resident
from tests.tools.fake_stripe.controls import ControlError

DECLINED = "4000000000000002"
CARDS = st.sampled_from([VISA, VISA, VISA, DECLINED, REFUND_FAILS, REFUND_PENDING])
TOWNS = st.integers(0, 1)
WHICH = st.integers(0, 5)
# The fourth is sold by weight, by the merchant of the second.
PRODUCTS = st.sets(st.integers(0, 3), min_size=1, max_size=3)
WEIGHED = 3
MEANS = st.sampled_from([Mode.CASH, Mode.CHEQUE, Mode.TERMINAL])
BEARERS = st.sampled_from([Bearer.MERCHANT, Bearer.MERCHANT, Bearer.COMPANY, Bearer.COMMUNE])
# How much of a line: all, half of it, one cent.
PARTS = st.sampled_from([1, 2, 10_000])


def _mode(*, by_card: bool) -> PaymentMode:
    return PaymentMode.CARD if by_card else PaymentMode.DESK


class Customers(Base):
    """Orders, from the basket to the counter, and what goes back."""

    @initialize(products=PRODUCTS, by_card=st.booleans())
    def a_first_sale_in_each_town(self, products: set[int], *, by_card: bool) -> None:
        for town in range(len(self.world.places)):
            self.a_whole_sale(town, products, 1, VISA, Mode.TERMINAL, by_card=by_card)

    @rule(town=TOWNS, products=PRODUCTS, quantity=st.integers(1, 3), by_card=st.booleans())
    def order_something(self, town: int, products: set[int], quantity: int, *, by_card: bool) -> None:
        with self.at(town), suppress(NothingForSaleError):
            self._order(town, products, quantity, mode=_mode(by_card=by_card))

    @rule(town=TOWNS, products=PRODUCTS, quantity=st.integers(1, 2), card=CARDS, means=MEANS, by_card=st.booleans())
    def a_whole_sale(
        self, town: int, products: set[int], quantity: int, card: str, means: Mode, *, by_card: bool
    ) -> None:
        """The usual way, in one step, so that what comes after is reached."""
        with self.at(town), suppress(*REFUSALS):
            order = self._order(town, products, quantity, mode=_mode(by_card=by_card))
            if by_card:
                self._pay(town, order, card)
                look_at_payments(order_id=order.pk, now=self.world.now)
            if WEIGHED in products:
                # What the card holds is taken by a worker, once the scales have said how much.
                self.world.work_here()
                self._weigh(town, order, 480 * quantity)
                self.world.work_here()
            self._fetch(order)
            self._hand_over(town, order, means)

    @rule(town=TOWNS, products=PRODUCTS, quantity=st.integers(1, 2), handed_over=st.booleans())
    def a_sale_in_the_shops(self, town: int, products: set[int], quantity: int, *, handed_over: bool) -> None:
        """Each merchant is paid by the customer itself, and says so."""
        with self.at(town), suppress(NothingForSaleError):
            order = self._order(town, products, quantity, mode=PaymentMode.SHOP)
            if handed_over:
                self._weigh(town, order, 520 * quantity)
                self._fetch(order)
                self._hand_over(town, order, Mode.TERMINAL)

    @precondition(Base.has_orders)
    @rule(town=TOWNS, which=WHICH, card=CARDS)
    def pay_by_card(self, town: int, which: int, card: str) -> None:
        """On Stripe's page; nobody has told us yet."""
        with self.at(town), suppress(*REFUSALS):
            order = self.order(town, which)
            if order is not None:
                self._pay(town, order, card)

    @precondition(Base.has_orders)
    @rule(town=TOWNS, which=WHICH)
    def come_back_from_stripe(self, town: int, which: int) -> None:
        with self.at(town):
            order = self.order(town, which)
            if order is not None:
                look_at_payments(order_id=order.pk, now=self.world.now)

    @precondition(Base.has_orders)
    @rule(town=TOWNS, which=WHICH, line=st.integers(0, 2))
    def refuse_a_line(self, town: int, which: int, line: int) -> None:
        with self.at(town), suppress(*REFUSALS):
            order = self.order(town, which)
            if order is not None:
                lines = Line.objects.filter(shop_order__order=order).order_by("name")
                wanted = lines[line % len(lines)]
                refused = refuse_line(line_id=wanted.pk, reason="épuisé", actor=CONCIERGE, now=self.world.now)
                if refused.has_left:
                    self.book(town).refused(order.pk, wanted.pk)

    @precondition(Base.has_orders)
    @rule(town=TOWNS, which=WHICH, grams=st.sampled_from([250, 480, 500, 640, 1300]))
    def weigh_it(self, town: int, which: int, grams: int) -> None:
        with self.at(town), suppress(*REFUSALS):
            order = self.order(town, which)
            if order is not None:
                self._weigh(town, order, grams)

    @precondition(Base.has_orders)
    @rule(town=TOWNS, which=WHICH)
    def accept_and_fetch(self, town: int, which: int) -> None:
        with self.at(town), suppress(*REFUSALS):
            order = self.order(town, which)
            if order is not None:
                for part in order.shop_orders.order_by("pk"):
                    with suppress(*REFUSALS):
                        accept(part_id=part.pk, actor=CONCIERGE, now=self.world.now)
                self._fetch(order)

    @precondition(Base.has_orders)
    @rule(town=TOWNS, which=WHICH, means=MEANS)
    def hand_it_over(self, town: int, which: int, means: Mode) -> None:
        with self.at(town), suppress(*REFUSALS):
            order = self.order(town, which)
            if order is not None:
                self._hand_over(town, order, means)

    @precondition(Base.has_orders)
    @rule(town=TOWNS, which=WHICH)
    def cancel_it(self, town: int, which: int) -> None:
        with self.at(town), suppress(*REFUSALS):
            order = self.order(town, which)
            if order is not None:
                cancel(order_id=order.pk, actor=CUSTOMER, now=self.world.now)

    @precondition(Base.has_orders)
    @rule(town=TOWNS, which=WHICH, line=st.integers(0, 3), part=PARTS, bearer=BEARERS)
    def give_some_back(self, town: int, which: int, line: int, part: int, bearer: Bearer) -> None:
        """Of a line, or of none: a gesture."""
        with self.at(town), suppress(*REFUSALS):
            order = self.order(town, which)
            if order is None:
                return
            self._ask_back(town, order, line, part, bearer)

    @rule(town=TOWNS, products=PRODUCTS, card=CARDS, part=PARTS, bearer=BEARERS, after=st.booleans())
    def a_sale_and_its_refund(
        self, town: int, products: set[int], card: str, part: int, bearer: Bearer, *, after: bool
    ) -> None:
        """Paid by card, handed over or not, given back and granted; how the bank takes it comes later."""
        with self.at(town), suppress(*REFUSALS):
            order = self._order(town, products, 1, mode=PaymentMode.CARD)
            self._pay(town, order, card)
            self.world.work_here()
            look_at_payments(order_id=order.pk, now=self.world.now)
            self._weigh(town, order, 480)
            self.world.work_here()
            if after:
                self._fetch(order)
                self._hand_over(town, order, Mode.TERMINAL)
            self._ask_back(town, order, 0, part, bearer if after else Bearer.MERCHANT)
            self._decide_refunds(town, granted=True)
            self.world.work_here()

    @precondition(Base.has_orders)
    @rule(town=TOWNS, granted=st.booleans())
    def decide_a_refund(self, town: int, *, granted: bool) -> None:
        with self.at(town), suppress(*REFUSALS):
            self._decide_refunds(town, granted=granted, most=1)

    @precondition(Base.has_orders)
    @rule(town=TOWNS, means=MEANS)
    def give_back_at_the_desk(self, town: int, means: Mode) -> None:
        with self.at(town), suppress(*REFUSALS):
            for refund in refunds_to_give()[:1]:
                refund_at_desk(refund_id=refund.pk, means=means, actor="Camille", now=self.world.now)

    @precondition(Base.has_orders)
    @rule(town=TOWNS, by_hand=st.booleans())
    def take_up_a_failed_refund(self, town: int, *, by_hand: bool) -> None:
        with self.at(town), suppress(*REFUSALS):
            for refund in failed_refunds()[:1]:
                if by_hand:
                    give_by_hand(refund_id=refund.pk, means=Mode.TRANSFER, actor=CONCIERGE, now=self.world.now)
                else:
                    retry_refund(refund_id=refund.pk, actor=None, now=self.world.now)

    def _order(self, town: int, products: set[int], quantity: int, *, mode: PaymentMode) -> Order:
        place, now = self.place(town), self.world.now
        gone = set(Shop.objects.exclude(withdrawn_at=None).values_list("pk", flat=True))
        wanted = [each for each in (place.products[rank] for rank in sorted(products)) if each.shop_id not in gone]
        if not wanted:
            raise NothingForSaleError
        resident = make_resident(account=False)
        wish = Wish(
            hub=place.market.hub,
            window_start=first_window(town=place.town, products=wanted, now=now).start,
            payment_mode=mode,
            channel=Channel.WEB,
            token=uuid4(),
            fee_cents=place.market.hub.fee_cents,
        )
        basket = make_basket(lines=[(product, quantity) for product in wanted], resident=resident, now=now)
        order = place_order(town=place.town, basket=basket, resident=resident, wish=wish, actor=CUSTOMER, now=now)
        for part in order.shop_orders.order_by("pk"):
            rate = self.book(town).rate_on(part.merchant_id, day_in(place.town, now))
            assert part.rate_bp == rate, part
            self.book(town).rate_of[part.pk] = rate
        lines = list(Line.objects.filter(shop_order__order=order).select_related("shop_order"))
        self.book(town).orders[order.pk] = OrderBook(
            order.pk,
            {line.pk: line.amount_cents for line in lines},
            {line.pk: line.shop_order.merchant_id for line in lines},
            in_shops=mode == PaymentMode.SHOP,
        )
        return order

    def _ask_back(self, town: int, order: Order, line: int, part: int, bearer: Bearer) -> None:
        self._hear_of_lines(town, order)
        lines = list(Line.objects.filter(shop_order__order=order).order_by("name"))
        about = lines[line] if line < len(lines) else None
        left = about.refundable_cents if about is not None else 500
        cents = max(left // part, 1)
        wanted = WantedRefund(line_id=about.pk if about else None, amount_cents=cents, bearer=bearer)
        request = refund_lines(
            order_id=order.pk,
            lines=[wanted],
            reason=RefundReason.OTHER,
            words="",
            token=uuid4(),
            actor=CONCIERGE,
            town=self.place(town).town,
            now=self.world.now,
        )
        self.book(town).asked[request.pk] = (order.pk, [(wanted.line_id, cents, bearer)])
        if request.state == RequestState.GRANTED:
            self.book(town).granted(request.pk)

    def _pay(self, town: int, order: Order, card: str) -> None:
        payment = ask_payment(order_id=order.pk, now=self.world.now)
        try:
            open_checkout(
                payment_id=payment.pk,
                success_url="http://istres.localhost/retour/",
                cancel_url="http://istres.localhost/panier/",
                customer_email="",
                now=self.world.now,
            )
            payment.refresh_from_db()
            self.place(town).fake.pay(str(payment.stripe_session_id), card=card)
        except (stripe.StripeError, ControlError):
            # Stripe does not answer, or the page has closed: the customer tries again.
            return

    def _weigh(self, town: int, order: Order, grams: int) -> None:
        """What is sold by weight and not weighed yet; it never costs more than the card held, or than was taken."""
        lines = Line.objects.filter(shop_order__order=order, per_kg_cents__isnull=False, weighed_grams=None)
        for line in lines.order_by("pk"):
            most = max(line.amount_cents, line.ceiling_cents or 0)
            [weighed] = weigh(part_id=line.shop_order_id, grams={line.pk: grams}, actor=CONCIERGE, now=self.world.now)
            assert weighed.amount_cents <= most
            self.book(town).orders[order.pk].lines[line.pk] = weighed.kept_cents

    def _fetch(self, order: Order) -> None:
        for part in order.shop_orders.exclude(state__in=ENDED_WITHOUT_GOODS).order_by("pk"):
            collect(part_id=part.pk, actor=CONCIERGE, now=self.world.now)
            arrive(part_id=part.pk, actor=CONCIERGE, now=self.world.now)

    def _hand_over(self, town: int, order: Order, means: Mode) -> None:
        if order.is_paid_in_shops and not order.handed_over_at:
            unpaid = order.shop_orders.filter(paid_in_shop_at=None).exclude(state__in=ENDED_WITHOUT_GOODS)
            for part in unpaid.order_by("pk"):
                note_paid_in_shop(part_id=part.pk, actor=CUSTOMER, now=self.world.now)
        proof = Proof(code=order.code, adult_seen=True)
        hand_over(order_id=order.pk, proof=proof, means=means, actor=CONCIERGE, now=self.world.now)
        self._hear_of_lines(town, order)
        self.book(town).handed_over(order.pk)

    def _hear_of_lines(self, town: int, order: Order) -> None:
        """What became of lines by itself since: refused because their merchant left, or replaced once it was paid."""
        book = self.book(town)
        lines = Line.objects.filter(shop_order__order=order)
        for line in lines.filter(refusal_reason__in=[LEFT_REASON, DECLINED_REASON, EXPIRED_REASON]):
            book.refused(order.pk, line.pk)
        for each in Substitution.objects.filter(line__in=lines, pk__in=list(book.proposed)):
            if each.new_line_id is not None:
                book.replaced(order.pk, each.line_id, each.new_line_id, book.proposed.pop(each.pk))

    def _decide_refunds(self, town: int, *, granted: bool, most: int = 100) -> None:
        waiting = RefundRequest.objects.filter(state=RequestState.WAITING).order_by("asked_at")
        for request in list(waiting[:most]):
            if granted:
                grant_refund(request_id=request.pk, actor=CONCIERGE, now=self.world.now)
                self.book(town).granted(request.pk)
            else:
                decline_refund(request_id=request.pk, answer="non", actor=CONCIERGE, now=self.world.now)
                del self.book(town).asked[request.pk]
