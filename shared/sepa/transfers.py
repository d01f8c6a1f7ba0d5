"""A file of SEPA credit transfers (pain.001.001.09): one payment order, one execution day, one line for each transfer.

Our own words to XML: the library we tried takes a bad IBAN or a Sunday without a word, and leaves addresses alone.
Addresses are structured or absent: since 15 November 2026 banks refuse lines of free text. `checking` reads the
result.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from lxml import etree

from shared.sepa.text import latin

NAMESPACE: Final = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"
LONGEST_NAME, LONGEST_TEXT, LONGEST_ID, LONGEST_TOWN, LONGEST_POSTCODE = 70, 140, 35, 35, 16


@dataclass(frozen=True, kw_only=True, slots=True)
class Party:
    """Whose account it is. The BIC may be empty within the EEA; town and country are both given, or neither."""

    name: str
    iban: str
    bic: str = ""
    country: str = ""
    postcode: str = ""
    town: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Transfer:
    """One line: what both ends will read, how much, to whom, and the words that the receiver's bank shows."""

    end_to_end_id: str
    amount_cents: int
    creditor: Party
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class PaymentOrder:
    message_id: str
    created_at: datetime
    execution_date: date
    debtor: Party
    transfers: Sequence[Transfer]

    @property
    def total_cents(self) -> int:
        return sum(transfer.amount_cents for transfer in self.transfers)


def write(order: PaymentOrder) -> bytes:
    """The file, in UTF-8."""
    root = etree.Element(_name("Document"), nsmap={None: NAMESPACE})  # type: ignore[dict-item]  # None is how lxml says «the default»
    initiation = _add(root, "CstmrCdtTrfInitn")
    count, total = str(len(order.transfers)), _euros(order.total_cents)
    header = _add(initiation, "GrpHdr")
    _add(header, "MsgId", latin(order.message_id, LONGEST_ID))
    _add(header, "CreDtTm", order.created_at.replace(microsecond=0).isoformat())
    _add(header, "NbOfTxs", count)
    _add(header, "CtrlSum", total)
    _add(_add(header, "InitgPty"), "Nm", latin(order.debtor.name, LONGEST_NAME))
    payment = _add(initiation, "PmtInf")
    _add(payment, "PmtInfId", latin(order.message_id, LONGEST_ID))
    _add(payment, "PmtMtd", "TRF")
    _add(payment, "BtchBookg", "false")
    _add(payment, "NbOfTxs", count)
    _add(payment, "CtrlSum", total)
    _add(_add(_add(payment, "PmtTpInf"), "SvcLvl"), "Cd", "SEPA")
    _add(_add(payment, "ReqdExctnDt"), "Dt", order.execution_date.isoformat())
    _party(payment, "Dbtr", order.debtor)
    _account(payment, "DbtrAcct", order.debtor)
    _bank(payment, "DbtrAgt", order.debtor, always=True)
    _add(payment, "ChrgBr", "SLEV")
    for transfer in order.transfers:
        _transfer(payment, transfer)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _transfer(payment: etree._Element, transfer: Transfer) -> None:
    line = _add(payment, "CdtTrfTxInf")
    _add(_add(line, "PmtId"), "EndToEndId", latin(transfer.end_to_end_id, LONGEST_ID))
    _add(_add(line, "Amt"), "InstdAmt", _euros(transfer.amount_cents)).set("Ccy", "EUR")
    _bank(line, "CdtrAgt", transfer.creditor, always=False)
    _party(line, "Cdtr", transfer.creditor)
    _account(line, "CdtrAcct", transfer.creditor)
    _add(_add(line, "RmtInf"), "Ustrd", latin(transfer.text, LONGEST_TEXT))


def _party(parent: etree._Element, tag: str, party: Party) -> None:
    element = _add(parent, tag)
    _add(element, "Nm", latin(party.name, LONGEST_NAME))
    if party.town and party.country:
        address = _add(element, "PstlAdr")
        if party.postcode:
            _add(address, "PstCd", latin(party.postcode, LONGEST_POSTCODE))
        _add(address, "TwnNm", latin(party.town, LONGEST_TOWN))
        _add(address, "Ctry", party.country)


def _account(parent: etree._Element, tag: str, party: Party) -> None:
    _add(_add(_add(parent, tag), "Id"), "IBAN", party.iban)


def _bank(parent: etree._Element, tag: str, party: Party, *, always: bool) -> None:
    if not party.bic and not always:
        return
    institution = _add(_add(parent, tag), "FinInstnId")
    if party.bic:
        _add(institution, "BICFI", party.bic)
    else:
        _add(_add(institution, "Othr"), "Id", "NOTPROVIDED")


def _add(parent: etree._Element, tag: str, text: str | None = None) -> etree._Element:
    child = etree.SubElement(parent, _name(tag))
    child.text = text
    return child


def _name(tag: str) -> str:
    return f"{{{NAMESPACE}}}{tag}"


def _euros(cents: int) -> str:
    euros, rest = divmod(cents, 100)
    return f"{euros}.{rest:02d}"
