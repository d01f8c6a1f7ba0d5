"""One order, whole: its log, its money, and the verbs that are left."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from billing.documents.services import PDF
from billing.payments.models import DESK_MODES, RefundState
from billing.payments.queries import payments_of
from billing.payments.resuming import failed_refunds
from billing.payments.wording import refund_failure
from shared.accounts.permissions import require_role
from shared.french import money
from shared.web.files import download
from tenants.desk import actions
from tenants.desk.board import is_to_call
from tenants.desk.views.common import ROLE, order_or_404
from tenants.desk.wording import by_whom, in_order, sentence
from tenants.orders.by_hand import is_to_see, why_not_moved
from tenants.orders.cancelling import TooLateToCancelError, can_cancel
from tenants.orders.models import Channel, Order
from tenants.orders.moved import change_to_tell
from tenants.orders.queries import due_cents
from tenants.orders.receipt import NothingPaidError, has_receipt, receipt
from tenants.orders.road import road_in_full
from tenants.orders.states import OrderState
from tenants.orders.substitutions.queries import live
from tenants.staff.requests import staff_of, town_of

# The form that says that a customer knows of another window.
CHANGE = "change"


@require_role(ROLE)
@require_safe
def order(request: HttpRequest, order_id: UUID) -> HttpResponse:
    found = order_or_404(order_id)
    events = found.events.select_related("shop_order__shop")
    payments = payments_of(reference=found.pk)
    refunds = [refund for payment in payments for refund in payment.refunds.all()]
    context = {
        "order": found,
        "parts": list(found.shop_orders.all()),
        "state": found.state,
        "due": due_cents(found),
        "payments": payments,
        "refunds": refunds,
        "to_give": [each for each in refunds if each.state == RefundState.PENDING and each.mode in DESK_MODES],
        "failed": [(each, refund_failure(each.failure)) for each in failed_refunds().filter(payment__in=payments)],
        "proposals": list(live().filter(line__shop_order__order=found)),
        "can_cancel": can_cancel(found),
        "can_move": not why_not_moved(found),
        "is_to_see": is_to_see(found, town=town_of(request), now=timezone.now()),
        "can_refund": bool(found.confirmed_at) and not found.cancelled_at,
        "requests": list(found.refund_requests.prefetch_related("lines__line")),
        "to_call": (found.state == OrderState.WAITING and is_to_call(found)) or bool(change_to_tell(found)),
        "has_receipt": has_receipt(payments),
        "log": [(event.at, sentence(event), by_whom(event)) for event in in_order(events)],
    }
    return render(request, "desk/order.html", context)


@require_role(ROLE)
@require_safe
def order_receipt(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """The receipt of an order, to print for its customer at the counter, once something was paid."""
    found = order_or_404(order_id)
    try:
        pdf = receipt(order=found, town=town_of(request))
    except NothingPaidError as error:
        raise Http404 from error
    return download(content=pdf, filename=f"recu-{found.number}.pdf", media_type=PDF)


@require_role(ROLE)
@require_safe
def placed(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """What to say before hanging up: the number, the code, when, where, how much.

    The code is shown for orders taken at the desk only, until they are handed over: on the site it is its customer's.
    """
    found = order_or_404(order_id)
    if found.channel == Channel.WEB or found.handed_over_at or found.cancelled_at:
        raise Http404
    stops = road_in_full(found, town=town_of(request))
    to_weigh = any(part.awaits_weight for part in found.shop_orders.all())
    context = {"order": found, "due": due_cents(found), "stops": stops, "to_weigh": to_weigh}
    return render(request, "desk/placed.html", context)


@require_role(ROLE)
@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: HttpRequest, order_id: UUID) -> HttpResponse:
    found = order_or_404(order_id)
    if request.method != "POST":
        return render(request, "desk/cancel.html", {"order": found, "can_cancel": can_cancel(found)})
    try:
        refunded = actions.cancel(order_id=found.pk, user=staff_of(request), now=timezone.now())
    except TooLateToCancelError as error:
        messages.error(request, str(error))
        return redirect("desk:order", order_id=found.pk)
    said = f"{found.number} est annulée."
    messages.success(request, f"{said} {money(refunded)} repartent vers le client." if refunded else said)
    return redirect("desk:order", order_id=found.pk)


@require_role(ROLE)
@require_http_methods(["GET", "HEAD", "POST"])
def tell(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """What to say to a customer: another window, or, to who has no e-mail, that it waits; the tick once it is said."""
    found = order_or_404(order_id)
    if request.method == "POST" and request.POST.get("about") == CHANGE:
        actions.note_change_told(order_id=found.pk, user=staff_of(request), now=timezone.now())
        messages.success(request, f"{found.customer_name} connaît le nouveau retrait de {found.number}.")
        return redirect("desk:today")
    if request.method == "POST":
        if found.state != OrderState.WAITING:
            messages.error(request, f"{found.number} n’attend pas son client : il n’y a rien à lui dire.")
            return redirect("desk:order", order_id=found.pk)
        actions.note_called(order_id=found.pk, user=staff_of(request), now=timezone.now())
        messages.success(request, f"{found.customer_name} est prévenu(e) pour {found.number}.")
        return redirect("desk:today")
    return render(request, "desk/tell.html", _to_say(found))


def _to_say(order: Order) -> dict[str, object]:
    waits = order.state == OrderState.WAITING
    return {"order": order, "due": due_cents(order), "waits": waits, "change": change_to_tell(order)}
