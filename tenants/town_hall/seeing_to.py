"""Saving what orders may count on: they are named first, with another window and what will be written."""

from collections.abc import Callable
from typing import TypeVar

from django.http import Http404, HttpRequest
from django.utils import timezone

from tenants.orders.deciding import BadDecisionError, decisions_in
from tenants.orders.moving import change_times
from tenants.staff.requests import staff_of, town_of

T = TypeVar("T")


def seeing_to_orders(request: HttpRequest, change: Callable[[], T], *, reason: str = "") -> T:
    """Make a change; the orders that it unsettles must have been shown, and the box ticked that says so.

    Raises tenants.orders.deciding.PromisesBrokenError, and what `change` raises; Http404 for decisions that no page of
    ours sends.
    """
    try:
        decided = decisions_in(request.POST)
    except BadDecisionError as error:
        raise Http404 from error
    return change_times(
        town=town_of(request),
        change=change,
        decided=decided,
        accepted="warned" in request.POST,
        reason=reason,
        user=staff_of(request),
        now=timezone.now(),
    )
