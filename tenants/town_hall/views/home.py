"""What is set, what is missing, and today in figures."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from shared.accounts.permissions import require_role
from tenants.orders.to_see import orders_to_see
from tenants.staff.models import StaffRole
from tenants.staff.requests import town_of
from tenants.town_hall.draft_mail import to_decide
from tenants.town_hall.incidents import incidents
from tenants.town_hall.overview import day_figures, steps
from tenants.town_hall.refunds import waiting_refunds


@require_role(StaffRole.TOWN_HALL)
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    town, now = town_of(request), timezone.now()
    todo = steps(town=town, now=now)
    context = {
        "steps": todo,
        "missing": [step for step in todo if not step.done],
        "incidents": incidents(now=now),
        "to_see": orders_to_see(town=town, now=now),
        "to_approve": waiting_refunds().count(),
        "drafts": to_decide(),
        "day": day_figures(town=town, now=now),
    }
    return render(request, "town_hall/home.html", context)
