"""Setting commission terms: from a day on, never backwards."""

from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from billing.commissions.models import CommissionTerms
from billing.commissions.terms import Basis, Beneficiary
from conciergeries.towns.models import Town
from shared.audit.services import record


def set_terms(
    *,
    town: Town,
    merchant_id: UUID | None,
    rate_bp: int,
    price_basis: Basis,
    base: Basis,
    vat_rate_bp: int,
    beneficiary: Beneficiary,
    valid_from: date,
    actor: Any,
    now: datetime,
) -> CommissionTerms:
    """Record the terms of the town (merchant_id None) or of one merchant from a day on. Call it inside the town.

    Orders placed before that day keep the terms frozen on them. Raises django.core.exceptions.ValidationError, tied to
    the fields and in French: a day already past in the town, terms already set for that day, a rate out of bounds.
    """
    if valid_from < now.astimezone(ZoneInfo(town.timezone)).date():
        raise ValidationError({"valid_from": "Choisissez aujourd’hui ou une date à venir."})
    terms = CommissionTerms(
        merchant_id=merchant_id,
        rate_bp=rate_bp,
        price_basis=price_basis.value,
        base=base.value,
        vat_rate_bp=vat_rate_bp,
        beneficiary=beneficiary.value,
        valid_from=valid_from,
        created_at=now,
    )
    _check(terms)
    try:
        with transaction.atomic():
            terms.save(force_insert=True)
            record(
                actor=actor,
                action="commission.terms_set",
                target=terms,
                details={
                    "merchant": str(merchant_id) if merchant_id else None,
                    "rate_bp": rate_bp,
                    "price_basis": price_basis.value,
                    "base": base.value,
                    "vat_rate_bp": vat_rate_bp,
                    "beneficiary": beneficiary.value,
                    "valid_from": valid_from.isoformat(),
                },
                now=now,
            )
    except IntegrityError:
        # Somebody set terms for the same day between our check and our insert: the same message, from the same place.
        _check(terms)
        raise
    return terms


_FIELD_OF_CONSTRAINT = {
    "commissions_one_terms_per_date": "valid_from",
    "commissions_rate_between_0_and_50_percent": "rate_bp",
    "commissions_vat_between_0_and_100_percent": "vat_rate_bp",
}


def _check(terms: CommissionTerms) -> None:
    """Validate the row against its constraints, each error on the field a form shows it beside."""
    terms.clean_fields()
    errors: dict[str, list[ValidationError]] = {}
    for constraint in CommissionTerms._meta.constraints:  # noqa: SLF001  (Django's documented model metadata)
        try:
            constraint.validate(CommissionTerms, terms)
        except ValidationError as error:
            errors.setdefault(_FIELD_OF_CONSTRAINT.get(constraint.name, "__all__"), []).append(error)
    if errors:
        raise ValidationError(errors)
