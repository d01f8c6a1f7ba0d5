"""A statement's papers are made once it is committed, kept once, and sent once; a late invoice follows alone."""

from datetime import timedelta
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest
from django.core import mail
from pypdf import PdfReader

from billing.commissions.terms import Basis, Beneficiary, Terms
from billing.documents.models import Document
from billing.documents.services import File, is_intact
from billing.invoices.models import Invoice
from billing.settlements.models import Adjustment, Statement
from billing.settlements.papers import LINES_SHOWN, sales_file, statement_file
from billing.settlements.paperwork import PAPERS_DUE, make_papers
from billing.settlements.queries import lines_of
from billing.settlements.services import refund_sale, settle
from conciergeries.merchants.details import BillingDetails, change_details
from conciergeries.merchants.models import Merchant
from conciergeries.towns.models import Town
from shared.french import money
from shared.money import vat_of_ttc
from shared.notifications.models import Message
from shared.notifications.services import SEND
from shared.tenancy import in_public, in_town
from tests.bench import settlement as bench
from tests.billing.settlements.selling import MONDAY, NEXT_MONDAY, NEXT_SUNDAY, SUNDAY, THURSDAY_EVENING, sell
from tests.factories import make_merchant, run_effects

TOWNS_OWN = Terms(300, Basis.HT, Basis.TTC, 0, Beneficiary.TOWN)


@pytest.fixture
def merchant(in_istres: Town) -> Merchant:
    return make_merchant(name="Fromagerie des Alpilles", town=in_istres)


def _settled(town: Town, merchant: Merchant, **sold: Any) -> Statement:
    sell(merchant=merchant.pk, **({"cents": {550: 4000, 2000: 2000}} | sold))
    settle(town=town, period_end=SUNDAY, now=MONDAY)
    return Statement.objects.get(merchant_id=merchant.pk)


def _text(document: Document | File) -> str:
    pages = PdfReader(BytesIO(bytes(document.content))).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def test_three_papers_are_kept_and_sent_together(in_istres: Town, merchant: Merchant) -> None:
    statement = _settled(in_istres, merchant)
    assert not Document.objects.exists()
    run_effects(now=MONDAY, kinds=[PAPERS_DUE])
    kept = {each.kind: each for each in Document.objects.all()}
    invoice = Invoice.objects.get()
    assert {kind: each.filename for kind, each in kept.items()} == {
        "statement": "bordereau-ISTRES-2026-00001.pdf",
        "sales": "ventes-ISTRES-2026-00001.csv",
        "invoice": "facture-FA-ISTRES-2026-00001.pdf",
    }
    assert all(is_intact(each) and each.merchant_id == merchant.pk for each in kept.values())
    assert (kept["statement"].source_id, kept["invoice"].source_id) == (statement.pk, invoice.pk)
    run_effects(now=MONDAY, kinds=[SEND])
    [letter] = mail.outbox
    assert [part[0] for part in letter.attachments] == [
        "bordereau-ISTRES-2026-00001.pdf",
        "ventes-ISTRES-2026-00001.csv",
        "facture-FA-ISTRES-2026-00001.pdf",
    ]
    assert "la facture de commission FA-ISTRES-2026-00001" in letter.body


def test_made_again_nothing_is_made_kept_or_sent_again(in_istres: Town, merchant: Merchant) -> None:
    statement = _settled(in_istres, merchant)
    assert len(make_papers(statement_id=statement.pk, now=MONDAY)) == 3
    assert make_papers(statement_id=statement.pk, now=MONDAY) == []
    assert (Document.objects.count(), Message.objects.count()) == (3, 1)


def test_what_a_statement_says_on_paper(in_istres: Town, merchant: Merchant) -> None:
    sell(merchant=merchant.pk, cents=1000, terms=TOWNS_OWN)
    statement = _settled(in_istres, merchant)
    make_papers(statement_id=statement.pk, now=MONDAY)
    shown = _text(Document.objects.get(kind="statement"))
    for said in (
        "Bordereau de reversement",
        "ISTRES-2026-00001",
        "du 16 au 22 novembre 2026",
        "Fromagerie des Alpilles",
        "70,00 €",
        "−3,30 €",
        "−0,60 €",
        "66,10 €",
        "Ce montant vous est versé par Stripe.",
        "3 % de 10,00 € de ventes TTC, au profit de la commune",
        "Facture FA-ISTRES-2026-00001, 3,60 € TTC.",
        "à 5,5 %",
        "2 ventes",
        statement.hash,
    ):
        assert said in shown, said


def test_the_sales_add_up_in_a_spreadsheet(in_istres: Town, merchant: Merchant) -> None:
    sell(merchant=merchant.pk, cents=99, at=THURSDAY_EVENING - timedelta(hours=1))
    make_papers(statement_id=_settled(in_istres, merchant).pk, now=MONDAY)
    lines = bytes(Document.objects.get(kind="sales").content).decode("utf-8-sig").splitlines()
    rows = [line.split(";") for line in lines]
    assert rows[0][7:9] == ["TTC à 5,50 %", "TTC à 20,00 %"]
    assert [row[4] for row in rows[1:]] == ["0,99", "60,00"]
    # 40.00 € at 5.5 % hold 2.09 € of VAT, 20.00 € at 20 % 3.33 €.
    assert rows[2][5:9] == ["54,58", "5,42", "40,00", "20,00"]
    assert [row[10] for row in rows[1:]] == ["0,05", "3,00"]


def test_the_same_statement_is_the_same_file(in_istres: Town, merchant: Merchant) -> None:
    statement = _settled(in_istres, merchant)
    files = [statement_file(statement=statement, invoice=None, town=in_istres).content for _ in range(2)]
    assert files[0] == files[1]


def test_an_invoice_that_waited_follows_alone(in_istres: Town, merchant: Merchant) -> None:
    with in_public():
        Merchant.objects.filter(pk=merchant.pk).update(address="")
    statement = _settled(in_istres, merchant)
    run_effects(now=MONDAY, kinds=[PAPERS_DUE])
    assert set(Document.objects.values_list("kind", flat=True)) == {"statement", "sales"}
    assert "La facture suit" in _text(Document.objects.get(kind="statement"))
    details = BillingDetails(address="5 quai du Port", postcode="13500", city="Martigues", vat_number="")
    with in_public():
        change_details(merchant_id=merchant.pk, details=details, actor=None, now=MONDAY)
        run_effects(now=MONDAY)
    run_effects(now=MONDAY, kinds=[PAPERS_DUE])
    late = Message.objects.get(template="invoice_issued")
    invoice = Document.objects.get(kind="invoice")
    assert late.attachments == [{"source": "documents", "key": str(invoice.pk)}]
    assert late.subject == "Votre facture FA-ISTRES-2026-00001\u00a0: 3,60\u00a0€"
    assert statement.number in late.text
    assert "INVALID[" not in late.text + late.html


def test_each_town_keeps_its_own(in_istres: Town, viroflay: Town, merchant: Merchant) -> None:
    _settled(in_istres, merchant)
    run_effects(now=MONDAY, kinds=[PAPERS_DUE])
    with in_town(viroflay):
        assert not Document.objects.exists()
        bruno = make_merchant(name="Bruno", town=viroflay)
        _settled(viroflay, bruno)
        run_effects(now=MONDAY, kinds=[PAPERS_DUE])
        assert Document.objects.get(kind="invoice").filename == "facture-FA-VIROFLAY-2026-00001.pdf"


def test_refunds_and_adjustments_are_on_the_paper(in_istres: Town, merchant: Merchant) -> None:
    sold = sell(merchant=merchant.pk, cents=6000)
    refund_sale(
        shop_order_id=sold.shop_order_id,
        cause=uuid4(),
        amount_cents=1000,
        goods_vat_bp=2000,
        decided_at=THURSDAY_EVENING,
    )
    Adjustment.objects.create(
        merchant_id=merchant.pk,
        amount_cents=250,
        reason="Erreur de balance",
        borne_by="company",
        added_by="Bernard",
        added_at=THURSDAY_EVENING,
    )
    (statement,) = settle(town=in_istres, period_end=SUNDAY, now=MONDAY)
    make_papers(statement_id=statement.pk, now=MONDAY)
    shown = _text(Document.objects.get(kind="statement"))
    for said in ("remboursement", "−10,00 €", "50,00 €", "Erreur de balance 2,50 €", "1 vente"):
        assert said in shown, said
    assert ";remboursement;" in bytes(Document.objects.get(kind="sales").content).decode()


def test_a_sale_noted_late_says_on_which_day_it_counts(in_istres: Town, merchant: Merchant) -> None:
    sell(merchant=merchant.pk)
    settle(town=in_istres, period_end=SUNDAY, now=MONDAY)
    sell(merchant=merchant.pk, at=THURSDAY_EVENING)
    [statement] = settle(town=in_istres, period_end=NEXT_SUNDAY, now=NEXT_MONDAY)
    [line] = lines_of(statement)
    assert line.is_late
    paper = statement_file(statement=statement, invoice=None, town=in_istres)
    assert "19/11/2026, compte le 23/11/2026" in _text(paper)


def test_a_statement_of_thousands_is_whole_in_its_file_and_short_on_paper(istres: Town) -> None:
    lines = LINES_SHOWN + 3
    bench.lay_out(town=istres, lines=lines, merchants=1)
    [statement] = settle(town=istres, period_end=SUNDAY, now=MONDAY)
    with in_town(istres):
        paper = statement_file(statement=statement, invoice=None, town=istres)
        rows = sales_file(statement=statement, town=istres).content.decode().splitlines()
    assert "Et 3 autres lignes, dans le fichier des ventes" in _text(paper)
    assert len(rows) == 1 + lines
    shares = [row.split(";")[-3] for row in rows[1:]]
    assert sum(int(share.replace(",", "")) for share in shares) == statement.commission_ht_cents


def test_the_vat_of_the_file_is_that_of_the_paper(istres: Town, viroflay: Town) -> None:
    """20 sales of 0.99 € at 20 % have 3.30 € of VAT; each alone would have 0.17 €, 3.40 € together."""
    for town, sales in ((istres, [99] * 20), (viroflay, [99] * 7)):
        merchant = make_merchant(name="Chez Chloé", town=town)
        with in_town(town):
            for cents in sales:
                sell(merchant=merchant.pk, cents={2000: cents, 550: 101})
            given_back = sell(merchant=merchant.pk, cents=150)
            refund_sale(
                shop_order_id=given_back.shop_order_id,
                cause=uuid4(),
                amount_cents=49,
                goods_vat_bp=2000,
                decided_at=THURSDAY_EVENING,
            )
        [statement] = settle(town=town, period_end=SUNDAY, now=MONDAY)
        with in_town(town):
            paper = _text(statement_file(statement=statement, invoice=None, town=town))
            rows = sales_file(statement=statement, town=town).content.decode("utf-8-sig").splitlines()
        columns = [row.split(";") for row in rows[1:]]
        vat = vat_of_ttc(99 * len(sales) + 101, 2000) + vat_of_ttc(101 * len(sales), 550)
        assert _column(columns, 6) == vat
        assert _column(columns, 5) == statement.gross_cents - vat
        assert " ".join(money(vat).split()) in paper


def _column(rows: list[list[str]], index: int) -> int:
    return sum(int(row[index].replace(",", "")) for row in rows)
