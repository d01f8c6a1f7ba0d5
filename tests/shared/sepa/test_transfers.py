"""A file that a bank takes, and files that it would not."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from shared.sepa.checking import problems
from shared.sepa.transfers import Party, PaymentOrder, Transfer, write

TODAY = date(2026, 11, 24)
COMPANY = Party(
    name="Conciergeries de Provence",
    iban="FR7630006000011234567890189",
    bic="AGRIFRPP",
    country="FR",
    postcode="13800",
    town="Istres",
)
CHEESE = Party(name="Fromagerie d’Été", iban="FR1420041010050500013M02606")
SWISS = Party(name="Chocolats du Léman", iban="CH9300762011623852957", bic="POFICHBEXXX", country="CH", town="Genève")


def order(*transfers: Transfer, execution: date = TODAY) -> PaymentOrder:
    return PaymentOrder(
        message_id="CONC-2026-0001",
        created_at=datetime(2026, 11, 24, 8, 0, tzinfo=UTC),
        execution_date=execution,
        debtor=COMPANY,
        transfers=transfers
        or (
            Transfer(end_to_end_id="A1", amount_cents=12345, creditor=CHEESE, text="Bordereau ISTRES-2026-00001"),
            Transfer(end_to_end_id="A2", amount_cents=1, creditor=SWISS, text="Bordereau ISTRES-2026-00002"),
        ),
    )


def test_a_bank_takes_it() -> None:
    assert problems(write(order()), today=TODAY) == []


def test_what_it_says() -> None:
    text = write(order()).decode()
    assert "<CtrlSum>123.46</CtrlSum>" in text
    assert "<Nm>Fromagerie d'Ete</Nm>" in text
    assert "<TwnNm>Geneve</TwnNm>" in text
    assert "AdrLine" not in text
    assert text.count("<PstlAdr>") == 2


CHANGES: list[tuple[str, Callable[[str], str]]] = [
    ("CtrlSum says", lambda text: text.replace("<CtrlSum>123.46", "<CtrlSum>123.45", 1)),
    ("NbOfTxs says", lambda text: text.replace("<NbOfTxs>2", "<NbOfTxs>3", 1)),
    ("IBAN n’est pas valide", lambda text: text.replace("0500013M02606", "0500013M02607")),
    ("hors de la zone SEPA", lambda text: text.replace("FR1420041010050500013M02606", "TR330006100519786457841326")),
    ("donnez aussi le BIC", lambda text: text.replace("<BICFI>POFICHBEXXX</BICFI>", "<Nm>X</Nm>")),
    ("given 2 times", lambda text: text.replace(">A2<", ">A1<")),
    ("not in euros", lambda text: text.replace('Ccy="EUR">0.01', 'Ccy="CHF">0.01')),
    ("an amount of 0.00", lambda text: text.replace('Ccy="EUR">0.01', 'Ccy="EUR">0.00')),
    ("characters that banks do not take", lambda text: text.replace("d'Ete", "d'Été")),
    ("is past", lambda text: text.replace("<Dt>2026-11-24", "<Dt>2026-11-23")),
    ("banks are closed", lambda text: text.replace("<Dt>2026-11-24", "<Dt>2026-12-25")),
    ("no execution day", lambda text: text.replace("<Dt>2026-11-24", "<Dt>demain")),
    ("schema:", lambda text: text.replace("<PmtMtd>TRF</PmtMtd>", "")),
    ("ChrgBr is 'SHAR'", lambda text: text.replace("SLEV", "SHAR")),
    (
        "free lines",
        lambda text: text.replace("<TwnNm>Geneve</TwnNm>", "").replace(
            "<Ctry>CH</Ctry>", "<Ctry>CH</Ctry><AdrLine>1 rue du Lac</AdrLine>"
        ),
    ),
    ("without its town", lambda text: text.replace("<TwnNm>Geneve</TwnNm>", "")),
    ("not XML", lambda text: text[:-20]),
    ("not a pain.001.001.09", lambda text: text.replace("001.09", "001.03")),
]


@pytest.mark.parametrize(("said", "spoil"), CHANGES, ids=[said for said, _spoil in CHANGES])
def test_a_bad_file_is_found_out(said: str, spoil: Callable[[str], str]) -> None:
    text = write(order()).decode()
    spoilt = spoil(text)
    assert spoilt != text
    assert any(said in problem for problem in problems(spoilt.encode(), today=TODAY))


def test_a_file_of_nothing_is_none() -> None:
    assert "no transfer" in problems(write(replace(order(), transfers=())), today=TODAY)
