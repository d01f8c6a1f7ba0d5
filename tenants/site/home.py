"""The town's front window: the promise, the shops, where to collect."""

from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from tenants.orders.promising import prospects
from tenants.orders.rates import sells
from tenants.shops.queries import first_shops
from tenants.site.opening import teller, week
from tenants.site.promises import offer
from tenants.site.session import town_of

SHOPS_SHOWN = 8


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The soonest promise of the main hub, a few shops, all the hubs. Three statements."""
    town, now = town_of(request), timezone.now()
    today = now.astimezone(ZoneInfo(town.timezone)).date()
    is_open = teller(town=town, now=now)
    hub_is_open = teller(town=town, now=now, feminine=True)
    shops, shop_count = first_shops(SHOPS_SHOWN)
    found = prospects(town=town, products=[], now=now)
    hubs = found.hubs
    main = hubs[0] if hubs and hubs[0].is_main else None
    selling = bool(shops) and sells(today)
    context = {
        "selling": selling,
        "ticket": offer(found, main, most=1).ticket if main and selling else None,
        "main_state": hub_is_open(main.hours) if main else None,
        "shops": [(shop, is_open(shop.hours)) for shop in shops],
        "shop_count": shop_count,
        "hubs": [
            (hub, week(hours=hub.hours, zone=town.timezone, territory=town.territory, today=today), is_open(hub.hours))
            for hub in hubs
        ],
    }
    return render(request, "site/home.html", context)
