"""Why a payout waits or failed, in French."""

from billing.settlements.models import Payout, PayoutState
from billing.settlements.payouts import ACCOUNT_INACTIVE, ACCOUNT_MISSING, FUNDS_MISSING, REVERSED

_OURS = frozenset({ACCOUNT_INACTIVE, ACCOUNT_MISSING, FUNDS_MISSING, REVERSED})
_UNANSWERED = "Stripe n’a pas encore répondu à la demande de virement."


def payout_reason(payout: Payout) -> str:
    """A sentence; what Stripe said itself is quoted. Empty when there is nothing to explain."""
    if payout.reason and payout.reason not in _OURS:
        return f"Stripe répond « {payout.reason} »."
    if not payout.reason and payout.state == PayoutState.SENDING:
        return _UNANSWERED
    return payout.reason
