"""What a merchant needs for its own declarations: its sales by day, and what is reported of it each year."""

from dataclasses import dataclass
from datetime import date
from http import HTTPStatus
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from conciergeries.merchants.models import Merchant, MerchantPresence
from conciergeries.portal.access import Access, merchants_only, there
from conciergeries.towns.models import OperatingCompany, Town
from shared import spreadsheets
from shared.web.files import download
from tenants.reports import dac7, e_reporting
from tenants.reports.dac7 import Seller
from tenants.reports.forms import PeriodForm, YearForm


@dataclass(frozen=True, kw_only=True, slots=True)
class Year:
    """One merchant's year at one company: what it sold in the company's towns, and whether that is reported."""

    merchant: Merchant
    company: OperatingCompany
    towns: list[Town]
    seller: Seller
    is_reported: bool

    @property
    def quarters(self) -> list[tuple[int, int, int, int, int]]:
        """(quarter, sales, cents sold, cents of fees, cents paid)."""
        of = self.seller
        return [
            (each, of.sales[each], of.gross_cents[each], of.fees_cents[each], of.paid_cents[each])
            for each in dac7.QUARTERS
        ]


@require_safe
@merchants_only
def declarations(request: HttpRequest, access: Access) -> HttpResponse:
    """The forms, and the year that is asked for, this one to begin with."""
    year = YearForm(request.GET, today=_today())
    return _page(request, access, year=year, period=_period(request, zone=_zone()))


@require_safe
@merchants_only
def daily_totals(request: HttpRequest, access: Access, town: str, merchant_id: UUID) -> HttpResponse:
    """One merchant's sales in one town by day and VAT rate, as a file for a spreadsheet."""
    where, merchant = access.town(town), access.merchant(merchant_id)
    form = _period(request, zone=ZoneInfo(where.timezone))
    if not form.is_valid():
        return _page(request, access, year=YearForm(request.GET, today=_today()), period=form)
    with there(where):
        content = b"".join(e_reporting.written(form.period, merchant_id=merchant.pk))
    name = f"ventes-par-jour-{where.slug}-{form.period.first}-{form.period.last}.csv"
    return download(content=content, filename=name, media_type=spreadsheets.CONTENT_TYPE)


def _page(request: HttpRequest, access: Access, *, year: YearForm, period: PeriodForm) -> HttpResponse:
    is_right = year.is_valid() and period.is_valid()
    context = {
        "access": access,
        "year": year,
        "period": period,
        "sellings": _sellings(access),
        "asked": year.cleaned_data["annee"] if is_right else None,
        "years": _years(access, year.cleaned_data["annee"]) if is_right else [],
        "threshold": dac7.threshold_of(year.cleaned_data["annee"]) if is_right else None,
    }
    status = HTTPStatus.OK if is_right else HTTPStatus.UNPROCESSABLE_ENTITY
    return render(request, "portal/declarations.html", context, status=status)


def _sellings(access: Access) -> list[tuple[Town, Merchant]]:
    """Each merchant in each town where it sells, by town then by name."""
    present = MerchantPresence.objects.filter(merchant__in=access.merchants, town__ready=True)
    found = present.select_related("town__operating_company").order_by("town__name", "merchant__name")
    return [(each.town, access.merchants[each.merchant_id]) for each in found]


def _years(access: Access, year: int) -> list[Year]:
    """A year of each merchant at each company that runs one of its towns."""
    towns: dict[tuple[UUID, UUID], list[Town]] = {}
    for town, merchant in _sellings(access):
        towns.setdefault((merchant.pk, town.operating_company_id), []).append(town)
    threshold = dac7.threshold_of(year)
    return [
        Year(
            merchant=access.merchants[merchant_id],
            company=where[0].operating_company,
            towns=where,
            seller=seller,
            is_reported=seller.is_reported(threshold),
        )
        for (merchant_id, _company_id), where in towns.items()
        for seller in dac7.all_sellers(year=year, towns=where, merchant_id=merchant_id)
    ]


def _period(request: HttpRequest, *, zone: ZoneInfo) -> PeriodForm:
    return PeriodForm(request.GET, zone=zone, now=timezone.now())


def _zone() -> ZoneInfo:
    """Merchants sell in several towns: their pages begin with the platform's own clock."""
    return ZoneInfo(settings.TIME_ZONE)


def _today() -> date:
    return timezone.now().astimezone(_zone()).date()
