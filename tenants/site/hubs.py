"""Where and when orders are collected: the list of hubs, each hub's own page, its calendar."""

from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_cache_control
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from shared.web.addresses import absolute_url
from tenants.hubs.membership import offered_to
from tenants.hubs.models import Hub, HubKind
from tenants.hubs.queries import hub_calendar, with_times
from tenants.hubs.ticket import ticket
from tenants.orders.promising import Prospects, prospects
from tenants.orders.rates import sells
from tenants.site.hub_feed import feed, structured_data
from tenants.site.opening import coming_days, new_hours, open_state, week
from tenants.site.promises import Choice, offer
from tenants.site.session import resident_here, town_of
from tenants.site.standstill import standstill, suspended_everywhere

DAYS_LISTED = 7
WINDOWS_SHOWN = 4
FEED_LASTS = 3600

KIND_WORDS = {
    HubKind.MAIN: "La conciergerie elle-même\u00a0: la concierge vous y reçoit.",
    HubKind.SATELLITE: "Une antenne de la conciergerie\u00a0: la concierge y vient aux heures indiquées.",
    HubKind.PARTNER: "Chez un partenaire de la conciergerie, qui vous remet votre commande.",
    HubKind.RESTRICTED: "Un accès réservé à ses membres\u00a0: son code vous y inscrit.",
    HubKind.ANY_TIME: "Des casiers, ou un lieu toujours ouvert\u00a0: vous passez quand vous voulez, payez avant.",
    HubKind.RESIDENCE: "Dans une résidence pour seniors\u00a0: pour ses résidents et leurs familles.",
}


@require_safe
def hubs(request: HttpRequest) -> HttpResponse:
    """Each hub: whether it is open, its ordinary week, its next days with their holidays, its next promise."""
    town, now = town_of(request), timezone.now()
    today = now.astimezone(ZoneInfo(town.timezone)).date()
    found = prospects(town=town, products=[], now=now)
    mine = _offered(request, found)
    selling = sells(today)
    shown = []
    for hub in found.hubs:
        calendar = found.questions[hub.pk].hub.calendar
        promised = selling and hub in mine
        shown.append(
            {
                "hub": hub,
                "state": open_state(calendar, now=now),
                "week": week(calendar, today=today),
                "new_hours": new_hours(calendar, today=today),
                "next_days": coming_days(calendar, today=today, many=DAYS_LISTED),
                "ticket": offer(found, hub, most=1).ticket if promised else None,
                "standstill": standstill(found, hub) if promised else None,
                "is_mine": hub in mine,
            }
        )
    context = {"hubs": shown, "suspended": suspended_everywhere(found)}
    return render(request, "site/hubs.html", context)


def _offered(request: HttpRequest, found: Prospects) -> list[Hub]:
    """The hubs that this visitor may choose; nobody is asked for where all are everybody's."""
    is_any_restricted = any(hub.is_restricted for hub in found.hubs)
    return offered_to(resident_here(request) if is_any_restricted else None, found.hubs)


@dataclass(frozen=True)
class NextWindow:
    """A window to come, and the last moment to order for it."""

    choice: Choice
    order_by: str


@never_cache
@require_safe
def hub(request: HttpRequest, slug: str) -> HttpResponse:
    """One hub: what it is, how to get there, its week, its next two weeks, its next windows.

    What only its members need to know of a restricted hub is theirs.
    """
    town, now = town_of(request), timezone.now()
    today = now.astimezone(ZoneInfo(town.timezone)).date()
    asked = hub_or_404(slug)
    found = prospects(town=town, products=[], now=now, hubs=[asked])
    place = found.hubs[0]
    calendar = found.questions[place.pk].hub.calendar
    is_mine = bool(_offered(request, found))
    promised = is_mine and sells(today)
    url = absolute_url(reverse("site:hub", args=[place.slug]))
    context: dict[str, Any] = {
        "hub": place,
        "kind_words": KIND_WORDS[HubKind(place.kind)],
        "is_mine": is_mine,
        "state": open_state(calendar, now=now),
        "week": week(calendar, today=today),
        "new_hours": new_hours(calendar, today=today),
        "days": coming_days(calendar, today=today),
        "ticket": offer(found, place, most=1).ticket if promised else None,
        "windows": _next_windows(found, place) if promised else [],
        "standstill": standstill(found, place) if promised else None,
        "data": structured_data(hub=place, calendar=calendar, town=town, url=url, home=absolute_url("/"), today=today),
    }
    return render(request, "site/hub.html", context)


def _next_windows(found: Prospects, place: Hub) -> list[NextWindow]:
    said, question = found.at(place), found.questions[place.pk]
    choices = offer(found, place, most=WINDOWS_SHOWN).choices
    return [
        NextWindow(choice, ticket(question=question, window=window, now=found.now).order_by)
        for choice, window in zip(choices, said.windows, strict=False)
    ]


@require_safe
def hub_calendar_feed(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The hub's hours, for an agenda to subscribe to. Anybody's: it says when a door opens, and nothing else."""
    town, now = town_of(request), timezone.now()
    today = now.astimezone(ZoneInfo(town.timezone)).date()
    place = with_times(Hub.objects.filter(active=True, slug=slug), now=now).order_by("pk").first()
    if place is None:
        raise Http404
    url = absolute_url(reverse("site:hub", args=[place.slug]))
    body = feed(hub=place, calendar=hub_calendar(place, town=town), town=town, url=url, today=today)
    etag = f'"{sha256(body).hexdigest()[:32]}"'
    response = HttpResponse(body, content_type="text/calendar; charset=utf-8", headers={"ETag": etag})
    response["Content-Disposition"] = f'inline; filename="{place.slug}.ics"'
    patch_cache_control(response, public=True, max_age=FEED_LASTS)
    conditional: HttpResponseBase | None = get_conditional_response(request, etag=etag, response=response)
    return response if conditional is None else conditional


def hub_or_404(slug: str) -> Hub:
    """The hub of this town that takes orders at this address. Raises Http404."""
    found = Hub.objects.filter(active=True, slug=slug).first()
    if found is None:
        raise Http404
    return found
