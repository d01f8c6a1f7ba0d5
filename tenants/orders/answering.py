"""A merchant's answer to its part of an order: yes, or no to a line, or no to all of it."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from billing.payments.queries import paid_cents
from billing.payments.services import give_back
from shared.french import NBSP
from shared.locks import lock, lock_one
from tenants.orders import messages
from tenants.orders.capturing import take_what_is_known
from tenants.orders.events import Actor, log
from tenants.orders.hub_fees import give_fee_back
from tenants.orders.models import Line, LineState, Order, ShopOrder
from tenants.orders.queries import lines_to_weigh, owed_cents
from tenants.orders.states import ENDED_WITHOUT_GOODS, ShopOrderState
from tenants.orders.substitutions.ending import withdraw_those_of
from tenants.orders.substitutions.waiting import check_answered
from tenants.orders.telling import tell_if_complete
from tenants.orders.transitions import ForbiddenMoveError, move

S = ShopOrderState

# Until the concierge has the goods in hand, the merchant may still find that something is missing.
REFUSABLE = frozenset({S.PLACED, S.ACCEPTED, S.READY})
LONGEST_REASON = 200


class NotWeighedError(ValueError):
    """What is sold by weight is packed once it is weighed; `str()` says so in French."""

    def __init__(self, name: str) -> None:
        super().__init__(f"Indiquez d’abord le poids pesé{NBSP}: {name}.")


def locked_part(part_id: UUID) -> ShopOrder:
    """Lock the order, then its part: the order first, so that two merchants of one order wait for each other.

    Raises ShopOrder.DoesNotExist.
    """
    order_id = ShopOrder.objects.values_list("order_id", flat=True).get(pk=part_id)
    order = lock_one(Order.objects.all(), pk=order_id)
    part = lock_one(ShopOrder.objects.select_related("shop"), pk=part_id)
    part.order = order
    return part


@transaction.atomic
def accept(*, part_id: UUID, actor: Actor, now: datetime) -> ShopOrder:
    """Accept a part. Raises ForbiddenMoveError when it is not waiting for an answer; twice is once."""
    part = locked_part(part_id)
    if part.state != S.ACCEPTED:
        move(shop_order=part, to=S.ACCEPTED, actor=actor, now=now)
    return part


@transaction.atomic
def mark_ready(*, part_id: UUID, actor: Actor, now: datetime) -> ShopOrder:
    """Say that a part is packed. Raises ForbiddenMoveError, AwaitsCustomerError, NotWeighedError; twice is once."""
    part = locked_part(part_id)
    if part.state == S.COLLECTED:
        # Only the concierge takes her own tick back: goods on the bike are not in the shop again for a late click.
        raise ForbiddenMoveError(part, S.READY)
    if part.state != S.READY:
        check_answered(part)
        unweighed = lines_to_weigh(part.order).filter(shop_order=part).first()
        if unweighed is not None:
            raise NotWeighedError(unweighed.name)
        move(shop_order=part, to=S.READY, actor=actor, now=now)
    return part


@transaction.atomic
def refuse_line(*, line_id: UUID, reason: str, actor: Actor, now: datetime) -> Line:
    """Refuse one line: it leaves the total, its customer is told, and what was paid for it is given back.

    Its goods do not go back on sale: the shop has just said that it has not got them.
    The last line refused refuses the part; the last part refused cancels the order. Twice is once.
    Raises ForbiddenMoveError when the concierge already has the goods, Line.DoesNotExist.
    """
    part = locked_part(Line.objects.values_list("shop_order_id", flat=True).get(pk=line_id))
    refused = _refuse(part=part, lines=Line.objects.filter(pk=line_id), reason=reason, actor=actor, now=now)
    return refused[0] if refused else Line.objects.get(pk=line_id)


@transaction.atomic
def refuse_lines(*, part_id: UUID, line_ids: Iterable[UUID], reason: str, actor: Actor, now: datetime) -> list[Line]:
    """Refuse some lines of a part, all or none; the customer gets one mail. Gives those refused now: twice is once.

    Lines of another part are left alone. Raises ForbiddenMoveError, ShopOrder.DoesNotExist.
    """
    part = locked_part(part_id)
    lines = Line.objects.filter(shop_order=part, pk__in=list(line_ids))
    return _refuse(part=part, lines=lines, reason=reason, actor=actor, now=now)


@transaction.atomic
def refuse(*, part_id: UUID, reason: str, actor: Actor, now: datetime) -> ShopOrder:
    """Refuse what is left of a part, all or none; the customer gets one mail. Twice is once.

    Raises ForbiddenMoveError, ShopOrder.DoesNotExist.
    """
    part = locked_part(part_id)
    _refuse(part=part, lines=Line.objects.filter(shop_order=part), reason=reason, actor=actor, now=now)
    return part


def _refuse(*, part: ShopOrder, lines: QuerySet[Line], reason: str, actor: Actor, now: datetime) -> list[Line]:
    wanted = lock(lines.filter(state=LineState.ORDERED))
    if not wanted:
        return []
    if part.state not in REFUSABLE:
        raise ForbiddenMoveError(part, S.REFUSED)
    withdraw_those_of(part=part, lines=wanted, actor=actor, now=now)
    reason = " ".join(reason.split())[:LONGEST_REASON]
    refunded = 0
    for line in wanted:
        line.shop_order = part
        kept = line.kept_cents
        line.state, line.refusal_reason = LineState.REFUSED, reason
        line.save(update_fields=["state", "refusal_reason"])
        part.total_cents -= kept
        part.save(update_fields=["total_cents"])
        data = {"line": str(line.pk), "name": line.name, "amount_cents": kept, "reason": reason}
        log(order=part.order, shop_order=part, kind="line_refused", actor=actor, now=now, data=data)
        refunded += _give_back(line=line, cents=kept, now=now)
    refunded += end_if_nothing_is_left(part=part, reason=reason, actor=actor, now=now)
    take_what_is_known(order=part.order, now=now)
    messages.lines_refused(order=part.order, shop_name=part.shop.name, lines=wanted, refunded_cents=refunded, now=now)
    # The others may have been waiting for this part only.
    tell_if_complete(order=part.order, actor=actor, now=now)
    return wanted


def _give_back(*, line: Line, cents: int, now: datetime) -> int:
    """Ask for the refund of what was paid for a line that has left its order; unpaid, it is simply less to pay."""
    order = line.shop_order.order
    excess = min(paid_cents(reference=order.pk) - owed_cents(order), cents)
    if excess <= 0:
        return 0
    reason = f"{line.name}{NBSP}: indisponible"
    give_back(reference=order.pk, cause=line.pk, amount_cents=excess, reason=reason, now=now)
    return excess


def end_if_nothing_is_left(*, part: ShopOrder, reason: str, actor: Actor, now: datetime) -> int:
    """Refuse a *locked* part that has no line left, and cancel its order when no part is.

    Gives the cents of the hub's fee that then go back.
    """
    if part.lines.filter(state=LineState.ORDERED).exists():
        return 0
    move(shop_order=part, to=S.REFUSED, actor=actor, now=now, data={"reason": reason})
    order = part.order
    if order.shop_orders.exclude(state__in=ENDED_WITHOUT_GOODS).exists():
        return 0
    order.cancelled_at = now
    order.save(update_fields=["cancelled_at"])
    log(order=order, kind="cancelled", actor=actor, now=now, data={"reason": "every line refused"})
    return give_fee_back(order=order, now=now)
