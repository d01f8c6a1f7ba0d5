"""Why a payout waits or failed, in French."""

from billing.settlements.models import REVERSED_BY_US, Means, Payout, PayoutState
from billing.settlements.payouts import (
    ACCOUNT_INACTIVE,
    ACCOUNT_MISSING,
    FUNDS_MISSING,
    REVERSED,
)

_OURS = frozenset({ACCOUNT_INACTIVE, ACCOUNT_MISSING, FUNDS_MISSING, REVERSED, REVERSED_BY_US})
_BY_BANK = "Il part avec le prochain fichier de virements."
_UNANSWERED = "Stripe n’a pas encore répondu à la demande de virement."


# The same, said to the merchant.
_YOURS = {
    ACCOUNT_MISSING: "Votre compte de versement n’est pas encore ouvert chez Stripe.",
    ACCOUNT_INACTIVE: "Votre compte de versement n’est pas encore validé par Stripe.",
}


def payout_reason_to_merchant(payout: Payout) -> str:
    """The same sentence, said to the one who is waiting."""
    return _YOURS.get(payout.reason) or payout_reason(payout)


def needs_account(payout: Payout) -> bool:
    """Whether the merchant itself can do something about it: open its account, or complete it."""
    return payout.reason in _YOURS


def payout_reason(payout: Payout) -> str:
    """A sentence; what Stripe or the bank said itself is quoted. Empty when there is nothing to explain."""
    by_bank = payout.means == Means.SEPA
    if payout.reason and payout.reason not in _OURS:
        return f"{'La banque' if by_bank else 'Stripe'} répond « {payout.reason} »."
    if by_bank and payout.state == PayoutState.WAITING:
        return _BY_BANK
    if not by_bank and not payout.reason and payout.state == PayoutState.SENDING:
        return _UNANSWERED
    return payout.reason
