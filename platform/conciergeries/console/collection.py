"""How a town's money is collected: the mode, its legal ground, and whether customers may pay each shop besides."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from billing.payments.models import Mode, Payment, PaymentState
from conciergeries.towns.models import CollectionMode, Town
from shared.audit.services import record
from shared.french import NBSP, plural
from shared.locks import lock_one
from shared.tenancy import in_town
from tenants.hubs.models import Hub

# Buying and reselling would want the VAT of the whole price: the ledger does not keep it.
OFFERED = (
    CollectionMode.PSP_SPLIT,
    CollectionMode.PSP_AGENT,
    CollectionMode.COMMERCIAL_AGENT,
    CollectionMode.IN_SHOP,
)
# A licensed provider moves the money: the law asks for no more.
NEEDS_NO_GROUND = frozenset({CollectionMode.PSP_SPLIT, CollectionMode.IN_SHOP})


class CollectionRefusedError(ValueError):
    """The town cannot collect that way today; `str()` says why in French."""


@transaction.atomic
def set_collection(
    *, town_id: UUID, mode: CollectionMode, legal_basis: str, also_in_shops: bool, actor: Any, now: datetime
) -> Town:
    """Set how a town collects, for the orders placed from now on: each keeps the way it was placed with.

    Setting what is already set changes nothing. Raises CollectionRefusedError.
    """
    town: Town = lock_one(Town.objects.all(), pk=town_id)
    if mode not in OFFERED:
        raise CollectionRefusedError(f"L’achat-revente n’est pas proposé{NBSP}: la comptabilité ne le tient pas.")
    legal_basis = " ".join(legal_basis.split())
    if mode not in NEEDS_NO_GROUND and not legal_basis:
        raise CollectionRefusedError("Dites sur quel fondement l’exploitant encaisse pour les commerçants.")
    # Where nothing is held it is the only way: no choice is left beside it.
    also = also_in_shops and mode != CollectionMode.IN_SHOP
    before = _said(town)
    if town.holds_money and mode == CollectionMode.IN_SHOP:
        _check_nothing_is_awaited(town)
    town.collection_mode, town.legal_basis, town.accepts_payment_in_shops = mode, legal_basis, also
    if _said(town) == before:
        return town
    town.save(update_fields=["collection_mode", "legal_basis", "accepts_payment_in_shops"])
    details = {"town": town.name, "before": before, "after": _said(town)}
    record(actor=actor, action="town_collection_set", target=town, details=details, now=now)
    return town


def _said(town: Town) -> dict[str, Any]:
    return {
        "mode": str(town.collection_mode),
        "legal_basis": town.legal_basis,
        "also_in_shops": town.accepts_payment_in_shops,
    }


def _check_nothing_is_awaited(town: Town) -> None:
    """A page of Stripe that is open would bring money that may not be held any more."""
    if not town.ready:
        return
    with in_town(town):
        awaited = Payment.objects.filter(mode=Mode.CARD, state=PaymentState.PENDING).count()
        asking = [hub.name for hub in Hub.objects.filter(active=True, fee_cents__gt=0) if not hub.takes_payment]
    if awaited:
        raise CollectionRefusedError(
            f"{plural(awaited, 'paiement par carte est attendu', 'paiements par carte sont attendus')} en ce moment"
            f"{NBSP}: réessayez dans une demi-heure."
        )
    if asking:
        raise CollectionRefusedError(
            f"{', '.join(asking)}{NBSP}: des frais de retrait y sont demandés, et personne n’y est pour les encaisser. "
            "La mairie doit d’abord les supprimer."
        )
