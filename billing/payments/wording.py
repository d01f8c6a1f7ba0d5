"""Why Stripe or a bank did not give money back, in French."""

_REASONS = {
    "lost_or_stolen_card": "la carte a été déclarée perdue ou volée",
    "expired_or_canceled_card": "la carte a expiré ou n’existe plus",
    "declined": "la banque du client a refusé le remboursement",
    "insufficient_funds": "les fonds manquent chez Stripe",
    "charge_for_pending_refund_disputed": "le client conteste le paiement auprès de sa banque",
    "merchant_request": "le remboursement a été annulé chez Stripe",
    "canceled": "le remboursement a été annulé chez Stripe",
    "unknown": "la banque du client n’a pas dit pourquoi",
    "": "la banque du client n’a pas dit pourquoi",
}


def refund_failure(failure: str) -> str:
    """Why a refund failed: Stripe's codes are translated, its sentences quoted."""
    return _REASONS.get(failure) or f"Stripe répond « {failure} »"
