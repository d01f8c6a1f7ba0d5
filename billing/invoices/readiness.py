"""What is missing before an invoice can be issued: said in French, to those who can give it."""

from collections.abc import Iterable

from billing.invoices.facts import Exemption, Line
from conciergeries.merchants.models import Merchant
from conciergeries.towns.models import OperatingCompany

MERCHANT_ADDRESS = "Il manque l’adresse du commerçant."
COMPANY_FORM = "Il manque la forme juridique de l’exploitant."
COMPANY_IBAN = "Il manque l’IBAN de l’exploitant, où le commerçant doit la régler."
VAT_IN_FRANCHISE = "L’exploitant ne facture pas la TVA, et les conditions de la commission en prévoient."
NO_VAT_NO_REASON = "Les conditions de la commission sont sans TVA, et rien n’en dispense l’exploitant."


def missing(*, company: OperatingCompany, merchant: Merchant, is_due: bool = False) -> list[str]:
    """What the two parties have not given yet; empty when an invoice can be issued to this merchant.

    `is_due`: it says where to pay, since nothing was here to withhold it from.
    """
    found = []
    if not merchant.has_address:
        found.append(MERCHANT_ADDRESS)
    if not company.legal_form:
        found.append(COMPANY_FORM)
    if is_due and not company.iban:
        found.append(COMPANY_IBAN)
    return found


def contradictions(*, lines: Iterable[Line], exemption: Exemption | None) -> list[str]:
    """What the terms say of VAT that the company's own situation denies."""
    rates = {line.vat_rate_bp for line in lines}
    if exemption is not None and any(rates):
        return [VAT_IN_FRANCHISE]
    return [NO_VAT_NO_REASON] if exemption is None and 0 in rates else []
