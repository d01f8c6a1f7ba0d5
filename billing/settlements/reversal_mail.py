"""Writing to a merchant that a payout was taken back from its account at Stripe, and what becomes of the money."""

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.urls import reverse

from billing.payments.gateway import current_town
from billing.settlements.models import Payout
from conciergeries.merchants.models import Merchant
from shared.notifications.services import notify
from shared.web.addresses import base_url

TEMPLATE = "payout_reversed"


def tell_reversed(*, payout: Payout, amount_cents: int, reasons: Sequence[str], now: datetime) -> None:
    """Write in the transaction that posts it; `reasons` are those of staff, none when Stripe did it by itself."""
    town = current_town()
    merchant = Merchant.objects.get(pk=payout.merchant_id)
    page = reverse(
        "portal:statement", args=[town.slug, payout.statement.number], urlconf=settings.PUBLIC_SCHEMA_URLCONF
    )
    context = {
        "amount_cents": amount_cents,
        "number": payout.statement.number,
        "company": town.operating_company.name,
        "reasons": list(reasons),
        "town_name": town.name,
        "statement_url": base_url(settings.PLATFORM_DOMAIN) + page,
    }
    notify(to=merchant.contact_email, template=TEMPLATE, context=context, now=now)
