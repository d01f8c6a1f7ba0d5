"""What an administration's checker looks at in a *fichier des écritures comptables*: columns, order, balance."""

import re
from collections import defaultdict
from datetime import datetime

from billing.ledger.fec import COLUMNS, ENCODING

AMOUNT = re.compile(r"\d+,\d{2}")
ACCOUNT = re.compile(r"\d{3}[0-9A-Z]*")
MANDATORY = (
    "JournalCode",
    "JournalLib",
    "EcritureNum",
    "EcritureDate",
    "CompteNum",
    "CompteLib",
    "PieceRef",
    "PieceDate",
    "EcritureLib",
    "Debit",
    "Credit",
    "ValidDate",
)


def problems(content: bytes, *, follows: int = 0) -> list[str]:
    """Everything that is wrong with a file, in the order of its lines; empty when it may be handed in.

    `follows` is the number of the last entry of before.
    """
    try:
        text = content.decode(ENCODING)
    except UnicodeDecodeError as error:
        return [f"encoding: {error}"]
    header, *rows = text.split("\r\n")
    found = [] if tuple(header.split("\t")) == COLUMNS else ["header"]
    if rows[-1:] != [""]:
        found.append("the last line has no end")
    balances: dict[int, int] = defaultdict(int)
    last, day = follows, ""
    for number, row in enumerate(rows[:-1], start=2):
        cells = row.split("\t")
        if len(cells) != len(COLUMNS):
            found.append(f"line {number}: {len(cells)} columns")
            continue
        line = dict(zip(COLUMNS, cells, strict=True))
        found += [f"line {number}: {problem}" for problem in _of_line(line)]
        entry = int(line["EcritureNum"] or 0)
        if entry not in {last, last + 1}:
            found.append(f"line {number}: entry {entry} after {last}")
        if line["EcritureDate"] < day:
            found.append(f"line {number}: {line['EcritureDate']} after {day}")
        last, day = entry, line["EcritureDate"]
        balances[entry] += _cents(line["Debit"]) - _cents(line["Credit"])
    return found + [f"entry {entry}: {cents} cents too many" for entry, cents in balances.items() if cents]


def _of_line(line: dict[str, str]) -> list[str]:
    found = [f"{name} is empty" for name in MANDATORY if not line[name]]
    found += [name for name in ("Debit", "Credit") if not AMOUNT.fullmatch(line[name])]
    found += [name for name in ("EcritureDate", "PieceDate", "ValidDate") if not _is_date(line[name])]
    if not ACCOUNT.fullmatch(line["CompteNum"]):
        found.append("CompteNum")
    if bool(line["CompAuxNum"]) != bool(line["CompAuxLib"]):
        found.append("CompAuxNum without CompAuxLib, or the other way")
    if (_cents(line["Debit"]) == 0) == (_cents(line["Credit"]) == 0):
        found.append("a line is a debit or a credit")
    return found


def _is_date(text: str) -> bool:
    try:
        return f"{datetime.strptime(text, '%Y%m%d'):%Y%m%d}" == text  # noqa: DTZ007  (a day has no zone)
    except ValueError:
        return False


def _cents(text: str) -> int:
    return int(text.replace(",", "")) if AMOUNT.fullmatch(text) else 0
