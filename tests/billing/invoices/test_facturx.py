"""Factur-X EN 16931 as the official schema and schematrons want it, the French ones included; and what they refuse."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from facturx import xml_check_xsd
from lxml import etree

from billing.invoices.facts import Due, Line, Paper, Party
from billing.invoices.facturx import InvalidInvoiceError, facturx
from billing.invoices.mentions import TERRITORY, notes
from billing.invoices.rules import broken_rules
from tests.billing.invoices.papers import (
    BUYER,
    CREDIT_NOTE,
    FIVE_PERCENT,
    IN_FRANCHISE,
    INVOICE,
    SELLER,
    Schematrons,
)

GIVEN_BACK = Line(description="Commission rendue", ht_cents=-88, vat_rate_bp=2000, vat_cents=-17)
# 3 cents TTC are 3 HT and no VAT (docs/money.md): 20 % of 3 would be 1.
OFF_BY_A_CENT = Line(description="Commission", ht_cents=3, vat_rate_bp=2000, vat_cents=0)
NAMESPACES = {
    "ram": "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100",
    "qdt": "urn:un:unece:uncefact:data:standard:QualifiedDataType:100",
}

DUE = Due(cents=360, on=date(2026, 12, 23), iban="FR7630006000011234567890189")
TO_PAY = replace(INVOICE, due=DUE, notes=notes(statement_number="ISTRES-2026-00001", is_credit_note=False, due=DUE))
# What is given back of earlier invoices is less than what is invoiced here.
CORRECTING = replace(INVOICE, lines=(FIVE_PERCENT, GIVEN_BACK), cited=CREDIT_NOTE.cited)

GOOD = {
    "an invoice": INVOICE,
    "an invoice to pay": TO_PAY,
    "an invoice to pay in part": replace(TO_PAY, due=replace(DUE, cents=1)),
    "a credit note of two invoices": CREDIT_NOTE,
    "an invoice that corrects two": CORRECTING,
    "an invoice to pay that corrects one": replace(TO_PAY, cited=CREDIT_NOTE.cited[:1]),
    "VAT franchise": IN_FRANCHISE,
    "VAT franchise, with a VAT number": replace(IN_FRANCHISE, seller=SELLER),
    "a territory without VAT": replace(IN_FRANCHISE, exemption=TERRITORY, seller=SELLER),
    "a credit note in franchise": replace(CREDIT_NOTE, lines=IN_FRANCHISE.lines, exemption=IN_FRANCHISE.exemption),
    "two rates of commission": replace(INVOICE, lines=(FIVE_PERCENT, replace(FIVE_PERCENT, ht_cents=88, vat_cents=17))),
    "some given back": replace(INVOICE, lines=(FIVE_PERCENT, GIVEN_BACK)),
    "two rates of VAT": replace(INVOICE, lines=(FIVE_PERCENT, replace(FIVE_PERCENT, vat_rate_bp=850, vat_cents=26))),
    "VAT inside the price": replace(INVOICE, lines=(OFF_BY_A_CENT, FIVE_PERCENT)),
    "a buyer with a VAT number": replace(INVOICE, buyer=replace(BUYER, vat_number="FR40303265045")),
    "awkward words": replace(INVOICE, buyer=replace(BUYER, name='<b> & "Œuf" l’été\u00a0€')),
    "a very large one": replace(INVOICE, lines=(replace(FIVE_PERCENT, ht_cents=10**12, vat_cents=2 * 10**11),)),
}


@pytest.mark.parametrize("name", GOOD)
def test_what_we_issue_breaks_no_official_rule(official: Schematrons, name: str) -> None:
    xml = facturx(GOOD[name])
    assert xml_check_xsd(xml.encode(), flavor="factur-x", level="en16931")
    assert official.broken(xml) == []
    assert broken_rules(GOOD[name]) == []


def _said(xml: str, path: str) -> list[str]:
    return [str(node.text) for node in etree.fromstring(xml.encode()).iterfind(path, NAMESPACES)]


def test_an_invoice_says_what_the_french_rules_ask(official: Schematrons) -> None:
    xml = facturx(INVOICE)
    assert _said(xml, ".//ram:BusinessProcessSpecifiedDocumentContextParameter/ram:ID") == ["S2"]
    assert _said(xml, ".//ram:GuidelineSpecifiedDocumentContextParameter/ram:ID") == ["urn:cen.eu:en16931:2017"]
    assert _said(xml, ".//ram:IncludedNote/ram:SubjectCode") == ["AAI", "PMT", "PMD", "AAB", "BAR"]
    assert _said(xml, ".//ram:SpecifiedLegalOrganization/ram:ID[@schemeID='0002']") == ["732829320", "303265045"]
    assert _said(xml, ".//ram:URIID[@schemeID='0225']") == ["732829320", "303265045"]
    assert _said(xml, ".//ram:BuyerTradeParty/ram:GlobalID[@schemeID='0009']") == ["30326504500017"]
    for path, amount in (("TaxBasisTotal", "3.00"), ("TaxTotal", "0.60"), ("GrandTotal", "3.60")):
        assert _said(xml, f".//ram:{path}Amount") == [amount]
    assert _said(xml, ".//ram:TotalPrepaidAmount") == ["3.60"]
    assert _said(xml, ".//ram:DuePayableAmount") == ["0.00"]


def test_an_invoice_to_pay_says_how_much_when_and_where() -> None:
    xml = facturx(replace(TO_PAY, due=replace(DUE, cents=200)))
    assert _said(xml, ".//ram:BusinessProcessSpecifiedDocumentContextParameter/ram:ID") == ["S1"]
    assert _said(xml, ".//ram:SpecifiedTradeSettlementPaymentMeans/ram:TypeCode") == ["58"]
    assert _said(xml, ".//ram:IBANID") == [DUE.iban]
    assert _said(xml, ".//ram:TotalPrepaidAmount") == ["1.60"]
    assert _said(xml, ".//ram:DuePayableAmount") == ["2.00"]
    assert "20261223" in xml


@pytest.mark.parametrize("due", [replace(DUE, cents=361), replace(DUE, cents=0), replace(DUE, iban="")])
def test_what_is_to_pay_is_within_the_total_and_says_where(due: Due) -> None:
    assert broken_rules(replace(TO_PAY, due=due)) in (["BR-CO-16"], ["BR-50"])


@pytest.mark.parametrize(("paper", "kind"), [(CREDIT_NOTE, "381"), (CORRECTING, "380")])
def test_what_corrects_earlier_invoices_cites_them(paper: Paper, kind: str) -> None:
    xml = facturx(paper)
    assert f"<ram:TypeCode>{kind}</ram:TypeCode>" in xml
    cited = ".//ram:InvoiceReferencedDocument"
    assert _said(xml, f"{cited}/ram:IssuerAssignedID") == ["FA-ISTRES-2026-00001", "FA-ISTRES-2026-00007"]
    assert _said(xml, f"{cited}/ram:FormattedIssueDateTime/qdt:DateTimeString") == ["20261116", "20261123"]


def test_the_franchise_says_why_there_is_no_vat() -> None:
    xml = facturx(IN_FRANCHISE)
    tax = ".//ram:ApplicableHeaderTradeSettlement/ram:ApplicableTradeTax"
    assert _said(xml, f"{tax}/ram:CategoryCode") == ["E"]
    assert _said(xml, f"{tax}/ram:ExemptionReasonCode") == ["VATEX-FR-FRANCHISE"]
    assert _said(xml, ".//ram:SpecifiedTaxRegistration/ram:ID[@schemeID='FC']") == ["732829320"]


def test_the_same_facts_give_the_same_text() -> None:
    assert facturx(INVOICE) == facturx(INVOICE)


def _seller(**change: str) -> Party:
    return replace(SELLER, **change)


# What is wrong, the official rule that says so, and our own answer before a number is given.
BAD: dict[str, tuple[Paper, str]] = {
    "a number of 36 characters": (replace(INVOICE, number="F" * 36), "BR-FR-01"),
    "a number with a space": (replace(INVOICE, number="FA 1"), "BR-FR-02"),
    "a year out of range": (replace(INVOICE, issued_on=date(1999, 12, 31)), "BR-FR-03"),
    "no mention of late payment": (replace(INVOICE, notes=INVOICE.notes[:1] + INVOICE.notes[2:]), "BR-FR-05"),
    "a mention twice": (replace(INVOICE, notes=(*INVOICE.notes, INVOICE.notes[1])), "BR-FR-06"),
    "a SIRET of another SIREN": (replace(INVOICE, buyer=replace(BUYER, siren="732829320")), "BR-FR-09"),
    "a SIREN of eight digits": (replace(INVOICE, seller=_seller(siren="73282932")), "BR-FR-10"),
    "a VAT rate that France has not": (
        replace(INVOICE, lines=(replace(FIVE_PERCENT, vat_rate_bp=1900, vat_cents=57),)),
        "BR-FR-16",
    ),
    "a credit note of nothing": (replace(CREDIT_NOTE, cited=()), "BR-FR-CO-05"),
    "a line of nothing": (
        replace(INVOICE, lines=(FIVE_PERCENT, replace(FIVE_PERCENT, ht_cents=0, vat_cents=0))),
        "",
    ),
    "exempt, and nobody says why": (replace(IN_FRANCHISE, exemption=None), "BR-S-05"),
    "VAT in franchise": (replace(INVOICE, exemption=IN_FRANCHISE.exemption), ""),
}


@pytest.mark.parametrize("name", BAD)
def test_what_the_official_rules_refuse_is_not_issued(official: Schematrons, name: str) -> None:
    paper, rule = BAD[name]
    assert broken_rules(paper)
    if rule:
        assert any(rule in said for said in official.broken(facturx(paper)))


def _changed(xml: str, before: str, after: str) -> str:
    assert before in xml
    return xml.replace(before, after)


@pytest.mark.parametrize(
    ("before", "after", "rule"),
    [
        ("<ram:GrandTotalAmount>3.60", "<ram:GrandTotalAmount>3.61", "BR-CO-15"),
        ("<ram:CalculatedAmount>0.60", "<ram:CalculatedAmount>9.60", "BR-CO-1"),
        ("<ram:DuePayableAmount>0.00", "<ram:DuePayableAmount>1.00", "BR-CO-16"),
        ("<ram:Name>Conciergeries de Provence</ram:Name>", "<ram:Name/>", "BR-06"),
        ("<ram:ID>S2</ram:ID>", "<ram:ID>Z9</ram:ID>", "BR-FR-08"),
        ('schemeID="0225">303265045', 'schemeID="0225">732829320', "BR-FR-21"),
    ],
)
def test_a_file_that_was_tampered_with_is_refused(official: Schematrons, before: str, after: str, rule: str) -> None:
    assert any(rule in said for said in official.broken(_changed(facturx(INVOICE), before, after)))


@pytest.mark.parametrize("change", [{"number": ""}, {"lines": ()}], ids=["number", "lines"])
def test_the_schema_refuses_what_is_missing(change: dict[str, Any]) -> None:
    with pytest.raises(InvalidInvoiceError):
        facturx(replace(INVOICE, **change))
