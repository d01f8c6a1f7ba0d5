"""The merchant's first page: what to answer and prepare, in every town at once."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from conciergeries.portal import queries
from conciergeries.portal.access import Access, merchants_only


@never_cache
@require_safe
@merchants_only
def orders(request: HttpRequest, access: Access) -> HttpResponse:
    groups = queries.to_do(access=access, now=timezone.now())
    context = {"access": access, "groups": groups, "counts": queries.counts(groups)}
    return render(request, "portal/orders.html", context)


@never_cache
@require_safe
@merchants_only
def past(request: HttpRequest, access: Access) -> HttpResponse:
    groups = queries.past(access=access, now=timezone.now())
    return render(request, "portal/past.html", {"access": access, "groups": groups})
