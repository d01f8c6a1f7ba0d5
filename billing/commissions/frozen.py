"""Commission terms frozen on a row: the columns that hold them, and the value that they make."""

from collections.abc import Mapping
from typing import Any

from django.db import models

from billing.commissions.models import CommissionTerms
from billing.commissions.terms import Basis, Beneficiary, Terms
from shared.models import UUIDModel

# Of a row frozen with terms, what tells it from another: rows alike in these are one segment of a statement.
COLUMNS = (
    "rate_bp",
    "price_basis",
    "base",
    "commission_vat_bp",
    "beneficiary",
    "fixed_fee_cents",
    "minimum_cents",
)


class TermsModel(UUIDModel):
    """A row that carries the commission terms frozen when the order was placed."""

    rate_bp = models.PositiveIntegerField("taux")
    price_basis = models.CharField("commission exprimée", max_length=3, choices=CommissionTerms.BasisChoices.choices)
    base = models.CharField("calculée sur les ventes", max_length=3, choices=CommissionTerms.BasisChoices.choices)
    commission_vat_bp = models.PositiveIntegerField("taux de TVA de la commission")
    beneficiary = models.CharField("au profit de", max_length=10, choices=CommissionTerms.BeneficiaryChoices.choices)
    fixed_fee_cents = models.PositiveIntegerField("frais par commande, en centimes", default=0)
    minimum_cents = models.PositiveIntegerField("minimum par bordereau, en centimes HT", default=0)

    class Meta:
        abstract = True

    @property
    def terms(self) -> Terms:
        return terms_of({column: getattr(self, column) for column in COLUMNS})


def terms_of(columns: Mapping[str, Any]) -> Terms:
    """The terms that the columns of a TermsModel hold."""
    return Terms(
        rate_bp=columns["rate_bp"],
        price_basis=Basis(columns["price_basis"]),
        base=Basis(columns["base"]),
        vat_rate_bp=columns["commission_vat_bp"],
        beneficiary=Beneficiary(columns["beneficiary"]),
        fixed_fee_cents=columns["fixed_fee_cents"],
        minimum_cents=columns["minimum_cents"],
    )


def columns_of(terms: Terms) -> dict[str, Any]:
    """The columns of a TermsModel that hold these terms."""
    return {
        "rate_bp": terms.rate_bp,
        "price_basis": terms.price_basis.value,
        "base": terms.base.value,
        "commission_vat_bp": terms.vat_rate_bp,
        "beneficiary": terms.beneficiary.value,
        "fixed_fee_cents": terms.fixed_fee_cents,
        "minimum_cents": terms.minimum_cents,
    }
