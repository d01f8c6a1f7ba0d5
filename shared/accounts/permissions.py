"""Pages for holders of a role."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import add_never_cache_headers

from shared.accounts.roles import roles_of

View = Callable[..., HttpResponseBase]


def require_role(*keys: str) -> Callable[[View], View]:
    """Let in the holders of any of the roles; send a stranger to sign-in, answer 403 to anybody else."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                if request.headers.get("HX-Request"):
                    # A part of a page asks, and the session is over: the whole page goes to sign-in.
                    return HttpResponse(headers={"HX-Refresh": "true"})
                return redirect_to_login(request.get_full_path())
            if not any(role.key in keys for role in roles_of(request.user)):
                raise PermissionDenied
            response = view(request, *args, **kwargs)
            # A tablet is shared, and these pages name people: nothing stays in it after one signs out.
            add_never_cache_headers(response)
            return response

        return guarded

    return decorate
