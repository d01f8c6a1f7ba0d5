"""Writing to a merchant that its statement is there, with its papers."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse

from billing.documents.attaching import DOCUMENTS
from billing.documents.models import Document, DocumentKind
from billing.invoices.models import Invoice
from billing.settlements.counting import sales_of
from billing.settlements.models import Statement
from billing.settlements.payouts import account_at_company
from billing.settlements.reckoning import ACCOUNT_WAITED_FOR, IBAN_WAITED_FOR, becomes, reckoning_of
from conciergeries.merchants.models import Merchant
from conciergeries.towns.models import Town
from shared.notifications.services import notify
from shared.web.addresses import base_url

TEMPLATE = "statement_issued"
INVOICE_TEMPLATE = "invoice_issued"
INVOICES = frozenset({DocumentKind.INVOICE.value, DocumentKind.CREDIT_NOTE.value})
# A mail is no ledger: beyond this many orders it says how many more the page shows.
ORDERS_SHOWN = 40


def tell_merchant(
    *, statement: Statement, invoice: Invoice | None, documents: Sequence[Document], town: Town, now: datetime
) -> None:
    """Send papers by e-mail, in the transaction that keeps them: a statement with its own, or a late invoice."""
    merchant = Merchant.objects.get(pk=statement.merchant_id)
    comes_alone = all(document.kind in INVOICES for document in documents)
    notify(
        to=merchant.contact_email,
        template=INVOICE_TEMPLATE if comes_alone else TEMPLATE,
        context=_context(statement, invoice, town) | {"documents": documents},
        attachments=[(DOCUMENTS, str(document.pk)) for document in documents],
        now=now,
    )


def _context(statement: Statement, invoice: Invoice | None, town: Town) -> dict[str, Any]:
    account = account_at_company(merchant_id=statement.merchant_id, town=town)
    said = becomes(statement, town=town, can_receive=account is not None and account.transfers_active)
    platform = base_url(settings.PLATFORM_DOMAIN)
    sales = sales_of(statement)
    return {
        "statement": statement,
        "segments": list(statement.segments.order_by("position")),
        "invoice": invoice,
        "orders": list(sales[:ORDERS_SHOWN]),
        "orders_left": max(sales.count() - ORDERS_SHOWN, 0),
        "town_name": town.name,
        "reckoning": reckoning_of(statement),
        "becomes": said,
        # Something is missing, that the merchant can give.
        "is_awaited": said in {ACCOUNT_WAITED_FOR, IBAN_WAITED_FOR},
        "account_url": platform + reverse("portal:payments", urlconf=settings.PUBLIC_SCHEMA_URLCONF),
        "statement_url": platform
        + reverse("portal:statement", args=[town.slug, statement.number], urlconf=settings.PUBLIC_SCHEMA_URLCONF),
    }
