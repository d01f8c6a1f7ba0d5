"""The basket: filling it, seeing what it costs and when it will be ready."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from typing import Any, TypedDict
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from billing.payments.services import MIN_CARD_CENTS
from shared.french import NBSP
from tenants.hubs.membership import offered_to
from tenants.hubs.models import Hub
from tenants.orders import basket as baskets
from tenants.orders.models import MAX_QUANTITY, Basket, BasketLine, Order
from tenants.orders.promising import Prospects, prospects
from tenants.orders.queries import unpaid_orders_of
from tenants.orders.rates import sells
from tenants.shops.models import Product, Shop
from tenants.site.moved import next_choice, what_moved
from tenants.site.promises import FEW, Choice, Offer, offer, sooner_without, ticket_of
from tenants.site.session import current_basket, ensure_basket, resident_here, town_of
from tenants.site.standstill import standstill

HUB = "retrait"
WINDOW = "creneau"
ALL_WINDOWS = "toutes"


@dataclass(frozen=True)
class Filled:
    """A basket with what its page needs: lines by shop, what changed, what it costs today, in cents.

    `hub` is where it would be collected, whose fee is part of the total; None before one is chosen.
    """

    basket: Basket
    lines: list[BasketLine]
    changes: list[baskets.Change]
    unpaid: list[Order]
    hub: Hub | None = None

    def at(self, hub: Hub | None) -> "Filled":
        """The same, to be collected there."""
        return replace(self, hub=hub)

    @property
    def products(self) -> list[Product]:
        return [line.product for line in self.lines]

    @property
    def unpaid_ids(self) -> list[UUID]:
        """The orders made of this basket that wait for their payment: the places they keep are the basket's."""
        return [order.pk for order in self.unpaid]

    @property
    def goods_cents(self) -> int:
        return sum(line.amount_cents for line in self.lines)

    @property
    def fee_cents(self) -> int:
        return self.hub.fee_cents if self.hub else 0

    @property
    def total_cents(self) -> int:
        return self.goods_cents + self.fee_cents

    @property
    def is_by_weight(self) -> bool:
        """Whether what will be paid is not known before something is weighed."""
        return any(product.is_weighed for product in self.products)

    @property
    def most_cents(self) -> int:
        """The most that may be paid, whatever the scales say."""
        return sum(line.most_cents for line in self.lines) + self.fee_cents

    card_minimum_cents = MIN_CARD_CENTS

    @property
    def too_small_for_a_card(self) -> bool:
        return self.total_cents < MIN_CARD_CENTS

    @property
    def article_count(self) -> int:
        return sum(line.quantity for line in self.lines)

    @property
    def has_alcohol(self) -> bool:
        return any(product.age_restricted for product in self.products)

    @property
    def by_shop(self) -> list[tuple[Shop, int, list[tuple[BasketLine, int]]]]:
        """Each shop, what is bought there in cents, and its lines with their amounts."""
        ordered = sorted(self.lines, key=lambda line: (line.product.shop.name, line.product.shop_id.hex))
        groups = groupby(ordered, key=lambda line: line.product.shop)
        return [
            (shop, sum(line.amount_cents for line in lines), [(line, line.amount_cents) for line in lines])
            for shop, lines in ((shop, list(found)) for shop, found in groups)
        ]


def filled(basket: Basket | None) -> Filled | None:
    """The basket with its lines; None when there is nothing in it."""
    if basket is None:
        return None
    lines = list(basket.lines.select_related("product__shop__merchant").order_by("added_at", "pk"))
    if not lines:
        return None
    unpaid = unpaid_orders_of(basket) if basket.resident_id else []
    held = baskets.held_by(basket) if unpaid else None
    return Filled(basket, lines, baskets.changes(lines, held=held), unpaid)


@never_cache
@require_safe
def basket(request: HttpRequest) -> HttpResponse:
    """What is in the basket, shop by shop; the total; the windows to choose from."""
    town, now = town_of(request), timezone.now()
    found = filled(current_basket(request))
    if found is None:
        return render(request, "site/basket_empty.html", {"resident": resident_here(request)})
    resident = resident_here(request)
    prospect = prospects(town=town, products=found.products, now=now, besides=found.unpaid_ids)
    hubs = offered_to(resident, prospect.hubs)
    hub = chosen_hub(request, hubs)
    found = found.at(hub)
    selling = sells(timezone.localdate(now))
    promised = offer(prospect, hub) if hub and selling else None
    windows = windows_context(promised, asked=request.GET.get(WINDOW, ""), every=ALL_WINDOWS in request.GET)
    chosen = promised.choice(windows["chosen"]) if promised else None
    context = {
        "found": found,
        "hubs": [(each, each == hub) for each in hubs],
        "hub": hub,
        "selling": selling,
        "changed": {change.line.pk: change for change in found.changes},
        "most": MAX_QUANTITY,
        **windows,
        "window": chosen,
        "is_soonest": promised is not None and chosen == next(iter(promised.choices), None),
        "ticket": ticket_of(prospect, promised.hub, chosen) if promised and chosen else None,
        "all_windows": ALL_WINDOWS,
        **_beside(request, prospect, hub if selling else None, found),
    }
    return render(request, "site/basket.html", context)


def _beside(request: HttpRequest, prospect: Prospects, hub: Hub | None, found: Filled) -> dict[str, Any]:
    """What is said beside the windows: what comes sooner without, why there are none, what changed since."""
    if hub is None:
        return {"sooner": None, "standstill": None, "moved": ""}
    return {
        "sooner": sooner_without(prospect, hub, found.products),
        "standstill": standstill(prospect, hub),
        "moved": what_moved(prospect, hub, request.GET.get(WINDOW, "")),
    }


def chosen_hub(request: HttpRequest, hubs: Sequence[Hub]) -> Hub | None:
    """The hub named in the address, else the main one."""
    asked = request.GET.get(HUB) or request.POST.get(HUB)
    return next((hub for hub in hubs if hub.slug == asked), hubs[0] if hubs else None)


class Windows(TypedDict):
    """What the templates read of an offer: the windows to show, and the one chosen."""

    offer: Offer | None
    radios: list[tuple[Choice, bool]]
    more_choices: bool
    chosen: str


def windows_context(promised: Offer | None, *, asked: str, every: bool) -> Windows:
    """The windows to show: a few, or all (`every`); the one chosen is the one asked for, else the next, the soonest."""
    if promised is None:
        return {"offer": None, "radios": [], "more_choices": False, "chosen": ""}
    preset = promised.choice(asked) or next_choice(promised, asked)
    chosen = preset.value if preset else ""
    shown = promised.shown(None if every else FEW, chosen=chosen)
    return {
        "offer": promised,
        "radios": [(choice, choice.value == chosen) for choice in shown] if promised.choices else [],
        "more_choices": not every and len(promised.choices) > FEW,
        "chosen": chosen,
    }


@require_POST
def put(request: HttpRequest) -> HttpResponseBase:
    """Add a product, set how many, or take it out; then back to where one was."""
    now = timezone.now()
    product = _product(request.POST.get("product_id", ""))
    change = request.POST.get("change", "")
    if change == "add":
        _add(request, product, now=now)
    elif change == "remove":
        _take_out(request, product, now=now)
    else:
        _set(request, product, change=change, now=now)
    return redirect(_back(request))


def _product(asked: str) -> Product:
    """The product of this town that is named, for sale or not. Raises Http404."""
    try:
        return Product.objects.select_related("shop").get(pk=UUID(asked))
    except (ValueError, Product.DoesNotExist) as error:
        raise Http404 from error


def _add(request: HttpRequest, product: Product, *, now: datetime) -> None:
    quantity = _quantity(request)
    if quantity is None:
        return
    try:
        baskets.add(basket=ensure_basket(request, now=now), product=product, quantity=quantity, now=now)
    except _REFUSALS as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"{product.name} est dans votre panier.")


def _set(request: HttpRequest, product: Product, *, change: str, now: datetime) -> None:
    quantity = _quantity(request)
    if quantity is None:
        return
    quantity += {"less": -1, "more": 1}.get(change, 0)
    if quantity == 0:
        _take_out(request, product, now=now)
        return
    try:
        baskets.put(basket=ensure_basket(request, now=now), product=product, quantity=quantity, now=now)
    except _REFUSALS as error:
        messages.error(request, str(error))


_REFUSALS = (baskets.NotForSaleError, baskets.NotEnoughError, baskets.QuantityError, baskets.FullBasketError)


def _take_out(request: HttpRequest, product: Product, *, now: datetime) -> None:
    basket = current_basket(request)
    if basket is not None and baskets.take_out(basket=basket, product_id=product.pk, now=now):
        messages.success(request, f"{product.name} n’est plus dans votre panier.")


def _quantity(request: HttpRequest) -> int | None:
    """The quantity asked for; nonsense is said, and changes nothing."""
    asked = request.POST.get("quantity", "1").strip()
    longest = 4
    if asked.isascii() and asked.isdigit() and len(asked) <= longest:
        return int(asked)
    messages.error(request, f"Cette quantité n’est pas un nombre{NBSP}: choisissez de 1 à {MAX_QUANTITY}.")
    return None


def _back(request: HttpRequest) -> str:
    """Where the form was, on this host only."""
    asked = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(asked, allowed_hosts=None) and asked.startswith("/"):
        return asked
    return reverse("site:basket")


@require_POST
def accept_changes(request: HttpRequest) -> HttpResponseBase:
    """Bring the basket up to date with the shops, and say what that changed."""
    basket = current_basket(request)
    if basket is not None:
        found = baskets.accept_changes(basket=basket, now=timezone.now())
        if found:
            messages.success(request, "Votre panier est à jour.")
    return redirect("site:basket")
