"""The PDF of an invoice or a credit note: for people, with the XML inside for their software (Factur-X)."""

from pathlib import Path
from typing import Any

from billing.documents.letterhead import Issuer, letterhead
from billing.documents.models import DocumentKind
from billing.documents.services import PDF, File
from billing.invoices.facts import Party
from billing.invoices.mentions import GENERAL, TREATMENT
from billing.invoices.models import Invoice
from conciergeries.towns.models import Town
from shared.french import MINUS, full_date, money, percent, period, siren
from shared.sepa.accounts import spaced
from shared.typesetting.pdf import Attachment, typeset
from shared.typesetting.xmp import Schema, with_properties

_TEMPLATE = Path(__file__).parent / "typst" / "invoice.typ"
XML_NAME = "factur-x.xml"
# Factur-X 1.0, «XMP»: the schema that PDF/A must be told of, and what the file says in it.
_SCHEMA = Schema(
    name="Factur-X PDFA Extension Schema",
    namespace="urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#",
    prefix="fx",
    properties={
        "DocumentFileName": "name of the embedded XML invoice file",
        "DocumentType": "INVOICE",
        "Version": "The actual version of the Factur-X XML schema",
        "ConformanceLevel": "The conformance level of the embedded Factur-X data",
    },
)
_VALUES = {"DocumentFileName": XML_NAME, "DocumentType": "INVOICE", "Version": "1.0", "ConformanceLevel": "EN 16931"}


def invoice_file(*, invoice: Invoice, town: Town) -> File:
    """Make the file of an invoice: the same bytes whenever it is made of the same facts."""
    xml = Attachment(
        name=XML_NAME,
        media_type="text/xml",
        description="Facture électronique au format Factur-X",
        relationship="alternative",
        text=invoice.xml,
    )
    pdf = typeset(template=_TEMPLATE, data=_data(invoice, town), at=invoice.issued_at, attachment=xml)
    return File(
        kind=DocumentKind.CREDIT_NOTE if invoice.is_credit_note else DocumentKind.INVOICE,
        source_id=invoice.pk,
        number=invoice.number,
        issuer_siren=invoice.issuer_siren,
        merchant_id=invoice.merchant_id,
        merchant_name=invoice.merchant_name,
        issued_on=invoice.issued_on,
        total_cents=-invoice.ttc_cents if invoice.is_credit_note else invoice.ttc_cents,
        filename=f"{'avoir' if invoice.is_credit_note else 'facture'}-{invoice.number}.pdf",
        media_type=PDF,
        content=with_properties(pdf, schema=_SCHEMA, values=_VALUES),
    )


def _data(invoice: Invoice, town: Town) -> dict[str, Any]:
    seller, buyer = invoice.parties
    is_credit = invoice.is_credit_note
    set_off = invoice.ttc_cents - invoice.due_cents
    paid = "Remboursé par compensation" if is_credit else "Réglée par compensation"
    paid_how = f"sur le bordereau de reversement {invoice.statement_number}, le {full_date(invoice.issued_on)}."
    how = ["À régler par virement", _how_to_pay(invoice)] if invoice.due_cents else [paid, paid_how]
    return {
        "title": "Avoir sur commission" if is_credit else "Facture de commission",
        "reference": invoice.number,
        "keywords": ["avoir" if is_credit else "facture", invoice.number, "Factur-X"],
        "letterhead": letterhead(town=town, issuer=_issuer(seller)),
        "facts": [
            ["Numéro", invoice.number],
            ["Date", full_date(invoice.issued_on)],
            ["Période", period(invoice.period_start, invoice.period_end)],
            ["Bordereau", invoice.statement_number],
        ],
        "to_label": "Établi pour" if is_credit else "Facturé à",
        "to": _rows(buyer),
        "lines_header": ["Désignation", "Assiette", "Taux", "TVA", "Montant HT"],
        "lines": [
            [
                line.description,
                "" if line.base_cents is None else money(line.base_cents),
                "" if line.rate_bp is None else percent(line.rate_bp),
                percent(line.vat_rate_bp),
                money(line.ht_cents),
            ]
            for line in invoice.lines.order_by("position")
        ],
        "vat_header": ["Taux de TVA", "Base HT", "TVA"],
        "vat": [
            [percent(total.rate_bp), money(total.base_cents), money(total.vat_cents)] for total in invoice.vat_totals
        ],
        "exemption": invoice.exemption,
        "sums": [
            ["Total HT", money(invoice.ht_cents)],
            ["TVA", money(invoice.vat_cents)],
            ["Total TTC", money(invoice.ttc_cents)],
            *([[paid, f"{MINUS}{money(set_off)}"]] if set_off else []),
        ],
        "total": ["Reste dû" if is_credit else "Reste à payer", money(invoice.due_cents)],
        "paid": how[0],
        "paid_how": how[1],
        "cited": [
            f"Facture {each.invoice.number} du {full_date(each.invoice.issued_on)}"
            for each in invoice.corrections.select_related("invoice").order_by("invoice__number")
        ],
        "mentions": ["Prestation de services.", *_mentions(invoice)],
    }


def _how_to_pay(invoice: Invoice) -> str:
    """Where, by when, and what the transfer should say: the customers paid the merchant itself."""
    by = f"avant le {full_date(invoice.due_on)}, " if invoice.due_on else ""
    return f"{by}sur le compte {spaced(invoice.due_iban)}, en rappelant {invoice.number}."


def _issuer(seller: Party) -> Issuer:
    return Issuer(
        name=seller.name,
        rows=(seller.address, f"{seller.postcode} {seller.city}", seller.email),
        legal_line=seller.legal_line,
        vat_number=seller.vat_number,
    )


def _mentions(invoice: Invoice) -> list[str]:
    """What the law has it say, as it was on that day; how it was paid and how it is treated are said elsewhere."""
    return [words for subject, words in invoice.notes if subject not in {GENERAL, TREATMENT}]


def _rows(buyer: Party) -> list[str]:
    rows = [buyer.name, buyer.address, f"{buyer.postcode} {buyer.city}", f"SIRET {siren(buyer.siret)}"]
    return [*rows, f"TVA {buyer.vat_number}"] if buyer.vat_number else rows
