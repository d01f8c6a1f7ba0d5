"""The concierge's way with the goods: collected from the shop, then arrived at the counter."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from shared.locks import lock_one
from tenants.orders.answering import locked_part
from tenants.orders.events import Actor
from tenants.orders.models import Order, ShopOrder
from tenants.orders.states import ShopOrderState
from tenants.orders.substitutions.waiting import check_answered
from tenants.orders.telling import note_told, tell_if_complete
from tenants.orders.transitions import ForbiddenMoveError, move

S = ShopOrderState


@transaction.atomic
def collect(*, part_id: UUID, actor: Actor, now: datetime) -> ShopOrder:
    """Note that the concierge has a part in hand; twice is once.

    Goods handed over by a merchant who has not answered yet are an answer: the part is accepted first.
    Raises ForbiddenMoveError, AwaitsCustomerError.
    """
    part = locked_part(part_id)
    if part.state == S.COLLECTED:
        return part
    if part.state == S.AT_HUB:
        # It may go back there by `undo_arrive` only: a click on a page left open says nothing new.
        raise ForbiddenMoveError(part, S.COLLECTED)
    check_answered(part)
    if part.state == S.PLACED:
        move(shop_order=part, to=S.ACCEPTED, actor=actor, now=now, data={"for_the_merchant": True})
    move(shop_order=part, to=S.COLLECTED, actor=actor, now=now)
    return part


@transaction.atomic
def undo_collect(*, part_id: UUID, actor: Actor, now: datetime) -> ShopOrder:
    """Take a tick back: the part waits at the shop again. Twice is once. Raises ForbiddenMoveError."""
    part = locked_part(part_id)
    if part.state != S.READY:
        _only_from(S.COLLECTED, part, to=S.READY)
        move(shop_order=part, to=S.READY, actor=actor, now=now)
    return part


@transaction.atomic
def arrive(*, part_id: UUID, actor: Actor, now: datetime) -> ShopOrder:
    """Note that a part is at the counter; with the last one, the customer is told. Twice is once.

    Raises ForbiddenMoveError.
    """
    part = locked_part(part_id)
    if part.state == S.AT_HUB:
        return part
    move(shop_order=part, to=S.AT_HUB, actor=actor, now=now)
    tell_if_complete(order=part.order, actor=actor, now=now)
    return part


@transaction.atomic
def undo_arrive(*, part_id: UUID, actor: Actor, now: datetime) -> ShopOrder:
    """Take an arrival back: the part is on its way again. What the customer was told meanwhile stays told.

    Twice is once. Raises ForbiddenMoveError.
    """
    part = locked_part(part_id)
    if part.state != S.COLLECTED:
        _only_from(S.AT_HUB, part, to=S.COLLECTED)
        move(shop_order=part, to=S.COLLECTED, actor=actor, now=now)
    return part


def _only_from(state: ShopOrderState, part: ShopOrder, *, to: ShopOrderState) -> None:
    """The move exists from other states too, where it means something else. Raises ForbiddenMoveError."""
    if part.state != state:
        raise ForbiddenMoveError(part, to)


@transaction.atomic
def note_called(*, order_id: UUID, actor: Actor, now: datetime) -> None:
    """The concierge told by telephone a customer who has no e-mail."""
    note_told(order=lock_one(Order.objects.all(), pk=order_id), actor=actor, by="phone", now=now)
