"""Being paid: a merchant's account at the Stripe of each company that runs one of its towns."""

from collections.abc import Iterable, Mapping
from uuid import UUID

import stripe
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from billing.payments.gateway import NotConfiguredError
from billing.payments.services import account_link, open_account, refresh_account
from billing.payments.standing import Standing, refused_by_account, standing_of
from billing.settlements.periods import Frequency
from billing.settlements.services import choose_frequency
from conciergeries.merchants.bank import is_payable
from conciergeries.merchants.models import MerchantAccount, MerchantPresence
from conciergeries.portal.access import Access, merchants_only, there
from conciergeries.portal.rhythms import WORDS, rhythms
from conciergeries.towns.models import OperatingCompany
from shared.sepa.accounts import masked
from shared.web.addresses import base_url

UNREACHABLE = "Notre prestataire de paiement ne répond pas. Réessayez dans quelques minutes : rien n’est perdu."


@require_safe
@merchants_only
def payments(request: HttpRequest, access: Access) -> HttpResponse:
    """One row a merchant and a company, with the towns it pays for."""
    opened = MerchantAccount.objects.filter(merchant__in=access.merchants)
    accounts = {(account.merchant_id, account.company_id): account for account in opened}
    companies = _companies(access)
    standings = _standings(accounts, companies)
    rows = [
        {
            "merchant": access.merchants[merchant_id],
            "company": company,
            "towns": towns,
            "account": accounts.get((merchant_id, company.pk)),
            "standing": standings[merchant_id, company.pk],
        }
        for (merchant_id, company), towns in companies.items()
    ]
    found = rhythms(access=access, now=timezone.now())
    banks = [
        (merchant, masked(merchant.iban), is_payable(merchant, now=timezone.now()))
        for merchant in sorted(access.merchants.values(), key=str)
    ]
    context = {
        "access": access,
        "rows": rows,
        "rhythms": found,
        "banks": banks,
        "by_bank": any(row.by_bank for row in found),
    }
    return render(request, "portal/payments.html", context)


@require_POST
@merchants_only
def rhythm(request: HttpRequest, access: Access, town: str, merchant_id: UUID) -> HttpResponse:
    """Be settled more often, or less, from the next period on. A second click changes nothing."""
    where, merchant = access.town(town), access.merchant(merchant_id)
    if not MerchantPresence.objects.filter(merchant=merchant, town=where, left_at=None).exists():
        raise Http404
    try:
        frequency = Frequency(request.POST.get("frequency", ""))
    except ValueError:
        return HttpResponseBadRequest()
    try:
        with there(where):
            choose_frequency(town=where, merchant=merchant, frequency=frequency, actor=access.user, now=timezone.now())
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        words = f"{where.name} : vous êtes réglé {WORDS[frequency]}, dès la période suivante."
        messages.success(request, words)
    return redirect("portal:payments")


@require_POST
@merchants_only
def connect(request: HttpRequest, access: Access, merchant_id: UUID, company_id: UUID) -> HttpResponse:
    """Open the account if there is none, and go on to Stripe's own pages to complete it."""
    merchant, company = access.merchant(merchant_id), _company(access, merchant_id, company_id)
    here = base_url(settings.PLATFORM_DOMAIN)
    try:
        account = open_account(merchant=merchant, company=company, now=timezone.now())
        url = account_link(
            account=account,
            refresh_url=here + reverse("portal:payments"),
            return_url=here + reverse("portal:back", args=[merchant_id, company_id]),
        )
    except (stripe.StripeError, NotConfiguredError):
        messages.error(request, UNREACHABLE)
        return redirect("portal:payments")
    return HttpResponseRedirect(url)


@require_safe
@merchants_only
def back(request: HttpRequest, access: Access, merchant_id: UUID, company_id: UUID) -> HttpResponse:
    """Coming back proves nothing: Stripe is asked whether the account may be paid."""
    company = _company(access, merchant_id, company_id)
    account = MerchantAccount.objects.filter(merchant_id=merchant_id, company=company).first()
    if account is None:
        raise Http404
    try:
        active = refresh_account(account_id=account.stripe_account_id, now=timezone.now())
    except (stripe.StripeError, NotConfiguredError):
        messages.error(request, UNREACHABLE)
        return redirect("portal:payments")
    if active:
        messages.success(request, "Votre compte de versement est prêt : vos prochains bordereaux y seront payés.")
    else:
        account.refresh_from_db()
        messages.warning(request, f"Votre compte n’est pas encore prêt. {standing_of(account).sentence}")
    return redirect("portal:payments")


def _standings(
    accounts: Mapping[tuple[UUID, UUID], MerchantAccount], companies: Iterable[tuple[UUID, OperatingCompany]]
) -> dict[tuple[UUID, UUID], Standing]:
    """How each merchant's account stands at each company; one company's says nothing of another's."""
    refused = refused_by_account(accounts.values())
    found = {}
    for merchant_id, company in companies:
        account = accounts.get((merchant_id, company.pk))
        found[merchant_id, company.pk] = standing_of(account, refused=refused.get(account.pk, []) if account else [])
    return found


def _companies(access: Access) -> dict[tuple[UUID, OperatingCompany], list[str]]:
    """The companies that pay each merchant, with the names of their towns."""
    found: dict[tuple[UUID, OperatingCompany], list[str]] = {}
    present = MerchantPresence.objects.filter(merchant__in=access.merchants, town__ready=True)
    for presence in present.select_related("town__operating_company").order_by("merchant__name", "town__name"):
        found.setdefault((presence.merchant_id, presence.town.operating_company), []).append(presence.town.name)
    return found


def _company(access: Access, merchant_id: UUID, company_id: UUID) -> OperatingCompany:
    for owner, company in _companies(access):
        if owner == merchant_id and company.pk == company_id:
            return company
    raise Http404
