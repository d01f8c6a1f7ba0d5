"""A merchant's account at the Stripe of an operating company: opened once, completed by the merchant on Stripe's own
pages, allowed to receive transfers when Stripe says so and not before.

These write `MerchantAccount`, a row of the public schema, and work there whichever town they are called from.
"""

import hashlib
import json
import logging
from datetime import datetime

from django.db import transaction
from stripe.params.v2.core import AccountCreateParams

from billing.payments import facts
from billing.payments.account_mail import missing_codes, tell_what_is_new
from billing.payments.gateway import CURRENCY, account_of
from billing.payments.requirements import Word, kept, word_in
from conciergeries.merchants.models import Merchant, MerchantAccount
from conciergeries.towns.models import OperatingCompany, Town
from shared.locks import lock_one
from shared.outbox.services import record_effect
from shared.tenancy import in_public, in_town

logger = logging.getLogger(__name__)

SIREN_DIGITS = 9


def open_account(*, merchant: Merchant, company: OperatingCompany, now: datetime) -> MerchantAccount:
    """Open a merchant's account under a company, or give the one it has. Never in a transaction.

    It receives transfers once the merchant has been through `account_link`. Raises stripe.StripeError.
    """
    with in_public():
        known = MerchantAccount.objects.filter(merchant=merchant, company=company).first()
        if known is not None:
            return known
        request = _request(merchant)
        opened = account_of(company).client.v2.core.accounts.create(
            request, {"idempotency_key": _key(merchant, company, request)}
        )
        with transaction.atomic():
            account, created = MerchantAccount.objects.get_or_create(
                merchant=merchant, company=company, defaults={"stripe_account_id": opened.id}
            )
            if created:
                keep_word(account, word_in(opened), now=now)
                account.told_codes = missing_codes(account)
                account.save(update_fields=["told_codes"])
        logger.info(
            "Stripe account opened", extra={"account": account.stripe_account_id, "new": created, "at": str(now)}
        )
        return account


def _request(merchant: Merchant) -> AccountCreateParams:
    return {
        "contact_email": merchant.contact_email,
        "display_name": merchant.name,
        "dashboard": "express",
        "defaults": {
            "currency": CURRENCY,
            "locales": ["fr-FR"],
            "responsibilities": {"fees_collector": "application", "losses_collector": "application"},
        },
        "identity": {
            "country": "FR",
            "entity_type": "company",
            "business_details": {
                "registered_name": merchant.name,
                "id_numbers": [{"type": "fr_siren", "value": merchant.siret[:SIREN_DIGITS]}],
            },
        },
        "configuration": {
            "recipient": {"capabilities": {"stripe_balance": {"stripe_transfers": {"requested": True}}}},
        },
        "metadata": {"merchant": str(merchant.pk)},
        "include": ["configuration.recipient", "requirements"],
    }


def _key(merchant: Merchant, company: OperatingCompany, request: AccountCreateParams) -> str:
    """The same call has the same key; a corrected name or address makes it another call."""
    digest = hashlib.sha256(json.dumps(request, sort_keys=True).encode()).hexdigest()[:12]
    return f"account-{merchant.pk}-{company.pk}-{digest}"


def account_link(*, account: MerchantAccount, refresh_url: str, return_url: str) -> str:
    """The address of Stripe's page where the merchant completes the account: short-lived, for one visit.

    Coming back from it proves nothing: only `refresh_account` tells. Never in a transaction. Raises
    stripe.StripeError.
    """
    link = account_of(account.company).client.v2.core.account_links.create(
        {
            "account": account.stripe_account_id,
            "use_case": {
                "type": "account_onboarding",
                "account_onboarding": {"refresh_url": refresh_url, "return_url": return_url},
            },
        }
    )
    return link.url


def refresh_account(*, account_id: str, now: datetime, alias: str | None = None) -> bool:
    """Ask Stripe how an account stands, and take note; True when it may receive transfers. Never in a transaction.

    When it has become so, every town of the company is told (facts.ACCOUNT_ACTIVE); the merchant is written to, once,
    when something new is missing. An account that is not one of our merchants' is ignored, and so is one that another
    company's Stripe (`alias`) spoke of.
    """
    with in_public():
        account = (
            MerchantAccount.objects.select_related("company")
            .filter(stripe_account_id=account_id)
            .order_by("pk")
            .first()
        )
        if account is None:
            return False
        if alias is not None and alias != account.company.stripe_alias:
            logger.warning("Stripe event about another company's account", extra={"account": account_id, "by": alias})
            return False
        seen = account_of(account.company).client.v2.core.accounts.retrieve(
            account_id, {"include": ["configuration.recipient", "requirements"]}
        )
        word = word_in(seen)
        with transaction.atomic():
            account = lock_one(MerchantAccount.objects.select_related("merchant", "company"), pk=account.pk)
            became_active = word.is_active and not account.transfers_active
            first = account.asked_at is None
            keep_word(account, word, now=now)
            if became_active:
                _tell_towns(account, now)
            if first:
                # It was opened a moment ago, or before we kept any of this: the pages say it.
                account.told_codes = missing_codes(account)
                account.save(update_fields=["told_codes"])
            else:
                tell_what_is_new(account, now=now)
        return word.is_active


def keep_word(account: MerchantAccount, word: Word, *, now: datetime) -> None:
    """Write down what Stripe said of a *locked* account, or of a new one."""
    account.transfers_active = word.is_active
    account.capability = word.capability[:30]
    account.capability_reason = word.reason[:80]
    account.requirements = kept(word.needs)
    account.required_by = word.required_by
    account.asked_at = now
    account.save()


def _tell_towns(account: MerchantAccount, now: datetime) -> None:
    for town in Town.objects.filter(operating_company=account.company, ready=True).order_by("schema_name"):
        with in_town(town):
            record_effect(kind=facts.ACCOUNT_ACTIVE, payload={"merchant_id": str(account.merchant_id)}, now=now)
