"""What a town knows of a person: all of it given on request, and forgotten on request.

Forgetting keeps the accounts, which the law wants for ten years: orders, payments and the ledger stay, the name, the
telephone and the addresses leave.
"""

from datetime import datetime
from typing import Any

from django.db import transaction

from billing.payments.models import Payment, PaymentState
from shared.accounts.models import User
from shared.audit.services import record
from shared.locks import lock, lock_one
from shared.notifications.models import Message
from tenants.hubs.models import HubMember
from tenants.orders.models import Basket, Order
from tenants.orders.queries import with_parts
from tenants.orders.states import OrderState
from tenants.orders.substitutions.queries import proposed_in
from tenants.residents.models import Resident
from tenants.staff.models import Staff

FORGOTTEN = "Personne effacée"
# A resident must be reachable; an address of this reserved domain reaches nobody.
ERASED_HOST = "@efface.invalid"
_ENDED = frozenset({OrderState.HANDED_OVER, OrderState.CANCELLED})


class OpenOrdersError(ValueError):
    """Something is still on its way to this person; `str()` says so in French."""


class StaffAccountError(ValueError):
    """The person works, or worked, for the town: what they did must keep its author; `str()` says so in French."""


def everything_about(*, resident: Resident) -> dict[str, Any]:
    """What the town knows of a resident, ready for JSON; amounts in cents, moments in UTC."""
    orders = list(with_parts(resident.orders.prefetch_related("events").order_by("placed_at", "pk")))
    basket = Basket.objects.filter(resident=resident).first()
    return {
        "personne": {
            "nom": resident.name,
            "telephone": resident.phone,
            "email": resident.email,
            "inscrite_le": _iso(resident.created_at),
        },
        "panier": [
            {"produit": line.product.name, "quantite": line.quantity}
            for line in (basket.lines.select_related("product") if basket else [])
        ],
        "points_de_retrait_reserves": [
            {
                "point": member.hub.name,
                "depuis": _iso(member.since),
                "inscription": member.get_joined_by_display(),
            }
            for member in resident.hubs.select_related("hub").order_by("since", "pk")
        ],
        "commandes": [_order(order) for order in orders],
        "messages": [
            {"objet": message.subject, "envoye_le": _iso(message.sent_at), "texte": message.text}
            for message in Message.objects.filter(to__iexact=resident.email).order_by("created_at", "pk")
            if resident.email
        ],
    }


def _order(order: Order) -> dict[str, Any]:
    payments = Payment.objects.filter(reference=order.pk).prefetch_related("refunds").order_by("created_at", "pk")
    return {
        "numero": order.number,
        "etat": str(order.state.label),
        "passee_le": _iso(order.placed_at),
        "nom": order.customer_name,
        "telephone": order.customer_phone,
        "email": order.customer_email,
        "mot": order.note,
        "point_de_retrait": order.hub.name,
        "frais_de_retrait_centimes": order.fee_cents,
        "retrait_de": _iso(order.window_start),
        "retrait_a": _iso(order.window_end),
        "remise_le": _iso(order.handed_over_at),
        "age_verifie": bool(order.age_checked_by),
        "lignes": [
            {
                "boutique": part.shop.name,
                "produit": line.name,
                "quantite": line.quantity,
                "prix_unitaire_ttc_centimes": line.unit_price_cents,
                "poids_commande_grammes": line.ordered_grams,
                "poids_pese_grammes": line.weighed_grams,
                "prix_ttc_centimes": line.amount_cents,
                "etat": str(line.get_state_display()),
            }
            for part in order.shop_orders.all()
            for line in part.lines.all()
        ],
        "remplacements": [
            {
                "a_la_place_de": str(each.line),
                "propose": str(each),
                "prix_ttc_centimes": each.price_cents,
                "etat": str(each.get_state_display()),
                "propose_le": _iso(each.proposed_at),
                "repondu_le": _iso(each.answered_at),
            }
            for each in proposed_in(order)
        ],
        "paiements": [
            {
                "moyen": str(payment.get_mode_display()),
                "montant_centimes": payment.amount_cents,
                "rembourse_centimes": payment.refunded_cents,
                "etat": str(payment.get_state_display()),
                "le": _iso(payment.closed_at or payment.created_at),
            }
            for payment in payments
        ],
        "remboursements": [
            {
                "montant_centimes": asked.amount_cents,
                "motif": asked.said,
                "etat": str(asked.get_state_display()),
                "demande_le": _iso(asked.asked_at),
                "decide_le": _iso(asked.decided_at),
            }
            for asked in order.refund_requests.order_by("asked_at", "pk")
        ],
        "evenements": [{"le": _iso(event.at), "quoi": event.kind, "par": event.actor} for event in order.events.all()],
    }


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds") if moment else None


@transaction.atomic
def erase_person(*, user: User, now: datetime) -> None:
    """Forget the person behind an account, and close it.

    Raises OpenOrdersError while an order is on its way, StaffAccountError for the town's own people.
    """
    if Staff.objects.filter(user=user).exists():
        raise StaffAccountError("Vous faites partie de l’équipe\u00a0: demandez à la mairie de fermer ce compte.")
    resident = Resident.objects.filter(user=user).first()
    if resident is not None:
        _forget(lock_one(Resident.objects.all(), pk=resident.pk), now=now)
    user.delete()


@transaction.atomic
def close_account(user: User, *, now: datetime) -> None:
    """Close an account that nobody uses any more; a customer's orders keep their name until its own time is over.

    Raises StaffAccountError for the town's own people.
    """
    resident = Resident.objects.filter(user=user).first()
    if resident is None or not resident.orders.exists():
        erase_person(user=user, now=now)
        return
    if Staff.objects.filter(user=user).exists():
        raise StaffAccountError("Ce compte est celui d’une personne de l’équipe.")
    Basket.objects.filter(resident=resident).delete()
    resident.user = None
    resident.save(update_fields=["user"])
    user.delete()
    record(actor=None, action="resident.account_closed", target=resident, now=now)


@transaction.atomic
def forget_customer(resident: Resident, *, now: datetime) -> None:
    """Forget a customer who has no account. Raises OpenOrdersError while an order is on its way."""
    _forget(lock_one(Resident.objects.all(), pk=resident.pk), now=now)


def _forget(resident: Resident, *, now: datetime) -> None:
    lock(Order.objects.filter(resident=resident))
    orders = list(with_parts(Order.objects.filter(resident=resident)))
    if any(order.state not in _ENDED for order in orders):
        raise OpenOrdersError("Une commande est en cours\u00a0: retirez-la ou annulez-la d’abord.")
    Basket.objects.filter(resident=resident).delete()
    # Where they may collect says where they work or live.
    HubMember.objects.filter(resident=resident).delete()
    _forget_mails({resident.email, *(order.customer_email for order in orders)})
    Order.objects.filter(resident=resident).update(
        customer_name=FORGOTTEN, customer_phone="", customer_email="", note=""
    )
    # What was sent to Stripe names the customer's address; a payment still awaited keeps it until it is over.
    ended = Payment.objects.filter(reference__in=[order.pk for order in orders]).exclude(state=PaymentState.PENDING)
    ended.update(checkout_request=None)
    resident.user, resident.name, resident.phone = None, FORGOTTEN, ""
    resident.email = f"{resident.pk}{ERASED_HOST}"
    resident.save()
    record(actor=None, action="resident.erased", target=resident, now=now)


def _forget_mails(addresses: set[str]) -> None:
    for address in filter(None, addresses):
        Message.objects.filter(to__iexact=address).delete()
