"""Commissions that merchants owe because their customers paid them: who owes what, and what was received."""

from http import HTTPStatus
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from billing.settlements.models import Adjustment
from billing.settlements.receiving import (
    NotOwedError,
    claimed_of_merchants,
    owed_by_merchants,
    receive_commission,
    received,
    undo_receipt,
)
from conciergeries.merchants.models import Merchant
from shared.accounts.permissions import require_role
from shared.french import NBSP, money
from shared.web.posted import posted
from tenants.staff.models import StaffRole
from tenants.staff.requests import staff_of, town_of
from tenants.town_hall.forms.receiving import ReceiptForm

# The latest; the accounts keep them all.
SHOWN = 30


@require_role(StaffRole.TOWN_HALL)
@require_http_methods(["GET", "HEAD", "POST"])
def to_receive(request: HttpRequest) -> HttpResponse:
    """Who owes a commission, and noting that it came."""
    if request.method == "POST" and _is_noted(request.POST.get("key", "")):
        # The second of two clicks.
        return redirect("town_hall:to_receive")
    town, now = town_of(request), timezone.now()
    owing = _owing()
    form = ReceiptForm(posted(request), owing=owing, today=now.astimezone(ZoneInfo(town.timezone)).date())
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            receive_commission(
                key=data["key"],
                merchant=form.of,
                amount_cents=data["amount"],
                received_on=data["received_on"],
                actor=staff_of(request),
                now=now,
            )
        except NotOwedError as error:
            form.add_error("amount", str(error))
        else:
            messages.success(request, f"{form.of.name}{NBSP}: {money(data['amount'])} reçus.")
            return redirect("town_hall:to_receive")
    claimed = claimed_of_merchants()
    latest = received()[:SHOWN]
    merchants = Merchant.objects.in_bulk({each.merchant_id for each in latest})
    context = {
        "owing": [(merchant, cents, min(claimed.get(merchant.pk, 0), cents)) for merchant, cents in owing],
        "form": form,
        "received": [(each, merchants[each.merchant_id]) for each in latest],
        "company": town.operating_company,
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "town_hall/to_receive.html", context, status=status)


def _is_noted(key: str) -> bool:
    try:
        return Adjustment.objects.filter(pk=UUID(key)).exists()
    except ValueError:
        return False


def _owing() -> list[tuple[Merchant, int]]:
    owed = owed_by_merchants()
    known = Merchant.objects.in_bulk(owed)
    return sorted(((known[key], cents) for key, cents in owed.items()), key=lambda row: (row[0].name, row[0].pk))


@require_role(StaffRole.TOWN_HALL)
@require_POST
def undo(request: HttpRequest, receipt_id: UUID) -> HttpResponse:
    """Take back what was noted by mistake: the opposite entry is posted."""
    try:
        undone = undo_receipt(receipt_id=receipt_id, actor=staff_of(request), now=timezone.now())
    except Adjustment.DoesNotExist as error:
        raise Http404 from error
    messages.success(request, f"{money(-undone.amount_cents)} ne sont plus comptés comme reçus.")
    return redirect("town_hall:to_receive")
