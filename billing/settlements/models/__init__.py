"""Everything that settlements keep, one file by subject."""

from billing.settlements.models.adjustments import Adjustment
from billing.settlements.models.drafts import DRAFT_TRANSITIONS, Draft, DraftState
from billing.settlements.models.payouts import (
    PAYOUT_TRANSITIONS,
    REVERSED_BY_US,
    UNDER_WAY,
    Payout,
    PayoutState,
    payout_of,
)
from billing.settlements.models.reminders import PaymentReminder
from billing.settlements.models.reversals import REVERSAL_TRANSITIONS, Reversal, ReversalState
from billing.settlements.models.rules import (
    LARGEST_MINIMUM_CENTS,
    LONGEST_DELAY_DAYS,
    ChosenFrequency,
    Frequencies,
    FrequencyChoices,
    Means,
    SettlementRules,
)
from billing.settlements.models.sales import Sale, SaleKind
from billing.settlements.models.settled import SettledUntil
from billing.settlements.models.statements import Statement, StatementSegment

__all__ = [
    "DRAFT_TRANSITIONS",
    "LARGEST_MINIMUM_CENTS",
    "LONGEST_DELAY_DAYS",
    "PAYOUT_TRANSITIONS",
    "REVERSAL_TRANSITIONS",
    "REVERSED_BY_US",
    "UNDER_WAY",
    "Adjustment",
    "ChosenFrequency",
    "Draft",
    "DraftState",
    "Frequencies",
    "FrequencyChoices",
    "Means",
    "PaymentReminder",
    "Payout",
    "PayoutState",
    "Reversal",
    "ReversalState",
    "Sale",
    "SaleKind",
    "SettledUntil",
    "SettlementRules",
    "Statement",
    "StatementSegment",
    "payout_of",
]
