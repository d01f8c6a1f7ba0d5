"""The platform's audit trail."""

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from conciergeries.towns.communes import commune
from shared.accounts.permissions import require_role
from shared.audit.masks import mask_emails
from shared.audit.models import AuditEvent

PER_PAGE = 50
LONGEST_QUERY = 60

# What each action says on the page; one without words of its own is shown by its code.
ACTIONS = {
    "accepted": "a accepté une invitation",
    "company_added": "a ajouté un exploitant",
    "report.downloaded": "a téléchargé un état",
    "company_changed": "a modifié un exploitant",
    "domain_added": "a ajouté une adresse",
    "domain_made_main": "a choisi l’adresse principale",
    "domain_removed": "a retiré une adresse",
    "invited": "a invité quelqu’un",
    "revoked": "a retiré une invitation",
    "town_hall_invited": "a invité la mairie",
    "town_opening_requested": "a demandé une ouverture",
    "town_resumed": "a rouvert une commune",
    "town_suspended": "a suspendu une commune",
    "town_collection_set": "a changé l’encaissement d’une commune",
}
_DETAILS = ("town", "company", "merchant", "name", "email", "role", "insee", "host", "reason")


@require_role("operator")
@require_safe
def journal(request: HttpRequest) -> HttpResponse:
    """Who did what, the latest first; searched by person or by what it was done to."""
    query = request.GET.get("q", "").strip()[:LONGEST_QUERY]
    events = AuditEvent.objects.order_by("-at", "pk")
    if query:
        codes = [code for code, words in ACTIONS.items() if query.lower() in words]
        said = Q(actor_label__icontains=query) | Q(action__in=codes) | Q(action=query)
        # As the trail keeps an address: one that is typed whole finds the masked one.
        events = events.filter(said | Q(details__icontains=mask_emails(query)))
    page = Paginator(events, PER_PAGE).get_page(request.GET.get("page"))
    rows = [
        {
            "at": event.at,
            "actor": event.actor_label,
            "what": ACTIONS.get(event.action, event.action),
            "details": _details(event.details),
        }
        for event in page
    ]
    return render(request, "console/journal.html", {"page": page, "rows": rows, "query": query})


def _details(details: dict[str, Any]) -> str:
    """What the action was about, in a line; an INSEE code is given its commune's name."""
    said = [str(details[key]) for key in _DETAILS if details.get(key)]
    place = commune(str(details.get("insee", "")))
    return " · ".join([place.name, *said] if place else said)
