"""The commission that a merchant pays in each of its towns: today's, those to come, those that were."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from conciergeries.portal import conditions
from conciergeries.portal.access import Access, merchants_only


@require_safe
@merchants_only
def terms(request: HttpRequest, access: Access) -> HttpResponse:
    groups = conditions.conditions(access=access, now=timezone.now())
    return render(request, "portal/terms.html", {"access": access, "groups": groups})
