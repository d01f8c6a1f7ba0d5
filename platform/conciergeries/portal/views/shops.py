"""The merchant's windows: one shop a town, its words and its products."""

from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from conciergeries.portal.access import Access, merchants_only, there
from conciergeries.portal.forms.shops import WindowForm
from shared.web.addresses import base_url
from shared.web.posted import posted
from tenants.shops import services
from tenants.shops.availability import never_promised
from tenants.shops.changes import calendar_of
from tenants.shops.pauses import held_pauses


@require_safe
@merchants_only
def shops(request: HttpRequest, access: Access) -> HttpResponse:
    """Every shop of every town, with how many products it shows; who has left a town has no window there."""
    groups = []
    for town in access.towns():
        with there(town):
            rows = [{"shop": shop, "shown": shop.products.filter(withdrawn_at=None).count()} for shop in access.shops()]
            groups.append({"town": town, "rows": rows, "left": access.left()})
    return render(request, "portal/shops.html", {"access": access, "groups": groups})


@require_safe
@merchants_only
def shop(request: HttpRequest, access: Access, town: str, shop_id: UUID) -> HttpResponse:
    """One window: what it says, what it shows."""
    where = access.town(town)
    with there(where):
        found = access.shop(shop_id)
        products = list(found.products.select_related("shop").order_by("withdrawn_at", "name", "pk"))
        context = {
            "access": access,
            "where": where,
            "shop": found,
            "shown": [product for product in products if product.withdrawn_at is None],
            "withdrawn": [product for product in products if product.withdrawn_at],
            "never": never_promised(
                [product for product in products if product.withdrawn_at is None],
                calendar=calendar_of(town=where, shop=found),
                now=timezone.now(),
            ),
            "pause": held_pauses(now=timezone.now()).filter(shop=found).first(),
            "public_url": f"{base_url(where.host)}/boutiques/{found.slug}/",
        }
        # Rendered here: a picture's address is made in its town.
        return render(request, "portal/shop.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@merchants_only
def edit(request: HttpRequest, access: Access, town: str, shop_id: UUID) -> HttpResponse:
    where = access.town(town)
    with there(where):
        found = access.shop(shop_id)
        form = WindowForm(posted(request), instance=found)
        if request.method == "POST" and form.is_valid():
            try:
                services.change_window(shop_id=found.pk, facts=form.facts, actor=access.user, now=timezone.now())
            except ValidationError as error:
                form.add_error(None, error)
            else:
                messages.success(request, "La vitrine est enregistrée.")
                return redirect("portal:shop", town=where.slug, shop_id=shop_id)
        status = HTTPStatus.OK if request.method != "POST" else HTTPStatus.UNPROCESSABLE_ENTITY
        # The form must not change the shop that the page names.
        name = access.shop(shop_id).name
        return render(
            request, "portal/edit_shop.html", {"form": form, "shop": found, "name": name, "where": where}, status=status
        )
