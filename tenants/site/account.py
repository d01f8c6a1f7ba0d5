"""One's account in a town: orders, sign-in, and one's own data: read, put right, taken away, erased."""

from http import HTTPStatus
from typing import cast

from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from shared.accounts.models import User
from shared.french import phone
from tenants.orders.personal_data import OpenOrdersError, StaffAccountError, erase_person, everything_about
from tenants.orders.queries import orders_of_resident, with_parts
from tenants.residents.services import rectify
from tenants.site.forms import PersonForm
from tenants.site.session import resident_here, signed_in_resident
from tenants.site.tracking import order_badge

LATEST = 3


@never_cache
@login_required
@require_safe
def account(request: HttpRequest) -> HttpResponse:
    """The latest orders, and the ways to everything else."""
    resident = resident_here(request)
    latest = list(with_parts(orders_of_resident(resident)).order_by("-placed_at", "pk")[:LATEST]) if resident else []
    shown = [(order, order_badge(order)) for order in latest]
    return render(request, "site/account.html", {"resident": resident, "latest": shown})


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def my_data(request: HttpRequest) -> HttpResponseBase:
    """What the conciergerie knows of somebody; on POST, put the name and the telephone right."""
    now = timezone.now()
    resident = signed_in_resident(request, now=now)
    if request.method != "POST":
        form = PersonForm(initial={"name": resident.name, "phone": phone(resident.phone)})
        return render(request, "site/my_data.html", {"form": form, "resident": resident})
    form = PersonForm(request.POST)
    if not form.is_valid():
        context = {"form": form, "resident": resident}
        return render(request, "site/my_data.html", context, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    rectify(resident_id=resident.pk, **form.cleaned_data)
    messages.success(request, "C’est corrigé.")
    return redirect("site:my_data")


@never_cache
@login_required
@require_safe
def export(request: HttpRequest) -> HttpResponse:
    """Everything about oneself, in one JSON file."""
    resident = signed_in_resident(request, now=timezone.now())
    return JsonResponse(
        everything_about(resident=resident),
        json_dumps_params={"ensure_ascii": False, "indent": 2},
        headers={"Content-Disposition": 'attachment; filename="mes-donnees.json"'},
    )


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def erase(request: HttpRequest) -> HttpResponseBase:
    """Ask whether one is sure, then forget the person: orders and accounts stay, without their name."""
    if request.method != "POST":
        return render(request, "site/erase.html")
    try:
        erase_person(user=cast("User", request.user), now=timezone.now())
    except (OpenOrdersError, StaffAccountError) as refusal:
        messages.error(request, str(refusal))
        return redirect("site:my_data")
    logout(request)
    messages.success(request, "Vos données sont effacées. Merci d’être passé.")
    return redirect("site:home")
