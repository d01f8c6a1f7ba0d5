"""Pausing the orders of one's shop, and taking them again."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from conciergeries.portal.access import Access, merchants_only, there
from shared.web.changes import PauseForm
from shared.web.posted import posted
from tenants.shops.pauses import held_pauses, pause_orders, resume_orders


@require_http_methods(["GET", "HEAD", "POST"])
@merchants_only
def pause(request: HttpRequest, access: Access, town: str, shop_id: UUID) -> HttpResponse:
    """Say why, and until when; or what holds already."""
    where = access.town(town)
    with there(where):
        shop = access.shop(shop_id)
        form = PauseForm(posted(request), zone=where.timezone)
        if request.method == "POST" and form.is_valid():
            try:
                pause_orders(
                    shop_id=shop.pk,
                    reason=form.cleaned_data["reason"],
                    until=form.until,
                    actor=access.user,
                    now=timezone.now(),
                )
            except ValidationError as error:
                form.put_errors(error)
            else:
                messages.success(request, "Vos commandes sont en pause. La vitrine reste en ligne, et le dit.")
                return redirect("portal:shop", town=where.slug, shop_id=shop_id)
        context = {
            "where": where,
            "shop": shop,
            "form": form,
            "held": held_pauses(now=timezone.now()).filter(shop=shop).first(),
        }
        return render(request, "portal/pause.html", context, status=422 if form.errors else 200)


@require_POST
@merchants_only
def resume(request: HttpRequest, access: Access, town: str, shop_id: UUID, pause_id: UUID) -> HttpResponse:
    where = access.town(town)
    with there(where):
        found = access.pause(shop_id, pause_id)
        resume_orders(pause_id=found.pk, actor=access.user, now=timezone.now())
    messages.success(request, "Les commandes reprennent.")
    return redirect("portal:shop", town=where.slug, shop_id=shop_id)
