"""What was sold and taken over a period, as a drawing and as tables."""

from collections.abc import Iterable
from itertools import groupby
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from shared.accounts.permissions import require_role
from shared.french import calendar_day, month_name
from shared.web.charts import Bars, Point, bars
from tenants.reports import takings
from tenants.reports.forms import PeriodForm
from tenants.reports.income import income
from tenants.reports.period import Period
from tenants.reports.sales import DayOfSales, by_day, by_hub, by_shop, by_vat_rate, paid_in_shops_cents
from tenants.staff.models import StaffRole
from tenants.staff.requests import town_of

# Beyond two months, bars of one day would be hairs: each is a month.
MOST_DAYS = 62


@require_role(StaffRole.TOWN_HALL)
@require_safe
def sales(request: HttpRequest) -> HttpResponse:
    """Sales by day, shop, hub and VAT rate, takings by means, and what was earned: of this month, or as asked."""
    form = PeriodForm(request.GET, zone=ZoneInfo(town_of(request).timezone), now=timezone.now())
    if not form.is_valid():
        return render(request, "town_hall/sales.html", {"form": form}, status=422)
    period = form.period
    days = by_day(period)
    points = _points(days, period)
    context = {
        "form": form,
        "period": period,
        "points": points,
        "chart": _chart(points),
        "by_month": _is_long(period),
        "ttc_cents": sum(each.ttc_cents for each in days),
        "count": sum(each.count for each in days),
        "shops": by_shop(period),
        "hubs": by_hub(period),
        "rates": by_vat_rate(period),
        "takings": takings.by_means(period),
        "paid_in_shops_cents": paid_in_shops_cents(period),
        "income": income(period),
    }
    return render(request, "town_hall/sales.html", context)


def _is_long(period: Period) -> bool:
    return (period.last - period.first).days >= MOST_DAYS


def _chart(points: list[Point]) -> Bars | None:
    return bars(points) if points else None


def _points(days: Iterable[DayOfSales], period: Period) -> list[Point]:
    if not _is_long(period):
        return [Point(calendar_day(each.day), f"{each.day.day}/{each.day.month}", each.ttc_cents) for each in days]
    months = groupby(days, key=lambda each: each.day.replace(day=1))
    return [
        Point(month_name(first, year=True), month_name(first)[:4], sum(each.ttc_cents for each in sold))
        for first, sold in months
    ]
