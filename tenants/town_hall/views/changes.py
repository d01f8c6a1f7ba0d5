"""Dated changes of hours: of a hub, or of the whole conciergerie."""

from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from shared.accounts.permissions import require_role
from shared.changing import ChangeFacts, change_words
from shared.web.changes import ChangeRow, ExceptionForm, VersionForm, rows_of
from shared.web.editing import Preview, Step, look_ahead, status_of, step_of
from tenants.hubs.calendars import calendar_of, changes_of
from tenants.hubs.changes import add_change, name_of, remove_change
from tenants.hubs.models import Hub, HubChange
from tenants.hubs.queries import main_hub
from tenants.orders.moving import Broken, PromisesBrokenError
from tenants.staff.models import StaffRole
from tenants.staff.requests import staff_of, town_of
from tenants.town_hall.seeing_to import seeing_to_orders
from tenants.town_hall.views.hubs import hub_or_404


@require_role(StaffRole.TOWN_HALL)
@require_safe
def changes(request: HttpRequest, hub_id: UUID | None = None) -> HttpResponse:
    """What is to come, and what holds now."""
    hub = hub_or_404(hub_id) if hub_id else None
    shown = hub or main_hub()
    context = {
        "hub": hub,
        "name": name_of(hub),
        "rows": _rows(hub),
        "general": _rows(None) if hub else [],
        "preview": look_ahead(calendar_of(town=town_of(request), place=shown), now=timezone.now(), is_saved=True)
        if shown
        else None,
    }
    return render(request, "town_hall/changes.html", context)


@require_role(StaffRole.TOWN_HALL)
@require_http_methods(["GET", "HEAD", "POST"])
def add_exception(request: HttpRequest, hub_id: UUID | None = None) -> HttpResponse:
    """A closure or an opening of some days; the whole conciergerie can only close."""
    hub = hub_or_404(hub_id) if hub_id else None
    form, step = step_of(request, ExceptionForm, only_closed=hub is None)
    return _answer(request, form, step, hub=hub)


@require_role(StaffRole.TOWN_HALL)
@require_http_methods(["GET", "HEAD", "POST"])
def add_version(request: HttpRequest, hub_id: UUID) -> HttpResponse:
    """New hours from a day on."""
    hub = hub_or_404(hub_id)
    form, step = step_of(request, VersionForm, rule=hub.hours)
    return _answer(request, form, step, hub=hub)


@require_role(StaffRole.TOWN_HALL)
@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: HttpRequest, change_id: UUID) -> HttpResponse:
    """Asked first: the ordinary hours hold again."""
    change = HubChange.objects.select_related("hub").filter(pk=change_id, round=None).first()
    if change is None:
        raise Http404
    problem, broken = "", list[Broken]()
    if request.method == "POST":
        removal = partial(
            remove_change,
            town=town_of(request),
            change_id=change.pk,
            actor=staff_of(request),
            now=timezone.now(),
        )
        try:
            seeing_to_orders(request, removal)
        except PromisesBrokenError as error:
            broken = error.broken
        except ValidationError as error:
            problem = " ".join(error.messages)
        else:
            messages.success(request, "C’est retiré : les horaires ordinaires valent de nouveau.")
            return redirect(_list_of(change.hub))
    context = {
        "change": change,
        "words": change_words(change),
        "name": name_of(change.hub),
        "back": _list_of(change.hub),
        "broken": broken,
        "problem": problem,
    }
    return render(request, "town_hall/remove_change.html", context, status=409 if broken else 422 if problem else 200)


def _answer(request: HttpRequest, form: Any, step: Step, *, hub: Hub | None) -> HttpResponse:
    broken: list[Broken] = []
    if step is Step.SAVE:
        facts: ChangeFacts = form.facts()
        addition = partial(
            add_change,
            town=town_of(request),
            hub_id=hub.pk if hub else None,
            facts=facts,
            actor=staff_of(request),
            now=timezone.now(),
        )
        try:
            change = seeing_to_orders(request, addition, reason=facts.reason)
        except ValidationError as error:
            form.put_errors(error)
            step = Step.WRONG
        except PromisesBrokenError as error:
            broken = error.broken
        else:
            said = f"{name_of(hub)}, {change_words(change)} : c’est enregistré, le site le dit déjà."
            messages.success(request, said)
            return redirect(_list_of(hub))
    context = {
        "form": form,
        "hub": hub,
        "name": name_of(hub),
        "is_version": isinstance(form, VersionForm),
        "back": _list_of(hub),
        "asking": step is Step.ASK,
        "sure": "sure" in request.POST,
        "broken": broken,
        "preview": _preview(request, form, hub),
    }
    return render(request, "town_hall/add_change.html", context, status=409 if broken else status_of(step))


def _preview(request: HttpRequest, form: Any, hub: Hub | None) -> Preview | None:
    """Two weeks with the change that is on the page; the main hub's for the whole conciergerie."""
    place = hub or main_hub()
    if place is None:
        return None
    town, now = town_of(request), timezone.now()
    if not form.is_bound:
        return look_ahead(calendar_of(town=town, place=place), now=now, is_saved=True)
    if form.errors:
        return None
    facts: ChangeFacts = form.facts()
    return look_ahead(calendar_of(town=town, place=place, added=[facts]), now=now, around=facts.first)


def _rows(hub: Hub | None) -> list[ChangeRow]:
    today = timezone.localdate()
    return rows_of(changes_of(hub), today=today, href=lambda pk: reverse("town_hall:remove_change", args=[pk]))


def _list_of(hub: Hub | None) -> str:
    return reverse("town_hall:hub_changes", args=[hub.pk]) if hub else reverse("town_hall:closures")
