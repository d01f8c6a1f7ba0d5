"""Sessions belong to the town that opened them."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from shared.tenancy import current_schema

SCHEMA_KEY = "_schema"


class TownSessionMiddleware:
    """Empty a session that another town opened, and sign each new one with its town.

    Keys in the cache and rows in the database already differ by town; this is the lock on the door that would hold
    if one of the two were ever configured otherwise.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        session = request.session
        if session.session_key and session.get(SCHEMA_KEY) != current_schema() and not session.is_empty():
            session.flush()
        response = self.get_response(request)
        if session.modified and not session.is_empty() and SCHEMA_KEY not in session:
            session[SCHEMA_KEY] = current_schema()
        return response
