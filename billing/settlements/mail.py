"""Writing to a merchant that its statement is there."""

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.urls import reverse

from billing.settlements.models import Sale, Statement, StatementSegment
from billing.settlements.payouts import account_at_company
from conciergeries.merchants.models import Merchant
from conciergeries.towns.models import Town
from shared.notifications.services import notify
from shared.web.addresses import base_url

TEMPLATE = "statement_issued"
# A mail is no ledger: beyond this many orders it says how many more the page shows.
ORDERS_SHOWN = 40


def tell_merchant(*, statement: Statement, segments: Sequence[StatementSegment], town: Town, now: datetime) -> None:
    """Send a statement by e-mail, in the transaction that issues it."""
    merchant = Merchant.objects.get(pk=statement.merchant_id)
    account = account_at_company(merchant_id=statement.merchant_id, town=town)
    platform = base_url(settings.PLATFORM_DOMAIN)
    sales = Sale.objects.filter(statement_id=statement.pk).order_by("handed_over_at", "id")
    notify(
        to=merchant.contact_email,
        template=TEMPLATE,
        context={
            "statement": statement,
            "segments": segments,
            "orders": list(sales[:ORDERS_SHOWN]),
            "orders_left": max(sales.count() - ORDERS_SHOWN, 0),
            "town_name": town.name,
            "can_receive": account is not None and account.transfers_active,
            "account_url": platform + reverse("portal:payments", urlconf=settings.PUBLIC_SCHEMA_URLCONF),
            "statement_url": platform
            + reverse("portal:statement", args=[town.slug, statement.number], urlconf=settings.PUBLIC_SCHEMA_URLCONF),
        },
        now=now,
    )
