"""The platform's home, for communes."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from conciergeries.towns.models import Town
from shared.web.addresses import base_url


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What a conciergerie is, how a commune opens one, and where there already is one."""
    served = Town.objects.filter(ready=True, suspended_at=None).order_by("name")
    towns = [{"name": town.name, "tagline": town.tagline, "url": base_url(town.host)} for town in served]
    return render(request, "console/home.html", {"towns": towns, "contact": settings.PLATFORM_CONTACT})
