"""The audit trail, in French sentences."""

from shared.audit.models import AuditEvent
from shared.french import money

_ACTIONS = {
    "accepted": "a accepté une invitation",
    "bank.refused": "a constaté le refus de la banque d’un commerçant",
    "cheque.made_good": "a réglé un chèque impayé",
    "cheque.made_good_undone": "a annulé le règlement d’un chèque impayé",
    "cheque.unpaid": "a noté un chèque revenu impayé",
    "commission.terms_set": "a fixé une commission",
    "commission.terms_withdrawn": "a retiré une commission à venir",
    "deposit.noted": "a noté une remise en banque",
    "deposit.undone": "a annulé une remise en banque",
    "dispute.decided": "a décidé qui supporte une contestation",
    "dispute.lost": "a constaté la perte d’une contestation",
    "dispute.opened": "a reçu une contestation bancaire",
    "hub.added": "a ouvert un point de retrait",
    "hub.change_added": "a changé des horaires",
    "hub.change_removed": "a retiré un changement d’horaires",
    "hub.member_joined": "a inscrit un membre qui avait le code",
    "hub.member_left": "a retiré un membre à sa demande",
    "hub.member_named": "a inscrit un membre",
    "hub.member_removed": "a retiré un membre",
    "hub.removed": "a supprimé un point de retrait",
    "hub.set": "a modifié un point de retrait",
    "invited": "a invité quelqu’un",
    "look.set": "a changé l’apparence",
    "merchant.leaving": "a annoncé le départ d’un commerçant",
    "merchant.leaving_put_off": "a reporté le départ d’un commerçant",
    "merchant.left": "a fait partir un commerçant",
    "merchant.returned": "a fait revenir un commerçant",
    "merchant.stays": "a abandonné le départ d’un commerçant",
    "mismatch.closed": "a réglé un montant inattendu",
    "mismatch.seen": "a vu un montant inattendu",
    "order.answered_for_shop": "a répondu pour une boutique",
    "order.arrival_undone": "a décoché une arrivée",
    "order.arrived": "a coché une arrivée",
    "order.called": "a prévenu un client par téléphone",
    "order.cancelled": "a annulé une commande",
    "order.change_told": "a prévenu un client du changement de son retrait",
    "order.collect_undone": "a décoché un ramassage",
    "order.collected": "a coché un ramassage",
    "order.handed_over": "a remis une commande",
    "order.moved": "a déplacé le retrait d’une commande",
    "order.paid_in_shop": "a noté une boutique payée par son client",
    "order.paid_in_shop_undone": "a annulé la note d’un paiement à une boutique",
    "order.rerouted": "a confié une commande à une autre tournée",
    "order.overbooked": "a pris une commande au-delà des places",
    "order.taken": "a pris une commande",
    "orders.paused": "a mis les commandes en pause",
    "orders.resumed": "a repris les commandes",
    "payment.taken": "a encaissé un paiement",
    "payout.failed": "a constaté l’échec d’un reversement",
    "payout.reversal_asked": "a demandé la reprise d’un versement",
    "payout.reversal_given_up": "a abandonné la reprise d’un versement",
    "payout.retried": "a redemandé un reversement",
    "refund.asked": "a demandé un remboursement à la mairie",
    "refund.ceiling_set": "a fixé ce que la concierge rembourse seule",
    "refund.declined": "a refusé un remboursement",
    "refund.granted": "a accordé un remboursement",
    "refund.given_by_hand": "a rendu autrement ce qu’une carte n’a pas reçu",
    "refund.failed": "a constaté l’échec d’un remboursement",
    "refund.given": "a rendu un paiement",
    "refund.retried": "a redemandé un remboursement",
    "report.downloaded": "a téléchargé un état",
    "resident.account_closed": "a fermé un compte resté sans usage",
    "resident.erased": "a effacé une personne",
    "revoked": "a annulé une invitation",
    "round.added": "a ajouté une tournée",
    "round.removed": "a supprimé une tournée",
    "round.set": "a modifié une tournée",
    "settlement.adjusted": "a ajusté le compte d’un commerçant",
    "settlement.approved": "a approuvé un bordereau",
    "settlement.frequency_chosen": "a choisi son rythme de règlement",
    "settlement.held": "a retenu un bordereau",
    "settlement.reminded": "a relancé un commerçant qui doit",
    "settlement.written_off": "a passé en perte ce que doit un commerçant parti",
    "settlement.rules_set": "a fixé les règles de règlement",
    "document.downloaded": "a téléchargé un document",
    "shop.admitted": "a admis une boutique",
    "shop.change_added": "a changé les horaires de sa boutique",
    "shop.change_removed": "a retiré un changement d’horaires de sa boutique",
    "shop.hours_set": "a fixé les horaires de sa boutique",
    "shop.readmitted": "a réadmis une boutique",
    "shop.withdrawn": "a retiré une boutique",
    "transfers.account_chosen": "a choisi le compte d’un versement",
    "transfers.cancelled": "a abandonné un fichier de virements",
    "transfers.cleared": "a vérifié le compte d’un commerçant",
    "transfers.confirmed": "a noté des virements exécutés",
    "transfers.downloaded": "a téléchargé un fichier de virements",
    "transfers.failed": "a noté un virement qui n’est pas arrivé",
    "transfers.made": "a préparé un fichier de virements",
    "transfers.sent": "a envoyé un fichier de virements à la banque",
    "staff.deactivated": "a retiré un rôle",
    "staff.reactivated": "a rendu un rôle",
}
# What names the thing that was acted upon, in the order in which it is looked for.
_NAMES = ("order", "name", "email", "shop", "file")


def action(event: AuditEvent) -> str:
    """What somebody did; an action not known here is given as it is written."""
    return _ACTIONS.get(event.action, event.action)


def object_of(event: AuditEvent) -> str:
    """What it was done to, as people call it."""
    found = [str(event.details[name]) for name in _NAMES if event.details.get(name)]
    if "amount_cents" in event.details:
        found.append(money(event.details["amount_cents"]))
    return ", ".join(found)
