"""What to do now, in order."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from shared.accounts.permissions import require_role
from tenants.desk.board import board
from tenants.desk.calls import open_calls
from tenants.desk.views.common import ROLE
from tenants.staff.requests import town_of


@require_role(ROLE)
@require_safe
def today(request: HttpRequest) -> HttpResponse:
    work = board(town=town_of(request), now=timezone.now())
    return render(request, "desk/today.html", {"work": work, "calls": open_calls(request.session)})
