"""Deciding refunds above what the concierge may give back alone."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shared.accounts.permissions import require_role
from shared.french import money
from tenants.orders.events import Actor
from tenants.orders.models import RefundRequest
from tenants.orders.refunding import RefundError, decline_refund, grant_refund
from tenants.staff.models import StaffRole
from tenants.staff.requests import staff_of, town_of
from tenants.town_hall.forms.refunds import CeilingForm, DeclineForm
from tenants.town_hall.refunds import refunds_to_decide, request_of, set_ceiling


def _found(request_id: UUID) -> RefundRequest:
    found = request_of(request_id)
    if found is None:
        raise Http404
    return found


def _actor(request: HttpRequest) -> Actor:
    user = staff_of(request)
    return Actor(str(user), "town_hall", user.pk)


@require_role(StaffRole.TOWN_HALL)
@require_safe
def refunds(request: HttpRequest) -> HttpResponse:
    return _page(request, CeilingForm.of(town_of(request).refund_ceiling_cents))


def _page(request: HttpRequest, form: CeilingForm) -> HttpResponse:
    context = {"found": refunds_to_decide(now=timezone.now()), "form": form}
    return render(request, "town_hall/refunds.html", context, status=422 if form.errors else 200)


@require_role(StaffRole.TOWN_HALL)
@require_POST
def ceiling(request: HttpRequest) -> HttpResponse:
    form = CeilingForm(request.POST)
    if not form.is_valid():
        return _page(request, form)
    cents = form.cleaned_data["ceiling"]
    set_ceiling(town=town_of(request), cents=cents, actor=staff_of(request), now=timezone.now())
    messages.success(request, f"La concierge rend seule jusqu’à {money(cents)} par commande.")
    return redirect("town_hall:refunds")


@require_role(StaffRole.TOWN_HALL)
@require_POST
def grant(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Grant a refund; whoever comes second is told who was first."""
    asked = _found(request_id)
    try:
        grant_refund(request_id=asked.pk, actor=_actor(request), now=timezone.now())
    except RefundError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"{money(asked.amount_cents)} sont accordés pour {asked.order.number}.")
    return redirect("town_hall:refunds")


@require_role(StaffRole.TOWN_HALL)
@require_http_methods(["GET", "HEAD", "POST"])
def decline(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Decline a refund, saying why."""
    asked = _found(request_id)
    form = DeclineForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        answer = form.cleaned_data["answer"]
        try:
            decline_refund(request_id=asked.pk, answer=answer, actor=_actor(request), now=timezone.now())
        except RefundError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, f"Le remboursement de {asked.order.number} est refusé.")
        return redirect("town_hall:refunds")
    context = {"asked": asked, "form": form}
    return render(request, "town_hall/decline_refund.html", context, status=422 if form.errors else 200)
