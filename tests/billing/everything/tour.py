"""One life of the machine that is written down: it comes, in an order, to all that chance is to come to."""

from collections.abc import Iterator

from billing.payments.deposit_models import DepositMeans
from billing.payments.models import Bearer, Mode
from billing.settlements.models import Adjustment, Frequencies, Means
from billing.settlements.periods import Frequency
from billing.settlements.rules import Rules
from tenants.shops.departures import Ground, OrdersThen
from tests.billing.everything.accounts import IBANS
from tests.billing.everything.machine import Everything
from tests.billing.payments.paying import REFUND_FAILS, VISA

ISTRES, VIROFLAY = 0, 1
SHIRT, CHEESE, WINE, WEIGHED = range(4)

# What must have happened by its end; the deep runs come to it by chance.
WANTED = frozenset(
    {
        "entry adjustment",
        "entry bank_deposit",
        "entry bank_deposit_undone",
        "entry card_captured",
        "entry commission",
        "entry commission_withheld",
        "entry dispute_decided",
        "entry dispute_reinstated",
        "entry dispute_withdrawn",
        "entry handed_over",
        "entry hub_fee",
        "entry paid_at_desk",
        "entry payout_confirmed",
        "entry payout_decided",
        "entry payout_failed",
        "entry payout_returned",
        "entry payout_reversed",
        "entry payout_sent",
        "entry refund_borne",
        "entry refund_came_back",
        "entry refunded",
        "entry stripe_fee",
        "order substitution_approved",
        "order substitution_declined",
        "order substitution_expired",
        "order substitution_to_pay",
        "commission.terms_set",
        "commission.terms_withdrawn",
        "deposit.undone",
        "dispute.decided",
        "merchant.bank_changed",
        "merchant.bank_undone",
        "merchant.left",
        "merchant.returned",
        "payout.failed",
        "payout.retried",
        "payout.reversal_asked",
        "refund.asked",
        "refund.declined",
        "refund.failed",
        "refund.given_by_hand",
        "refund.granted",
        "settlement.adjusted",
        "settlement.approved",
        "settlement.frequency_chosen",
        "settlement.held",
        "settlement.rules_set",
        "transfers.account_chosen",
        "transfers.cancelled",
        "transfers.cleared",
        "transfers.confirmed",
        "transfers.failed",
        "transfers.made",
        "transfers.sent",
    }
)


def tour(life: Everything) -> Iterator[None]:
    """Step by step, for everything to be checked in between."""
    life.a_first_sale_in_each_town({SHIRT, WEIGHED}, by_card=True)
    yield
    for _ in _rates(life):
        yield
    life.a_week_and_what_comes_after(ISTRES, {SHIRT, CHEESE}, "card", ["given back", "taken back", "the next week"])
    yield
    life.a_week_and_what_comes_after(ISTRES, {SHIRT, WINE}, "card", ["contested", "came back", "taken back in vain"])
    yield
    life.a_week_and_what_comes_after(ISTRES, {CHEESE}, "card", ["won"])
    yield
    life.a_week_and_what_comes_after(VIROFLAY, {SHIRT, CHEESE, WINE}, "desk", ["came back", "refused by the bank"])
    yield
    life.a_week_and_what_comes_after(VIROFLAY, {SHIRT}, "shops", [])
    yield
    for means in DepositMeans:
        life.the_desk_goes_to_the_bank(VIROFLAY, means, undone=means is DepositMeans.CASH)
        yield
    life.an_account_changes_before_the_payout(VIROFLAY, {SHIRT, WINE}, IBANS[1], undone=False, new=True)
    yield
    life.an_account_changes_before_the_payout(VIROFLAY, {SHIRT}, IBANS[2], undone=True, new=False)
    yield
    for answer in ("yes", "at the desk", "by card", "no", "nothing"):
        life.a_wine_is_replaced(VIROFLAY, answer, dearer=answer != "yes", same_price=False, by_card=answer != "nothing")
        yield
    life.hand_it_over(VIROFLAY, 4, Mode.TERMINAL)
    yield
    for part in (_a_file_that_is_abandoned, _refunds_that_do_not_go, _drafts, _somebody_leaves):
        for _ in part(life):
            yield
    life.time_goes_by("over a change of clocks")
    yield


def _rates(life: Everything) -> Iterator[None]:
    life.terms_are_set(ISTRES, None, 800, today=False, agreed=False, told=True)
    yield
    life.terms_are_set(ISTRES, 1, 1234, today=True, agreed=True, told=True)
    yield
    life.terms_are_set(VIROFLAY, None, 300, today=True, agreed=False, told=False)
    yield
    life.terms_are_set(VIROFLAY, 0, 500, today=False, agreed=False, told=True)
    yield
    life.terms_are_withdrawn(VIROFLAY)
    yield
    life.the_letters_leave(VIROFLAY)
    yield


def _a_file_that_is_abandoned(life: Everything) -> Iterator[None]:
    """Made, and given to no bank; before it, a refund above what the concierge grants."""
    life.a_whole_sale(VIROFLAY, {CHEESE}, 2, VISA, Mode.CASH, by_card=False)
    life.give_some_back(VIROFLAY, 0, 0, 1, Bearer.COMPANY)
    yield
    life.decide_a_refund(VIROFLAY, granted=False)
    yield
    life.time_goes_by("to Monday")
    yield
    life.pay_by_bank(VIROFLAY, "make")
    yield
    life.pay_by_bank(VIROFLAY, "abandoned")
    yield


def _refunds_that_do_not_go(life: Everything) -> Iterator[None]:
    life.adjust(ISTRES, 2, -2500, Adjustment.BorneBy.COMMUNE)
    yield
    life.a_commission_is_received(ISTRES, 2, undone=False)
    yield
    life.a_sale_and_its_refund(ISTRES, {SHIRT}, REFUND_FAILS, 1, Bearer.COMPANY, after=True)
    life.the_bank_answers(ISTRES)
    yield
    life.time_goes_by("a day")
    yield
    life.take_up_a_failed_refund(ISTRES, by_hand=True)
    yield


def _somebody_leaves(life: Everything) -> Iterator[None]:
    """With an order under way, which is refused; then back, and gone again after a notice."""
    life.order_something(ISTRES, {CHEESE, WINE}, 1, by_card=True)
    life.pay_by_card(ISTRES, 0, VISA)
    life.come_back_from_stripe(ISTRES, 0)
    yield
    life.a_merchant_leaves(ISTRES, 1, Ground.ASKED, OrdersThen.REFUSED)
    yield
    life.accept_and_fetch(ISTRES, 0)
    life.hand_it_over(ISTRES, 0, Mode.CASH)
    yield
    life.a_merchant_comes_back(ISTRES, 1)
    yield
    life.a_merchant_leaves(VIROFLAY, 0, Ground.NOTICE, OrdersThen.FINISHED)
    yield
    life.time_goes_by("to the next month")
    life.time_goes_by("to the next month")
    yield


def _drafts(life: Everything) -> Iterator[None]:
    """Statements that are looked at before they are issued, of merchants that chose how often."""
    rules = Rules(frequencies=Frequencies.EITHER, review_required=True, minimum_payout_cents=3000, means=Means.STRIPE)
    life.the_town_changes_its_rules(ISTRES, rules)
    yield
    # Merchants are told; the rules wait for their days of notice.
    life.time_goes_by("to the next month")
    yield
    life.a_merchant_chooses(ISTRES, 0, Frequency.MONTHLY)
    yield
    for by_card in (False, True):
        life.a_whole_sale(ISTRES, {CHEESE}, 2, VISA, Mode.CASH, by_card=by_card)
        life.time_goes_by("to Monday")
        yield
    for approved in (False, True):
        life.look_at_a_draft(ISTRES, approved=approved)
        yield
