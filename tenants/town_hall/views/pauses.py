"""Pausing orders, of the town, of a hub or of a shop; the site and the accounts stay up, and say so."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shared.accounts.permissions import require_role
from shared.web.posted import posted
from tenants.hubs import pauses as of_hubs
from tenants.hubs.models import HubPause
from tenants.shops import pauses as of_shops
from tenants.shops.models import ShopPause
from tenants.staff.models import StaffRole
from tenants.staff.requests import staff_of, town_of
from tenants.town_hall.forms.pauses import SHOP, ScopedPauseForm


@require_role(StaffRole.TOWN_HALL)
@require_safe
def pauses(request: HttpRequest) -> HttpResponse:
    """What is paused now, the whole town first."""
    now = timezone.now()
    hubs = sorted(of_hubs.held_pauses(now=now), key=lambda pause: (pause.hub is not None, of_hubs.scope_of(pause)))
    shops = list(of_shops.held_pauses(now=now))
    named = [(of_hubs.scope_of(pause), pause) for pause in hubs]
    context = {"hubs": named, "shops": shops, "count": len(hubs) + len(shops)}
    return render(request, "town_hall/pauses.html", context)


@require_role(StaffRole.TOWN_HALL)
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    form = ScopedPauseForm(posted(request), zone=town_of(request).timezone, initial={"scope": request.GET.get("pour")})
    if request.method == "POST" and form.is_valid() and _paused(request, form):
        return redirect("town_hall:pauses")
    return render(request, "town_hall/add_pause.html", {"form": form}, status=422 if form.errors else 200)


@require_role(StaffRole.TOWN_HALL)
@require_POST
def lift(request: HttpRequest, pause_id: UUID) -> HttpResponse:
    """Take orders again, of the town or of a hub."""
    try:
        pause = of_hubs.resume_orders(pause_id=pause_id, actor=staff_of(request), now=timezone.now())
    except HubPause.DoesNotExist as error:
        raise Http404 from error
    messages.success(request, f"{of_hubs.scope_of(pause)} : les commandes reprennent.")
    return redirect("town_hall:pauses")


@require_role(StaffRole.TOWN_HALL)
@require_POST
def lift_shop(request: HttpRequest, pause_id: UUID) -> HttpResponse:
    """Take orders again, of a shop."""
    try:
        pause = of_shops.resume_orders(pause_id=pause_id, actor=staff_of(request), now=timezone.now())
    except ShopPause.DoesNotExist as error:
        raise Http404 from error
    messages.success(request, f"{pause.shop.name} : les commandes reprennent.")
    return redirect("town_hall:pauses")


def _paused(request: HttpRequest, form: ScopedPauseForm) -> bool:
    sort, key = form.target
    reason, until, actor, now = form.cleaned_data["reason"], form.until, staff_of(request), timezone.now()
    try:
        if sort == SHOP and key is not None:
            shop_pause = of_shops.pause_orders(shop_id=key, reason=reason, until=until, actor=actor, now=now)
            name = shop_pause.shop.name
        else:
            name = of_hubs.scope_of(of_hubs.pause_orders(hub_id=key, reason=reason, until=until, actor=actor, now=now))
    except ValidationError as error:
        form.put_errors(error)
        return False
    messages.success(request, f"{name} : les commandes sont en pause. Le site reste ouvert, et le dit.")
    return True
