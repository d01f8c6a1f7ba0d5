"""Commission terms: what holds, what will hold, setting what comes next, and giving up what has not begun."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from billing.commissions import services, wording
from billing.commissions.models import CommissionTerms
from billing.commissions.notice import NOTICE_DAYS
from billing.commissions.queries import open_book
from billing.settlements.outlook import last_month, outlook
from shared.accounts.permissions import require_role
from shared.french import calendar_day
from tenants.shops.models import Shop
from tenants.staff.models import StaffRole
from tenants.staff.requests import staff_of, town_of
from tenants.town_hall import conditions
from tenants.town_hall.forms.commission import AgreementForm, ReturnForm, TermsForm

PER_PAGE = 20
# The form's name for what the service calls otherwise.
_FIELDS = {
    "rate_bp": "rate",
    "vat_rate_bp": "vat_rate",
    "fixed_fee_cents": "fixed_fee",
    "minimum_cents": "minimum",
}


@require_role(StaffRole.TOWN_HALL)
@require_safe
def commission(request: HttpRequest) -> HttpResponse:
    return render(request, "town_hall/commission.html", {"found": conditions.conditions(today=timezone.localdate())})


@require_role(StaffRole.TOWN_HALL)
@require_safe
def terms(request: HttpRequest, terms_id: UUID) -> HttpResponse:
    """One version: what it says, and which merchants were told of it, when."""
    row = get_object_or_404(CommissionTerms, pk=terms_id)
    told = conditions.told_of(row)
    found = conditions.version(row, book=open_book(), notices=row.notices.order_by("pk"), today=timezone.localdate())
    context = {
        "version": found,
        "row": row,
        "name": conditions.names_of([row.merchant_id])[row.merchant_id] if row.merchant_id else "",
        "beneficiary": wording.beneficiary(row.terms, town_of(request)),
        "page": Paginator(told, PER_PAGE).get_page(request.GET.get("page")),
    }
    return render(request, "town_hall/terms.html", context)


@require_role(StaffRole.TOWN_HALL)
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw_terms(request: HttpRequest, terms_id: UUID) -> HttpResponse:
    """Give up terms that have not begun; a second click finds them given up."""
    row = get_object_or_404(CommissionTerms, pk=terms_id)
    if request.method != "POST":
        told = row.notices.filter(message_id__isnull=False).count()
        return render(request, "town_hall/withdraw_terms.html", {"row": row, "told": told})
    try:
        services.withdraw_terms(terms_id=row.pk, town=town_of(request), actor=staff_of(request), now=timezone.now())
    except services.AlreadyInForceError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"Les conditions prévues à partir du {calendar_day(row.valid_from)} sont retirées.")
    return redirect("town_hall:commission")


@require_role(StaffRole.TOWN_HALL)
@require_http_methods(["GET", "HEAD", "POST"])
def set_terms(request: HttpRequest) -> HttpResponse:
    """Two pages: what is wanted, then what it means, on last month's sales too, before it is set."""
    town, now = town_of(request), timezone.now()
    if request.method == "POST":
        return _answer(request, TermsForm(request.POST, town=town, now=now))
    form = TermsForm(town=town, now=now, initial={"shop": request.GET.get("boutique", "")})
    return render(request, "town_hall/set_terms.html", {"form": form})


def _answer(request: HttpRequest, form: TermsForm) -> HttpResponse:
    if not form.is_valid():
        return render(request, "town_hall/set_terms.html", {"form": form}, status=422)
    if form.already_set():
        return _done(request, form)
    if "change" in request.POST:
        return render(request, "town_hall/set_terms.html", {"form": form})
    try:
        if "confirm" in request.POST:
            services.set_terms(**_wanted(request, form), actor=staff_of(request))
            return _done(request, form)
        draft = services.draft_terms(**_wanted(request, form))
    except ValidationError as error:
        _say(error, form)
        return render(request, "town_hall/set_terms.html", {"form": form}, status=422)
    shop = form.cleaned_data["shop"]
    return render(request, "town_hall/confirm_terms.html", _meaning(request, form, draft, shop))


@require_role(StaffRole.TOWN_HALL)
@require_http_methods(["GET", "HEAD", "POST"])
def back_to_town(request: HttpRequest, merchant_id: UUID) -> HttpResponse:
    """A shop with its own terms goes back to the town's: what is wanted, then what it means, before it is done."""
    shop = get_object_or_404(Shop, merchant_id=merchant_id)
    town, now = town_of(request), timezone.now()
    form = ReturnForm(request.POST if request.method == "POST" else None, town=town, now=now)
    if request.method == "POST" and form.is_valid() and "change" not in request.POST:
        first = form.cleaned_data["valid_from"]
        versions = CommissionTerms.objects.filter(merchant_id=merchant_id, follows_town=True, withdrawn_on=None)
        if versions.filter(valid_from=first).exists():
            # The second of two clicks.
            return redirect("town_hall:commission")
        wanted: dict[str, Any] = {
            "town": town,
            "merchant_id": merchant_id,
            "valid_from": first,
            "agreement": form.agreement(),
            "now": now,
        }
        try:
            if "confirm" in request.POST:
                row = services.return_to_town(**wanted, actor=staff_of(request))
                day = calendar_day(row.valid_from, year=True)
                messages.success(request, f"{shop.name} revient aux conditions de la commune, à partir du {day}.")
                return redirect("town_hall:commission")
            draft = services.draft_return(**wanted)
        except ValidationError as error:
            _say(error, form)
        else:
            return render(request, "town_hall/confirm_terms.html", _meaning(request, form, draft, shop))
    book, today = open_book(), timezone.localdate()
    context = {
        "form": form,
        "name": shop.name,
        "own": book.own_for(merchant_id, today),
        "current": book.row_for(None, today),
    }
    return render(request, "town_hall/back_to_town.html", context, status=422 if form.errors else 200)


def _wanted(request: HttpRequest, form: TermsForm) -> dict[str, Any]:
    return {
        "town": town_of(request),
        "merchant_id": form.merchant_id,
        "terms": form.terms(),
        "free_months": form.free_month_count,
        "valid_from": form.cleaned_data["valid_from"],
        "agreement": form.agreement(),
        "now": timezone.now(),
    }


def _say(error: ValidationError, form: AgreementForm) -> None:
    found = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
    for name, said in found.items():
        field = _FIELDS.get(name, name)
        for each in said:
            form.add_error(field if field in form.fields else None, each)


def _done(request: HttpRequest, form: TermsForm) -> HttpResponse:
    first = form.cleaned_data["valid_from"]
    messages.success(request, f"{wording.rate(form.terms())}, à partir du {calendar_day(first, year=True)}.")
    return redirect("town_hall:commission")


def _meaning(request: HttpRequest, form: AgreementForm, draft: services.Draft, shop: Shop | None) -> dict[str, object]:
    town, row = town_of(request), draft.row
    month = last_month(timezone.localdate())
    looked = outlook(town=town, merchants=draft.merchants, terms=row.terms, free_months=row.free_months, month=month)
    page = Paginator(looked, PER_PAGE).get_page(request.POST.get("page"))
    names = conditions.names_of(one.merchant_id for one in page)
    return {
        "form": form,
        "shop": shop,
        "row": row,
        "beneficiary": wording.beneficiary(row.terms, town),
        "example": wording.example(row.terms),
        "before": draft.before,
        "told": len(draft.merchants),
        "notice_days": NOTICE_DAYS,
        "month": month,
        "page": page,
        "outlooks": [(names[one.merchant_id], one) for one in page],
        "before_cents": sum(one.before_cents for one in looked),
        "after_cents": sum(one.after_cents for one in looked),
        "gross_cents": sum(one.gross_cents for one in looked),
        "difference_cents": sum(one.difference_cents for one in looked),
    }
