"""From a host name to a town: its schema, its pages, its clock."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from conciergeries.towns.hosts import town_of_host
from shared.tenancy import activate, activate_public, connection


class TownMiddleware:
    """Serve the platform at PLATFORM_DOMAIN and each town at its own hosts; nothing of one at another's.

    A host that is no town gets a friendly 404 that names none; a town that is not ready, or suspended, a 503.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        activate_public()
        request.tenant = connection.tenant  # type: ignore[attr-defined]  # as django-tenants names it
        try:
            host = request.get_host().rsplit(":", 1)[0].lower().rstrip(".").removeprefix("www.")
        except DisallowedHost:
            return self._answer(request, "town_unknown.html", 404)
        if host == settings.PLATFORM_DOMAIN:
            request.urlconf = settings.PUBLIC_SCHEMA_URLCONF
            return self.get_response(request)
        town = town_of_host(host)
        if town is None:
            return self._answer(request, "town_unknown.html", 404)
        if not town.is_serving:
            return self._answer(request, "town_closed.html", 503)
        # Links, mails and the way back from a payment lead to the host that the visitor came by.
        town.domain_url = host
        request.tenant = town  # type: ignore[attr-defined]  # as django-tenants names it
        activate(town)
        with timezone.override(ZoneInfo(town.timezone)):
            return self.get_response(request)

    @staticmethod
    def _answer(request: HttpRequest, template: str, status: int) -> HttpResponse:
        request.urlconf = settings.PUBLIC_SCHEMA_URLCONF
        return render(request, template, status=status)
