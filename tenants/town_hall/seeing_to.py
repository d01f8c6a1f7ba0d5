"""Saving what orders may count on: they are named first, with another window and what will be written."""

from collections.abc import Callable
from typing import TypeVar

from django.http import HttpRequest
from django.utils import timezone

from tenants.orders.moving import change_times
from tenants.staff.requests import staff_of, town_of

T = TypeVar("T")


def seeing_to_orders(request: HttpRequest, change: Callable[[], T], *, reason: str = "") -> T:
    """Make a change; the orders that it unsettles must have been shown, and the box ticked that says so.

    Raises tenants.orders.moving.PromisesBrokenError, and what `change` raises.
    """
    accepted = request.POST.getlist("accepted") if "warned" in request.POST else []
    return change_times(
        town=town_of(request),
        change=change,
        accepted=accepted,
        reason=reason,
        user=staff_of(request),
        now=timezone.now(),
    )
