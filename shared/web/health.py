"""`/sante/` answers on any host, before a town is looked for: the proxy and the orchestrator ask it."""

from collections.abc import Callable

from django.db import Error, connection
from django.http import HttpRequest, HttpResponse, JsonResponse

PATH = "/sante/"


class HealthMiddleware:
    """200 when PostgreSQL answers, 503 otherwise."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info != PATH:
            return self.get_response(request)
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")
        except Error:
            return JsonResponse({"status": "database unreachable"}, status=503)
        return JsonResponse({"status": "ok"})
