"""Moving one order to another window: chosen, read back, confirmed."""

from datetime import datetime
from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from shared.accounts.permissions import require_role
from shared.web.posted import posted
from tenants.desk import actions, windows
from tenants.desk.forms import MoveForm
from tenants.desk.views.common import ROLE, order_or_404
from tenants.orders.by_hand import CannotMoveError, Wanted, why_not_moved
from tenants.orders.change_words import words
from tenants.orders.models import Order
from tenants.orders.placing import WindowGoneError
from tenants.orders.queries import window_of
from tenants.staff.requests import staff_of, town_of

CHANGE, CONFIRM = "change", "confirm"
GONE = "Ce retrait n’est plus possible : rien n’a changé. Choisissez-en un autre."


@require_role(ROLE)
@require_http_methods(["GET", "HEAD", "POST"])
def move(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """Where and when else, and what its customer will be told; read back first, then done."""
    order, town, now = order_or_404(order_id), town_of(request), timezone.now()
    why = why_not_moved(order)
    if why:
        messages.error(request, why)
        return redirect("desk:order", order_id=order.pk)
    slots = windows.slots_of(order, town=town, now=now)
    form = MoveForm(
        posted(request),
        windows=windows.choices(slots, today=timezone.localdate(now)),
        full=[slot.value for slot in slots if slot.full],
    )
    if request.method == "POST" and request.POST.get("verb") == CONFIRM and _is_there(request, order):
        messages.success(request, f"Le retrait de {order.number} est déplacé.")
        return redirect("desk:order", order_id=order.pk)
    if request.method != "POST" or not form.is_valid():
        wrong = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
        return _page(request, order, form, slots, status=wrong)
    slot = windows.slot_of(form.cleaned_data["window"], slots)
    if slot is None or request.POST.get("verb") == CHANGE:
        return _page(request, order, form, slots)
    if request.POST.get("verb") == CONFIRM:
        return _confirmed(request, order, form, slot, now)
    return _review(request, order, form, slot)


def _review(request: HttpRequest, order: Order, form: MoveForm, slot: windows.Slot) -> HttpResponse:
    """What its customer will be told, before it is."""
    said = words(
        order=order,
        hub=slot.hub,
        window=slot.window,
        town=town_of(request),
        reason=form.cleaned_data["reason"],
        agreed=form.agreed,
    )
    stays = (slot.hub.pk, slot.window.start) == (order.hub_id, order.window_start)
    context = {"order": order, "form": form, "slot": slot, "said": said, "stays": stays, "agreed": form.agreed}
    return render(request, "desk/move_review.html", context)


def _confirmed(request: HttpRequest, order: Order, form: MoveForm, slot: windows.Slot, now: datetime) -> HttpResponse:
    wanted = Wanted(
        hub_id=slot.hub.pk,
        start=slot.window.start,
        agreed=form.agreed,
        reason=form.cleaned_data["reason"],
        overbook=form.cleaned_data["overbook"],
    )
    try:
        actions.move(town=town_of(request), order_id=order.pk, wanted=wanted, user=staff_of(request), now=now)
    except CannotMoveError as error:
        messages.error(request, str(error))
    except WindowGoneError:
        messages.error(request, GONE)
        return redirect("desk:move", order_id=order.pk)
    else:
        messages.success(request, f"Le retrait de {order.number} est déplacé.")
    return redirect("desk:order", order_id=order.pk)


def _is_there(request: HttpRequest, order: Order) -> bool:
    """Whether the order has the window that is confirmed: the second of two clicks."""
    own = windows.Slot(order.hub, window_of(order, town=town_of(request)))
    return request.POST.get("window") == own.value


def _page(
    request: HttpRequest, order: Order, form: MoveForm, slots: list[windows.Slot], *, status: int = HTTPStatus.OK
) -> HttpResponse:
    return render(request, "desk/move.html", {"order": order, "form": form, "slots": slots}, status=status)
