"""The PDF of an invoice: Factur-X inside, found by Factur-X's own reader, for archives and for everybody."""

from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from facturx import get_xml_from_pdf
from pypdf import PdfReader

from billing.documents.services import fingerprint
from billing.invoices.facts import Line, ToInvoice
from billing.invoices.models import Invoice
from billing.invoices.papers import invoice_file
from billing.invoices.services import issue
from conciergeries.merchants.models import Merchant
from conciergeries.towns.models import OperatingCompany, Town
from tests.billing.invoices.papers import Schematrons
from tests.factories import make_merchant

NOW = datetime(2026, 11, 23, 0, 10, tzinfo=UTC)
LINE = Line(
    description="Commission de 5\u00a0% sur 60,00\u00a0€ de ventes TTC",
    ht_cents=300,
    vat_rate_bp=2000,
    vat_cents=60,
    base_cents=6000,
    rate_bp=500,
)


@pytest.fixture
def merchant(in_istres: Town) -> Merchant:
    return make_merchant(name="Fromagerie des Alpilles", town=in_istres)


def _issued(town: Town, merchant: Merchant, *lines: Line, corrects: Any = ()) -> Invoice:
    what = ToInvoice(
        statement_id=uuid4(),
        statement_number="ISTRES-2026-00001",
        issuer_siren="732829320",
        merchant_id=merchant.pk,
        period_start=date(2026, 11, 16),
        period_end=date(2026, 11, 22),
        lines=lines,
        corrects=tuple(corrects),
    )
    with transaction.atomic():
        invoice = issue(town=town, what=what, now=NOW)
    assert invoice is not None
    return invoice


def _text(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages).split())


def test_facturx_finds_its_file_in_the_pdf(in_istres: Town, merchant: Merchant, official: Schematrons) -> None:
    invoice = _issued(in_istres, merchant, LINE)
    file = invoice_file(invoice=invoice, town=in_istres)
    name, xml = get_xml_from_pdf(file.content, check_xsd=True)
    assert (name, xml.decode()) == ("factur-x.xml", invoice.xml)
    assert official.broken(xml.decode()) == []
    root: Any = PdfReader(BytesIO(file.content)).trailer["/Root"]
    [spec] = root["/AF"]
    assert spec.get_object()["/AFRelationship"] == "/Alternative"
    xmp = root["/Metadata"].get_data().decode()
    for said in (
        "<pdfaid:part>3</pdfaid:part><pdfaid:conformance>A</pdfaid:conformance>",
        'xmlns:fx="urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#"',
        "<fx:DocumentFileName>factur-x.xml</fx:DocumentFileName>",
        "<fx:DocumentType>INVOICE</fx:DocumentType>",
        "<fx:ConformanceLevel>EN 16931</fx:ConformanceLevel>",
        "<pdfaSchema:prefix>fx</pdfaSchema:prefix>",
    ):
        assert said in xmp, said
    assert (root["/Lang"], root["/MarkInfo"]["/Marked"]) == ("fr-FR", True)


def test_a_person_reads_what_the_law_asks_for(in_istres: Town, merchant: Merchant) -> None:
    invoice = _issued(in_istres, merchant, LINE)
    shown = _text(invoice_file(invoice=invoice, town=in_istres).content)
    for said in (
        "Facture de commission",
        "FA-ISTRES-2026-00001",
        "23 novembre 2026",
        "du 16 au 22 novembre 2026",
        "Conciergeries de Provence",
        "SAS au capital de 10 000 €, RCS Salon-de-Provence 732 829 320",
        "TVA FR44732829320",
        "Fromagerie des Alpilles",
        "12 rue de la République",
        "13800 Istres",
        "Commission de 5 % sur 60,00 € de ventes TTC",
        "3,00 €",
        "0,60 €",
        "3,60 €",
        "Réglée par compensation sur le bordereau de reversement ISTRES-2026-00001",
        "Prestation de services.",
        "trois fois le taux de l’intérêt légal",
        "40 €",
        "Pas d’escompte",
    ):
        assert said in shown, said


def test_a_credit_note_says_what_it_corrects(in_istres: Town, merchant: Merchant) -> None:
    invoice = _issued(in_istres, merchant, LINE)
    note = _issued(in_istres, merchant, LINE.opposite(), corrects=[invoice.statement_id])
    file = invoice_file(invoice=note, town=in_istres)
    shown = _text(file.content)
    assert (file.filename, file.total_cents) == ("avoir-AV-ISTRES-2026-00001.pdf", -360)
    assert "Avoir sur commission" in shown
    assert "Facture FA-ISTRES-2026-00001 du 23 novembre 2026" in shown
    assert "Remboursé par compensation" in shown


def test_a_franchise_says_why_there_is_no_vat(in_istres: Town, merchant: Merchant) -> None:
    in_istres.operating_company.vat_franchise = True
    invoice = _issued(in_istres, merchant, Line(description="Commission", ht_cents=300, vat_rate_bp=0, vat_cents=0))
    assert "TVA non applicable, art. 293 B du CGI" in _text(invoice_file(invoice=invoice, town=in_istres).content)


def test_the_bytes_do_not_depend_on_when_it_is_made(in_istres: Town, merchant: Merchant) -> None:
    invoice = _issued(in_istres, merchant, LINE)
    before = fingerprint(invoice_file(invoice=invoice, town=in_istres).content)
    Merchant.objects.filter(pk=merchant.pk).update(name="Autre", address="Ailleurs")
    OperatingCompany.objects.filter(pk=in_istres.operating_company_id).update(name="Autre")
    again = Invoice.objects.get(pk=invoice.pk)
    assert fingerprint(invoice_file(invoice=again, town=in_istres).content) == before
