"""What is owed now and why: town by town, then sale by sale."""

from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from billing.settlements.outstanding import sales_outstanding
from conciergeries.portal.access import Access, merchants_only, there
from conciergeries.portal.money import purses

SALES_PER_PAGE = 50


@require_safe
@merchants_only
def money(request: HttpRequest, access: Access) -> HttpResponse:
    found = purses(access=access, now=timezone.now())
    context = {"access": access, "purses": found, "total": sum(each.now.total_cents for each in found)}
    return render(request, "portal/money.html", context)


@require_safe
@merchants_only
def sales(request: HttpRequest, access: Access, town: str, merchant_id: UUID) -> HttpResponse:
    """The sales that no statement has yet, one by one, each with its part of the commission as it would be now."""
    where, merchant = access.town(town), access.merchant(merchant_id)
    with there(where):
        lines = sales_outstanding(town=where, merchant_id=merchant.pk, now=timezone.now())
        context = {
            "access": access,
            "where": where,
            "merchant": merchant,
            "page": Paginator(lines, SALES_PER_PAGE).get_page(request.GET.get("page")),
            "gross_cents": sum(line.sale.gross_cents for line in lines),
        }
        return render(request, "portal/sales.html", context)
