"""What is owed, why, and when it was paid: the statements of every town, and each one to print."""

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from billing.settlements.models import payout_of
from billing.settlements.paperwork import papers_of
from billing.settlements.queries import lines_of, statement_of
from billing.settlements.reckoning import becomes, reckoning_of
from billing.settlements.wording import payout_reason_to_merchant
from conciergeries.portal import queries
from conciergeries.portal.access import Access, merchants_only, there

# A week of most shops is one page, that prints whole; the file has everything.
SALES_PER_PAGE = 200


@require_safe
@merchants_only
def statements(request: HttpRequest, access: Access) -> HttpResponse:
    """A year of them, the latest that has any unless another is asked for."""
    years = queries.statement_years_of(access)
    asked = {str(each): each for each in years}.get(request.GET.get("annee", ""))
    year = asked or next(iter(years), None)
    groups = queries.all_statements(access, year=year)
    return render(request, "portal/statements.html", {"access": access, "groups": groups, "years": years, "year": year})


@require_safe
@merchants_only
def statement(request: HttpRequest, access: Access, town: str, number: str) -> HttpResponse:
    """One statement: the sales one by one, the commission, its VAT, the net and its transfer."""
    where = access.town(town)
    with there(where):
        found = next(
            (one for merchant in access.merchants if (one := statement_of(merchant_id=merchant, number=number))), None
        )
        if found is None:
            raise Http404
        payout = payout_of(found)
        badge, words = queries.payout_words(found)
        context = {
            "where": where,
            "statement": found,
            "segments": list(found.segments.all()),
            "page": Paginator(lines_of(found), SALES_PER_PAGE).get_page(request.GET.get("page")),
            "payout": payout,
            "reckoning": reckoning_of(found),
            "becomes": becomes(found, town=where),
            "why": payout_reason_to_merchant(payout) if payout else "",
            "documents": papers_of(found),
            "badge": badge,
            "words": words,
        }
        return render(request, "portal/statement.html", context)
