"""Files that an accountant, a merchant or an administration asks for."""

from collections.abc import Iterable
from zoneinfo import ZoneInfo

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from billing.ledger import fec
from billing.settlements.calendar import day_in
from shared import spreadsheets
from shared.accounts.permissions import require_role
from shared.audit.services import record
from shared.web.files import download_written
from tenants.reports import dac7, deposits, e_reporting
from tenants.reports.forms import PeriodForm, YearForm
from tenants.staff.models import StaffRole
from tenants.staff.requests import staff_of, town_of


@require_role(StaffRole.TOWN_HALL)
@require_safe
def exports(request: HttpRequest) -> HttpResponse:
    return _page(request)


@require_role(StaffRole.TOWN_HALL)
@require_safe
def journal_entries(request: HttpRequest) -> HttpResponse | FileResponse:
    """The town's part, over a period, of its company's *fichier des écritures comptables*."""
    town = town_of(request)
    form = PeriodForm(request.GET, zone=ZoneInfo(town.timezone), now=timezone.now())
    if not form.is_valid():
        return _page(request, period=form)
    period = form.period
    name = fec.town_file_name(siren=town.operating_company.siren, closing=period.last, town=town)
    lines = fec.of_town(town=town, first=period.first, last=period.last)
    return _file(request, lines, name=name, kind=f"text/plain; charset={fec.ENCODING}")


@require_role(StaffRole.TOWN_HALL)
@require_safe
def daily_totals(request: HttpRequest) -> HttpResponse | FileResponse:
    """Every merchant's sales by day and VAT rate, for their e-reporting."""
    town = town_of(request)
    form = PeriodForm(request.GET, zone=ZoneInfo(town.timezone), now=timezone.now())
    if not form.is_valid():
        return _page(request, period=form)
    name = f"ventes-par-jour-{town.slug}-{form.period.first}-{form.period.last}.csv"
    return _file(request, e_reporting.written(form.period), name=name, kind=spreadsheets.CONTENT_TYPE)


@require_role(StaffRole.TOWN_HALL)
@require_safe
def deposits_file(request: HttpRequest) -> HttpResponse | FileResponse:
    """What was taken to the bank, to be held beside its statement."""
    town = town_of(request)
    form = PeriodForm(request.GET, zone=ZoneInfo(town.timezone), now=timezone.now())
    if not form.is_valid():
        return _page(request, period=form)
    name = f"remises-en-banque-{town.slug}-{form.period.first}-{form.period.last}.csv"
    return _file(request, deposits.written(form.period), name=name, kind=spreadsheets.CONTENT_TYPE)


@require_role(StaffRole.TOWN_HALL)
@require_safe
def sellers(request: HttpRequest) -> HttpResponse | FileResponse:
    """This town's sellers in a year, for the company's DAC7 declaration."""
    town = town_of(request)
    form = YearForm(request.GET, today=day_in(town, timezone.now()))
    if not form.is_valid():
        return _page(request, year=form)
    year = form.cleaned_data["annee"]
    lines = dac7.written(dac7.sellers_here(year=year, town=town))
    return _file(request, lines, name=f"vendeurs-{town.slug}-{year}.csv", kind=spreadsheets.CONTENT_TYPE)


def _page(request: HttpRequest, *, period: PeriodForm | None = None, year: YearForm | None = None) -> HttpResponse:
    town, now = town_of(request), timezone.now()
    context = {
        "period": period or PeriodForm(request.GET, zone=ZoneInfo(town.timezone), now=now),
        "year": year or YearForm(request.GET, today=day_in(town, now)),
        "company": town.operating_company,
        "incomplete": dac7.incomplete(dac7.sellers_here(year=day_in(town, now).year, town=town)),
    }
    return render(request, "town_hall/exports.html", context, status=422 if period or year else 200)


def _file(request: HttpRequest, lines: Iterable[bytes], *, name: str, kind: str) -> FileResponse:
    answer = download_written(lines=lines, filename=name, media_type=kind)
    record(
        actor=staff_of(request),
        action="report.downloaded",
        target=town_of(request),
        details={"file": name},
        now=timezone.now(),
    )
    return answer
