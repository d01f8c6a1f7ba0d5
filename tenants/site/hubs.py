"""Where and when orders are collected."""

from datetime import timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from shared.french import day, span
from tenants.orders.promising import prospects
from tenants.site.opening import teller, week
from tenants.site.promises import offer
from tenants.site.session import town_of

DAYS_SHOWN = timedelta(days=7)


@require_safe
def hubs(request: HttpRequest) -> HttpResponse:
    """Each hub: its ordinary week, its next seven days with their holidays, how to get in."""
    town, now = town_of(request), timezone.now()
    today = now.astimezone(ZoneInfo(town.timezone)).date()
    is_open = teller(town=town, now=now)
    shown = []
    found = prospects(town=town, products=[], now=now)
    for hub in found.hubs:
        spans = found.questions[hub.pk].hub.calendar.spans(start=now, end=now + DAYS_SHOWN)
        by_day = groupby(spans, key=lambda each: each.start.date())
        shown.append(
            {
                "hub": hub,
                "state": is_open(hub.hours),
                "week": week(hours=hub.hours, zone=town.timezone, territory=town.territory, today=today),
                "next_days": [
                    (day(date, today), ", ".join(span(each.start, each.end) for each in spans_of_day))
                    for date, spans_of_day in by_day
                ],
                "ticket": offer(found, hub, most=1).ticket,
            }
        )
    return render(request, "site/hubs.html", {"hubs": shown})
