"""Hubs and their hours."""

from copy import copy
from functools import partial
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from shared.accounts.permissions import require_role
from shared.calendars import ChangeKind
from shared.web.editing import Preview, Step, look_ahead, status_of, step_of
from tenants.hubs.calendars import calendar_of, changes_of, rule_on
from tenants.hubs.models import Hub, HubKind, Round
from tenants.hubs.pauses import held_pauses
from tenants.hubs.services import HubInUseError, add_hub, hash_code, remove_hub, set_hub
from tenants.orders.deciding import Broken, PromisesBrokenError
from tenants.orders.models import Order
from tenants.staff.models import StaffRole
from tenants.staff.requests import staff_of, town_of
from tenants.town_hall.forms.hubs import HubForm
from tenants.town_hall.seeing_to import seeing_to_orders


@require_role(StaffRole.TOWN_HALL)
@require_safe
def hubs(request: HttpRequest) -> HttpResponse:
    runs = Round.objects.filter(hub=OuterRef("pk"), active=True)
    found = list(Hub.objects.annotate(is_served=Exists(runs)))
    today = timezone.localdate()
    paused = {pause.hub_id for pause in held_pauses(now=timezone.now())}
    rows = [{"hub": hub, "rule": rule_on(hub, today), "is_paused": hub.pk in paused} for hub in found]
    return render(request, "town_hall/hubs.html", {"rows": rows, "is_paused": None in paused})


@require_role(StaffRole.TOWN_HALL)
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """A second hub, a third."""
    initial = None if request.method == "POST" else {"cutoff_minutes": 0, "kept_days": 3}
    form, step = step_of(
        request,
        HubForm,
        today=timezone.localdate(),
        free_days=town_of(request).free_days,
        **({"initial": initial} if initial else {}),
    )
    if step is Step.SAVE:
        try:
            hub = add_hub(
                town=town_of(request),
                facts=form.facts(),
                access_code=form.new_code,
                actor=staff_of(request),
                now=timezone.now(),
            )
        except ValidationError as error:
            form.put_errors(error)
            step = Step.WRONG
        else:
            messages.success(request, f"{hub.name} : le point de retrait est ouvert aux commandes.")
            messages.warning(request, f"Aucune navette ne dessert encore {hub.name} : rien ne peut y être promis.")
            return redirect("town_hall:hubs")
    return _page(request, form, step, hub=None)


@require_role(StaffRole.TOWN_HALL)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, hub_id: UUID) -> HttpResponse:
    """Change a hub; those whose promise would be broken are listed before anything is saved."""
    hub = hub_or_404(hub_id)
    form, step = step_of(request, HubForm, today=timezone.localdate(), free_days=town_of(request).free_days, hub=hub)
    if step is not Step.SAVE:
        return _page(request, form, step, hub=hub)
    try:
        change = partial(
            set_hub,
            town=town_of(request),
            hub_id=hub.pk,
            facts=form.facts(),
            code_hash=hash_code(form.new_code),
            ask_again=form.asks_again,
            actor=staff_of(request),
            now=timezone.now(),
        )
        seeing_to_orders(request, change)
    except ValidationError as error:
        form.put_errors(error)
        return _page(request, form, Step.WRONG, hub=hub)
    except PromisesBrokenError as error:
        return _page(request, form, step, hub=hub, broken=error.broken)
    messages.success(request, f"{form.cleaned_data['name']} : c’est enregistré, le site le dit déjà.")
    return redirect("town_hall:hubs")


@require_role(StaffRole.TOWN_HALL)
@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: HttpRequest, hub_id: UUID) -> HttpResponse:
    """Delete a hub, asked first; refused while somebody waits there, and once it has a history."""
    hub = hub_or_404(hub_id)
    orders = Order.objects.filter(hub=hub).order_by("window_start", "number")
    waiting = list(orders.filter(handed_over_at=None, cancelled_at=None))
    refused = hub.is_main or orders.exists()
    if request.method == "POST":
        try:
            remove_hub(hub_id=hub.pk, actor=staff_of(request), now=timezone.now())
        except (HubInUseError, ValidationError):
            refused = True
        else:
            messages.success(request, f"{hub.name} n’existe plus.")
            return redirect("town_hall:hubs")
    status = 409 if refused and request.method == "POST" else 200
    context = {"hub": hub, "waiting": waiting, "refused": refused}
    return render(request, "town_hall/remove_hub.html", context, status=status)


def hub_or_404(hub_id: UUID) -> Hub:
    """Raises Http404."""
    hub = Hub.objects.filter(pk=hub_id).first()
    if hub is None:
        raise Http404
    return hub


def _page(
    request: HttpRequest, form: HubForm, step: Step, *, hub: Hub | None, broken: list[Broken] | None = None
) -> HttpResponse:
    context = {
        "form": form,
        "hub": hub,
        "asking": step is Step.ASK,
        "sure": "sure" in request.POST,
        "broken": broken or [],
        "preview": _preview(request, form, hub),
        "not_served": hub is not None and not hub.is_main and not hub.runs.filter(active=True).exists(),
        "changes": len(changes_of(hub)) if hub else 0,
        "members": hub.members.count() if hub and hub.is_restricted else 0,
    }
    return render(request, "town_hall/hub.html", context, status=409 if broken else status_of(step))


def _preview(request: HttpRequest, form: HubForm, hub: Hub | None) -> Preview | None:
    """The next two weeks by what is on the page; none while it cannot be read."""
    town, now, today = town_of(request), timezone.now(), timezone.localdate()
    if not form.is_bound:
        return look_ahead(calendar_of(town=town, place=hub), now=now, is_saved=True) if hub and not form.said else None
    if form.errors:
        return None
    place = copy(hub) if hub else Hub()
    place.kind = form.cleaned_data.get("kind", HubKind.MAIN)
    # The hours that are written replace those that have begun, and not those that are to come.
    begun = [
        change
        for change in (changes_of(hub) if hub else [])
        if change.kind == ChangeKind.VERSION and change.first <= today
    ]
    return look_ahead(calendar_of(town=town, place=place, rule=form.rule, without=begun), now=now)
