"""The file that an accountant imports: eighteen columns, entries that balance, in order, of a town or a company."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from billing.invoices.models import Invoice
from billing.ledger import fec, sequence
from billing.ledger.models import Account, Entry
from billing.ledger.services import credit, debit, post
from billing.payments.deposit_models import DepositMeans
from billing.payments.models import Mode
from billing.settlements.models import Sale, Statement
from billing.settlements.services import settle
from conciergeries.merchants.models import Merchant
from shared.tenancy import in_town
from tests.billing.ledger.fec_checker import problems
from tests.billing.payments.depositing import deposited, deposited_cheques
from tests.billing.payments.depositing import took as desk_took
from tests.billing.settlements.selling import MONDAY, PARIS, SUNDAY, sell
from tests.factories import make_merchant, set_terms

FIRST, LAST = date(2026, 1, 1), date(2026, 12, 31)


def text_of(town: Any, *, first: date = FIRST, last: date = LAST) -> bytes:
    return b"".join(fec.of_town(town=town, first=first, last=last))


def company_text_of(*towns: Any, first: date = FIRST, last: date = LAST) -> bytes:
    return b"".join(fec.of_company(towns=towns, first=first, last=last))


def rows_of(content: bytes) -> list[dict[str, str]]:
    _header, *rows = content.decode(fec.ENCODING).strip("\r\n").split("\r\n")
    return [dict(zip(fec.COLUMNS, row.split("\t"), strict=True)) for row in rows]


def numbered(content: bytes) -> dict[str, str]:
    """The number that each entry has, by its paper."""
    return {row["PieceRef"]: row["EcritureNum"] for row in rows_of(content)}


def took(*, at: datetime, label: str = "Carte, commande I-1", piece: str = "Commande I-1") -> None:
    reference = uuid4()
    post(
        kind="card_captured",
        key=f"payment:{reference}",
        label=label,
        reference=reference,
        piece=piece,
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

    content = text_of(istres)
    rows = rows_of(content)
    assert problems(content) == []
    assert content.count(b"\r\n") == len(rows) + 1
    assert {(row["JournalCode"], row["JournalLib"]) for row in rows} == {
        ("BQ13047", "Banque, Istres"),
        ("OD13047", "Opérations diverses, Istres"),
        ("VE13047", "Ventes, Istres"),
    }
    owed = [row for row in rows if row["CompteNum"] == "46712"]
    assert {(row["CompAuxNum"], row["CompAuxLib"]) for row in owed} == {(merchant.siret, merchant.name)}
    assert {row["CompAuxNum"] for row in rows if row["CompteNum"] == "46711"} == {""}

    assert [(row["CompteNum"], row["Debit"], row["Credit"]) for row in rows_of(text_of(viroflay))] == [
        ("517", "12,50", "0,00"),
        ("46711", "0,00", "12,50"),
    ]


def test_a_period_is_whole_days_of_the_town(in_istres: Any) -> None:
    # 31 December at 23 h 30 in Istres, and half an hour into the new year: one day apart, one hour apart in UTC.
    took(at=datetime(2026, 12, 31, 22, 30, tzinfo=UTC))
    took(at=datetime(2026, 12, 31, 23, 30, tzinfo=UTC))
    assert {row["EcritureDate"] for row in rows_of(text_of(in_istres))} == {"20261231"}
    year = text_of(in_istres, first=date(2027, 1, 1), last=date(2027, 12, 31))
    assert {row["EcritureDate"] for row in rows_of(year)} == {"20270101"}


def test_an_entry_has_one_number_whatever_the_period(istres: Any, viroflay: Any) -> None:
    for town, papers in ((istres, "abc"), (viroflay, "xy")):
        with in_town(town):
            for paper, month in zip(papers, (10, 11, 12), strict=False):
                took(at=datetime(2026, month, 24, 8, tzinfo=UTC), piece=paper)
    december = {"first": date(2026, 12, 1), "last": date(2026, 12, 31)}
    assert numbered(text_of(istres)) == {"a": "1", "b": "2", "c": "3"}
    assert numbered(text_of(istres, **december)) == {"c": "3"}
    assert problems(text_of(istres, **december), follows=2) == []
    assert numbered(company_text_of(istres, viroflay)) == {"a": "1", "x": "2", "b": "3", "y": "4", "c": "5"}
    assert numbered(company_text_of(istres, viroflay, **december)) == {"c": "5"}
    with in_town(istres):
        took(at=datetime(2026, 12, 25, 8, tzinfo=UTC), piece="d")
    assert numbered(company_text_of(istres, viroflay)) == {"a": "1", "x": "2", "b": "3", "y": "4", "c": "5", "d": "6"}


def test_the_towns_of_a_company_are_one_sequence(istres: Any, viroflay: Any) -> None:
    """By day, then by town: noon in Istres comes before nine o'clock of the same day in Viroflay."""
    with in_town(viroflay):
        took(at=datetime(2026, 11, 23, 8, tzinfo=UTC), piece="v1")
        took(at=datetime(2026, 11, 24, 8, tzinfo=UTC), piece="v2")
    with in_town(istres):
        took(at=datetime(2026, 11, 24, 11, tzinfo=UTC), piece="i1")
    content = company_text_of(viroflay, istres)
    assert problems(content) == []
    assert [(row["EcritureNum"], row["PieceRef"]) for row in rows_of(content)[::2]] == [
        ("1", "v1"),
        ("2", "i1"),
        ("3", "v2"),
    ]
    assert [row["EcritureLib"] for row in rows_of(content)[::2]] == [
        "Carte, commande I-1, Viroflay",
        "Carte, commande I-1, Istres",
        "Carte, commande I-1, Viroflay",
    ]
    assert {row["JournalCode"] for row in rows_of(content)} == {"ST"}


def test_no_number_is_used_twice_in_a_journal_by_towns_and_company(istres: Any, viroflay: Any) -> None:
    for town in (istres, viroflay):
        with in_town(town):
            took(at=MONDAY)
    found = [
        (row["JournalCode"], row["EcritureNum"])
        for content in (text_of(istres), text_of(viroflay), company_text_of(istres, viroflay))
        for row in rows_of(content)[::2]
    ]
    assert len(found) == len(set(found)) == 4


def test_a_long_period_is_read_a_page_at_a_time(istres: Any, viroflay: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody has read more than a page of each town when the first line is given."""
    monkeypatch.setattr(sequence, "PAGE", 2)
    for town in (istres, viroflay):
        with in_town(town):
            for number in range(5):
                # Two of the same instant: the page goes on after the one that it ended with.
                took(at=MONDAY + timedelta(minutes=number // 2), piece=f"{town.slug}-{number}")
    lines = fec.of_company(towns=[istres, viroflay], first=FIRST, last=LAST)
    next(lines)
    with CaptureQueriesContext(connection) as read:
        next(lines)
    assert [query["sql"].count("LIMIT 2") for query in read if 'FROM "ledger_entry"' in query["sql"]] == [0, 0, 1, 1]
    content = company_text_of(istres, viroflay)
    assert problems(content) == []
    assert len(numbered(content)) == 10


def test_nothing_posted_is_a_file_with_its_header(istres: Any) -> None:
    assert problems(text_of(istres)) == problems(company_text_of(istres)) == problems(company_text_of()) == []
    assert text_of(istres).split(b"\r\n")[0].decode().split("\t") == list(fec.COLUMNS)


def test_what_the_encoding_lacks_is_written_with_what_it_has(in_istres: Any) -> None:
    took(at=MONDAY, label="L’Œuf\tà la coque\n12 €, Dvořák, 한")
    assert problems(text_of(in_istres)) == []
    assert "L'Œuf à la coque 12 €, Dvorák, ?" in text_of(in_istres).decode(fec.ENCODING)


def test_the_company_s_file_has_the_name_that_the_administration_asks_for(istres: Any, viroflay: Any) -> None:
    closing = date(2026, 12, 31)
    assert fec.company_file_name(siren="732829320", closing=closing) == "732829320FEC20261231.txt"
    names = {fec.town_file_name(siren="732829320", closing=closing, town=town) for town in (istres, viroflay)}
    assert names == {"732829320FEC20261231-istres.txt", "732829320FEC20261231-viroflay.txt"}


def test_an_entry_says_the_paper_that_justifies_it(istres: Any) -> None:
    merchant = make_merchant(town=istres)
    with in_town(istres):
        set_terms(town=istres)
        sell(merchant=merchant.pk, cents=2000)
    settle(town=istres, period_end=SUNDAY, now=MONDAY)
    rows = rows_of(text_of(istres))
    [invoiced] = {row["PieceRef"] for row in rows if row["CompteNum"] == "706"}
    with in_town(istres):
        assert invoiced == Invoice.objects.get().number
        statement, number = Statement.objects.get().number, Sale.objects.get().order_number
    said = {row["EcritureLib"]: row["PieceRef"] for row in rows}
    assert said[f"Commission retenue, bordereau {statement}"] == statement
    assert said[f"Remise, commande {number}"] == number


def test_an_invoice_that_waits_leaves_its_statement_s_number(istres: Any) -> None:
    merchant = make_merchant(town=istres)
    Merchant.objects.filter(pk=merchant.pk).update(postcode="")
    with in_town(istres):
        set_terms(town=istres)
        sell(merchant=merchant.pk, cents=2000)
    settle(town=istres, period_end=SUNDAY, now=MONDAY)
    with in_town(istres):
        assert not Invoice.objects.exists()
        number = Statement.objects.get().number
    assert {row["PieceRef"] for row in rows_of(text_of(istres)) if row["CompteNum"] == "706"} == {number}


def test_an_entry_of_before_is_found_by_its_key(istres: Any) -> None:
    with in_town(istres):
        took(at=MONDAY, piece="")
        key = Entry.objects.get().key
    assert set(numbered(text_of(istres))) == {key}


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
    content = text_of(in_istres)
    assert before in content
    assert problem in problems(content.replace(before, after, 1))


def test_what_goes_to_the_bank_is_in_the_journal_of_where_it_was(istres: Any, viroflay: Any) -> None:
    """The till's journal says where its cash went; the bank's, the cheques and the cards, with the bank's fee."""
    with in_town(istres):
        cheque = desk_took(cents=3500, means=Mode.CHEQUE, now=MONDAY)
        for means in (Mode.CASH, Mode.TERMINAL):
            desk_took(cents=2000, means=means, now=MONDAY)
        day = MONDAY.astimezone(PARIS).date()
        before = len(rows_of(text_of(istres)))
        deposited(town=istres, cents=2000, now=MONDAY, day=day, slip="ESP-1")
        deposited(town=istres, cents=2000, fee_cents=35, means=DepositMeans.TERMINAL, now=MONDAY, day=day)
        deposited_cheques(town=istres, payments=[cheque], now=MONDAY, day=day)
    content = company_text_of(istres, viroflay)
    assert problems(content) == []
    rows = [row for row in rows_of(content) if row["EcritureLib"].startswith("Remise en banque, ")]
    assert len(rows_of(content)) - before == len(rows) == 7
    assert {(row["JournalCode"], row["CompteNum"], row["Debit"], row["Credit"]) for row in rows} == {
        ("CA", "512", "20,00", "0,00"),
        ("CA", "531", "0,00", "20,00"),
        ("BQ", "512", "19,65", "0,00"),
        ("BQ", "627", "0,35", "0,00"),
        ("BQ", "5115", "0,00", "20,00"),
        ("BQ", "512", "35,00", "0,00"),
        ("BQ", "5112", "0,00", "35,00"),
    }
    assert {row["PieceRef"] for row in rows if row["JournalCode"] == "CA"} == {"ESP-1"}
    assert len(company_text_of(viroflay).splitlines()) == 1
