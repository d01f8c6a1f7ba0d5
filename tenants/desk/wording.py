"""An order's log, in French sentences."""

from collections.abc import Callable, Iterable
from typing import Any

from shared.french import NBSP, money, weight
from tenants.orders.models import OrderEvent
from tenants.orders.moved import AGREED

_MEANS = {"cash": "en espèces", "cheque": "par chèque", "terminal": "par carte au comptoir"}
_REASONS = {
    "every line refused": "tout a été refusé",
    "payment failed": "le paiement n’a pas abouti",
    "not paid in time": "pas payée à temps",
    "ordered again": "remplacée par une autre",
}
_CHANNELS = {
    "web": "sur le site",
    "phone": "par téléphone",
    "email": "par e-mail",
    "counter": "au comptoir",
    "portal": "dans l’espace commerçants",
    "town_hall": "à la mairie",
    "platform": "",
}


def _shop(event: OrderEvent) -> str:
    return event.shop_order.shop.name if event.shop_order else "La boutique"


def _placed(event: OrderEvent) -> str:
    if event.shop_order:
        return f"{_shop(event)} a reçu sa part de la commande"
    return f"Commande passée{_amount(event.data, 'total_cents')}"


def _amount(data: dict[str, Any], key: str) -> str:
    return f" : {money(data[key])}" if data.get(key) else ""


def _line_refused(event: OrderEvent) -> str:
    said = f"{_shop(event)} ne peut pas fournir {event.data.get('name', 'un produit')}"
    said += f" ({money(event.data['amount_cents'])})" if "amount_cents" in event.data else ""
    return f"{said} : {event.data['reason']}" if event.data.get("reason") else said


def _weighed(event: OrderEvent) -> str:
    said = f"{_shop(event)} : {event.data['name']}, pesé {weight(event.data['grams'])}"
    return f"{said}, {money(event.data['amount_cents'])}"


def _cancelled(event: OrderEvent) -> str:
    if event.shop_order:
        return f"{_shop(event)} : plus rien à préparer"
    reason = _REASONS.get(event.data.get("reason", ""), "")
    refunded = event.data.get("refunded_cents")
    said = f"Commande annulée ({reason})" if reason else "Commande annulée"
    return f"{said}, {money(refunded)} à rembourser" if refunded else said


def _accepted(event: OrderEvent) -> str:
    said = f"{_shop(event)} accepte"
    return f"{said} (marchandise remise à la concierge)" if event.data.get("for_the_merchant") else said


def _moved(event: OrderEvent) -> str:
    said = f"Retrait déplacé de {event.data['from']} à {event.data['to']}"
    if event.data.get("by") == AGREED:
        return f"{said}, convenu avec le client"
    told = ", client prévenu par e-mail" if event.data.get("by") == "email" else ""
    return f"{said}{told} : {event.data['why']}"


def _unsettled(event: OrderEvent) -> str:
    if event.data.get("why") == "not_ready":
        return f"{_shop(event)} ne l’aura pas préparée au passage de la tournée : retrait à revoir"
    return f"{_shop(event)} sera fermée au passage de la tournée : retrait à revoir"


_SENTENCES: dict[str, Callable[[OrderEvent], str]] = {
    "placed": _placed,
    "announced": lambda event: (
        "Client et boutiques prévenus de la commande" if event.order.customer_email else "Boutiques prévenues"
    ),
    "overbooked": lambda _event: "Prise au-delà des places du créneau",
    "moved": _moved,
    "unsettled": _unsettled,
    "rerouted": lambda _event: "Ramassée par une autre tournée, pour le même retrait",
    "stranded": lambda event: f"Retrait de {event.data['from']} impossible à tenir : {event.data['why']}",
    "change_told": lambda _event: "Client prévenu du changement par téléphone",
    "paid": lambda event: f"Payée par carte{_amount(event.data, 'amount_cents')}",
    "paid_in_shop": lambda event: f"Payé à {_shop(event)}{_amount(event.data, 'amount_cents')}",
    "paid_in_shop_undone": lambda event: f"{_shop(event)}{NBSP}: paiement noté par erreur, à payer de nouveau",
    "authorised": lambda event: f"Carte autorisée, rien n’est encore débité{_amount(event.data, 'amount_cents')}",
    "weighed": _weighed,
    "taken_early": lambda event: (
        f"Autorisation près de sa fin : prix estimé débité{_amount(event.data, 'amount_cents')}"
        f" (pas encore pesé : {', '.join(event.data.get('lines', []))})"
    ),
    "authorisation_lapsed": lambda event: (
        f"La carte n’est plus autorisée, rien n’a été débité{_amount(event.data, 'amount_cents')} : à payer"
    ),
    "accepted": _accepted,
    "refused": lambda event: f"{_shop(event)} refuse toute sa part",
    "line_refused": _line_refused,
    "substitution_proposed": lambda event: (
        f"{_shop(event)} propose {event.data['by']}{_amount(event.data, 'price_cents')}, "
        f"à la place de {event.data['name']}"
    ),
    "substitution_to_pay": lambda event: f"Client d’accord pour {event.data['by']}, complément à payer",
    "substitution_approved": lambda event: (
        f"{event.data['by']}{_amount(event.data, 'price_cents')}, remplace {event.data['name']}"
    ),
    "substitution_declined": lambda event: f"Client remboursé plutôt que {event.data['by']}",
    "substitution_expired": lambda event: f"Pas de réponse pour {event.data['by']} : {event.data['name']} est refusé",
    "substitution_withdrawn": lambda event: f"{_shop(event)} ne propose plus {event.data['by']}",
    "ready": lambda event: f"{_shop(event)} : prêt à être ramassé",
    "collected": lambda event: f"{_shop(event)} : ramassé",
    "at_hub": lambda event: f"{_shop(event)} : arrivé au comptoir",
    "told": lambda event: "Client prévenu " + ("par téléphone" if event.data.get("by") == "phone" else "par e-mail"),
    "paid_at_desk": lambda event: (
        f"Encaissé {_MEANS.get(event.data.get('means', ''), '')}{_amount(event.data, 'amount_cents')}"
    ),
    "handed_over": lambda event: f"{_shop(event)} : remis au client",
    "order_handed_over": lambda event: (
        "Commande remise sur "
        + ("le code" if event.data.get("by") == "code" else "pièce d’identité")
        + (", âge vérifié" if event.data.get("age_checked") else "")
    ),
    "refund_wanted": lambda event: f"Remboursement demandé à la mairie{_amount(event.data, 'amount_cents')}",
    "refund_granted": lambda event: (
        f"Remboursement accordé{_amount(event.data, 'amount_cents')} ({event.data.get('reason', '')})"
    ),
    "refund_declined": lambda event: f"Remboursement refusé{NBSP}: {event.data.get('reason', '')}",
    "refund_asked": lambda event: f"Remboursement demandé{_amount(event.data, 'amount_cents')}",
    "excess_refunded": lambda event: f"Payé en trop, rendu{_amount(event.data, 'amount_cents')}",
    "settled": lambda event: f"{_shop(event)} : compté dans son bordereau",
    "cancelled": _cancelled,
    "late_payment_refunded": lambda event: f"Paiement arrivé trop tard, remboursé{_amount(event.data, 'amount_cents')}",
}


# Things of one moment, in the order in which one makes the other possible.
_COURSE = (
    "placed", "overbooked", "authorised", "announced", "paid", "paid_in_shop", "paid_in_shop_undone",
    "substitution_declined", "substitution_expired", "substitution_withdrawn", "line_refused", "refused", "accepted",
    "substitution_proposed", "substitution_to_pay", "substitution_approved", "weighed", "taken_early",
    "authorisation_lapsed", "ready", "collected", "at_hub",
    "unsettled", "rerouted", "moved", "stranded", "change_told", "told", "paid_at_desk", "handed_over",
    "order_handed_over", "settled", "refund_wanted", "refund_granted", "refund_declined", "cancelled", "refund_asked",
    "excess_refunded",
)  # fmt: skip


def in_order(events: Iterable[OrderEvent]) -> list[OrderEvent]:
    """The log as it is told: by moment, then by what comes first in the life of an order."""
    return sorted(events, key=lambda event: (event.at, _COURSE.index(event.kind) if event.kind in _COURSE else -1))


def sentence(event: OrderEvent) -> str:
    """What happened; load `shop_order__shop` with the events. A kind not known here is given as it is written."""
    write = _SENTENCES.get(event.kind)
    return write(event) if write else event.kind


def by_whom(event: OrderEvent) -> str:
    """Who did it, and by which way they came."""
    return " ".join(part for part in (event.actor, _CHANNELS.get(event.channel, event.channel)) if part)
