"""A resident's own orders: where each is, what it cost, and the way out while there is time."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from billing.documents.services import PDF
from billing.payments.cheques import brought_nothing
from billing.payments.models import PaymentState, Refund
from billing.payments.queries import held_cents, payments_of
from billing.payments.services import MIN_CARD_CENTS
from shared.french import money
from shared.web.files import download
from tenants.orders.cancelling import TooLateToCancelError, can_cancel
from tenants.orders.cancelling import cancel as cancel_order
from tenants.orders.events import CUSTOMER
from tenants.orders.models import Line, Order, SubstitutionState
from tenants.orders.paid_in_shop import given_back_by_shops
from tenants.orders.queries import (
    granted_by_line,
    most_cents,
    orders_of_resident,
    owed_cents,
    window_of,
    with_parts,
)
from tenants.orders.receipt import NothingPaidError, has_receipt, receipt
from tenants.orders.states import OrderState
from tenants.orders.substitutions.answering import supplement_of
from tenants.orders.substitutions.queries import live, proposed_in
from tenants.site.session import resident_here, town_of
from tenants.site.tracking import change_of, code_can_be_shown, history, order_badge, part_badge, road, title

A_PAGE = 20


def own_order(request: HttpRequest, order_id: UUID) -> Order:
    """The signed-in resident's order, with its parts. Raises Http404 for anybody else's."""
    resident = resident_here(request)
    order = with_parts(orders_of_resident(resident)).filter(pk=order_id).first() if resident else None
    if order is None:
        raise Http404
    return order


@never_cache
@login_required
@require_safe
def orders(request: HttpRequest) -> HttpResponse:
    """All of a resident's orders, the latest first."""
    resident = resident_here(request)
    mine = with_parts(orders_of_resident(resident)) if resident else Order.objects.none()
    page = Paginator(mine.order_by("-placed_at", "pk"), A_PAGE).get_page(request.GET.get("page"))
    town = town_of(request)
    shown = [(each, order_badge(each), window_of(each, town=town)) for each in page]
    asked = live().filter(line__shop_order__order__in=list(page), answer_before__gt=timezone.now())
    asking = {each.line.shop_order.order_id for each in asked}
    return render(request, "site/orders.html", {"page": page, "orders": shown, "asking": asking})


@never_cache
@login_required
@require_safe
def order(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """One order: its ticket, its code, each shop's part, money, history."""
    return order_page(request, own_order(request, order_id))


def order_page(request: HttpRequest, found: Order, *, status: int = HTTPStatus.OK) -> HttpResponse:
    """The page of an order of theirs; `status` when something else was asked of it than to be shown."""
    now, town = timezone.now(), town_of(request)
    payments = payments_of(reference=found.pk)
    # Asked for again after a failure, a refund is one to its customer: the latest.
    refunds: dict[Any, Refund] = {
        (refund.payment_id, refund.reference): refund for payment in payments for refund in payment.refunds.all()
    }
    paid = sum(payment.refundable_cents for payment in payments)
    held = sum(payment.amount_cents for payment in payments if payment.is_held)
    due = 0 if found.cancelled_at else max(owed_cents(found) - paid - held, 0)
    proposed = list(proposed_in(found))
    lost = sum(_lost_cents(line) for part in found.shop_orders.all() for line in part.lines.all())
    swapped = sum(each.difference_cents for each in proposed if each.state == SubstitutionState.APPROVED)
    awaiting = found.state == OrderState.AWAITING_PAYMENT
    parts = list(found.shop_orders.all())
    events = found.events.select_related("shop_order__shop").order_by("at", "pk")
    context = {
        "order": found,
        "title": title(found, town=town, now=now),
        "badge": order_badge(found),
        "stops": road(found, town=town, now=now),
        "window": window_of(found, town=town),
        "parts": [(part, part_badge(part)) for part in parts],
        "refunds": list(refunds.values()),
        "unpaid_cheques": [payment.pk for payment in payments if brought_nothing(payment)],
        "payments": [payment for payment in payments if payment.state == PaymentState.SUCCEEDED],
        "granted": granted_by_line(found),
        "placed_cents": sum(part.placed_cents for part in parts),
        "refused_cents": lost,
        "swapped_cents": swapped,
        # What the scales made of what is left: the rest of the difference.
        "weight_cents": sum(part.total_cents - part.placed_cents for part in parts) + lost - swapped,
        "proposals": [(each, supplement_of(each)) for each in proposed if each.is_live and not each.is_late(now)],
        "to_weigh": any(part.awaits_weight for part in parts),
        "most_cents": most_cents(found) - paid,
        "held_cents": held,
        "has_lapsed": due > 0 and any(each.state == PaymentState.EXPIRED and each.authorised_at for each in payments),
        "due_cents": due,
        "in_shops": [part for part in parts if part.unpaid_in_shop_cents or part.paid_in_shop_at],
        "unpaid_in_shops": [part for part in parts if part.unpaid_in_shop_cents],
        "given_by_shops": given_back_by_shops(found),
        "awaiting": awaiting,
        "change": change_of(found),
        "can_pay_by_card": due >= MIN_CARD_CENTS
        and not awaiting
        and code_can_be_shown(found)
        and not found.is_paid_in_shops
        and town.holds_money,
        "shows_code": code_can_be_shown(found),
        "waiting": found.state == OrderState.WAITING,
        "can_cancel": can_cancel(found),
        "has_alcohol": any(line.age_restricted for part in parts for line in part.lines.all() if not line.has_left),
        "history": history(events),
        "has_receipt": has_receipt(payments),
    }
    return render(request, "site/order.html", context, status=status)


def _lost_cents(line: Line) -> int:
    """What a line was ordered for and is not paid: of a replaced one, what was given back before."""
    return line.reduced_cents if line.is_replaced else line.amount_cents - line.kept_cents


@login_required
@require_safe
def order_receipt(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """The receipt of one's own order, once something was paid."""
    found = own_order(request, order_id)
    try:
        pdf = receipt(order=found, town=town_of(request))
    except NothingPaidError as error:
        raise Http404 from error
    return download(content=pdf, filename=f"recu-{found.number}.pdf", media_type=PDF)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: HttpRequest, order_id: UUID) -> HttpResponseBase:
    """Ask whether one is sure, then cancel."""
    found = own_order(request, order_id)
    if request.method != "POST":
        if not can_cancel(found):
            messages.info(request, _too_late(found))
            return redirect("site:order", found.pk)
        return render(request, "site/order_cancel.html", {"order": found})
    released = held_cents(reference=found.pk)
    try:
        refunded = cancel_order(order_id=found.pk, actor=CUSTOMER, now=timezone.now())
    except TooLateToCancelError as late:
        messages.error(request, str(late))
        return redirect("site:order", found.pk)
    back = f" {money(refunded)} vous sont rendus sur votre carte." if refunded else ""
    if released:
        back = f" Rien n’est débité : l’autorisation de {money(released)} sur votre carte est levée."
    messages.success(request, f"La commande {found.number} est annulée.{back}")
    return redirect("site:order", found.pk)


def _too_late(order: Order) -> str:
    if order.cancelled_at:
        return "Cette commande est déjà annulée."
    return "Un commerçant prépare déjà cette commande\u00a0: appelez la conciergerie."
