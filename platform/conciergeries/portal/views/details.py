"""What the merchant's invoices say of it, and who it is for the tax administration."""

from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from conciergeries.merchants.details import change_details
from conciergeries.portal.access import Access, merchants_only
from conciergeries.portal.forms.details import DetailsForm
from shared.web.posted import posted


@require_http_methods(["GET", "HEAD", "POST"])
@merchants_only
def details(request: HttpRequest, access: Access, merchant_id: UUID) -> HttpResponse:
    merchant = access.merchant(merchant_id)
    form = DetailsForm(posted(request), merchant=merchant, today=timezone.localdate())
    if request.method == "POST" and form.is_valid():
        change_details(merchant_id=merchant.pk, details=form.details, actor=access.user, now=timezone.now())
        messages.success(request, "Vos coordonnées de facturation sont enregistrées.")
        return redirect("portal:statements")
    status = HTTPStatus.OK if request.method != "POST" else HTTPStatus.UNPROCESSABLE_ENTITY
    return render(request, "portal/details.html", {"form": form, "merchant": merchant}, status=status)
