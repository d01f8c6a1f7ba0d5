"""The machine: whatever may happen, in any order; and how everything comes to an end."""

from contextlib import suppress
from datetime import timedelta

from billing.ledger.models import Account
from billing.ledger.queries import balances
from billing.payments.models import Bearer, Mode
from billing.payments.queries import refunds_to_give
from billing.payments.resuming import failed_refunds
from billing.payments.services import give_by_hand, refresh_account, refund_at_desk
from billing.settlements.models import Reversal, ReversalState
from billing.settlements.reversing import give_up_reversal
from billing.settlements.rules import Rules
from billing.settlements.services import set_rules
from tenants.orders.models import Order
from tests.billing.everything import checks
from tests.billing.everything.base import REFUSALS
from tests.billing.everything.depositing import Depositors
from tests.billing.everything.leaving import Leavers
from tests.billing.everything.lives import Lives
from tests.billing.everything.replacing import Replacers
from tests.billing.everything.terms import Rates
from tests.billing.everything.world import PLENTY, Place, account_of
from tests.factories import CONCIERGE

LONGER_THAN_A_MONTH = timedelta(days=32)
# Orders are collected, banks answer, periods end: nothing takes longer than so many months.
ROUNDS = 6


class Everything(Lives, Rates, Leavers, Depositors, Replacers):
    """Two towns, and everything that moves their money."""

    def bring_to_an_end(self) -> None:
        """Collect what was ordered, hear what was said, decide what waits, pay what is owed; then nothing is left."""
        world = self.world
        for which, place in enumerate(world.places):
            place.fake.server.faults.clear()
            place.fake.add_to_balance(PLENTY)
            for merchant in place.merchants:
                account = account_of(place, merchant).stripe_account_id
                place.fake.set_transfers(account)
                refresh_account(account_id=account, now=world.now)
            with self.at(which):
                set_rules(town=place.town, rules=Rules(), actor=None, now=world.now)
        world.wait(timedelta(hours=7))
        for number in range(ROUNDS):
            for which in range(len(world.places)):
                self._close(which, won=number % 2 == 0)
            world.wait(LONGER_THAN_A_MONTH if number else timedelta(hours=7))
            if number and all(self._rests(place) for place in world.places):
                break
        self.touched = set(self.books)
        self.before = {}
        self.everything_adds_up()
        for place in world.places:
            with world.inside(place):
                checks.check_at_rest(world, place)
        checks.check_apart(world.places, self.books, world.inside)

    def _give(self, which: int, order: Order) -> None:
        """Weigh, fetch and hand over; what a card holds is taken first."""
        with suppress(*REFUSALS):
            self._weigh(which, order, 500)
        self.world.work_here()
        with suppress(*REFUSALS):
            self._fetch(order)
        with suppress(*REFUSALS):
            self._hand_over(which, order, Mode.TERMINAL)

    def _rests(self, place: Place) -> bool:
        """Whether nothing is left to be done; if it is only thought so, `check_at_rest` says it."""
        with self.world.inside(place):
            held = balances()
            return not any(held.get(account, 0) for account in checks.HELD) and held.get(Account.MERCHANTS, 0) >= 0

    def _close(self, which: int, *, won: bool) -> None:
        """All that people have to do in one town."""
        place, world = self.place(which), self.world
        self._close_disputes(place, won=won)
        place.fake.run_jobs()
        for event in list(place.hear()):
            world.tell(place, event)
        place.on_the_way.clear()
        world.work()
        with self.at(which):
            for dispute in self._lost():
                self._share(which, dispute, Bearer.MERCHANT)
            self._decide_refunds(which, granted=False)
            for key in list(self.book(which).orders):
                order = Order.objects.get(pk=key)
                if order.confirmed_at and not order.cancelled_at and not order.handed_over_at:
                    self._give(which, order)
            for refund in refunds_to_give():
                refund_at_desk(refund_id=refund.pk, means=Mode.TRANSFER, actor="Camille", now=world.now)
            for refund in failed_refunds():
                with suppress(*REFUSALS):
                    give_by_hand(refund_id=refund.pk, means=Mode.TRANSFER, actor=CONCIERGE, now=world.now)
            for reversal in Reversal.objects.filter(state=ReversalState.REFUSED).order_by("asked_at", "pk"):
                give_up_reversal(reversal_id=reversal.pk, actor=None, now=world.now)
            with suppress(*REFUSALS):
                self._approve(which)
            self._say_which(which, new=won)
            self._pay_everybody_by_bank(which)
