"""What every page knows."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from shared.accounts.roles import roles_of

# A town's pages show the basket's size; orders, a higher floor, says how to count it.
basket_counter: list[Callable[[HttpRequest], int]] = []


def _basket_count(request: HttpRequest) -> int:
    return basket_counter[0](request) if basket_counter else 0


def page(request: HttpRequest) -> dict[str, Any]:
    """Context processor: the town (None on the platform's host), the person's roles, the basket's size."""
    town = getattr(request, "tenant", None)
    user = getattr(request, "user", None)
    return {
        "town": town if getattr(town, "insee", None) else None,
        "roles": SimpleLazyObject(lambda: roles_of(user) if user else []),
        "staff_roles": SimpleLazyObject(lambda: {role.key for role in roles_of(user)} if user else set()),
        "basket_count": SimpleLazyObject(lambda: _basket_count(request)),
        "demo": settings.DEMO,
        "now": timezone.localtime(),
    }
