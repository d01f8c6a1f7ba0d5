"""The statements of every merchant of the town: found, and each one read sale by sale."""

from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from billing.settlements.models import Statement, payout_of
from billing.settlements.paperwork import papers_of
from billing.settlements.queries import find_statements, lines_of
from billing.settlements.reckoning import reckoning_of
from billing.settlements.wording import payout_reason
from shared.accounts.permissions import require_role
from tenants.staff.models import StaffRole

PER_PAGE = 30
# A week of most shops is one page, that prints whole; the file has everything.
SALES_PER_PAGE = 200


@require_role(StaffRole.TOWN_HALL)
@require_safe
def statements(request: HttpRequest) -> HttpResponse:
    words = request.GET.get("q", "").replace("\x00", "").strip()[:80]
    context = {
        "words": words,
        "page": Paginator(find_statements(words=words), PER_PAGE).get_page(request.GET.get("page")),
        "query": urlencode({"q": words}),
    }
    return render(request, "town_hall/statements.html", context)


@require_role(StaffRole.TOWN_HALL)
@require_safe
def statement(request: HttpRequest, statement_id: UUID) -> HttpResponse:
    """One statement as its merchant reads it: the sales one by one, the commission, its VAT, the net."""
    found = get_object_or_404(Statement.objects.select_related("payout").prefetch_related("segments"), pk=statement_id)
    payout = payout_of(found)
    context = {
        "statement": found,
        "segments": list(found.segments.all()),
        "page": Paginator(lines_of(found), SALES_PER_PAGE).get_page(request.GET.get("page")),
        "reckoning": reckoning_of(found, unheld="Réglées au commerçant, qui les a déjà"),
        "why": payout_reason(payout) if payout else "",
        "documents": papers_of(found),
    }
    return render(request, "town_hall/statement.html", context)
