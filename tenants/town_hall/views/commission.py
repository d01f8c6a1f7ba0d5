"""Commission terms: what holds, what will hold, and setting what comes next."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from billing.commissions import services
from billing.commissions.models import CommissionTerms
from billing.commissions.queries import history, terms_row_for
from shared.accounts.permissions import require_role
from shared.french import calendar_day
from tenants.shops.models import Shop
from tenants.staff.models import StaffRole
from tenants.staff.requests import staff_of, town_of
from tenants.town_hall import wording
from tenants.town_hall.forms.commission import TermsForm

# Merchants are told of changed terms this long before (règlement « platform to business », article 3).
NOTICE_DAYS = 15


@require_role(StaffRole.TOWN_HALL)
@require_safe
def commission(request: HttpRequest) -> HttpResponse:
    today = timezone.localdate()
    shops = {shop.merchant_id: shop for shop in Shop.objects.order_by("name", "pk")}
    own = list(CommissionTerms.objects.exclude(merchant_id=None).order_by("-valid_from", "pk"))
    context = {
        "current": terms_row_for(merchant_id=None, on=today),
        "rows": history(merchant_id=None),
        "own": [(shops.get(row.merchant_id), row) for row in own if row.merchant_id],
        "today": today,
    }
    return render(request, "town_hall/commission.html", context)


@require_role(StaffRole.TOWN_HALL)
@require_http_methods(["GET", "HEAD", "POST"])
def set_terms(request: HttpRequest) -> HttpResponse:
    """Two pages: what is wanted, then what it means, before it is set."""
    town, now = town_of(request), timezone.now()
    if request.method != "POST":
        form = TermsForm(town=town, now=now, initial={"shop": request.GET.get("boutique", "")})
        return render(request, "town_hall/set_terms.html", {"form": form})
    form = TermsForm(request.POST, town=town, now=now)
    if not form.is_valid():
        return render(request, "town_hall/set_terms.html", {"form": form}, status=422)
    there = form.already_set()
    if there is not None and there.terms == form.terms():
        return _done(request, form)
    if there is not None:
        form.add_error("valid_from", "Des conditions sont déjà prévues à partir de cette date.")
    elif "confirm" in request.POST and _set(request, form):
        return _done(request, form)
    if form.errors or "change" in request.POST:
        return render(request, "town_hall/set_terms.html", {"form": form}, status=422 if form.errors else 200)
    return render(request, "town_hall/confirm_terms.html", _meaning(request, form))


def _set(request: HttpRequest, form: TermsForm) -> bool:
    terms = form.terms()
    try:
        services.set_terms(
            town=town_of(request),
            merchant_id=form.merchant_id,
            rate_bp=terms.rate_bp,
            price_basis=terms.price_basis,
            base=terms.base,
            vat_rate_bp=terms.vat_rate_bp,
            beneficiary=terms.beneficiary,
            valid_from=form.cleaned_data["valid_from"],
            actor=staff_of(request),
            now=timezone.now(),
        )
    except ValidationError as error:
        for field, errors in error.message_dict.items():
            for said in errors:
                form.add_error(field if field in form.fields else None, said)
        return False
    return True


def _done(request: HttpRequest, form: TermsForm) -> HttpResponse:
    first = form.cleaned_data["valid_from"]
    messages.success(request, f"{wording.rate(form.terms())}, à partir du {calendar_day(first, year=True)}.")
    return redirect("town_hall:commission")


def _meaning(request: HttpRequest, form: TermsForm) -> dict[str, object]:
    terms, first, today = form.terms(), form.cleaned_data["valid_from"], timezone.localdate()
    shop: Shop | None = form.cleaned_data["shop"]
    before = terms_row_for(merchant_id=form.merchant_id, on=first)
    concerned = [shop] if shop else list(Shop.objects.open_to_residents())
    return {
        "form": form,
        "shop": shop,
        "rate": wording.rate(terms),
        "vat": wording.vat(terms),
        "beneficiary": wording.beneficiary(terms, town_of(request)),
        "example": wording.example(terms),
        "valid_from": first,
        "before": before,
        "concerned": concerned,
        "short_notice": bool(before and concerned) and (first - today).days < NOTICE_DAYS,
        "notice_days": NOTICE_DAYS,
    }
