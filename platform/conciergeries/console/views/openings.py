"""Opening a commune: found on the official list, asked for, watched step by step."""

from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from conciergeries.console.forms import OpeningForm
from conciergeries.towns.communes import Commune, commune, search
from conciergeries.towns.models import OperatingCompany, Town, TownOpening
from conciergeries.towns.provisioning import AlreadyOpenError, request_opening
from shared.accounts.permissions import require_role
from shared.web.addresses import base_url, host_of

RESULTS = 8


@require_role("operator")
@require_http_methods(["GET", "HEAD", "POST"])
def new_town(request: HttpRequest) -> HttpResponse:
    """Search as one types (htmx asks for the results alone), pick, say who runs it, open."""
    query = request.POST.get("q", "") or request.GET.get("q", "")
    if request.method != "POST":
        chosen = request.GET.get("exploitant")
        return _page(request, OpeningForm(initial={"company": chosen or _only_company()}), query)
    form = OpeningForm(request.POST)
    if not form.is_valid():
        return _page(request, form, query, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        opening = request_opening(
            insee=form.cleaned_data["insee"],
            operating_company=form.cleaned_data["company"],
            requested_by=request.user,
            now=timezone.now(),
        )
    except AlreadyOpenError as error:
        form.add_error("insee", f"{error} a déjà sa conciergerie, ou elle est en train de s’ouvrir.")
        return _page(request, form, query, status=HTTPStatus.CONFLICT)
    return redirect("console:opening", opening_id=opening.pk)


@require_role("operator")
@never_cache
@require_safe
def opening(request: HttpRequest, opening_id: UUID) -> HttpResponse:
    return _opening_page(request, opening_id, "console/opening.html")


@require_role("operator")
@never_cache
@require_safe
def progress(request: HttpRequest, opening_id: UUID) -> HttpResponse:
    """The steps alone, asked for every second until the opening is over."""
    return _opening_page(request, opening_id, "console/opening.html#progress")


@require_role("operator")
@require_POST
def retry(request: HttpRequest, opening_id: UUID) -> HttpResponse:
    """Ask again for a commune whose opening failed: a new attempt, the old one is kept."""
    failed = get_object_or_404(
        TownOpening.objects.select_related("operating_company"), pk=opening_id, state=TownOpening.State.FAILED
    )
    try:
        again = request_opening(
            insee=failed.insee,
            operating_company=failed.operating_company,
            requested_by=request.user,
            now=timezone.now(),
        )
    except AlreadyOpenError as error:
        messages.error(request, f"{error} a déjà sa conciergerie, ou elle est en train de s’ouvrir.")
        return redirect("console:towns")
    return redirect("console:opening", opening_id=again.pk)


def _opening_page(request: HttpRequest, opening_id: UUID, template: str) -> HttpResponse:
    found = get_object_or_404(TownOpening.objects.select_related("operating_company"), pk=opening_id)
    context = {
        "opening": found,
        "found": commune(found.insee),
        "opened": Town.objects.filter(insee=found.insee, ready=True).first(),
        "url": base_url(host_of(found.slug)),
    }
    return render(request, template, context)


def _page(request: HttpRequest, form: OpeningForm, query: str, *, status: HTTPStatus = HTTPStatus.OK) -> HttpResponse:
    found = search(query, limit=RESULTS)
    chosen = form["insee"].value() or ""
    if chosen and chosen not in [one.insee for one in found]:
        kept = commune(chosen)
        found = [kept, *found] if kept else found
    open_already = {
        town.insee: town for town in Town.objects.filter(insee__in=[one.insee for one in found], ready=True)
    }
    context = {
        "form": form,
        "query": query,
        "results": [
            _result(one, town=open_already.get(one.insee), chosen=chosen, alone=len(found) == 1) for one in found
        ],
        "has_companies": OperatingCompany.objects.exists(),
    }
    only_results = request.htmx and request.method == "GET"  # type: ignore[attr-defined]  # django-htmx's middleware
    template = "console/new_town.html#results" if only_results else "console/new_town.html"
    return render(request, template, context, status=status)


def _result(one: Commune, *, town: Town | None, chosen: str, alone: bool) -> dict[str, object]:
    return {
        "commune": one,
        "town": town,
        "checked": town is None and (one.insee == chosen or (alone and not chosen)),
        "postcodes": ", ".join(one.postcodes),
    }


def _only_company() -> OperatingCompany | None:
    """The company, when there is no choice to make."""
    companies = list(OperatingCompany.objects.all()[:2])
    return companies[0] if len(companies) == 1 else None
