"""The operating companies: who issues the commission's invoices and holds the Stripe account."""

from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.views.decorators.http import require_http_methods, require_safe

from conciergeries.console import services
from conciergeries.console.forms import CompanyForm
from conciergeries.console.stripe_change import why_not
from conciergeries.towns.models import OperatingCompany
from shared.accounts.permissions import require_role
from shared.web.posted import posted


@require_role("operator")
@require_safe
def companies(request: HttpRequest) -> HttpResponse:
    found = OperatingCompany.objects.annotate(town_count=Count("towns")).order_by("name", "pk")
    return render(request, "console/companies.html", {"companies": found})


@require_role("operator")
@require_http_methods(["GET", "HEAD", "POST"])
def new_company(request: HttpRequest) -> HttpResponse:
    """Add a company; from the opening of a commune, go back to it with the company chosen."""
    return _edit(request, OperatingCompany())


@require_role("operator")
@require_http_methods(["GET", "HEAD", "POST"])
def company(request: HttpRequest, company_id: UUID) -> HttpResponse:
    return _edit(request, get_object_or_404(OperatingCompany, pk=company_id))


def _edit(request: HttpRequest, edited: OperatingCompany) -> HttpResponse:
    # Read before the form changes them: the page keeps the name that the company has.
    known, stripe_alias = edited.name, edited.stripe_alias
    form = CompanyForm(posted(request), instance=edited)
    if known and form.is_valid() and form.cleaned_data["stripe_alias"] != stripe_alias:
        forbidden = why_not(edited)
        if forbidden:
            form.add_error("stripe_alias", forbidden)
    back = _back(request)
    if request.method != "POST" or not form.is_valid():
        status = HTTPStatus.OK if request.method != "POST" else HTTPStatus.UNPROCESSABLE_ENTITY
        return render(request, "console/company.html", {"form": form, "known": known, "back": back}, status=status)
    saved = services.save_company(company=form.save(commit=False), actor=request.user, now=timezone.now())
    messages.success(request, f"{saved.name} est enregistré.")
    if back:
        return redirect(f"{back}{'&' if '?' in back else '?'}{urlencode({'exploitant': str(saved.pk)})}")
    return redirect("console:companies")


def _back(request: HttpRequest) -> str:
    """Where the person came from: the opening's own page, nothing else."""
    wanted = request.POST.get("suite", "") or request.GET.get("suite", "")
    here = url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    return wanted if here and wanted.startswith(reverse("console:new_town")) else ""
