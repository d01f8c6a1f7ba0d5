"""Writing to a merchant that its terms change, and what that makes of its last month; or that they will not."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from billing.commissions import wording
from billing.commissions.facts import TERMS_TO_TELL, TERMS_TOLD, TERMS_WITHDRAWN
from billing.commissions.models import CommissionTerms, TermsNotice
from billing.commissions.notice import NOTICE_DAYS, first_day_after_notice
from billing.commissions.queries import open_book
from billing.settlements.outlook import last_month, outlook
from conciergeries.merchants.models import Merchant
from conciergeries.towns.models import Town
from shared.locks import lock_one
from shared.notifications.services import notify
from shared.outbox.registry import handles
from shared.tenancy import current_town
from shared.web.addresses import base_url


@handles(TERMS_TO_TELL)
@transaction.atomic
def tell_terms(*, payload: dict[str, Any], now: datetime) -> None:
    """Write to one merchant of terms, once; not of terms that were withdrawn meanwhile."""
    town = current_town()
    terms = lock_one(CommissionTerms.objects.all(), notices=payload["notice_id"])
    notice = lock_one(TermsNotice.objects.all(), pk=payload["notice_id"])
    if notice.message_id or terms.withdrawn_on:
        return
    merchant = Merchant.objects.get(pk=notice.merchant_id)
    message = notify(
        to=merchant.contact_email,
        template="terms_set",
        context=_context(notice=notice, terms=terms, merchant=merchant, town=town, now=now),
        then=TERMS_TOLD,
        now=now,
    )
    notice.message_id = message.pk
    notice.save(update_fields=["message_id"])


@handles(TERMS_WITHDRAWN)
@transaction.atomic
def tell_withdrawn(*, payload: dict[str, Any], now: datetime) -> None:
    """Write to one merchant who was told of terms that they were given up, once."""
    town = current_town()
    notice = lock_one(TermsNotice.objects.select_related("terms"), pk=payload["notice_id"])
    if notice.withdrawal_id:
        return
    merchant = Merchant.objects.get(pk=notice.merchant_id)
    today = _today(town, now)
    message = notify(
        to=merchant.contact_email,
        template="terms_withdrawn",
        context={
            "merchant": merchant,
            "terms": notice.terms,
            "current": open_book(merchants=[merchant.pk]).row_for(merchant.pk, today),
            "terms_url": _terms_url(),
        },
        now=now,
    )
    notice.withdrawal_id = message.pk
    notice.save(update_fields=["withdrawal_id"])


def _context(
    *, notice: TermsNotice, terms: CommissionTerms, merchant: Merchant, town: Town, now: datetime
) -> dict[str, Any]:
    today = _today(town, now)
    begins = notice.effective_from or max(terms.valid_from, first_day_after_notice(today, territory=town.territory))
    came_under_them = notice.created_at > terms.created_at and begins <= today
    month = last_month(today)
    months = outlook(town=town, merchants=[merchant.pk], terms=terms.terms, free_months=terms.free_months, month=month)
    return {
        "merchant": merchant,
        "terms": terms,
        "old": None if came_under_them else _before(merchant, begins),
        "begins": begins,
        "month": month,
        "outlook": months[0] if months else None,
        "example": wording.example(terms.terms),
        "beneficiary": wording.beneficiary(terms.terms, town),
        "without_notice": terms.without_notice,
        "notice_days": NOTICE_DAYS,
        "write_to": town.operating_company.contact_email,
        "terms_url": _terms_url(),
    }


def _before(merchant: Merchant, begins: date) -> CommissionTerms | None:
    return open_book(merchants=[merchant.pk]).row_for(merchant.pk, begins - timedelta(days=1))


def _today(town: Town, now: datetime) -> date:
    return now.astimezone(ZoneInfo(town.timezone)).date()


def _terms_url() -> str:
    return base_url(settings.PLATFORM_DOMAIN) + reverse("portal:terms", urlconf=settings.PUBLIC_SCHEMA_URLCONF)
