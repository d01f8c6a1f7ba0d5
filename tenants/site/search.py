"""Looking for a shop, a product, a craftsperson."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from tenants.shops.queries import LONGEST_QUERY
from tenants.shops.queries import search as find
from tenants.shops.times import written_calendar
from tenants.site.opening import open_state
from tenants.site.session import town_of


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Shops and products that have the words asked for, accents or not."""
    asked = " ".join(request.GET.get("q", "").replace("\x00", " ").split())[:LONGEST_QUERY]
    town, now = town_of(request), timezone.now()
    found = find(asked, now=now)
    context = {
        "asked": asked,
        "found": found,
        "shops": [(shop, open_state(written_calendar(shop, town=town), now=now)) for shop in found.shops],
        "count": len(found.shops) + len(found.products),
    }
    return render(request, "site/search.html", context)
