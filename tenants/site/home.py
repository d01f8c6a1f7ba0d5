"""The town's front window: the promise, the shops, where to collect."""

from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from tenants.orders.promising import prospects
from tenants.orders.rates import sells
from tenants.shops.queries import first_shops
from tenants.shops.times import written_calendar
from tenants.site.opening import open_state, week
from tenants.site.promises import offer
from tenants.site.session import town_of
from tenants.site.standstill import standstill

SHOPS_SHOWN = 8


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The soonest promise of the main hub, a few shops, the hubs that are everybody's."""
    town, now = town_of(request), timezone.now()
    today = now.astimezone(ZoneInfo(town.timezone)).date()
    shops, shop_count = first_shops(SHOPS_SHOWN, now=now)
    found = prospects(town=town, products=[], now=now)
    hubs = found.hubs
    calendars = {hub.pk: found.questions[hub.pk].hub.calendar for hub in hubs}
    main = hubs[0] if hubs and hubs[0].is_main else None
    selling = bool(shops) and sells(today)
    context = {
        "selling": selling,
        "ticket": offer(found, main, most=1).ticket if main and selling else None,
        "standstill": standstill(found, main) if main and selling else None,
        "main_state": open_state(calendars[main.pk], now=now, feminine=True) if main else None,
        "shops": [(shop, open_state(written_calendar(shop, town=town), now=now)) for shop in shops],
        "shop_count": shop_count,
        "hubs": [
            (hub, week(calendars[hub.pk], today=today), open_state(calendars[hub.pk], now=now))
            for hub in hubs
            if not hub.is_restricted
        ],
    }
    return render(request, "site/home.html", context)
