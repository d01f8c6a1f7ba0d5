"""The shops, their windows, and each product."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from conciergeries.towns.models import Town
from tenants.orders.models import MAX_QUANTITY
from tenants.orders.promising import prospects
from tenants.orders.rates import sells
from tenants.shops.models import Product, Shop, ShopKind
from tenants.shops.queries import kinds_present, listed_shops, window_of_shop
from tenants.site.opening import open_state, teller, week
from tenants.site.promises import Offer, offer
from tenants.site.session import town_of

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
    page = Paginator(listed_shops(kind=kind, craft=craft), A_PAGE).get_page(request.GET.get("page"))
    is_open = teller(town=town, now=now)
    context = {
        "craft": craft,
        "kind": kind,
        "kind_label": ShopKind(kind).label if kind else "",
        "kinds": [(each.value, str(each.label)) for each in kinds_present(craft=craft)],
        "page": page,
        "query": f"metier={kind}" if kind else "",
        "shops": [(shop, is_open(shop.hours)) for shop in page],
    }
    return render(request, "site/shops.html", context)


@require_safe
def shop(request: HttpRequest, slug: str) -> HttpResponse:
    """One shop: who it is, when it is open, what it sells."""
    town, now = town_of(request), timezone.now()
    found = get_object_or_404(Shop.objects.open_to_residents().select_related("merchant"), slug=slug)
    today = now.astimezone(ZoneInfo(town.timezone)).date()
    products = list(window_of_shop(found.slug))
    for each in products:
        each.shop = found
    context = {
        "shop": found,
        "state": open_state(hours=found.hours, zone=town.timezone, territory=town.territory, now=now),
        "week": week(hours=found.hours, zone=town.timezone, territory=town.territory, today=today),
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
    promised = _promised(town=town, product=found, now=now) if selling else None
    context = {
        "product": found,
        "shop": found.shop,
        "ticket": promised.ticket if promised and found.is_available else None,
        "selling": selling and promised is not None and promised.ticket is not None,
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


def _promised(*, town: Town, product: Product, now: datetime) -> Offer | None:
    """What the main hub promises of a product."""
    found = prospects(town=town, products=[product], now=now)
    main = next((hub for hub in found.hubs if hub.is_main), None)
    return offer(found, main, most=1) if main else None
