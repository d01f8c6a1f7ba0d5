"""A shop's hours: its week, and the dated changes of it."""

from functools import partial
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from conciergeries.portal.access import Access, merchants_only, there
from conciergeries.portal.forms.shops import ShopHoursForm
from conciergeries.portal.seeing import UnsettledRow, changing_times
from conciergeries.portal.seeing import rows_of as rows_of_unsettled
from conciergeries.towns.models import Town
from shared.calendars import ChangeKind
from shared.changing import ChangeFacts, change_words
from shared.web.changes import ExceptionForm, VersionForm, rows_of
from shared.web.editing import Preview, Step, look_ahead, status_of, step_of
from tenants.orders.unsettling import OrdersUnsettledError
from tenants.shops.availability import never_promised
from tenants.shops.changes import add_change, calendar_of, changes_of, remove_change, rule_of, set_hours
from tenants.shops.models import Shop


@require_http_methods(["GET", "HEAD", "POST"])
@merchants_only
def week(request: HttpRequest, access: Access, town: str, shop_id: UUID) -> HttpResponse:
    """The ordinary week, and how long an order takes."""
    where = access.town(town)
    with there(where):
        shop = access.shop(shop_id)
        rule = rule_of(shop, town=where, now=timezone.now())
        form, step = step_of(
            request,
            ShopHoursForm,
            today=timezone.localdate(),
            free_days=where.free_days,
            rule=rule,
            preparation_minutes=shop.preparation_minutes,
        )
        unsettled: list[UnsettledRow] = []
        if step is Step.SAVE:
            setting = partial(
                set_hours,
                town=where,
                shop_id=shop.pk,
                hours=form.rule,
                preparation_minutes=form.cleaned_data["preparation_minutes"],
                actor=access.user,
                now=timezone.now(),
            )
            try:
                changing_times(request, access, where, shop, setting)
            except ValidationError as error:
                form.put_errors(error)
                step = Step.WRONG
            except OrdersUnsettledError as error:
                unsettled = rows_of_unsettled(error.found)
            else:
                messages.success(request, "Vos horaires sont enregistrés, le site les dit déjà.")
                _warn(request, where, shop)
                return redirect("portal:shop", town=where.slug, shop_id=shop_id)
        context = _context(request, where, shop, form, step) | {
            "preview": _preview_of_week(where, shop, form),
            "unsettled": unsettled,
        }
        return render(request, "portal/hours.html", context, status=_status(step, unsettled))


@require_safe
@merchants_only
def changes(request: HttpRequest, access: Access, town: str, shop_id: UUID) -> HttpResponse:
    """What is to come, and what holds now."""
    where = access.town(town)
    with there(where):
        shop = access.shop(shop_id)
        rows = rows_of(
            changes_of(shop),
            today=timezone.localdate(),
            href=lambda pk: reverse("portal:remove_change", args=[where.slug, shop.pk, pk]),
        )
        preview = look_ahead(calendar_of(town=where, shop=shop), now=timezone.now(), is_saved=True)
        return render(request, "portal/changes.html", {"where": where, "shop": shop, "rows": rows, "preview": preview})


@require_http_methods(["GET", "HEAD", "POST"])
@merchants_only
def add_exception(request: HttpRequest, access: Access, town: str, shop_id: UUID) -> HttpResponse:
    """A closure or an opening of some days."""
    where = access.town(town)
    with there(where):
        form, step = step_of(request, ExceptionForm)
        return _add(request, access, where, access.shop(shop_id), (form, step))


@require_http_methods(["GET", "HEAD", "POST"])
@merchants_only
def add_version(request: HttpRequest, access: Access, town: str, shop_id: UUID) -> HttpResponse:
    """New hours from a day on."""
    where = access.town(town)
    with there(where):
        shop = access.shop(shop_id)
        form, step = step_of(
            request,
            VersionForm,
            today=timezone.localdate(),
            free_days=where.free_days,
            rule=rule_of(shop, town=where, now=timezone.now()),
        )
        return _add(request, access, where, shop, (form, step))


@require_http_methods(["GET", "HEAD", "POST"])
@merchants_only
def remove(request: HttpRequest, access: Access, town: str, shop_id: UUID, change_id: UUID) -> HttpResponse:
    """Asked first: the ordinary hours hold again."""
    where = access.town(town)
    with there(where):
        change = access.change(shop_id, change_id)
        problem, unsettled = "", list[UnsettledRow]()
        if request.method == "POST":
            removal = partial(remove_change, town=where, change_id=change.pk, actor=access.user, now=timezone.now())
            try:
                changing_times(request, access, where, change.shop, removal)
            except ValidationError as error:
                problem = " ".join(error.messages)
            except OrdersUnsettledError as error:
                unsettled = rows_of_unsettled(error.found)
            else:
                messages.success(request, "C’est retiré : vos horaires ordinaires valent de nouveau.")
                return redirect("portal:changes", town=where.slug, shop_id=shop_id)
        context = {
            "where": where,
            "shop": change.shop,
            "change": change,
            "words": change_words(change),
            "problem": problem,
            "unsettled": unsettled,
        }
        status = _status(Step.WRONG if problem else Step.SHOW, unsettled)
        return render(request, "portal/remove_change.html", context, status=status)


def _warn(request: HttpRequest, where: Town, shop: Shop) -> None:
    """Name the products that the shop's hours now make impossible for everybody."""
    now = timezone.now()
    shown = shop.products.filter(withdrawn_at=None).order_by("name", "pk")
    calendar = calendar_of(town=where, shop=Shop.objects.get(pk=shop.pk))
    found = never_promised(shown, calendar=calendar, now=now)
    if found:
        names = ", ".join(f"« {product.name} »" for product in found)
        messages.warning(
            request, f"Avec ces horaires, ne pourra jamais être promis : {names}. Changez ses jours, ou les vôtres."
        )


def _add(request: HttpRequest, access: Access, where: Town, shop: Shop, filled: tuple[Any, Step]) -> HttpResponse:
    form, step = filled
    unsettled: list[UnsettledRow] = []
    if step is Step.SAVE:
        addition = partial(
            add_change, town=where, shop_id=shop.pk, facts=form.facts(), actor=access.user, now=timezone.now()
        )
        try:
            change = changing_times(request, access, where, shop, addition)
        except ValidationError as error:
            form.put_errors(error)
            step = Step.WRONG
        except OrdersUnsettledError as error:
            unsettled = rows_of_unsettled(error.found)
        else:
            said = f"{change.get_kind_display().capitalize()} {change_words(change)} : c’est enregistré."
            messages.success(request, said)
            _warn(request, where, shop)
            return redirect("portal:changes", town=where.slug, shop_id=shop.pk)
    context = _context(request, where, shop, form, step) | {
        "is_version": isinstance(form, VersionForm),
        "preview": _preview_of_change(where, shop, form),
        "unsettled": unsettled,
    }
    return render(request, "portal/add_change.html", context, status=_status(step, unsettled))


def _status(step: Step, unsettled: list[UnsettledRow]) -> int:
    return int(HTTPStatus.CONFLICT) if unsettled else status_of(step)


def _context(request: HttpRequest, where: Town, shop: Shop, form: Any, step: Step) -> dict[str, Any]:
    return {
        "where": where,
        "shop": shop,
        "form": form,
        "asking": step is Step.ASK,
        "sure": "sure" in request.POST,
    }


def _preview_of_week(where: Town, shop: Shop, form: ShopHoursForm) -> Preview | None:
    now, today = timezone.now(), timezone.localdate()
    if not form.is_bound:
        return None if form.said else look_ahead(calendar_of(town=where, shop=shop), now=now, is_saved=True)
    if form.errors:
        return None
    # The hours that are written replace those that have begun, and not those that are to come.
    begun = [each for each in changes_of(shop) if each.kind == ChangeKind.VERSION and each.first <= today]
    return look_ahead(calendar_of(town=where, shop=shop, rule=form.rule, without=begun), now=now)


def _preview_of_change(where: Town, shop: Shop, form: Any) -> Preview | None:
    now = timezone.now()
    if not form.is_bound:
        return look_ahead(calendar_of(town=where, shop=shop), now=now, is_saved=True)
    if form.errors:
        return None
    facts: ChangeFacts = form.facts()
    return look_ahead(calendar_of(town=where, shop=shop, added=[facts]), now=now, around=facts.first)
