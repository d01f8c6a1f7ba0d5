"""Giving back part of an order: asked line by line, decided once, paid by the way it was paid.

Before the handover it makes the order smaller, as a refusal does: what is given back was never sold. After it the
customer is a creditor again, at the expense of whoever is liable for each line; what was sold stays sold.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from billing.payments.models import Bearer, Refund
from billing.payments.queries import paid_cents
from billing.payments.services import give_back
from billing.settlements.services import bear_refund, refund_sale
from conciergeries.towns.models import Town
from shared.audit.services import record
from shared.french import NBSP, moment, money
from shared.locks import lock, lock_one
from shared.outbox.services import record_effect
from tenants.orders import refund_mail
from tenants.orders.answering import end_if_nothing_is_left
from tenants.orders.capturing import take_what_is_known
from tenants.orders.events import Actor, log
from tenants.orders.models import Line, LineState, Order, RefundLine, RefundReason, RefundRequest, ShopOrder
from tenants.orders.queries import credited_by_order, credited_of_no_line, owed_cents
from tenants.orders.refund_models import LONGEST_WORDS, REQUEST_TRANSITIONS, RequestState
from tenants.orders.substitutions.waiting import is_waiting
from tenants.orders.telling import tell_if_complete

# {"request_id"}: a refund waits for the town hall.
REFUND_ASKED = "orders.refund_asked"


class RefundError(ValueError):
    """It cannot be given back; `str()` says why in French."""


class AlreadyDecidedError(RefundError):
    """Somebody else was quicker."""

    def __init__(self, request: RefundRequest) -> None:
        said = "accordé" if request.state == RequestState.GRANTED else "refusé"
        when = f" {moment(timezone.localtime(request.decided_at))}" if request.decided_at else ""
        super().__init__(f"Ce remboursement a déjà été {said} par {request.decided_by}{when}.")
        self.request = request


@dataclass(frozen=True, kw_only=True)
class WantedRefund:
    """So much of a line, or of no line in particular, and who is liable for it; `quantity` when it is whole ones."""

    amount_cents: int
    bearer: Bearer
    line_id: UUID | None = None
    quantity: int | None = None


@transaction.atomic
def refund_lines(
    *,
    order_id: UUID,
    lines: Sequence[WantedRefund],
    reason: RefundReason,
    words: str,
    token: UUID,
    actor: Actor,
    town: Town,
    now: datetime,
) -> RefundRequest:
    """Ask that part of an order be given back: at once below the town's ceiling, else once the town hall grants it.

    The ceiling is of an order, not of a request. The same form sent again gives the same request.
    Raises RefundError, Order.DoesNotExist.
    """
    order = lock_one(Order.objects.all(), pk=order_id)
    known = RefundRequest.objects.filter(token=token).first()
    if known is not None:
        _check_same(known, order=order, lines=lines)
        return known
    rows = _lock_lines(order)
    _check(order=order, lines=lines, rows=rows)
    total = sum(wanted.amount_cents for wanted in lines)
    request = RefundRequest.objects.create(
        order=order,
        token=token,
        reason=reason,
        words=" ".join(words.split())[:LONGEST_WORDS],
        amount_cents=total,
        asked_at=now,
        asked_by=actor.label,
    )
    asked = [
        RefundLine(
            request=request,
            line=rows[wanted.line_id] if wanted.line_id else None,
            quantity=wanted.quantity,
            amount_cents=wanted.amount_cents,
            bearer=wanted.bearer,
        )
        for wanted in lines
    ]
    RefundLine.objects.bulk_create(asked)
    for each in asked:
        _reserve(each.line, each.amount_cents)
    if total + _given_at_once(order) <= town.refund_ceiling_cents:
        _grant(request=request, order=order, actor=actor, at_once=True, now=now)
    else:
        data = {"amount_cents": total, "reason": request.said}
        log(order=order, kind="refund_wanted", actor=actor, now=now, data=data)
        record(actor=actor, action="refund.asked", target=request, details={"order": order.number, **data}, now=now)
        record_effect(kind=REFUND_ASKED, payload={"request_id": str(request.pk)}, now=now)
    return request


def _check_same(known: RefundRequest, *, order: Order, lines: Sequence[WantedRefund]) -> None:
    asked = {(each.line_id, each.amount_cents, each.bearer) for each in known.lines.all()}
    if known.order_id != order.pk or asked != {(each.line_id, each.amount_cents, each.bearer) for each in lines}:
        raise RefundError("Ce formulaire a déjà servi : rechargez la page pour demander un autre remboursement.")


def _lock_lines(order: Order) -> dict[UUID, Line]:
    """The lines of a *locked* order, after their parts, which are locked too."""
    parts = {part.pk: part for part in lock(ShopOrder.objects.filter(order=order).select_related("shop"))}
    lines = lock(Line.objects.filter(shop_order__order=order))
    for part in parts.values():
        part.order = order
    for line in lines:
        line.shop_order = parts[line.shop_order_id]
    return {line.pk: line for line in lines}


def _check(*, order: Order, lines: Sequence[WantedRefund], rows: dict[UUID, Line]) -> None:
    """Raises RefundError."""
    if order.cancelled_at:
        raise RefundError(f"La commande {order.number} est annulée : ce qui avait été payé est déjà rendu.")
    if order.confirmed_at is None:
        raise RefundError(f"La commande {order.number} n’est pas encore payée : il n’y a rien à rendre.")
    if not lines:
        raise RefundError("Dites ce qui est à rendre.")
    if len({wanted.line_id for wanted in lines}) != len(lines):
        raise RefundError("Une ligne ne se rembourse qu’une fois par demande.")
    for wanted in lines:
        _check_one(wanted, order=order, rows=rows)
    if order.is_paid_in_shops:
        _check_paid_in_shops(order=order, lines=lines)
        return
    left = owed_cents(order) - _waiting_cents(order)
    if sum(wanted.amount_cents for wanted in lines) > left:
        raise RefundError(f"Il ne reste que {money(left)} à rendre sur cette commande.")


def _check_paid_in_shops(*, order: Order, lines: Sequence[WantedRefund]) -> None:
    """The merchants have the price of the goods, the conciergerie the hub's fee: each gives back what it has.

    Raises RefundError.
    """
    credited = credited_by_order([order.pk]).get(order.pk, 0) - credited_of_no_line(order)
    goods_left = order.goods_cents - credited - _waiting_cents(order, of_no_line=False)
    if sum(wanted.amount_cents for wanted in lines if wanted.line_id) > goods_left:
        raise RefundError(f"Il ne reste que {money(goods_left)} à rendre sur cette commande.")
    fee_left = fee_left_cents(order)
    if sum(wanted.amount_cents for wanted in lines if not wanted.line_id) > fee_left:
        raise RefundError(
            f"La conciergerie n’a encaissé de cette commande que les frais de retrait{NBSP}: "
            f"il en reste {money(fee_left)} à rendre."
        )


def fee_left_cents(order: Order) -> int:
    """What may still be given back of the hub's fee of an order that is paid in the shops."""
    left = min(paid_cents(reference=order.pk), order.fee_cents - credited_of_no_line(order))
    return max(left - _waiting_cents(order, of_no_line=True), 0)


def _check_one(wanted: WantedRefund, *, order: Order, rows: dict[UUID, Line]) -> None:
    if wanted.amount_cents <= 0:
        raise RefundError("Un remboursement est un montant positif.")
    if order.is_paid_in_shops and wanted.bearer != Bearer.MERCHANT and wanted.line_id:
        raise RefundError(
            "Cette commande est payée chez les commerçants : c’est le commerçant qui rend l’argent, et lui seul."
        )
    if order.handed_over_at is None and wanted.bearer != Bearer.MERCHANT:
        raise RefundError(
            "Avant la remise, ce qui est rendu quitte la commande : remettez-la d’abord pour le mettre à la charge "
            "de l’exploitant ou de la commune."
        )
    if wanted.line_id is None:
        if wanted.bearer == Bearer.MERCHANT:
            raise RefundError("Sans ligne, un geste est à la charge de l’exploitant ou de la commune.")
        return
    line = rows.get(wanted.line_id)
    if line is None:
        raise RefundError("Cette ligne n’est pas de cette commande.")
    if is_waiting(line):
        raise RefundError(f"{line.name}{NBSP}: un remplacement en est proposé, attendez la réponse du client.")
    if line.awaits_weight:
        raise RefundError(f"{line.name}{NBSP}: pesez d’abord, ou refusez la ligne.")
    if wanted.amount_cents > line.refundable_cents:
        raise RefundError(f"{line.name}{NBSP}: il n’en reste que {money(line.refundable_cents)} à rendre.")


def _waiting_cents(order: Order, *, of_no_line: bool | None = None) -> int:
    """What waits for the town hall: all of it, or what is of a line, or of none."""
    waiting = RefundLine.objects.filter(request__order=order, request__state=RequestState.WAITING)
    if of_no_line is not None:
        waiting = waiting.filter(line__isnull=of_no_line)
    return int(waiting.aggregate(total=Sum("amount_cents", default=0))["total"])


def _given_at_once(order: Order) -> int:
    """What was given back of an order without anybody's approval: split in two, a refund is no smaller."""
    at_once = order.refund_requests.filter(state=RequestState.GRANTED, at_once=True)
    return int(at_once.aggregate(total=Sum("amount_cents", default=0))["total"])


def _reserve(line: Line | None, cents: int) -> None:
    if line is not None:
        line.refunded_cents += cents
        line.save(update_fields=["refunded_cents"])


@transaction.atomic
def grant_refund(*, request_id: UUID, actor: Actor, now: datetime) -> RefundRequest:
    """Grant a refund that waits, and pay it. Of two people at once, one decides.

    Raises AlreadyDecidedError, RefundError when the order has changed since, RefundRequest.DoesNotExist.
    """
    request, order = _lock_request(request_id)
    _grant(request=request, order=order, actor=actor, at_once=False, now=now)
    return request


@transaction.atomic
def decline_refund(*, request_id: UUID, answer: str, actor: Actor, now: datetime) -> RefundRequest:
    """Decline a refund that waits, saying why: its lines may be asked back again.

    Raises AlreadyDecidedError, RefundRequest.DoesNotExist.
    """
    request, order = _lock_request(request_id)
    rows = _lock_lines(order)
    for each in request.lines.exclude(line=None):
        _reserve(rows[each.line_id], -each.amount_cents)  # type: ignore[index]  # those with a line
    request.answer = " ".join(answer.split())[:LONGEST_WORDS]
    _decide(request, RequestState.DECLINED, actor=actor, now=now)
    data = {"amount_cents": request.amount_cents, "reason": request.answer}
    log(order=order, kind="refund_declined", actor=actor, now=now, data=data)
    record(actor=actor, action="refund.declined", target=request, details={"order": order.number, **data}, now=now)
    return request


def _lock_request(request_id: UUID) -> tuple[RefundRequest, Order]:
    """The order first, as everybody locks them. Raises RefundRequest.DoesNotExist, AlreadyDecidedError."""
    order_id = RefundRequest.objects.values_list("order_id", flat=True).get(pk=request_id)
    order = lock_one(Order.objects.all(), pk=order_id)
    request = lock_one(RefundRequest.objects.all(), pk=request_id)
    if not request.is_waiting:
        raise AlreadyDecidedError(request)
    return request, order


def _decide(request: RefundRequest, state: RequestState, *, actor: Actor, now: datetime) -> None:
    if state not in REQUEST_TRANSITIONS[RequestState(request.state)]:
        raise AlreadyDecidedError(request)
    request.state = state
    request.decided_at = now
    request.decided_by = actor.label
    request.save()


def _grant(*, request: RefundRequest, order: Order, actor: Actor, at_once: bool, now: datetime) -> None:
    """Decide, have each line borne, and pay. The order is locked by the caller."""
    if order.cancelled_at:
        raise RefundError(f"La commande {order.number} est annulée depuis : tout est déjà rendu.")
    rows = _lock_lines(order)
    lines = list(request.lines.order_by("pk"))
    for each in lines:
        each.line = rows[each.line_id] if each.line_id else None
    request.at_once = at_once
    request.after_handover = order.handed_over_at is not None
    _decide(request, RequestState.GRANTED, actor=actor, now=now)
    fee_cents = 0
    if request.after_handover:
        for each in lines:
            _have_borne(each, order=order, now=now)
    else:
        fee_cents = _reduce(lines, said=request.said, actor=actor, now=now)
    data = {"amount_cents": request.amount_cents, "reason": request.said}
    log(order=order, kind="refund_granted", actor=actor, now=now, data=data)
    details = {"order": order.number, **data, "asked_by": request.asked_by, "at_once": at_once}
    record(actor=actor, action="refund.granted", target=request, details=details, now=now)
    refunds = _pay(request=request, lines=lines, order=order, now=now)
    refund_mail.refunded(order=order, request=request, lines=lines, refunds=refunds, fee_cents=fee_cents, now=now)
    refund_mail.borne_by_merchants(order=order, request=request, lines=lines, now=now)
    if not request.after_handover:
        take_what_is_known(order=order, now=now)
        # The others may have been waiting for what was given back.
        tell_if_complete(order=order, actor=actor, now=now)


def _have_borne(each: RefundLine, *, order: Order, now: datetime) -> None:
    if each.line is not None and each.bearer == Bearer.MERCHANT:
        refund_sale(
            shop_order_id=each.line.shop_order_id,
            cause=each.pk,
            amount_cents=each.amount_cents,
            goods_vat_bp=each.line.vat_rate_bp,
            decided_at=now,
        )
        return
    bear_refund(
        bearer=Bearer(each.bearer),
        cause=each.pk,
        amount_cents=each.amount_cents,
        order_id=order.pk,
        order_number=order.number,
        decided_at=now,
    )


def _reduce(lines: Sequence[RefundLine], *, said: str, actor: Actor, now: datetime) -> int:
    """Take lines, or part of them, out of an order not handed over; the cents of the hub's fee that then go back.

    Raises RefundError.
    """
    fee_cents = 0
    for each in lines:
        line = each.line
        if line is None or line.has_left or each.amount_cents > line.kept_cents:
            raise RefundError(
                "Cette commande a changé depuis la demande : refusez-la, et demandez ce qui reste à rendre."
            )
        part = line.shop_order
        part.total_cents -= each.amount_cents
        part.save(update_fields=["total_cents"])
        line.reduced_cents += each.amount_cents
        whole = line.reduced_cents == line.amount_cents
        if whole:
            # Nothing is paid for it any more: it is not handed over.
            line.state, line.refusal_reason = LineState.REFUSED, said[:LONGEST_WORDS]
        line.save(update_fields=["reduced_cents", "state", "refusal_reason"])
        if whole:
            fee_cents += end_if_nothing_is_left(part=part, reason=said, actor=actor, now=now)
    return fee_cents


def _pay(*, request: RefundRequest, lines: Sequence[RefundLine], order: Order, now: datetime) -> list[Refund]:
    """Give back what the customer has paid beyond what the order now comes to; unpaid, it is simply less to pay.

    Paid in the shops, each merchant gives back what it had: what is of no line is the hub's fee, which was paid here.
    """
    ours = [each for each in lines if each.line is None] if order.is_paid_in_shops else lines
    excess = paid_cents(reference=order.pk) - (0 if order.cancelled_at else owed_cents(order))
    cents = min(sum(each.amount_cents for each in ours), excess)
    if cents <= 0:
        return []
    reason = str(request.get_reason_display())
    return give_back(reference=order.pk, cause=request.pk, amount_cents=cents, reason=reason, now=now)
