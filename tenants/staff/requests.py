"""What a page of a town's staff knows of its request."""

from typing import cast

from django.http import HttpRequest

from conciergeries.towns.models import Town
from shared.accounts.models import User


def town_of(request: HttpRequest) -> Town:
    """The town whose host was asked for."""
    return cast("Town", request.tenant)  # type: ignore[attr-defined]  # set by the towns' middleware


def staff_of(request: HttpRequest) -> User:
    """The person who asks; only behind `require_role`."""
    return cast("User", request.user)
