"""The members of a restricted hub: who they are, naming one, taking one out."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shared.accounts.permissions import require_role
from tenants.hubs.membership import name_member, remove_member
from tenants.hubs.models import Hub, HubKind, HubMember, JoinedBy
from tenants.orders.personal_data import ERASED_HOST
from tenants.residents.finding import MOST, find_residents
from tenants.residents.models import Resident
from tenants.staff.models import StaffRole
from tenants.staff.requests import staff_of

PER_PAGE = 30
LONGEST_QUERY = 80


@never_cache
@require_role(StaffRole.TOWN_HALL)
@require_safe
def members(request: HttpRequest, hub_id: UUID) -> HttpResponse:
    """Everybody who may collect there, the latest first; above them the residents who answer to a search."""
    hub = _restricted_or_404(hub_id)
    text = request.GET.get("q", "").replace("\x00", " ").strip()[:LONGEST_QUERY]
    all_members = HubMember.objects.filter(hub=hub).select_related("resident").order_by("-since", "pk")
    found = [each for each in find_residents(text) if not each.email.endswith(ERASED_HOST)] if text else []
    known = {member.resident_id: member for member in all_members.filter(resident__in=found)}
    context = {
        "hub": hub,
        "q": text,
        "found": [(resident, known.get(resident.pk)) for resident in found],
        "is_cut": len(found) == MOST,
        "page": Paginator(all_members, PER_PAGE).get_page(request.GET.get("page")),
        "by_town_hall": JoinedBy.TOWN_HALL,
    }
    return render(request, "town_hall/members.html", context)


@require_role(StaffRole.TOWN_HALL)
@require_POST
def add(request: HttpRequest, hub_id: UUID, resident_id: UUID) -> HttpResponse:
    """Name a resident: they may collect there without the code."""
    hub, resident = _restricted_or_404(hub_id), _resident_or_404(resident_id)
    if name_member(hub_id=hub.pk, resident_id=resident.pk, actor=staff_of(request), now=timezone.now()):
        messages.success(request, f"{resident.name} est membre de «\u00a0{hub.name}\u00a0», sans code à taper.")
    else:
        messages.info(request, f"{resident.name} était déjà membre de «\u00a0{hub.name}\u00a0».")
    return redirect("town_hall:members", hub.pk)


@never_cache
@require_role(StaffRole.TOWN_HALL)
@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: HttpRequest, hub_id: UUID, resident_id: UUID) -> HttpResponse:
    """Take a member out, asked first."""
    hub, resident = _restricted_or_404(hub_id), _resident_or_404(resident_id)
    if request.method != "POST":
        member = get_object_or_404(HubMember, hub=hub, resident=resident)
        return render(request, "town_hall/remove_member.html", {"hub": hub, "member": member})
    if remove_member(hub_id=hub.pk, resident_id=resident.pk, actor=staff_of(request), now=timezone.now()):
        messages.success(request, f"{resident.name} n’est plus membre de «\u00a0{hub.name}\u00a0».")
    else:
        messages.info(request, f"{resident.name} n’était pas membre de «\u00a0{hub.name}\u00a0».")
    return redirect("town_hall:members", hub.pk)


def _restricted_or_404(hub_id: UUID) -> Hub:
    """Raises Http404 for a hub that is everybody's."""
    return get_object_or_404(Hub, pk=hub_id, kind=HubKind.RESTRICTED)


def _resident_or_404(resident_id: UUID) -> Resident:
    """Raises Http404, for a person who was erased too."""
    resident = get_object_or_404(Resident, pk=resident_id)
    if resident.email.endswith(ERASED_HOST):
        raise Http404
    return resident
