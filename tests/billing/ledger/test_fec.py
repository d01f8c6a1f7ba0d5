"""The file that an accountant imports: eighteen columns, entries that balance, in order, of one town only."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import pytest

from billing.ledger import fec
from billing.ledger.models import Account
from billing.ledger.services import credit, debit, post
from billing.settlements.services import settle
from shared.tenancy import in_town
from tests.billing.ledger.fec_checker import problems
from tests.billing.settlements.selling import MONDAY, PARIS, SUNDAY, sell
from tests.factories import make_merchant, set_terms

FIRST, LAST = date(2026, 1, 1), date(2026, 12, 31)


def text_of() -> bytes:
    return b"".join(fec.written(first=FIRST, last=LAST, zone=PARIS))


def rows_of(*, first: date = FIRST, last: date = LAST) -> list[dict[str, str]]:
    return [dict(zip(fec.COLUMNS, line, strict=True)) for line in fec.lines(first=first, last=last, zone=PARIS)]


def took(*, at: datetime, label: str = "Carte, commande I-1") -> None:
    reference = uuid4()
    post(
        kind="card_captured",
        key=f"payment:{reference}",
        label=label,
        reference=reference,
        postings=[debit(Account.STRIPE, 1250), credit(Account.CUSTOMERS, 1250)],
        at=at,
    )


def test_a_week_of_sales_passes_the_checker(istres: Any, viroflay: Any) -> None:
    merchant = make_merchant(name="Fromagerie des Alpilles", town=istres)
    with in_town(istres):
        set_terms(town=istres)
        for cents in (2000, 99, {550: 1234, 2000: 800}):
            sell(merchant=merchant.pk, cents=cents)
    settle(town=istres, period_end=SUNDAY, now=MONDAY)
    with in_town(viroflay):
        took(at=MONDAY)

    with in_town(istres):
        content, rows = text_of(), rows_of()
    assert problems(content) == []
    assert content.count(b"\r\n") == len(rows) + 1
    assert {row["JournalCode"] for row in rows} == {"BQ", "OD", "VE"}
    owed = [row for row in rows if row["CompteNum"] == "46712"]
    assert {(row["CompAuxNum"], row["CompAuxLib"]) for row in owed} == {(merchant.siret, merchant.name)}
    assert {row["CompAuxNum"] for row in rows if row["CompteNum"] == "46711"} == {""}

    with in_town(viroflay):
        assert [(row["CompteNum"], row["Debit"], row["Credit"]) for row in rows_of()] == [
            ("517", "12,50", "0,00"),
            ("46711", "0,00", "12,50"),
        ]


def test_a_period_is_whole_days_of_the_town(in_istres: Any) -> None:
    # 31 December at 23 h 30 in Istres, and half an hour into the new year: one day apart, one hour apart in UTC.
    took(at=datetime(2026, 12, 31, 22, 30, tzinfo=UTC))
    took(at=datetime(2026, 12, 31, 23, 30, tzinfo=UTC))
    assert {row["EcritureDate"] for row in rows_of()} == {"20261231"}
    assert {row["EcritureDate"] for row in rows_of(first=date(2027, 1, 1), last=date(2027, 12, 31))} == {"20270101"}


def test_nothing_posted_is_a_file_with_its_header(in_istres: Any) -> None:
    assert problems(text_of()) == []
    assert text_of().split(b"\r\n")[0].decode().split("\t") == list(fec.COLUMNS)


def test_what_the_encoding_lacks_is_written_with_what_it_has(in_istres: Any) -> None:
    took(at=MONDAY, label="L’Œuf\tà la coque\n12 €, Dvořák, 한")
    assert problems(text_of()) == []
    assert "L'Œuf à la coque 12 €, Dvorák, ?" in text_of().decode(fec.ENCODING)


def test_the_file_has_the_name_that_the_administration_asks_for() -> None:
    assert fec.file_name(siren="732829320", closing=date(2026, 12, 31)) == "732829320FEC20261231.txt"


@pytest.mark.parametrize(
    ("before", "after", "problem"),
    [
        (b"12,50\t0,00", b"12,51\t0,00", "entry 1: 1 cents too many"),
        (b"12,50\t0,00", b"12.50\t0,00", "line 2: Debit"),
        (b"Debit\tCredit", b"Credit\tDebit", "header"),
        (b"\t517\t", b"\tSTR\t", "line 2: CompteNum"),
        (b"\t1\t2026", b"\t2\t2026", "line 2: entry 2 after 0"),
        (b"20261123\t517", b"20261323\t517", "line 2: EcritureDate"),
        (b"\t12,50\t0,00\t", b"\t12,50\t", "line 2: 17 columns"),
    ],
)
def test_a_bad_file_is_seen(in_istres: Any, before: bytes, after: bytes, problem: str) -> None:
    took(at=MONDAY)
    content = text_of()
    assert before in content
    assert problem in problems(content.replace(before, after, 1))
