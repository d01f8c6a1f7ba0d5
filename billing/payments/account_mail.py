"""Writing to a merchant about its account at Stripe: something new is missing, a deadline comes near; each once."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.urls import reverse

from billing.payments.account_wording import missing_words
from billing.payments.requirements import needs_of
from billing.payments.standing import day_of, items, standing_of
from conciergeries.merchants.models import MerchantAccount
from shared.notifications.services import notify
from shared.web.addresses import base_url

NEEDS = "payments/account_needs"
DEADLINE = "payments/account_deadline"
# How long before its deadline a merchant is reminded of what Stripe asks for.
NEAR = timedelta(days=14)


def missing_codes(account: MerchantAccount) -> list[str]:
    """What is missing now, in Stripe's codes."""
    return [need.code for need in needs_of(account.requirements) if need.is_missing]


def tell_what_is_new(account: MerchantAccount, *, now: datetime) -> None:
    """Write about what was not missing before, and about a deadline that is near, of a *locked* account in public.

    What is given is forgotten: missing again, it is written about again.
    """
    before = {missing_words(code) for code in account.told_codes}
    needs = [need for need in needs_of(account.requirements) if need.is_missing]
    new = [need for need in needs if missing_words(need.code) not in before]
    is_near = account.required_by is not None and now < account.required_by <= now + NEAR
    reminds = is_near and account.told_deadline != account.required_by
    account.told_codes = [need.code for need in needs]
    if reminds:
        account.told_deadline = account.required_by
    account.save(update_fields=["told_codes", "told_deadline"])
    if new:
        _write(account, NEEDS, {"items": items(new)}, now=now)
    elif reminds:
        standing = standing_of(account)
        _write(account, DEADLINE, {"items": [*standing.missing, *standing.later]}, now=now)


def _write(account: MerchantAccount, template: str, context: dict[str, Any], *, now: datetime) -> None:
    page = reverse("portal:payments", urlconf=settings.PUBLIC_SCHEMA_URLCONF)
    known = {
        "merchant": account.merchant.name,
        "company": account.company.name,
        "required_by": day_of(account.required_by),
        "is_active": account.transfers_active,
        "url": base_url(settings.PLATFORM_DOMAIN) + page,
    }
    notify(to=account.merchant.contact_email, template=template, context={**known, **context}, now=now)
