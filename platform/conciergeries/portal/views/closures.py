"""Closures, new hours and pauses of all of a merchant's shops, in one place."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from conciergeries.portal.access import Access, merchants_only, there
from conciergeries.towns.models import Town
from shared.web.changes import ChangeRow, rows_of
from tenants.shops.changes import changes_of
from tenants.shops.models import Shop, ShopPause
from tenants.shops.pauses import held_pauses


@require_safe
@merchants_only
def closures(request: HttpRequest, access: Access) -> HttpResponse:
    """Shop by shop, in every town: what holds, what is to come, and what one may note."""
    found: list[tuple[Town, Shop, list[ChangeRow], ShopPause | None]] = []
    for town in access.towns():
        with there(town):
            shops = access.shops()
            paused = {pause.shop_id: pause for pause in held_pauses(now=timezone.now()).filter(shop__in=shops)}
            found += [(town, shop, _rows(town, shop), paused.get(shop.pk)) for shop in shops]
    return render(request, "portal/closures.html", {"shops": found})


def _rows(town: Town, shop: Shop) -> list[ChangeRow]:
    return rows_of(
        changes_of(shop),
        today=timezone.localdate(),
        href=lambda pk: reverse("portal:remove_change", args=[town.slug, shop.pk, pk]),
    )
