"""Reading a file of transfers as a bank will: its schema, and what no schema says."""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from lxml import etree

from shared.sepa.accounts import bic_problem, iban_problem
from shared.sepa.target import is_bank_day
from shared.sepa.text import is_latin
from shared.sepa.transfers import LONGEST_ID, LONGEST_NAME, LONGEST_TEXT, NAMESPACE

# The rulebook's largest transfer: 999,999,999.99 €.
LARGEST_CENTS: Final = 99_999_999_999
_NAMES: Final = {"p": NAMESPACE}


@lru_cache(maxsize=1)
def _schema() -> Any:
    """ISO 20022's own schema; it comes with the library that we do not write with."""
    import sepaxml  # noqa: PLC0415  (with the next, a fifth of what a process imports, for a page opened once a week)
    import xmlschema  # noqa: PLC0415  (the same)

    return xmlschema.XMLSchema(Path(sepaxml.__file__).parent / "schemas" / "pain.001.001.09.xsd")


def problems(xml: bytes, *, today: date) -> list[str]:
    """Everything that would have the file, or one of its lines, refused; empty when a bank can take it."""
    try:
        root = etree.fromstring(xml, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False))
    except etree.XMLSyntaxError as error:
        return [f"not XML: {error}"]
    if root.tag != f"{{{NAMESPACE}}}Document":
        return ["not a pain.001.001.09"]
    said = [f"schema: {error.path}: {error.reason}" for error in _schema().iter_errors(xml.decode())]
    return [*said, *_whole(root), *_order(root, today), *_lines(root)]


def _whole(root: etree._Element) -> Iterator[str]:
    lines = len(root.findall(".//p:CdtTrfTxInf", _NAMES))
    total = sum(_cents(each.text) for each in root.findall(".//p:InstdAmt", _NAMES))
    if not lines:
        yield "no transfer"
    for tag, found in (("NbOfTxs", str(lines)), ("CtrlSum", f"{total // 100}.{total % 100:02d}")):
        for element in root.findall(f".//p:{tag}", _NAMES):
            if element.text != found:
                yield f"{tag} says {element.text}, the lines {found}"
    for element in root.iter(etree.Element):
        if element.text and not len(element) and not is_latin(element.text):
            yield f"{_short(element)}: characters that banks do not take: {element.text!r}"
    for address in root.findall(".//p:PstlAdr", _NAMES):
        if not _text(address, "TwnNm") or not _text(address, "Ctry"):
            yield "an address without its town and its country"
        if address.find("p:AdrLine", _NAMES) is not None:
            yield "an address of free lines: refused since 15 November 2026"


def _order(root: etree._Element, today: date) -> Iterator[str]:
    for path, wanted in (("PmtMtd", "TRF"), ("PmtTpInf/p:SvcLvl/p:Cd", "SEPA"), ("ChrgBr", "SLEV")):
        found = _text(root, f"CstmrCdtTrfInitn/p:PmtInf/p:{path}")
        if found != wanted:
            yield f"{path.split(':')[-1]} is {found!r}, not {wanted}"
    written = _text(root, "CstmrCdtTrfInitn/p:PmtInf/p:ReqdExctnDt/p:Dt")
    try:
        day = date.fromisoformat(written)
    except ValueError:
        yield f"no execution day: {written!r}"
        return
    if day < today:
        yield f"execution day {day} is past"
    if not is_bank_day(day):
        yield f"banks are closed on {day}"
    yield from _account(root, "Dbtr")


def _lines(root: etree._Element) -> Iterator[str]:
    lines = root.findall(".//p:CdtTrfTxInf", _NAMES)
    ids = Counter(_text(line, "PmtId/p:EndToEndId") for line in lines)
    yield from (f"EndToEndId {name!r} given {count} times" for name, count in ids.items() if count > 1)
    for line in lines:
        name = _text(line, "PmtId/p:EndToEndId")
        amount = line.find("p:Amt/p:InstdAmt", _NAMES)
        if amount is None or amount.get("Ccy") != "EUR":
            yield f"{name}: not in euros"
        elif not 0 < _cents(amount.text) <= LARGEST_CENTS:
            yield f"{name}: an amount of {amount.text}"
        if not 0 < len(name) <= LONGEST_ID:
            yield f"{name}: an EndToEndId of {len(name)} characters"
        if not 0 < len(_text(line, "RmtInf/p:Ustrd")) <= LONGEST_TEXT:
            yield f"{name}: words of no length, or too long"
        yield from (f"{name}: {problem}" for problem in _account(line, "Cdtr"))


def _account(where: etree._Element, side: str) -> Iterator[str]:
    iban = _text(where, f"{side}Acct/p:Id/p:IBAN", deep=True)
    wrong = iban_problem(iban) or bic_problem(_text(where, f"{side}Agt/p:FinInstnId/p:BICFI", deep=True), iban=iban)
    if wrong:
        yield f"{iban or 'no IBAN'}: {wrong}"
    if not 0 < len(_text(where, f"{side}/p:Nm", deep=True)) <= LONGEST_NAME:
        yield "a name of no length, or too long"


def _text(where: etree._Element, path: str, *, deep: bool = False) -> str:
    found = where.find(f"{'.//' if deep else ''}p:{path}", _NAMES)
    return "" if found is None or found.text is None else found.text


def _cents(text: str | None) -> int:
    euros, _dot, rest = (text or "").partition(".")
    try:
        return int(euros) * 100 + int(rest.ljust(2, "0") or 0)
    except ValueError:
        return 0


def _short(element: etree._Element) -> str:
    return etree.QName(element).localname
