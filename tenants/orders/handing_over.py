"""Handing an order over: on its code, paid, and to an adult where the law asks."""

import secrets
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from uuid import UUID

from django.db import transaction
from django.db.models import F

from billing.payments.cheques import unpaid_in_the_drawer
from billing.payments.models import DisputeState, Mode
from billing.payments.queries import disputes_of, held_payment, paid_cents
from billing.payments.services import CashLimitError, take_at_desk
from billing.settlements.services import record_sale
from shared.french import NBSP, listed, money
from shared.locks import lock, lock_one
from tenants.orders.events import Actor, log
from tenants.orders.hub_fees import earn_fee
from tenants.orders.models import LineState, Order, ShopOrder
from tenants.orders.paying import label_of
from tenants.orders.queries import due_cents
from tenants.orders.states import ENDED_WITHOUT_GOODS, ShopOrderState
from tenants.orders.transitions import move

S = ShopOrderState

# After so many wrong codes the concierge must see an identity document.
CODE_TRIES = 5


class HandoverError(ValueError):
    """The order cannot be handed over; `str()` says why in French."""


@dataclass(frozen=True, kw_only=True)
class Proof:
    """What the concierge saw: the code, or an identity document when the code is lost; an adult, for alcohol."""

    code: str = ""
    identity_seen: bool = False
    adult_seen: bool = False


def hand_over(*, order_id: UUID, proof: Proof, means: Mode | None, actor: Actor, now: datetime) -> Order:
    """Hand a whole order over, taking at the desk what is still due; all or nothing, and twice is once.

    Raises HandoverError: wrong code (counted), goods missing or not weighed, not paid, too much cash, age not checked.
    """
    # The wrong code is counted in a transaction of its own, or the refusal would undo the count.
    wrong = _code_problem(order_id=order_id, proof=proof)
    if wrong:
        raise HandoverError(wrong)
    with transaction.atomic():
        order = lock_one(Order.objects.select_related("hub"), pk=order_id)
        living = ShopOrder.objects.filter(order=order).exclude(state__in=ENDED_WITHOUT_GOODS)
        parts = lock(living.select_related("shop").prefetch_related("lines"))
        if order.handed_over_at:
            return order
        for part in parts:
            part.order = order
        _check_complete(order=order, parts=parts)
        _check_weighed(order=order, parts=parts)
        _check_paid_in_shops(order=order, parts=parts)
        _check_not_taken_back(order=order)
        _check_cheques_paid(order=order)
        _check_age(parts=parts, proof=proof)
        _take_what_is_due(order=order, means=means, actor=actor, now=now)
        # In the same order everywhere: the first sales of two merchants, at two desks, must not wait for each other.
        for part in sorted(parts, key=attrgetter("shop.merchant_id")):
            move(shop_order=part, to=S.HANDED_OVER, actor=actor, now=now)
            _record_sale(part=part, order=order, now=now)
        earn_fee(order=order, now=now)
        order.handed_over_at = now
        order.handed_over_by = actor.label
        order.age_checked_by = actor.label if proof.adult_seen else ""
        order.save(update_fields=["handed_over_at", "handed_over_by", "age_checked_by"])
        log(
            order=order,
            kind="order_handed_over",
            actor=actor,
            now=now,
            data={"by": "code" if proof.code else "identity", "age_checked": proof.adult_seen},
        )
        return order


@transaction.atomic
def _code_problem(*, order_id: UUID, proof: Proof) -> str:
    order = lock_one(Order.objects.all(), pk=order_id)
    if order.handed_over_at or (proof.identity_seen and not proof.code):
        return ""
    if order.code_failures >= CODE_TRIES:
        return "Trop de codes faux pour cette commande : demandez une pièce d’identité."
    if secrets.compare_digest(proof.code.replace(" ", "").encode(), order.code.encode()):
        return ""
    Order.objects.filter(pk=order.pk).update(code_failures=F("code_failures") + 1)
    return "Ce n’est pas le code de cette commande."


def _check_complete(*, order: Order, parts: list[ShopOrder]) -> None:
    if not parts:
        raise HandoverError("Cette commande est annulée : il n’y a rien à remettre.")
    missing = sorted(part.shop.name for part in parts if part.state != S.AT_HUB)
    if missing:
        raise HandoverError(f"Tout n’est pas arrivé : il manque {', '.join(missing)} pour {order.number}.")


def _check_weighed(*, order: Order, parts: list[ShopOrder]) -> None:
    """What is sold by weight is paid by its weight, and what a card holds is taken first."""
    unweighed = sorted(line.name for part in parts for line in part.lines.all() if line.awaits_weight)
    if unweighed:
        raise HandoverError(f"Indiquez d’abord le poids pesé{NBSP}: {', '.join(unweighed)}.")
    if held_payment(reference=order.pk) is not None:
        raise HandoverError(
            f"La carte du client n’est pas encore débitée pour {order.number}{NBSP}: réessayez dans un instant."
        )


def _check_paid_in_shops(*, order: Order, parts: list[ShopOrder]) -> None:
    """The goods are the merchant's until it is paid: nobody here can take the money for it."""
    unpaid = sorted(f"{part.shop.name} ({money(cents)})" for part in parts if (cents := part.unpaid_in_shop_cents))
    if unpaid:
        raise HandoverError(
            f"{order.number} n’est pas payée à {listed(unpaid)}. Si le client a payé, notez-le sur la commande ; "
            "sinon, qu’il règle d’abord le commerçant."
        )


def _check_not_taken_back(*, order: Order) -> None:
    """What the bank has given back is no longer paid; who bears it depends on whether the goods are gone."""
    if any(dispute.state == DisputeState.LOST for dispute in disputes_of(reference=order.pk)):
        raise HandoverError(
            f"La banque a rendu au client ce qu’il avait payé pour {order.number}{NBSP}: "
            "la mairie décide d’abord qui le supporte."
        )


def _check_cheques_paid(*, order: Order) -> None:
    """A cheque that came back is no money until it is paid; one given up, the company paid in its customer's place."""
    cents = sum(each.cheque.payment.amount_cents for each in unpaid_in_the_drawer(reference=order.pk))
    if cents:
        raise HandoverError(
            f"La banque a renvoyé impayé le chèque de {money(cents)} de {order.number}{NBSP}: que le client paie "
            "d’abord, et que la mairie le note."
        )


def _check_age(*, parts: list[ShopOrder], proof: Proof) -> None:
    restricted = any(
        line.age_restricted and line.state == LineState.ORDERED for part in parts for line in part.lines.all()
    )
    if restricted and not proof.adult_seen:
        raise HandoverError("Cette commande contient de l’alcool : vérifiez que la personne est majeure.")


def _take_what_is_due(*, order: Order, means: Mode | None, actor: Actor, now: datetime) -> None:
    due = due_cents(order)
    if not due:
        return
    if means is None:
        raise HandoverError(f"Il reste {money(due)} à encaisser : choisissez le moyen de paiement.")
    before = paid_cents(reference=order.pk)
    try:
        take_at_desk(
            reference=order.pk,
            amount_cents=due,
            means=means,
            label=label_of(order, supplement=before > 0),
            paid_before_cents=before,
            actor=actor,
            now=now,
        )
    except CashLimitError as error:
        raise HandoverError(str(error)) from error
    log(order=order, kind="paid_at_desk", actor=actor, now=now, data={"amount_cents": due, "means": means.value})


def _record_sale(*, part: ShopOrder, order: Order, now: datetime) -> None:
    """Tell the settlements what this merchant sold, by VAT rate."""
    by_rate: dict[int, int] = defaultdict(int)
    for line in part.lines.all():
        if line.state == LineState.ORDERED:
            by_rate[line.vat_rate_bp] += line.kept_cents
    record_sale(
        shop_order_id=part.pk,
        order_number=order.number,
        merchant_id=part.merchant_id,
        ttc_by_vat_rate=dict(by_rate),
        terms=part.terms,
        held=not order.is_paid_in_shops,
        handed_over_at=now,
    )
