"""Whole lives in one step: sold, settled and paid out, and then what may come after; few steps reach deep states."""

from collections.abc import Callable
from contextlib import suppress
from typing import ClassVar
from uuid import uuid4

from hypothesis import strategies as st
from hypothesis.stateful import rule

from billing.payments.models import Bearer, Mode
from billing.settlements.models import Means, Payout, PayoutState, Reversal, ReversalState
from billing.settlements.reversing import ask_reversal, left_to_reverse, retry_reversal
from tenants.orders.models import Order
from tests.billing.everything.accounts import IBANS, Accounts
from tests.billing.everything.banks import Banks
from tests.billing.everything.base import REFUSALS
from tests.billing.everything.customers import PRODUCTS, TOWNS
from tests.billing.everything.settling import Settling
from tests.billing.everything.world import account_of
from tests.billing.payments.paying import VISA
from tests.tools.fake_stripe.controls import ControlError

HOWS = st.sampled_from(["card", "card", "desk", "shops"])


class Lives(Accounts, Banks, Settling):
    """A week of a town from the basket to the bank, then a contestation, a refund, a payout taken back or returned."""

    @rule(town=TOWNS, products=PRODUCTS, how=HOWS, afters=st.lists(st.deferred(lambda: AFTERS), max_size=3))
    def a_week_and_what_comes_after(self, town: int, products: set[int], how: str, afters: list[str]) -> None:
        if how == "shops":
            self.a_sale_in_the_shops(town, products, 1, handed_over=True)
        else:
            self.a_whole_sale(town, products, 2, VISA, Mode.TERMINAL, by_card=how == "card")
        self._settled(town)
        for after in afters:
            self.everything_adds_up()
            self.AFTER[after](self, town)

    @rule(town=TOWNS, products=PRODUCTS, iban=st.sampled_from(IBANS), undone=st.booleans(), new=st.booleans())
    def an_account_changes_before_the_payout(
        self, town: int, products: set[int], iban: str, *, undone: bool, new: bool
    ) -> None:
        """Between the statement and the payout, of a merchant that sold; then the quiet days go by."""
        self.a_whole_sale(town, products, 1, VISA, Mode.CHEQUE, by_card=False)
        self.time_goes_by("to Monday")
        for merchant in range(3):
            self.a_merchant_changes_its_account(town, merchant, iban, knows_the_code=True)
        self.pay_by_bank(town, "make")
        if undone:
            self.a_merchant_undoes_the_change(town, 0)
        self.everything_adds_up()
        for _ in range(3):
            self.time_goes_by("a day")
        self.the_town_hall_says_which_account(town, new=new)
        self._by_bank_to_the_end(town)

    def _settled(self, town: int) -> None:
        """The period ends, and what comes of it is paid: by Stripe's worker, or in a file that a bank executes."""
        self.time_goes_by("to Monday")
        with self.at(town), suppress(*REFUSALS):
            self._approve(town)
            self.world.work_here()
        self._by_bank_to_the_end(town)

    def _by_bank_to_the_end(self, town: int) -> None:
        for step in ("make", "sent", "executed"):
            self.pay_by_bank(town, step)

    def _contested(self, town: int) -> None:
        """The last card payment, lost, and Stripe brings word of all of it; the merchant bears what it kept."""
        self.a_payment_is_contested(town, -1)
        self.a_bank_decides(town, won=False)
        self._all_is_told(town)
        self.somebody_bears_a_dispute(town, Bearer.MERCHANT)

    def _won(self, town: int) -> None:
        self.a_payment_is_contested(town, -1)
        self._all_is_told(town)
        self.a_bank_decides(town, won=True)
        self._all_is_told(town)

    def _given_back(self, town: int) -> None:
        with self.at(town), suppress(*REFUSALS):
            self._ask_back(town, self._last(town), 0, 1, Bearer.MERCHANT)
            self._decide_refunds(town, granted=True)
            self.world.work_here()

    def _taken_back(self, town: int) -> None:
        """All that is left of the last payout, by staff; then Stripe is asked."""
        with self.at(town), suppress(*REFUSALS):
            self._reverse(whole=True)
            self.world.work_here()

    def _taken_back_from_an_empty_account(self, town: int) -> None:
        """The merchant's money has left for its bank: Stripe refuses, and is asked again once there is some."""
        place = self.place(town)
        with self.at(town), suppress(*REFUSALS):
            payout = self._last_payout()
            if payout is None:
                return
            merchant = next(each for each in place.merchants if each.pk == payout.merchant_id)
            account = str(account_of(place, merchant).stripe_account_id)
            with suppress(ControlError):
                place.fake.pay_out(account, payout.amount_cents - payout.reversed_cents)
            self._reverse(whole=False)
            self.world.work_here()
            for reversal in Reversal.objects.filter(state=ReversalState.REFUSED).order_by("asked_at", "pk")[:1]:
                retry_reversal(reversal_id=reversal.pk, actor=None, now=self.world.now)

    def _came_back(self, town: int) -> None:
        """A bank returns a transfer that it had executed, or Stripe takes one back; somebody sends it again."""
        if Means.SEPA in self._means(town):
            for step in ("sent back", "cleared"):
                self.pay_by_bank(town, step)
        else:
            self.stripe_takes_a_transfer_back(town, 0, whole=True)
            self._all_is_told(town)
        self.send_a_failed_payout_again(town)
        self.the_workers_work()
        self._by_bank_to_the_end(town)

    def _refused_by_the_bank(self, town: int) -> None:
        """Another week, whose transfers the bank refuses."""
        self.a_whole_sale(town, {0, 1}, 1, VISA, Mode.CASH, by_card=False)
        self.time_goes_by("to Monday")
        for step in ("make", "sent", "refused", "executed", "cleared"):
            self.pay_by_bank(town, step)
        self.send_a_failed_payout_again(town)

    def _next_week(self, town: int) -> None:
        self.a_whole_sale(town, {0, 1, 2}, 1, VISA, Mode.CHEQUE, by_card=True)
        self._settled(town)

    def _all_is_told(self, town: int) -> None:
        """Stripe brings all that it has to say, the oldest first."""
        self.everywhere()
        place = self.place(town)
        for event in list(place.hear()):
            self.world.tell(place, event)
        place.on_the_way.clear()
        self.world.work()

    def _last(self, town: int) -> Order:
        return Order.objects.get(pk=list(self.book(town).orders)[-1])

    def _last_payout(self) -> Payout | None:
        sent = Payout.objects.filter(state=PayoutState.SENT, means=Means.STRIPE)
        return sent.order_by("-created_at", "-pk").first()

    def _reverse(self, *, whole: bool) -> None:
        payout = self._last_payout()
        left = left_to_reverse(payout) if payout is not None else 0
        if payout is not None and left:
            ask_reversal(
                key=uuid4(),
                payout_id=payout.pk,
                amount_cents=left if whole else max(left // 2, 1),
                reason="vente annulée",
                actor=None,
                now=self.world.now,
            )

    def _means(self, town: int) -> set[str]:
        with self.world.inside(self.place(town)):
            return set(Payout.objects.values_list("means", flat=True))

    AFTER: ClassVar[dict[str, Callable[["Lives", int], None]]] = {
        "contested": _contested,
        "won": _won,
        "given back": _given_back,
        "taken back": _taken_back,
        "taken back in vain": _taken_back_from_an_empty_account,
        "came back": _came_back,
        "refused by the bank": _refused_by_the_bank,
        "the next week": _next_week,
    }


AFTERS: st.SearchStrategy[str] = st.sampled_from(sorted(Lives.AFTER))
