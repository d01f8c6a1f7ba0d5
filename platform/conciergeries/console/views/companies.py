"""The operating companies: who issues the commission's invoices and holds the Stripe account."""

from collections.abc import Iterable
from copy import copy
from datetime import date
from http import HTTPStatus
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.db.models import Count, Exists, OuterRef
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.views.decorators.http import require_http_methods, require_safe

from billing.ledger import fec
from billing.payments.queries import account_standings
from billing.payments.standing import Standing
from conciergeries.console import services, siren_change, stripe_change
from conciergeries.console.forms import CompanyForm
from conciergeries.merchants.models import Merchant, MerchantPresence
from conciergeries.towns.models import OperatingCompany, Town
from shared import spreadsheets
from shared.accounts.permissions import require_role
from shared.audit.services import record
from shared.web.files import download_written
from shared.web.posted import posted
from tenants.reports import dac7
from tenants.reports.forms import PeriodForm, YearForm


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
def sellers(request: HttpRequest, company_id: UUID) -> HttpResponse | FileResponse:
    """The sellers to report for a year (DAC7), over all the towns of the company: its declaration is one."""
    found = get_object_or_404(OperatingCompany, pk=company_id)
    year = YearForm(request.GET, today=_today())
    if not year.is_valid():
        return _page(request, form=CompanyForm(instance=found), known=found.name, year=year)
    asked = year.cleaned_data["annee"]
    name = f"vendeurs-{found.siren}-{asked}.csv"
    lines = dac7.written(dac7.sellers(year=asked, towns=_towns_of(found)))
    return _file(request, lines, company=found, name=name, kind=spreadsheets.CONTENT_TYPE)


@require_role("operator")
@require_safe
def journal_entries(request: HttpRequest, company_id: UUID) -> HttpResponse | FileResponse:
    """The *fichier des écritures comptables* of a period, over all the towns of the company: its books are one."""
    found = get_object_or_404(OperatingCompany, pk=company_id)
    period = PeriodForm(request.GET, zone=ZoneInfo(settings.TIME_ZONE), now=timezone.now())
    if not period.is_valid():
        return _page(request, form=CompanyForm(instance=found), known=found.name, period=period)
    first, last = period.period.first, period.period.last
    name = fec.company_file_name(siren=found.siren, closing=last)
    lines = fec.of_company(towns=_towns_of(found), first=first, last=last)
    return _file(request, lines, company=found, name=name, kind=f"text/plain; charset={fec.ENCODING}")


def _towns_of(company: OperatingCompany) -> list[Town]:
    return list(company.towns.filter(ready=True).order_by("name"))


def _file(
    request: HttpRequest, lines: Iterable[bytes], *, company: OperatingCompany, name: str, kind: str
) -> FileResponse:
    answer = download_written(lines=lines, filename=name, media_type=kind)
    record(actor=request.user, action="report.downloaded", target=company, details={"file": name}, now=timezone.now())
    return answer


def _today() -> date:
    return timezone.now().astimezone(ZoneInfo(settings.TIME_ZONE)).date()


def _edit(request: HttpRequest, edited: OperatingCompany) -> HttpResponse:
    # Read before the form changes them: the page keeps the name that the company has.
    before = copy(edited)
    form = CompanyForm(posted(request), instance=edited)
    if before.name and form.is_valid():
        _refuse_changes(form, before)
    back = _back(request)
    if request.method != "POST" or not form.is_valid():
        return _page(request, form=form, known=before.name, back=back)
    saved = services.save_company(company=form.save(commit=False), actor=request.user, now=timezone.now())
    messages.success(request, f"{saved.name} est enregistré.")
    if back:
        return redirect(f"{back}{'&' if '?' in back else '?'}{urlencode({'exploitant': str(saved.pk)})}")
    return redirect("console:companies")


def _refuse_changes(form: CompanyForm, before: OperatingCompany) -> None:
    """What was begun, or issued, under the one cannot go on under the other."""
    for field, why_not in (("siren", siren_change.why_not), ("stripe_alias", stripe_change.why_not)):
        changes = form.cleaned_data[field] != getattr(before, field)
        forbidden = why_not(before) if changes else ""
        if forbidden:
            form.add_error(field, forbidden)


def _page(
    request: HttpRequest,
    *,
    form: CompanyForm,
    known: str,
    back: str = "",
    year: YearForm | None = None,
    period: PeriodForm | None = None,
) -> HttpResponse:
    """The page of a company; a form that is given was refused."""
    refused = form.is_bound or year or period
    context = {
        "form": form,
        "known": known,
        "back": back,
        "rows": _accounts(form.instance) if known else [],
        "year": year or YearForm(request.GET, today=_today()),
        "period": period or PeriodForm(request.GET, zone=ZoneInfo(settings.TIME_ZONE), now=timezone.now()),
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if refused else HTTPStatus.OK
    return render(request, "console/company.html", context, status=status)


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
