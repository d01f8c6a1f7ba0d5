"""The addresses of a town's site: its own domains, added, removed, and the main one chosen."""

from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from conciergeries.console.forms import DomainForm
from conciergeries.console.views.towns import town_or_404, town_page
from conciergeries.towns.domains import BadHostError, PlatformHostError, add_domain, make_main, remove_domain
from conciergeries.towns.models import Domain
from shared.accounts.permissions import require_role

_STAYS = "L’adresse de la plateforme reste : c’est par elle qu’on retrouve la commune si son domaine se perd."


@require_role("operator")
@require_POST
def add(request: HttpRequest, town_id: UUID) -> HttpResponse:
    """Serve the town at one address more."""
    found = town_or_404(town_id)
    form = DomainForm(request.POST)
    if not form.is_valid():
        return town_page(request, found, domain_form=form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    host = form.cleaned_data["host"]
    try:
        add_domain(town_id=found.pk, host=host, actor=request.user, now=timezone.now())
    except BadHostError as error:
        form.add_error("host", str(error))
        return town_page(request, found, domain_form=form, status=HTTPStatus.CONFLICT)
    messages.success(request, f"{host} est ajouté. Il répondra dès que son DNS mènera ici.")
    return redirect("console:town", town_id=found.pk)


@require_role("operator")
@require_POST
def main(request: HttpRequest, town_id: UUID, domain_id: UUID) -> HttpResponse:
    try:
        domain = make_main(town_id=town_or_404(town_id).pk, domain_id=domain_id, actor=request.user, now=timezone.now())
    except Domain.DoesNotExist as error:
        raise Http404 from error
    messages.success(request, f"Les messages mènent maintenant à {domain}.")
    return redirect("console:town", town_id=town_id)


@require_role("operator")
@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: HttpRequest, town_id: UUID, domain_id: UUID) -> HttpResponse:
    """Ask, then serve the town at this address no more."""
    found = town_or_404(town_id)
    domain = next((each for each in found.domains.all() if each.pk == domain_id), None)
    if domain is None:
        raise Http404
    if request.method != "POST":
        return render(request, "console/remove_domain.html", {"commune": found, "domain": domain})
    try:
        host = remove_domain(town_id=found.pk, domain_id=domain_id, actor=request.user, now=timezone.now())
    except PlatformHostError:
        messages.error(request, _STAYS)
    except Domain.DoesNotExist as error:
        raise Http404 from error
    else:
        messages.success(request, f"{host} ne mène plus à la conciergerie.")
    return redirect("console:town", town_id=found.pk)
