"""The list of towns and how they are doing; one town, its first member, its suspension."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from billing.ledger.models import Difference, LedgerCheck
from conciergeries.console import services
from conciergeries.console.collection import CollectionRefusedError, set_collection
from conciergeries.console.forms import CollectionForm, DomainForm, InviteForm, SuspendForm
from conciergeries.console.queries import Health, find_towns, health_of
from conciergeries.towns.models import Town, TownOpening
from shared.accounts.models import Invitation
from shared.accounts.permissions import require_role
from shared.french import of
from shared.tenancy import in_town
from shared.web.addresses import base_url, host_of
from shared.web.posted import posted
from tenants.staff.models import Staff

PER_PAGE = 20
DIFFERENCES_SHOWN = 10
# Nobody searches for a longer name: the longest of France has 45 letters.
LONGEST_QUERY = 60


@require_role("operator")
@require_safe
def towns(request: HttpRequest) -> HttpResponse:
    query = request.GET.get("q", "").strip()[:LONGEST_QUERY]
    page = Paginator(find_towns(query), PER_PAGE).get_page(request.GET.get("page"))
    health = health_of(towns=page.object_list, now=timezone.now())
    rows = [
        {"town": town, "health": health.get(town.schema_name, Health()), "url": base_url(town.host)} for town in page
    ]
    openings = TownOpening.objects.exclude(state=TownOpening.State.DONE)[:5]
    context = {"page": page, "rows": rows, "query": query, "openings": openings, "total": Town.objects.count()}
    return render(request, "console/towns.html", context)


@require_role("operator")
@require_safe
def town(request: HttpRequest, town_id: UUID) -> HttpResponse:
    return town_page(request, town_or_404(town_id))


@require_role("operator")
@require_POST
def invite(request: HttpRequest, town_id: UUID) -> HttpResponse:
    """Invite somebody of the town hall, on the town's own host."""
    found = town_or_404(town_id)
    form = InviteForm(request.POST)
    if not form.is_valid():
        return town_page(request, found, form=form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        services.invite_town_hall(town=found, email=form.cleaned_data["email"], actor=request.user, now=timezone.now())
    except services.TownNotReadyError:
        form.add_error(None, "Cette commune n’est pas encore ouverte.")
        return town_page(request, found, form=form, status=HTTPStatus.CONFLICT)
    messages.success(request, f"L’invitation est partie vers {form.cleaned_data['email']}. Elle vaut sept jours.")
    return redirect("console:town", town_id=found.pk)


@require_role("operator")
@require_http_methods(["GET", "HEAD", "POST"])
def suspend(request: HttpRequest, town_id: UUID) -> HttpResponse:
    """Ask why, then close the town's doors."""
    found = town_or_404(town_id)
    form = SuspendForm(posted(request))
    if request.method != "POST" or not form.is_valid():
        status = HTTPStatus.OK if request.method != "POST" else HTTPStatus.UNPROCESSABLE_ENTITY
        return render(request, "console/suspend.html", {"form": form, "commune": found}, status=status)
    services.suspend(town_id=found.pk, reason=form.cleaned_data["reason"], actor=request.user, now=timezone.now())
    messages.success(request, f"La conciergerie {of(found.name)} est suspendue.")
    return redirect("console:town", town_id=found.pk)


@require_role("operator")
@require_http_methods(["GET", "HEAD", "POST"])
def collection(request: HttpRequest, town_id: UUID) -> HttpResponse:
    """How the town's money is collected, for the orders to come."""
    found = town_or_404(town_id)
    form = CollectionForm(request.POST) if request.method == "POST" else CollectionForm.of(found)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            set_collection(
                town_id=found.pk,
                mode=form.chosen,
                legal_basis=data["legal_basis"],
                also_in_shops=data["also_in_shops"],
                actor=request.user,
                now=timezone.now(),
            )
        except CollectionRefusedError as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, f"L’encaissement {of(found.name)} est noté, pour les commandes à venir.")
            return redirect("console:town", town_id=found.pk)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "console/collection.html", {"form": form, "commune": found}, status=status)


@require_role("operator")
@require_POST
def resume(request: HttpRequest, town_id: UUID) -> HttpResponse:
    found = services.resume(town_id=town_or_404(town_id).pk, actor=request.user, now=timezone.now())
    messages.success(request, f"La conciergerie {of(found.name)} est de nouveau ouverte.")
    return redirect("console:town", town_id=found.pk)


def town_or_404(town_id: UUID) -> Town:
    found: Town = get_object_or_404(
        Town.objects.select_related("operating_company").prefetch_related("domains"), pk=town_id
    )
    return found


def town_page(
    request: HttpRequest,
    found: Town,
    *,
    form: InviteForm | None = None,
    domain_form: DomainForm | None = None,
    status: HTTPStatus = HTTPStatus.OK,
) -> HttpResponse:
    now = timezone.now()
    context: dict[str, Any] = {
        # Not `town`: that is the town of the host, and the console has none.
        "commune": found,
        "url": base_url(found.host),
        "health": health_of(towns=[found], now=now).get(found.schema_name, Health()),
        "opening": TownOpening.objects.filter(insee=found.insee, state=TownOpening.State.DONE).first(),
        "platform_host": host_of(found.slug),
        "platform_domain": settings.PLATFORM_DOMAIN,
        "domains": sorted(found.domains.all(), key=lambda each: (not each.is_primary, each.is_own, each.domain)),
        "form": form or InviteForm(),
        "domain_form": domain_form or DomainForm(),
        "members": [],
        "invitations": [],
        "differences": [],
        "stripe_unknown": False,
    }
    if found.ready:
        with in_town(found):
            staff = Staff.objects.filter(active=True).select_related("user").order_by("role", "user__name")
            offers = Invitation.objects.filter(accepted_at=None, revoked_at=None, expires_at__gt=now)
            context["members"] = [
                {"name": str(one.user), "email": one.user.email, "role": one.get_role_display()} for one in staff
            ]
            context["invitations"] = list(offers.order_by("-created_at"))
            context["differences"] = list(Difference.objects.filter(closed_at=None)[:DIFFERENCES_SHOWN])
            last_check = LedgerCheck.objects.first()
            context["stripe_unknown"] = last_check is not None and last_check.differences_with_stripe is None
    return render(request, "console/town.html", context, status=status)
