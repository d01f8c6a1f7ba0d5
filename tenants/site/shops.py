"""The shops, their windows, and each product."""

from zoneinfo import ZoneInfo

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from tenants.hubs.facts import Pause
from tenants.orders.models import MAX_QUANTITY
from tenants.orders.promising import prospects
from tenants.orders.rates import sells
from tenants.shops.models import Product, Shop, ShopKind
from tenants.shops.queries import kinds_present, listed_shops, window_of_shop
from tenants.shops.times import pause_of, with_times, written_calendar
from tenants.site.opening import coming_days, new_hours, open_state, week
from tenants.site.promises import offer
from tenants.site.session import town_of
from tenants.site.standstill import paused_words, standstill

A_PAGE = 24
OTHERS_SHOWN = 4


@require_safe
def shops(request: HttpRequest) -> HttpResponse:
    """Every shop, or those of one trade."""
    return _list(request, craft=False)


@require_safe
def crafts(request: HttpRequest) -> HttpResponse:
    """The shops of craftspeople."""
    return _list(request, craft=True)


def _list(request: HttpRequest, *, craft: bool) -> HttpResponse:
    town, now = town_of(request), timezone.now()
    asked = request.GET.get("metier", "")
    kind = asked if asked in ShopKind.values else ""
    listed = with_times(listed_shops(kind=kind, craft=craft), now=now)
    page = Paginator(listed, A_PAGE).get_page(request.GET.get("page"))
    context = {
        "craft": craft,
        "kind": kind,
        "kind_label": ShopKind(kind).label if kind else "",
        "kinds": [(each.value, str(each.label)) for each in kinds_present(craft=craft)],
        "page": page,
        "query": f"metier={kind}" if kind else "",
        "shops": [(shop, open_state(written_calendar(shop, town=town), now=now)) for shop in page],
    }
    return render(request, "site/shops.html", context)


@require_safe
def shop(request: HttpRequest, slug: str) -> HttpResponse:
    """One shop: who it is, when it is open, what it sells."""
    town, now = town_of(request), timezone.now()
    listed = Shop.objects.open_to_residents().select_related("merchant")
    found = get_object_or_404(with_times(listed, now=now), slug=slug)
    calendar, pause = written_calendar(found, town=town), pause_of(found)
    today = now.astimezone(ZoneInfo(town.timezone)).date()
    products = list(window_of_shop(found.slug))
    for each in products:
        each.shop = found
    context = {
        "shop": found,
        "state": open_state(calendar, now=now),
        "week": week(calendar, today=today),
        "new_hours": new_hours(calendar, today=today),
        "unusual": [day for day in coming_days(calendar, today=today) if day.reason],
        "pause": paused_words(Pause(*pause), zone=town.timezone) if pause else "",
        "products": products,
    }
    return render(request, "site/shop.html", context)


@require_safe
def product(request: HttpRequest, shop_slug: str, slug: str) -> HttpResponse:
    """One product: what it is, what it costs, when it can be collected, and the way into the basket."""
    town, now = town_of(request), timezone.now()
    found, others = _with_others(shop_slug, slug)
    today = now.astimezone(ZoneInfo(town.timezone)).date()
    selling = sells(today)
    prospect = prospects(town=town, products=[found], now=now) if selling else None
    main = next((hub for hub in prospect.hubs if hub.is_main), None) if prospect else None
    context = {
        "product": found,
        "shop": found.shop,
        "ticket": offer(prospect, main, most=1).ticket if prospect and main and found.is_available else None,
        "standstill": standstill(prospect, main) if prospect and main else None,
        "selling": main is not None,
        "most": MAX_QUANTITY if found.made_to_order else min(found.stock or 0, MAX_QUANTITY),
        "others": others,
    }
    return render(request, "site/product.html", context)


def _with_others(shop_slug: str, slug: str) -> tuple[Product, list[Product]]:
    """A product, and a few others of its shop. A window holds few products: they are read together."""
    products = list(window_of_shop(shop_slug))
    found = next((product for product in products if product.slug == slug), None)
    if found is None:
        raise Http404
    return found, [product for product in products if product.pk != found.pk][:OTHERS_SHOWN]
