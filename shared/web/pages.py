"""The pages that the law asks of every site, and what robots are told."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from shared.retention.delays import DELAYS, in_words

# Pages of people who have signed in, and pages that mean nothing outside one visit.
NOT_FOR_ROBOTS = (
    "/compte/",
    "/invitation/",
    "/panier/",
    "/commande/",
    "/commandes/",
    "/recherche/",
    "/comptoir/",
    "/mairie/",
    "/console/",
    "/portail/",
)


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """The accessibility statement of RGAA 4.1, whose status the home page repeats."""
    return render(request, "web/accessibility.html", _publisher(request))


@require_safe
def legal(request: HttpRequest) -> HttpResponse:
    """Who publishes the site, who runs it, who hosts it (law of 21 June 2004, article 1-1)."""
    return render(request, "web/legal.html", _publisher(request))


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """What becomes of people's data: who answers for it, why, for how long, and their rights."""
    delays = {key: in_words(key) for key in DELAYS}
    return render(request, "web/privacy.html", {**_publisher(request), "delays": delays})


@require_safe
def robots(request: HttpRequest) -> HttpResponse:  # noqa: ARG001  (Django's signature)
    """A town's shops may be found; a demonstration may not."""
    refused = ("/",) if settings.DEMO else NOT_FOR_ROBOTS
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in refused)]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


def _publisher(request: HttpRequest) -> dict[str, Any]:
    """On a town's host the commune publishes and its company runs; on the platform's, the platform does both."""
    town = request.tenant  # type: ignore[attr-defined]  # set by the towns' middleware
    return {
        "company": getattr(town, "operating_company", None),
        "contact": getattr(town, "email", "") or settings.PLATFORM_CONTACT,
        "publisher": settings.PLATFORM_PUBLISHER,
        "publisher_address": settings.PLATFORM_PUBLISHER_ADDRESS,
        "hosting": settings.PLATFORM_HOSTING,
        "host": request.get_host(),
    }
