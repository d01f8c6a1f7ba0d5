"""What to do now, in order."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from shared.accounts.permissions import require_role
from tenants.desk.board import board, latest_order
from tenants.desk.calls import open_calls
from tenants.desk.views.common import ROLE
from tenants.staff.requests import town_of


@require_role(ROLE)
@require_safe
def today(request: HttpRequest) -> HttpResponse:
    """The board. The page asks for itself again every half minute, and says the last order aloud when it changes."""
    now = timezone.now()
    context = {
        "work": board(town=town_of(request), now=now),
        "latest": latest_order(now=now),
        "calls": open_calls(request.session),
        # A tick takes the place of a refresh on its way, which would show the row again.
        "refreshes": True,
    }
    return render(request, "desk/today.html", context)
