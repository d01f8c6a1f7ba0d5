"""The way of the goods: ticked off at the shops, ticked off again at the counter; each tick can be taken back."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.html import format_html
from django.views.decorators.http import require_http_methods, require_POST

from shared.accounts.models import User
from shared.accounts.permissions import require_role
from shared.french import plural
from tenants.desk import actions
from tenants.desk.board import rounds_of
from tenants.desk.views.common import ROLE, back_to, ids_in
from tenants.orders.models import ShopOrder
from tenants.orders.queries import parts_to_bring_in, parts_to_collect
from tenants.orders.states import ShopOrderState
from tenants.orders.transitions import ForbiddenMoveError
from tenants.staff.requests import staff_of, town_of

Say = Callable[[list[ShopOrder]], str]


class _Verb(Protocol):
    def __call__(self, *, part_ids: list[UUID], user: User, now: datetime) -> list[ShopOrder]: ...


@require_role(ROLE)
@require_http_methods(["GET", "HEAD", "POST"])
def collect(request: HttpRequest) -> HttpResponse:
    """The goods to fetch, by day and shop; a tick for each part."""
    if request.method == "POST":
        return _tick(request, actions.collect, "desk:collect", lambda parts: f"{_names(parts)} : ramassé.")
    now = timezone.now()
    zone = ZoneInfo(town_of(request).timezone)
    rounds = rounds_of(parts_to_collect(), zone=zone, today=now.astimezone(zone).date())
    return render(request, "desk/collect.html", {"rounds": rounds, "collected": list(parts_to_bring_in())})


@require_role(ROLE)
@require_POST
def undo_collect(request: HttpRequest) -> HttpResponse:
    return _tick(
        request, actions.undo_collect, "desk:collect", lambda parts: f"{_names(parts)} : de nouveau à ramasser."
    )


@require_role(ROLE)
@require_http_methods(["GET", "HEAD", "POST"])
def arrivals(request: HttpRequest) -> HttpResponse:
    """The goods on the bike; a tick for each part that is at the counter."""
    if request.method == "POST":
        return _tick(request, actions.arrive, "desk:arrivals", _arrived)
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    arrived = (
        ShopOrder.objects.filter(state=ShopOrderState.AT_HUB, at_hub_at__gte=midnight)
        .select_related("order", "shop")
        .prefetch_related("lines")
        .order_by("-at_hub_at", "pk")
    )
    return render(request, "desk/arrivals.html", {"expected": list(parts_to_bring_in()), "arrived": list(arrived)})


@require_role(ROLE)
@require_POST
def undo_arrival(request: HttpRequest) -> HttpResponse:
    return _tick(request, actions.undo_arrive, "desk:arrivals", _came_undone)


def _tick(request: HttpRequest, verb: _Verb, page: str, say: Say) -> HttpResponse:
    wanted = ids_in(request, "part")
    if not wanted:
        messages.error(request, "Rien n’était choisi : rien n’a changé.")
        return back_to(request, page)
    if ShopOrder.objects.filter(pk__in=wanted).count() != len(set(wanted)):
        raise Http404
    try:
        parts = verb(part_ids=wanted, user=staff_of(request), now=timezone.now())
    except ForbiddenMoveError as error:
        messages.error(request, f"{error} Rien n’a changé.")
    else:
        messages.success(request, say(parts))
    return back_to(request, page)


def _names(parts: list[ShopOrder]) -> str:
    """Fromagerie Amandine (K7-42, K7-45), Librairie L’Étang (K7-42)."""
    by_shop: dict[str, list[str]] = {}
    for part in parts:
        by_shop.setdefault(part.shop.name, []).append(part.order.number)
    return ", ".join(f"{shop} ({', '.join(sorted(numbers))})" for shop, numbers in by_shop.items())


def _arrived(parts: list[ShopOrder]) -> str:
    told = {part.order.number for part in parts if part.order.ready_told_at}
    said = f"{_names(parts)} : arrivé."
    return f"{said} {plural(len(told), 'client prévenu', 'clients prévenus')} par e-mail." if told else said


def _came_undone(parts: list[ShopOrder]) -> str:
    said = f"{_names(parts)} : de nouveau en route."
    told = sorted({part.order.number for part in parts if part.order.ready_told_at})
    if not told:
        return said
    return format_html("{} Attention : le client de {} a déjà été prévenu, appelez-le.", said, ", ".join(told))
