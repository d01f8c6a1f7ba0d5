"""Dated changes of hours: of a hub, of a round, or of the whole conciergerie."""

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
from shared.web.editing import Step, look_ahead, status_of, step_of
from tenants.hubs.calendars import calendar_of, changes_of, rule_on
from tenants.hubs.changes import add_change, name_of, remove_change
from tenants.hubs.models import Hub, HubChange, Round
from tenants.hubs.queries import main_hub
from tenants.hubs.rounds import trips_ahead
from tenants.orders.deciding import Broken, PromisesBrokenError
from tenants.staff.models import StaffRole
from tenants.staff.requests import staff_of, town_of
from tenants.town_hall.forms.rounds import RoundExceptionForm, RoundVersionForm
from tenants.town_hall.seeing_to import seeing_to_orders
from tenants.town_hall.views.hubs import hub_or_404
from tenants.town_hall.views.rounds import round_or_404

# None is the whole conciergerie.
Place = Hub | Round | None


@require_role(StaffRole.TOWN_HALL)
@require_safe
def changes(request: HttpRequest, hub_id: UUID | None = None, round_id: UUID | None = None) -> HttpResponse:
    """What is to come, and what holds now."""
    place = _place_or_404(hub_id, round_id)
    context = {
        **_said(place),
        "rows": _rows(place),
        "general": _rows(None) if place else [],
        "places": [] if place else _rows_of_places(),
        **_preview(request, place),
    }
    return render(request, "town_hall/changes.html", context)


@require_role(StaffRole.TOWN_HALL)
@require_http_methods(["GET", "HEAD", "POST"])
def add_exception(request: HttpRequest, hub_id: UUID | None = None, round_id: UUID | None = None) -> HttpResponse:
    """A closure or an opening of some days; the whole conciergerie can only close."""
    place = _place_or_404(hub_id, round_id)
    form, step = (
        step_of(request, RoundExceptionForm)
        if isinstance(place, Round)
        else step_of(request, ExceptionForm, only_closed=place is None)
    )
    return _answer(request, form, step, place=place)


@require_role(StaffRole.TOWN_HALL)
@require_http_methods(["GET", "HEAD", "POST"])
def add_version(request: HttpRequest, hub_id: UUID | None = None, round_id: UUID | None = None) -> HttpResponse:
    """New hours from a day on."""
    place = _place_or_404(hub_id, round_id)
    if place is None:
        raise Http404
    form_class = RoundVersionForm if isinstance(place, Round) else VersionForm
    form, step = step_of(
        request,
        form_class,
        today=timezone.localdate(),
        free_days=town_of(request).free_days,
        rule=rule_on(place, timezone.localdate()),
    )
    return _answer(request, form, step, place=place)


@require_role(StaffRole.TOWN_HALL)
@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: HttpRequest, change_id: UUID) -> HttpResponse:
    """Asked first: the ordinary hours hold again."""
    change = HubChange.objects.select_related("hub", "round").filter(pk=change_id).first()
    if change is None:
        raise Http404
    place = change.hub or change.round
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
            return redirect(_list_of(place))
    context = {
        **_said(place),
        "change": change,
        "words": change_words(change),
        "broken": broken,
        "problem": problem,
    }
    return render(request, "town_hall/remove_change.html", context, status=409 if broken else 422 if problem else 200)


def _answer(request: HttpRequest, form: Any, step: Step, *, place: Place) -> HttpResponse:
    broken: list[Broken] = []
    if step is Step.SAVE:
        facts: ChangeFacts = form.facts()
        addition = partial(
            add_change,
            town=town_of(request),
            hub_id=place.pk if isinstance(place, Hub) else None,
            round_id=place.pk if isinstance(place, Round) else None,
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
            said = f"{name_of(place)}, {change_words(change)} : c’est enregistré, le site le dit déjà."
            messages.success(request, said)
            return redirect(_list_of(place))
    context = {
        **_said(place),
        "form": form,
        "is_version": isinstance(form, VersionForm),
        "asking": step is Step.ASK,
        "sure": "sure" in request.POST,
        "broken": broken,
        **_preview(request, place, form),
    }
    return render(request, "town_hall/add_change.html", context, status=409 if broken else status_of(step))


def _place_or_404(hub_id: UUID | None, round_id: UUID | None) -> Place:
    if round_id:
        return round_or_404(round_id)
    return hub_or_404(hub_id) if hub_id else None


def _said(place: Place) -> dict[str, Any]:
    """What every page of changes says of what they change."""
    return {
        "hub": place if isinstance(place, Hub) else None,
        "round": place if isinstance(place, Round) else None,
        "name": name_of(place),
        "back": _list_of(place),
    }


def _preview(request: HttpRequest, place: Place, form: Any = None) -> dict[str, Any]:
    """Two weeks with the change that is on the page, if any; the main hub's for the whole conciergerie."""
    shown, town, now = place or main_hub(), town_of(request), timezone.now()
    is_saved = form is None or not form.is_bound
    if shown is None or (form is not None and form.is_bound and form.errors):
        return {"preview": None, "trips": []}
    added: list[ChangeFacts] = [] if is_saved else [form.facts()]
    calendar = calendar_of(town=town, place=shown, added=added)
    if isinstance(shown, Round):
        return {"preview": None, "trips": trips_ahead(calendar, now=now)}
    around = added[0].first if added else None
    return {"preview": look_ahead(calendar, now=now, around=around, is_saved=is_saved), "trips": []}


def _rows(place: Place) -> list[ChangeRow]:
    today = timezone.localdate()
    return rows_of(changes_of(place), today=today, href=lambda pk: reverse("town_hall:remove_change", args=[pk]))


def _rows_of_places() -> list[ChangeRow]:
    """What is to come at hubs and on rounds, each by its name."""
    found = HubChange.objects.exclude(hub=None, round=None).select_related("hub", "round").order_by("first", "pk")
    return rows_of(
        found,
        today=timezone.localdate(),
        href=lambda pk: reverse("town_hall:remove_change", args=[pk]),
        where=lambda change: name_of(change.hub or change.round),
    )


def _list_of(place: Place) -> str:
    if isinstance(place, Round):
        return reverse("town_hall:round_changes", args=[place.pk])
    return reverse("town_hall:hub_changes", args=[place.pk]) if place else reverse("town_hall:closures")
