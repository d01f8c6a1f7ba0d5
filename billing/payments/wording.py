"""What Stripe and banks say of refunds and disputes, in French."""

from billing.payments.gateway import CURRENCY
from shared.french import NBSP, money

# Said to whoever would give back what a bank gives back, or has: never twice.
CONTESTED = (
    f"La banque du client lui rend ce paiement elle-même, ou l’a déjà rendu{NBSP}: ne le rendez pas une seconde fois."
)

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

# Why a customer contests a payment, as the bank codes it.
_DISPUTES = {
    "bank_cannot_process": "la banque du client n’a pas pu traiter le paiement",
    "check_returned": "le chèque a été refusé",
    "credit_not_processed": "le client attend un remboursement qu’on lui a promis",
    "customer_initiated": "le client a demandé l’annulation du prélèvement",
    "debit_not_authorized": "le client n’a pas autorisé le prélèvement",
    "duplicate": "le client pense avoir payé deux fois",
    "fraudulent": "le client ne reconnaît pas ce paiement",
    "incorrect_account_details": "les coordonnées bancaires étaient fausses",
    "insufficient_funds": "le compte du client n’était pas approvisionné",
    "noncompliant": "la banque met en cause les règles du réseau",
    "product_not_received": "le client dit n’avoir rien reçu",
    "product_unacceptable": "le client n’est pas satisfait de ce qu’il a reçu",
    "subscription_canceled": "le client dit avoir résilié un abonnement",
    "unrecognized": "le client ne reconnaît pas le nom sur son relevé",
}


# Why a card holds nothing any more.
_LET_GO = {
    "automatic": "l’autorisation a dépassé sa durée",
    "fraudulent": "l’autorisation a été levée chez Stripe pour fraude",
    "": "la banque du client ne dit pas pourquoi",
}


def let_go_reason(reason: str) -> str:
    """Why a card let go of what it held, as Stripe codes it."""
    return _LET_GO.get(reason, "l’autorisation a été levée chez Stripe")


def refund_failure(failure: str) -> str:
    """Why a refund failed: Stripe's codes are translated, its sentences quoted."""
    return _REASONS.get(failure) or f"Stripe répond « {failure} »"


def taken(cents: int, currency: str) -> str:
    """What Stripe took, in the currency that it names."""
    if currency == CURRENCY:
        return money(cents)
    return f"{cents // 100},{cents % 100:02d}{NBSP}{currency.upper()}"


def dispute_reason(reason: str) -> str:
    """Why a customer contests a payment; the bank does not always say."""
    return _DISPUTES.get(reason, "la banque du client ne dit pas pourquoi")
