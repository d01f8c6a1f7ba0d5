"""Every paper of the merchant, in every town: found by number, kind and year, and downloaded."""

from dataclasses import dataclass
from operator import attrgetter
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from billing.documents.models import Document, DocumentKind
from billing.documents.queries import Wanted, documents, years
from billing.settlements.invoicing import Waiting, waiting
from conciergeries.portal.access import Access, merchants_only, there
from conciergeries.towns.models import Town
from shared.web.files import download
from shared.web.finding import FindForm

PER_PAGE = 30


@dataclass(frozen=True, slots=True)
class Held:
    """Invoices of one town that wait for something."""

    town: Town
    waiting: list[Waiting]


@require_safe
@merchants_only
def all_documents(request: HttpRequest, access: Access) -> HttpResponse:
    """The papers of every town, the latest first, and the invoices that wait, with what they wait for."""
    wanted = Wanted.of(
        words=request.GET.get("q", ""), kind=request.GET.get("nature", ""), year=request.GET.get("annee", "")
    )
    found: list[tuple[Town, Document]] = []
    held: list[Held] = []
    known: set[int] = set()
    for town in access.towns():
        with there(town):
            found += [(town, each) for each in documents(wanted=wanted, merchant_ids=access.merchants)]
            known.update(years(merchant_ids=access.merchants))
            late = [each for merchant in access.merchants for each in waiting(town=town, merchant_id=merchant)]
            if late:
                held.append(Held(town, late))
    latest_first = attrgetter("issued_on", "number", "kind")
    found.sort(key=lambda each: latest_first(each[1]), reverse=True)
    context = {
        "access": access,
        "wanted": wanted,
        "form": FindForm(
            kinds=DocumentKind.choices,
            years=sorted(known, reverse=True),
            asked=(wanted.words, wanted.kind, wanted.year),
        ),
        "page": Paginator(found, PER_PAGE).get_page(request.GET.get("page")),
        "query": urlencode({"q": wanted.words, "nature": wanted.kind, "annee": wanted.year or ""}),
        "held": held,
    }
    return render(request, "portal/documents.html", context)


@require_safe
@merchants_only
def document(request: HttpRequest, access: Access, town: str, document_id: UUID) -> HttpResponse:  # noqa: ARG001  (Django's signature)
    """One file; another merchant's, or another town's, is not there."""
    where = access.town(town)
    with there(where):
        found = get_object_or_404(Document, pk=document_id, merchant_id__in=access.merchants)
        return download(content=bytes(found.content), filename=found.filename, media_type=found.media_type)
