"""The town's money today: what is owed to whom, what was earned, and where everything about it is."""

from zoneinfo import ZoneInfo

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from billing.payments.cheques import unpaid_in_the_drawer
from billing.payments.deposit_queries import to_deposit
from shared.accounts.permissions import require_role
from shared.french import fold
from tenants.reports.income import income
from tenants.reports.owed import owed_today
from tenants.reports.period import month_of, year_of
from tenants.staff.models import StaffRole
from tenants.staff.requests import town_of
from tenants.town_hall.incidents import incidents

PER_PAGE = 30


@require_role(StaffRole.TOWN_HALL)
@require_safe
def money(request: HttpRequest) -> HttpResponse:
    """What is owed today, merchant by merchant, found by name; what this month and this year have earned."""
    now, zone = timezone.now(), ZoneInfo(town_of(request).timezone)
    today = now.astimezone(zone).date()
    owed, text = owed_today(), request.GET.get("q", "").strip()[:80]
    found = [each for each in owed.merchants if fold(text) in fold(each.name)] if text else owed.merchants
    context = {
        "owed": owed,
        "q": text,
        "page": Paginator(found, PER_PAGE).get_page(request.GET.get("page")),
        "month": income(month_of(today, zone=zone)),
        "year": income(year_of(today, zone=zone)),
        "today": today,
        "incidents": incidents(now=now),
        "to_bank_cents": to_deposit().total_cents,
        "unpaid_cheques": unpaid_in_the_drawer().count(),
    }
    return render(request, "town_hall/money.html", context)
