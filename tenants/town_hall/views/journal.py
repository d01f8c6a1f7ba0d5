"""Who did what, when."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from shared.accounts.permissions import require_role
from shared.audit.models import AuditEvent
from tenants.staff.models import StaffRole
from tenants.town_hall.wording import action, object_of

PER_PAGE = 30


@require_role(StaffRole.TOWN_HALL)
@require_safe
def journal(request: HttpRequest) -> HttpResponse:
    page = Paginator(AuditEvent.objects.order_by("-at", "pk"), PER_PAGE).get_page(request.GET.get("page"))
    rows = [(event.at, event.actor_label, action(event), object_of(event)) for event in page]
    return render(request, "town_hall/journal.html", {"page": page, "rows": rows})
