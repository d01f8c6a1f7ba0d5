"""What a merchant's invoices say of it, where it is and its VAT number; and who it is, for the tax administration."""

from dataclasses import dataclass
from datetime import date, datetime
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
    """What an invoice needs of whom it is for; the VAT number may be empty.

    `is_sole_trader`: None when it does not say; of a person, the birth date is declared, and is on no invoice.
    """

    address: str
    postcode: str
    city: str
    vat_number: str
    is_sole_trader: bool | None = None
    birth_date: date | None = None


@transaction.atomic
def change_details(*, merchant_id: UUID, details: BillingDetails, actor: Any, now: datetime) -> Merchant:
    """Keep a merchant's details for the invoices to come; those issued do not change. Call it in public.

    Raises Merchant.DoesNotExist, django.core.exceptions.ValidationError tied to fields.
    """
    merchant = lock_one(Merchant.objects.all(), pk=merchant_id)
    before = _said(merchant)
    merchant.address, merchant.postcode, merchant.city = details.address, details.postcode, details.city
    merchant.vat_number = details.vat_number
    person = (merchant.is_sole_trader, merchant.birth_date)
    merchant.is_sole_trader, merchant.birth_date = details.is_sole_trader, details.birth_date
    merchant.clean_fields()
    merchant.validate_constraints()
    if _said(merchant) != before or (merchant.is_sole_trader, merchant.birth_date) != person:
        merchant.save(update_fields=["address", "postcode", "city", "vat_number", "is_sole_trader", "birth_date"])
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
    """For the trail, which keeps what it is told for ever: a birth date is not."""
    return f"{merchant.address}, {merchant.postcode} {merchant.city}, TVA {merchant.vat_number or 'non communiquée'}"
