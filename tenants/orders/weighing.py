"""Writing down what the scales say of goods sold by weight: from then on their price is known."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID, uuid5

from django.db import transaction

from billing.payments.queries import held_payment, paid_cents
from billing.payments.services import give_back
from shared.french import NBSP, weight
from shared.locks import lock
from shared.money import price_of_weight
from tenants.orders.answering import locked_part
from tenants.orders.capturing import take_what_is_known
from tenants.orders.events import Actor, log
from tenants.orders.models import Line, ShopOrder
from tenants.orders.queries import owed_cents
from tenants.orders.states import ShopOrderState
from tenants.orders.substitutions.waiting import is_waiting
from tenants.orders.transitions import move

S = ShopOrderState
WEIGHED = "weighed"
WEIGHABLE = frozenset({S.PLACED, S.ACCEPTED, S.READY, S.COLLECTED, S.AT_HUB})
# So many times more or less than what was ordered is a slip of the hand: a digit too many, or one that is missing.
FAR_TIMES = 4


class WeightError(ValueError):
    """The weight cannot be kept; `str()` says why in French."""


@transaction.atomic
def weigh(*, part_id: UUID, grams: Mapping[UUID, int], actor: Actor, now: datetime) -> list[Line]:
    """Write down the weights of some lines of a part, all or none; gives those that changed: twice is once.

    Each line then costs what it weighs, never more than its ceiling. A part that waited for an answer is accepted.
    With the last weight of an order, what its card holds is taken. Raises WeightError, ShopOrder.DoesNotExist.
    """
    part = locked_part(part_id)
    lines = {line.pk: line for line in lock(Line.objects.filter(shop_order=part, pk__in=list(grams)))}
    if len(lines) != len(grams):
        raise WeightError("Cette ligne n’est pas de cette commande.")
    changed = [line for key, line in lines.items() if line.weighed_grams != grams[key]]
    for line in changed:
        _check(line, grams[line.pk], part=part)
    if not changed:
        return []
    if part.state == S.PLACED:
        move(shop_order=part, to=S.ACCEPTED, actor=actor, now=now)
    for line in changed:
        _price(line, grams[line.pk], part=part, actor=actor, now=now)
    take_what_is_known(order=part.order, now=now)
    return changed


def _check(line: Line, grams: int, *, part: ShopOrder) -> None:
    """Raises WeightError."""
    if not line.is_by_weight or line.ordered_grams is None:
        raise WeightError(f"{line.name}{NBSP}: ce produit ne se vend pas au poids.")
    if line.has_left:
        raise WeightError(f"{line.name}{NBSP}: cette ligne est {line.get_state_display()}.")
    if is_waiting(line):
        raise WeightError(f"{line.name}{NBSP}: un remplacement en est proposé, attendez la réponse du client.")
    if part.state not in WEIGHABLE:
        said = f"«{NBSP}{ShopOrderState(part.state).label}{NBSP}»"
        raise WeightError(f"{line.name}{NBSP}: la sous-commande est {said}, son poids ne change plus.")
    if grams < 1:
        raise WeightError(f"{line.name}{NBSP}: indiquez un poids en grammes, supérieur à zéro.")
    if grams > line.ordered_grams * FAR_TIMES or grams * FAR_TIMES < line.ordered_grams:
        raise WeightError(
            f"{line.name}{NBSP}: {weight(grams)} pour {weight(line.ordered_grams)} commandés, vérifiez le poids. "
            f"S’il n’y en a pas assez, refusez la ligne."
        )
    if line.weighed_grams is not None and _is_paid(part):
        raise WeightError(
            f"{line.name}{NBSP}: le client a déjà payé {weight(line.weighed_grams)}, le poids ne change plus. "
            f"Demandez plutôt un remboursement à la conciergerie."
        )
    if line.refunded_cents:
        raise WeightError(f"{line.name}{NBSP}: une partie en est déjà rendue, le poids ne change plus.")


def _is_paid(part: ShopOrder) -> bool:
    if part.order.is_paid_in_shops:
        return part.paid_in_shop_at is not None
    held = held_payment(reference=part.order_id)
    return paid_cents(reference=part.order_id) > 0 or (held is not None and held.capture_asked_at is not None)


def _price(line: Line, grams: int, *, part: ShopOrder, actor: Actor, now: datetime) -> None:
    before = line.amount_cents
    line.weighed_grams = grams
    line.weight_cents = min(price_of_weight(grams, line.per_kg_cents or 0), line.ceiling_cents or 0)
    line.save(update_fields=["weighed_grams", "weight_cents"])
    part.total_cents += line.weight_cents - before
    part.save(update_fields=["total_cents"])
    data = {"line": str(line.pk), "name": line.name, "grams": grams, "amount_cents": line.weight_cents}
    log(order=part.order, shop_order=part, kind=WEIGHED, actor=actor, now=now, data=data)
    _give_difference_back(line, part=part, cents=before - line.weight_cents, now=now)


def _give_difference_back(line: Line, *, part: ShopOrder, cents: int, now: datetime) -> None:
    """Of what was taken at its estimate, before it was weighed."""
    excess = min(paid_cents(reference=part.order_id) - owed_cents(part.order), cents)
    if excess > 0:
        # A cause of its own: a line may be refused afterwards.
        cause, reason = uuid5(line.pk, WEIGHED), f"{line.name}{NBSP}: pesé {weight(line.weighed_grams or 0)}"
        give_back(reference=part.order_id, cause=cause, amount_cents=excess, reason=reason, now=now)
