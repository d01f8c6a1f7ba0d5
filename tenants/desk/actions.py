"""What the concierge does to orders, each in one transaction with its line in the audit trail.

Asking twice does it once, and leaves one trace.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import models, transaction

from billing.payments.models import Mode
from conciergeries.towns.models import Town
from shared.accounts.models import User
from shared.audit.services import record
from tenants.orders import answering, by_hand, cancelling, fetching, handing_over, moved, paid_in_shop, weighing
from tenants.orders.by_hand import Wanted
from tenants.orders.events import Actor
from tenants.orders.handing_over import HandoverError, Proof
from tenants.orders.models import Channel, Line, Order, OrderEvent, ShopOrder, Substitution
from tenants.orders.placing import OVERBOOKED
from tenants.orders.states import ShopOrderState
from tenants.orders.substitutions import answering as of_customers
from tenants.orders.substitutions import proposing
from tenants.orders.substitutions.proposing import Offer


def actor_of(user: User, channel: Channel = Channel.COUNTER) -> Actor:
    """The concierge, as the order's log names her."""
    return Actor(str(user), channel.value, user.pk)


def collect(*, part_ids: Iterable[UUID], user: User, now: datetime) -> list[ShopOrder]:
    """Tick parts off as collected, all or none. Raises tenants.orders.transitions.ForbiddenMoveError."""
    return _each_part("order.collected", fetching.collect, part_ids, user, now)


def undo_collect(*, part_ids: Iterable[UUID], user: User, now: datetime) -> list[ShopOrder]:
    """Take ticks back. Raises tenants.orders.transitions.ForbiddenMoveError."""
    return _each_part("order.collect_undone", fetching.undo_collect, part_ids, user, now)


def arrive(*, part_ids: Iterable[UUID], user: User, now: datetime) -> list[ShopOrder]:
    """Tick parts off as arrived, all or none; complete orders are told. Raises ForbiddenMoveError."""
    return _each_part("order.arrived", fetching.arrive, part_ids, user, now)


def undo_arrive(*, part_ids: Iterable[UUID], user: User, now: datetime) -> list[ShopOrder]:
    """Take arrivals back. Raises tenants.orders.transitions.ForbiddenMoveError."""
    return _each_part("order.arrival_undone", fetching.undo_arrive, part_ids, user, now)


def hand_over(*, order_id: UUID, proof: Proof, means: Mode | None, user: User, now: datetime) -> Order:
    """Hand an order over. Raises HandoverError, billing.payments.services.CashLimitError."""
    with transaction.atomic():
        try:
            order = handing_over.hand_over(order_id=order_id, proof=proof, means=means, actor=actor_of(user), now=now)
        except HandoverError as error:
            # Raised again only outside: the wrong code just counted would be forgotten with this transaction.
            refused = error
        else:
            by, paid = "code" if proof.code else "identity", means.value if means else None
            _record_if_new("order.handed_over", order, order, user=user, now=now, by=by, means=paid)
            return order
    raise refused


@transaction.atomic
def note_called(*, order_id: UUID, user: User, now: datetime) -> Order:
    """Note that the customer was told by telephone that the order waits."""
    fetching.note_called(order_id=order_id, actor=actor_of(user, Channel.PHONE), now=now)
    order = Order.objects.get(pk=order_id)
    _record_if_new("order.called", order, order, user=user, now=now)
    return order


@transaction.atomic
def note_change_told(*, order_id: UUID, user: User, now: datetime) -> bool:
    """Note that the customer was told by telephone of another window; False when that was done before."""
    if not moved.note_change_told(order_id=order_id, actor=actor_of(user, Channel.PHONE), now=now):
        return False
    order = Order.objects.get(pk=order_id)
    record(actor=user, action="order.change_told", target=order, details={"order": order.number}, now=now)
    return True


@transaction.atomic
def move(*, town: Town, order_id: UUID, wanted: Wanted, user: User, now: datetime) -> Order:
    """Give an order another window. Raises CannotMoveError, tenants.orders.placing.WindowGoneError."""
    channel = Channel.PHONE if wanted.agreed else Channel.COUNTER
    order, said = by_hand.move_order(
        town=town, order_id=order_id, wanted=wanted, actor=actor_of(user, channel), now=now
    )
    if said is None:
        _record_if_new("order.rerouted", order, order, user=user, now=now)
        return order
    details = {"from": said.before, "to": said.after, "agreed": said.agreed}
    _record_if_new("order.moved", order, order, user=user, now=now, **details)
    if order.events.filter(kind=OVERBOOKED, at=now).exists():
        _record_if_new("order.overbooked", order, order, user=user, now=now)
    return order


@transaction.atomic
def cancel(*, order_id: UUID, user: User, now: datetime) -> int:
    """Cancel an order no shop has begun; the cents that go back. Raises TooLateToCancelError."""
    refunded = cancelling.cancel(order_id=order_id, actor=actor_of(user), now=now)
    order = Order.objects.get(pk=order_id)
    _record_if_new("order.cancelled", order, order, user=user, now=now, refunded_cents=refunded)
    return refunded


@transaction.atomic
def answer_for_shop(
    *, part_id: UUID, refused_lines: Iterable[UUID], reason: str, user: User, now: datetime
) -> ShopOrder:
    """Answer for a merchant: refuse these lines, accept the rest. Raises ForbiddenMoveError."""
    actor = actor_of(user, Channel.PHONE)
    part = ShopOrder.objects.select_related("order", "shop").get(pk=part_id)
    # Together: the customer gets one mail, whatever the number of lines.
    lines = answering.refuse_lines(part_id=part.pk, line_ids=refused_lines, reason=reason, actor=actor, now=now)
    refused = [line.name for line in lines]
    part.refresh_from_db()
    if part.state == ShopOrderState.PLACED:
        answering.accept(part_id=part.pk, actor=actor, now=now)
    details = {"shop": part.shop.name, "refused": refused, "reason": reason if refused else ""}
    _record_if_new("order.answered_for_shop", part, part.order, user=user, now=now, **details)
    return part


@transaction.atomic
def note_paid_in_shop(*, part_id: UUID, user: User, now: datetime) -> ShopOrder:
    """Note, on the merchant's word, that its customer has paid it. Raises PaidInShopError, ShopOrder.DoesNotExist."""
    part = paid_in_shop.note_paid_in_shop(part_id=part_id, actor=actor_of(user), now=now)
    details = {"shop": part.shop.name, "amount_cents": part.paid_in_shop_cents}
    _record_if_new("order.paid_in_shop", part, part.order, user=user, now=now, **details)
    return part


@transaction.atomic
def undo_paid_in_shop(*, part_id: UUID, user: User, now: datetime) -> ShopOrder:
    """Take such a note back. Raises PaidInShopError, ShopOrder.DoesNotExist."""
    part = paid_in_shop.undo_paid_in_shop(part_id=part_id, actor=actor_of(user), now=now)
    _record_if_new("order.paid_in_shop_undone", part, part.order, user=user, now=now, shop=part.shop.name)
    return part


@transaction.atomic
def propose_substitution(*, line_id: UUID, offer: Offer, user: User, now: datetime) -> Substitution:
    """Propose a replacement for a merchant who was reached. Raises SubstitutionError, Line.DoesNotExist."""
    made = proposing.propose(line_id=line_id, offer=offer, actor=actor_of(user, Channel.PHONE), now=now)
    return _record_substitution("order.substitution_proposed", made, user=user, now=now)


@transaction.atomic
def accept_substitution(*, substitution_id: UUID, means: Mode | None, user: User, now: datetime) -> Substitution:
    """Note that the customer accepts, and pays the supplement here if `means` says how.

    Raises AlreadyAnsweredError, TooLateToAnswerError, SubstitutionError.
    """
    if means is None:
        actor = actor_of(user, Channel.PHONE)
        made = of_customers.accept(substitution_id=substitution_id, actor=actor, now=now)
    else:
        actor = actor_of(user)
        made = of_customers.accept_at_desk(substitution_id=substitution_id, means=means, actor=actor, now=now)
    paid = means.value if means else None
    return _record_substitution("order.substitution_accepted", made, user=user, now=now, means=paid)


@transaction.atomic
def decline_substitution(*, substitution_id: UUID, user: User, now: datetime) -> Substitution:
    """Note that the customer prefers the money. Raises AlreadyAnsweredError, TooLateToAnswerError."""
    actor = actor_of(user, Channel.PHONE)
    made = of_customers.decline(substitution_id=substitution_id, actor=actor, now=now)
    return _record_substitution("order.substitution_declined", made, user=user, now=now)


@transaction.atomic
def withdraw_substitution(*, substitution_id: UUID, user: User, now: datetime) -> Substitution:
    """Take a proposal back for its merchant. Raises AlreadyAnsweredError."""
    made = proposing.withdraw(substitution_id=substitution_id, actor=actor_of(user, Channel.PHONE), now=now)
    return _record_substitution("order.substitution_withdrawn", made, user=user, now=now)


def _record_substitution(action: str, made: Substitution, *, user: User, now: datetime, **details: Any) -> Substitution:
    part = ShopOrder.objects.select_related("order", "shop").get(lines=made.line_id)
    said = {"shop": part.shop.name, "instead_of": str(made.line), "by": str(made), "price_cents": made.price_cents}
    _record_if_new(action, made, part.order, user=user, now=now, **said, **details)
    return made


@transaction.atomic
def weigh(*, part_id: UUID, grams: Mapping[UUID, int], user: User, now: datetime) -> list[Line]:
    """Write down the weights of lines of a part; those that changed. Raises tenants.orders.weighing.WeightError."""
    changed = weighing.weigh(part_id=part_id, grams=grams, actor=actor_of(user), now=now)
    part = ShopOrder.objects.select_related("order", "shop").get(pk=part_id)
    weighed = {line.name: line.weighed_grams for line in changed}
    _record_if_new("order.weighed", part, part.order, user=user, now=now, shop=part.shop.name, grams=weighed)
    return changed


def _each_part(
    action: str, verb: Callable[..., ShopOrder], part_ids: Iterable[UUID], user: User, now: datetime
) -> list[ShopOrder]:
    parts = []
    with transaction.atomic():
        # Orders before parts, each in the order of its key: two concierges who tick the same list wait, never block.
        wanted = ShopOrder.objects.filter(pk__in=list(part_ids)).order_by("order_id", "pk")
        for part_id in list(wanted.values_list("pk", flat=True)):
            part = verb(part_id=part_id, actor=actor_of(user), now=now)
            _record_if_new(action, part, part.order, user=user, now=now, shop=part.shop.name)
            parts.append(part)
    return parts


def _record_if_new(
    action: str, target: models.Model, order: Order, *, user: User, now: datetime, **details: Any
) -> None:
    """Write the audit trail, unless nothing was logged: the second click of two changes nothing."""
    if OrderEvent.objects.filter(order=order, at=now).exists():
        record(actor=user, action=action, target=target, details={"order": order.number, **details}, now=now)
