"""What other parts may ask of settlements: one place to import from. Each is described where it is written."""

from billing.settlements.adjusting import add_adjustment
from billing.settlements.bearing import SaleOverRefundedError, bear_refund, refund_sale
from billing.settlements.payouts import wake_payouts
from billing.settlements.resuming import PayoutCarriedError, retry_payout
from billing.settlements.reversing import (
    NotReversibleError,
    ReversalTooLargeError,
    ask_reversal,
    give_up_reversal,
    retry_reversal,
)
from billing.settlements.reviewing import DraftClosedError, FiguresChangedError, approve_draft, hold_draft
from billing.settlements.sales import SaleConflictError, record_sale
from billing.settlements.setting_rules import choose_frequency, set_rules
from billing.settlements.settling import PeriodNotOverError, SettlementIncompleteError, settle
from billing.settlements.wishes import WishChangedError

__all__ = [
    "DraftClosedError",
    "FiguresChangedError",
    "NotReversibleError",
    "PayoutCarriedError",
    "PeriodNotOverError",
    "ReversalTooLargeError",
    "SaleConflictError",
    "SaleOverRefundedError",
    "SettlementIncompleteError",
    "WishChangedError",
    "add_adjustment",
    "approve_draft",
    "ask_reversal",
    "bear_refund",
    "choose_frequency",
    "give_up_reversal",
    "hold_draft",
    "record_sale",
    "refund_sale",
    "retry_payout",
    "retry_reversal",
    "set_rules",
    "settle",
    "wake_payouts",
]
