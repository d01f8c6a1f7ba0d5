"""The rounds of the shops, and the runs to the hubs."""

from copy import copy
from datetime import date
from functools import partial
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from shared.accounts.permissions import require_role
from shared.calendars import ChangeKind
from shared.web.editing import Step, status_of, step_of
from tenants.hubs.calendars import calendar_of, changes_of, rule_on
from tenants.hubs.models import Hub, HubChange, Round
from tenants.hubs.rounds import DayOfTrips, add_round, remove_round, set_round, trips_ahead
from tenants.orders.deciding import Broken, PromisesBrokenError
from tenants.staff.models import StaffRole
from tenants.staff.requests import staff_of, town_of
from tenants.town_hall.forms.rounds import RoundForm
from tenants.town_hall.seeing_to import seeing_to_orders


@require_role(StaffRole.TOWN_HALL)
@require_safe
def rounds(request: HttpRequest) -> HttpResponse:
    """The collection rounds, then the runs, each with its week."""
    found = list(Round.objects.select_related("hub").order_by("hub__name", "name", "pk"))
    today = timezone.localdate()
    rows = [{"round": each, "rule": rule_on(each, today)} for each in found]
    served = {each.hub_id for each in found if each.active}
    context = {
        "collections": [row for row, each in zip(rows, found, strict=True) if each.is_collection],
        "runs": [row for row, each in zip(rows, found, strict=True) if not each.is_collection],
        "nothing_collects": None not in served,
        "not_served": [hub for hub in Hub.objects.filter(active=True) if not hub.is_main and hub.pk not in served],
    }
    return render(request, "town_hall/rounds.html", context)


@require_role(StaffRole.TOWN_HALL)
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    form, step = step_of(request, RoundForm, today=timezone.localdate(), free_days=town_of(request).free_days)
    if step is Step.SAVE:
        try:
            made = add_round(town=town_of(request), said=form.timetable(), actor=staff_of(request), now=timezone.now())
        except ValidationError as error:
            form.put_errors(error)
            step = Step.WRONG
        else:
            messages.success(request, f"{made.name} est en service : les promesses en tiennent déjà compte.")
            return redirect("town_hall:rounds")
    return _page(request, form, step, there=None)


@require_role(StaffRole.TOWN_HALL)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, round_id: UUID) -> HttpResponse:
    """Change a round, or stop it; the orders that it unsettles are listed before anything is saved."""
    there = round_or_404(round_id)
    form, step = step_of(
        request, RoundForm, today=timezone.localdate(), free_days=town_of(request).free_days, there=there
    )
    broken: list[Broken] = []
    if step is Step.SAVE:
        change = partial(
            set_round,
            town=town_of(request),
            round_id=there.pk,
            said=form.timetable(),
            actor=staff_of(request),
            now=timezone.now(),
        )
        try:
            seeing_to_orders(request, change)
        except ValidationError as error:
            form.put_errors(error)
            step = Step.WRONG
        except PromisesBrokenError as error:
            broken = error.broken
        else:
            messages.success(request, f"{form.cleaned_data['name']} : c’est enregistré.")
            return redirect("town_hall:rounds")
    return _page(request, form, step, there=there, broken=broken)


@require_role(StaffRole.TOWN_HALL)
@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: HttpRequest, round_id: UUID) -> HttpResponse:
    """Delete a round, asked first; what it was to fetch or bring is seen to."""
    there = round_or_404(round_id)
    broken: list[Broken] = []
    if request.method == "POST":
        removal = partial(remove_round, round_id=there.pk, actor=staff_of(request), now=timezone.now())
        try:
            seeing_to_orders(request, removal)
        except PromisesBrokenError as error:
            broken = error.broken
        else:
            messages.success(request, f"{there.name} n’existe plus.")
            return redirect("town_hall:rounds")
    context = {"round": there, "broken": broken}
    return render(request, "town_hall/remove_round.html", context, status=409 if broken else 200)


def round_or_404(round_id: UUID) -> Round:
    """Raises Http404."""
    there = Round.objects.select_related("hub").filter(pk=round_id).first()
    if there is None:
        raise Http404
    return there


def _page(
    request: HttpRequest, form: RoundForm, step: Step, *, there: Round | None, broken: list[Broken] | None = None
) -> HttpResponse:
    context = {
        "form": form,
        "round": there,
        "asking": step is Step.ASK,
        "sure": "sure" in request.POST,
        "broken": broken or [],
        "trips": _trips(request, form, there),
        "changes": len(changes_of(there)) if there else 0,
    }
    return render(request, "town_hall/round.html", context, status=409 if broken else status_of(step))


def _trips(request: HttpRequest, form: RoundForm, there: Round | None) -> list[DayOfTrips]:
    """The next two weeks by what is on the page; none while it cannot be read."""
    town, now = town_of(request), timezone.now()
    if not form.is_bound:
        return trips_ahead(calendar_of(town=town, place=there), now=now) if there and not form.said else []
    if form.errors:
        return []
    place = copy(there) if there else Round()
    calendar = calendar_of(town=town, place=place, rule=form.rule, without=_begun(there, timezone.localdate()))
    return trips_ahead(calendar, now=now)


def _begun(there: Round | None, today: date) -> list[HubChange]:
    """The hours that what is written replaces: those that have begun, not those that are to come."""
    changes = changes_of(there) if there else []
    return [change for change in changes if change.kind == ChangeKind.VERSION and change.first <= today]
