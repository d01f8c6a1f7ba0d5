"""The accounts that merchants are paid to at the company's Stripe: read here, completed by each merchant alone."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from billing.payments.balance_models import CompanyPayout
from billing.payments.queries import account_standings
from billing.settlements.models import Means
from billing.settlements.rules import latest_rules
from conciergeries.merchants.models import Merchant
from shared.accounts.permissions import require_role
from tenants.staff.models import StaffRole
from tenants.staff.requests import town_of

PAYOUTS_SHOWN = 20


@require_role(StaffRole.TOWN_HALL)
@require_safe
def accounts(request: HttpRequest) -> HttpResponse:
    town = town_of(request)
    here = Merchant.objects.filter(presences__town=town).order_by("name", "pk")
    rows = account_standings(company=town.operating_company, merchants=here)
    context = {
        "rows": rows,
        "company": town.operating_company,
        "by_bank": latest_rules().means == Means.SEPA,
        "payouts": CompanyPayout.objects.order_by("-sent_at", "pk")[:PAYOUTS_SHOWN],
    }
    return render(request, "town_hall/accounts.html", context)
