"""Shops that replace what they cannot supply: proposed, then accepted, paid for, declined, taken back, or ignored."""

from contextlib import suppress

from hypothesis import strategies as st
from hypothesis.stateful import rule

from billing.payments.models import Mode
from tenants.orders.events import CUSTOMER
from tenants.orders.models import Line, Order, Substitution
from tenants.orders.paying import look_at_payments
from tenants.orders.substitutions.answering import TooLateToAnswerError, accept, accept_at_desk, decline
from tenants.orders.substitutions.ending import AlreadyAnsweredError
from tenants.orders.substitutions.proposing import Offer, SubstitutionError, propose, withdraw
from tests.billing.everything.base import REFUSALS
from tests.billing.everything.customers import TOWNS, WHICH, Customers, _mode
from tests.billing.payments.paying import VISA
from tests.factories import CONCIERGE

WINE = 2
NOT_REPLACED = (SubstitutionError, AlreadyAnsweredError, TooLateToAnswerError)
ANSWERS = st.sampled_from(["yes", "yes", "at the desk", "by card", "no", "nothing", "taken back"])


class Replacers(Customers):
    """The wine merchant has two other wines, a cheaper one and a dearer."""

    @rule(town=TOWNS, dearer=st.booleans(), same_price=st.booleans(), answer=ANSWERS, by_card=st.booleans())
    def a_wine_is_replaced(self, town: int, answer: str, *, dearer: bool, same_price: bool, by_card: bool) -> None:
        """Of an order that is paid, or to be paid at the desk."""
        with self.at(town), suppress(*REFUSALS, *NOT_REPLACED):
            order = self._order(town, {0, WINE}, 1, mode=_mode(by_card=by_card))
            if by_card:
                self._pay(town, order, VISA)
                look_at_payments(order_id=order.pk, now=self.world.now)
                self.world.work_here()
            proposed = self._propose(town, order, dearer=dearer, same_price=same_price)
            self._answer(town, order, proposed, answer)

    @rule(town=TOWNS, which=WHICH, answer=ANSWERS)
    def somebody_answers(self, town: int, which: int, answer: str) -> None:
        with self.at(town), suppress(*REFUSALS, *NOT_REPLACED):
            order = self.order(town, which)
            for each in Substitution.objects.filter(line__shop_order__order=order).order_by("-proposed_at", "pk")[:1]:
                self._answer(town, order or each.line.shop_order.order, each, answer)

    def _propose(self, town: int, order: Order, *, dearer: bool, same_price: bool) -> Substitution:
        place = self.place(town)
        line = Line.objects.get(shop_order__order=order, product=place.products[WINE])
        product = place.other_wines[dearer]
        offer = Offer(product_id=product.pk, quantity=1, same_price=same_price)
        proposed = propose(line_id=line.pk, offer=offer, actor=CONCIERGE, now=self.world.now)
        kept = self.book(town).orders[order.pk].lines[line.pk]
        price = product.price_cents
        self.book(town).proposed[proposed.pk] = min(price, kept) if same_price else price
        return proposed

    def _answer(self, town: int, order: Order, proposed: Substitution, answer: str) -> None:
        now = self.world.now
        if answer == "no":
            decline(substitution_id=proposed.pk, actor=CUSTOMER, now=now)
        elif answer == "taken back":
            withdraw(substitution_id=proposed.pk, actor=CONCIERGE, now=now)
        elif answer == "at the desk":
            accept_at_desk(substitution_id=proposed.pk, means=Mode.CASH, actor=CONCIERGE, now=now)
        elif answer != "nothing":
            accept(substitution_id=proposed.pk, actor=CUSTOMER, now=now)
            if answer == "by card":
                self._pay(town, order, VISA)
                look_at_payments(order_id=order.pk, now=now)
