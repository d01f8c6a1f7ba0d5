"""The operating companies: who issues the commission's invoices and holds the Stripe account."""

from datetime import date
from http import HTTPStatus
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.db.models import Count, Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.views.decorators.http import require_http_methods, require_safe

from billing.payments.queries import account_standings
from billing.payments.standing import Standing
from conciergeries.console import services
from conciergeries.console.forms import CompanyForm
from conciergeries.console.stripe_change import why_not
from conciergeries.merchants.models import Merchant, MerchantPresence
from conciergeries.towns.models import OperatingCompany
from shared import spreadsheets
from shared.accounts.permissions import require_role
from shared.audit.services import record
from shared.web.files import download
from shared.web.posted import posted
from tenants.reports import dac7
from tenants.reports.forms import YearForm


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


@require_role("operator")
@require_safe
def sellers(request: HttpRequest, company_id: UUID) -> HttpResponse:
    """The sellers to report for a year (DAC7), over all the towns of the company: its declaration is one."""
    found = get_object_or_404(OperatingCompany, pk=company_id)
    year = YearForm(request.GET, today=_today())
    if not year.is_valid():
        context = {"form": CompanyForm(instance=found), "known": found.name, "back": "", "year": year}
        return render(request, "console/company.html", context, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    asked = year.cleaned_data["annee"]
    towns = found.towns.filter(ready=True).order_by("name")
    name = f"vendeurs-{found.siren}-{asked}.csv"
    content = b"".join(dac7.written(dac7.sellers(year=asked, towns=towns)))
    record(actor=request.user, action="report.downloaded", target=found, details={"file": name}, now=timezone.now())
    return download(content=content, filename=name, media_type=spreadsheets.CONTENT_TYPE)


def _today() -> date:
    return timezone.now().astimezone(ZoneInfo(settings.TIME_ZONE)).date()


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
        context = {
            "form": form,
            "known": known,
            "back": back,
            "rows": _accounts(edited) if known else [],
            "year": YearForm(request.GET, today=_today()),
        }
        return render(request, "console/company.html", context, status=status)
    saved = services.save_company(company=form.save(commit=False), actor=request.user, now=timezone.now())
    messages.success(request, f"{saved.name} est enregistré.")
    if back:
        return redirect(f"{back}{'&' if '?' in back else '?'}{urlencode({'exploitant': str(saved.pk)})}")
    return redirect("console:companies")


def _accounts(company: OperatingCompany) -> list[tuple[Merchant, Standing]]:
    """How the merchants of the company's towns stand at its Stripe."""
    present = MerchantPresence.objects.filter(town__operating_company_id=company.pk, merchant=OuterRef("pk"))
    merchants = Merchant.objects.filter(Exists(present)).order_by("name", "pk")
    return account_standings(company=company, merchants=merchants)


def _back(request: HttpRequest) -> str:
    """Where the person came from: the opening's own page, nothing else."""
    wanted = request.POST.get("suite", "") or request.GET.get("suite", "")
    here = url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    return wanted if here and wanted.startswith(reverse("console:new_town")) else ""
