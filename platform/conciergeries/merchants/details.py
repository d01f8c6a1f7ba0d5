"""What a merchant's invoices say of it: where it is, and its VAT number if it has one."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from conciergeries.merchants.models import Merchant
from shared.audit.services import record
from shared.locks import lock_one
from shared.outbox.services import record_effect

# {"merchant_id"}, recorded in public: what invoices say of it is another; what waited for it may be issued.
MERCHANT_CHANGED = "merchant.details_changed"


@dataclass(frozen=True, kw_only=True, slots=True)
class BillingDetails:
    """What an invoice needs of whom it is for; the VAT number may be empty."""

    address: str
    postcode: str
    city: str
    vat_number: str


@transaction.atomic
def change_details(*, merchant_id: UUID, details: BillingDetails, actor: Any, now: datetime) -> Merchant:
    """Keep a merchant's details for the invoices to come; those issued do not change. Call it in public.

    Raises Merchant.DoesNotExist, django.core.exceptions.ValidationError tied to fields.
    """
    merchant = lock_one(Merchant.objects.all(), pk=merchant_id)
    before = _said(merchant)
    merchant.address, merchant.postcode, merchant.city = details.address, details.postcode, details.city
    merchant.vat_number = details.vat_number
    merchant.clean_fields()
    if _said(merchant) != before:
        merchant.save(update_fields=["address", "postcode", "city", "vat_number"])
        record(
            actor=actor,
            action=MERCHANT_CHANGED,
            target=merchant,
            details={"name": merchant.name, "before": before, "after": _said(merchant)},
            now=now,
        )
        record_effect(kind=MERCHANT_CHANGED, payload={"merchant_id": str(merchant.pk)}, now=now)
    return merchant


def _said(merchant: Merchant) -> str:
    return f"{merchant.address}, {merchant.postcode} {merchant.city}, TVA {merchant.vat_number or 'non communiquée'}"
