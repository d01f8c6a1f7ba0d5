"""The papers of the town: statements, invoices and credit notes of every merchant, found and downloaded."""

from uuid import UUID

from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from billing.documents.models import Document, DocumentKind
from billing.documents.queries import Wanted, years
from billing.documents.queries import documents as find
from billing.settlements.invoicing import waiting
from shared.accounts.permissions import require_role
from shared.audit.services import record
from shared.web.files import download
from shared.web.finding import FindForm
from tenants.staff.models import StaffRole
from tenants.staff.requests import staff_of, town_of

PER_PAGE = 30


@require_role(StaffRole.TOWN_HALL)
@require_safe
def documents(request: HttpRequest) -> HttpResponse:
    """The latest first; above them the invoices that wait, with what each waits for."""
    wanted = Wanted.of(
        words=request.GET.get("q", ""), kind=request.GET.get("nature", ""), year=request.GET.get("annee", "")
    )
    context = {
        "wanted": wanted,
        "form": FindForm(kinds=DocumentKind.choices, years=years(), asked=(wanted.words, wanted.kind, wanted.year)),
        "page": Paginator(find(wanted=wanted), PER_PAGE).get_page(request.GET.get("page")),
        "query": urlencode({"q": wanted.words, "nature": wanted.kind, "annee": wanted.year or ""}),
        "waiting": waiting(town=town_of(request)),
    }
    return render(request, "town_hall/documents.html", context)


@require_role(StaffRole.TOWN_HALL)
@require_safe
@transaction.atomic
def document(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """One file; whoever takes it is in the journal."""
    found = get_object_or_404(Document, pk=document_id)
    details = {"document": str(found), "name": found.merchant_name}
    record(actor=staff_of(request), action="document.downloaded", target=found, details=details, now=timezone.now())
    return download(content=bytes(found.content), filename=found.filename, media_type=found.media_type)
