"""Hubs and their hours."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from shared.accounts.permissions import require_role
from shared.hours import HoursError
from tenants.hubs.models import Hub
from tenants.hubs.services import StrandedError, add_hub, set_hub
from tenants.hubs.week import PreviewDay, preview
from tenants.orders.models import Order
from tenants.staff.models import StaffRole
from tenants.staff.requests import staff_of, town_of
from tenants.town_hall.forms.hubs import HubForm
from tenants.town_hall.promised import appointments_of, orders_behind


@require_role(StaffRole.TOWN_HALL)
@require_safe
def hubs(request: HttpRequest) -> HttpResponse:
    return render(request, "town_hall/hubs.html", {"hubs": list(Hub.objects.all())})


@require_role(StaffRole.TOWN_HALL)
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """A second hub, a third."""
    if request.method != "POST":
        initial = {"cutoff_minutes": 240, "closed_on_holidays": True}
        return _page(request, HubForm(initial=initial), hub=None)
    form = HubForm(request.POST)
    if not form.is_valid():
        return _page(request, form, hub=None, status=422)
    if "preview" in request.POST:
        return _page(request, form, hub=None)
    try:
        hub = add_hub(town=town_of(request), facts=form.facts(), actor=staff_of(request), now=timezone.now())
    except ValidationError as error:
        _put_errors(form, error)
        return _page(request, form, hub=None, status=422)
    messages.success(request, f"{hub.name} est ouvert aux commandes.")
    return redirect("town_hall:hubs")


@require_role(StaffRole.TOWN_HALL)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, hub_id: UUID) -> HttpResponse:
    """Change a hub; those whose promise would be broken are listed before anything is saved."""
    hub = Hub.objects.filter(pk=hub_id).first()
    if hub is None:
        raise Http404
    if request.method != "POST":
        return _page(request, HubForm(hub=hub), hub=hub)
    form, now = HubForm(request.POST, hub=hub), timezone.now()
    if not form.is_valid():
        return _page(request, form, hub=hub, status=422)
    if "preview" in request.POST:
        return _page(request, form, hub=hub)
    try:
        set_hub(
            town=town_of(request),
            hub_id=hub.pk,
            facts=form.facts(),
            appointments=appointments_of(hub=hub, now=now),
            accepted=_accepted(request),
            actor=staff_of(request),
            now=now,
        )
    except ValidationError as error:
        _put_errors(form, error)
        return _page(request, form, hub=hub, status=422)
    except StrandedError as error:
        return _page(request, form, hub=hub, status=409, stranded=orders_behind(error.lost))
    messages.success(request, f"{form.cleaned_data['name']} : c’est enregistré, le site le dit déjà.")
    return redirect("town_hall:hubs")


def _page(
    request: HttpRequest, form: HubForm, *, hub: Hub | None, status: int = 200, stranded: list[Order] | None = None
) -> HttpResponse:
    context = {"form": form, "hub": hub, "stranded": stranded or [], "preview": _preview(request, form, hub)}
    return render(request, "town_hall/hub.html", context, status=status)


def _preview(request: HttpRequest, form: HubForm, hub: Hub | None) -> list[PreviewDay]:
    """The next two weeks by what is on the page; none while it cannot be read."""
    rule = form.cleaned_data.get("hours", "") if form.is_bound and form.is_valid() else ""
    if not form.is_bound and hub is not None:
        rule = hub.hours
    if not rule:
        return []
    town = town_of(request)
    try:
        return preview(rule=rule, zone=town.timezone, territory=town.territory, now=timezone.now())
    except HoursError:
        return []


def _accepted(request: HttpRequest) -> set[UUID]:
    """The orders whose customers the town hall says it will warn: only with the box ticked."""
    if "warned" not in request.POST:
        return set()
    try:
        return {UUID(key) for key in request.POST.getlist("accepted")}
    except ValueError as error:
        raise Http404 from error


def _put_errors(form: HubForm, error: ValidationError) -> None:
    for field, errors in error.message_dict.items():
        for said in errors:
            # Hours come from the grid as often as from the line: said where they were written.
            place = "d0_0_from" if field == "hours" and not form.data.get("hours") else field
            form.add_error(place if place in form.fields else None, said)
