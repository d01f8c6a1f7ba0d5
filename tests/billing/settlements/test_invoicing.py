"""The invoice of a statement comes with it, or as soon as what is missing is given; the merchant is paid on the day."""

from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest
from pypdf import PdfReader

from billing.commissions.terms import Basis, Beneficiary, Terms
from billing.invoices.models import Invoice
from billing.invoices.papers import invoice_file
from billing.invoices.readiness import COMPANY_FORM, MERCHANT_ADDRESS
from billing.ledger.models import Account
from billing.settlements.invoicing import invoice_waiting, waiting
from billing.settlements.models import Statement
from billing.settlements.services import refund_sale, settle
from conciergeries.console.services import save_company
from conciergeries.merchants.details import BillingDetails, change_details
from conciergeries.merchants.models import Merchant
from conciergeries.towns.models import Town
from shared.tenancy import in_public, in_town
from tests.billing.invoices.papers import Schematrons
from tests.billing.settlements.selling import MONDAY, NEXT_MONDAY, NEXT_SUNDAY, SUNDAY, check_ledger, sell
from tests.factories import make_merchant, run_effects

TOWNS_OWN = Terms(300, Basis.HT, Basis.TTC, 0, Beneficiary.TOWN)
SEVEN_PERCENT = Terms(700, Basis.HT, Basis.TTC, 2000, Beneficiary.COMPANY)
WITH_FEE = Terms(500, Basis.HT, Basis.HT, 2000, Beneficiary.COMPANY, fixed_fee_cents=50, minimum_cents=1000)
ADDRESS = BillingDetails(address="5 quai du Port", postcode="13500", city="Martigues", vat_number="")


@pytest.fixture
def merchant(in_istres: Town) -> Merchant:
    return make_merchant(name="Fromagerie des Alpilles", town=in_istres)


def _without_address(merchant: Merchant) -> None:
    with in_public():
        Merchant.objects.filter(pk=merchant.pk).update(address="")


def test_a_statement_comes_with_its_invoice(in_istres: Town, merchant: Merchant) -> None:
    sell(merchant=merchant.pk, cents=6000)
    (statement,) = settle(town=in_istres, period_end=SUNDAY, now=MONDAY)
    invoice = Invoice.objects.get(statement_id=statement.pk)
    assert (invoice.ht_cents, invoice.vat_cents, invoice.ttc_cents) == (300, 60, 360)
    assert (invoice.statement_number, invoice.merchant_id) == (statement.number, merchant.pk)
    assert (invoice.period_start, invoice.period_end) == (statement.period_start, statement.period_end)
    (line,) = invoice.lines.all()
    assert line.description == "Commission de 5\u00a0% sur 60,00\u00a0€ de ventes TTC"
    balances = check_ledger()
    assert -balances[Account.COMMISSION] - balances[Account.VAT_COLLECTED] == invoice.ttc_cents
    assert waiting(town=in_istres) == []


def test_two_rates_are_two_lines_of_one_invoice(in_istres: Town, merchant: Merchant) -> None:
    # docs/money.md: 30.60 € at 5 % and 12.57 € at 7 %.
    sell(merchant=merchant.pk, cents=3060)
    sell(merchant=merchant.pk, cents=1257, terms=SEVEN_PERCENT)
    settle(town=in_istres, period_end=SUNDAY, now=MONDAY)
    invoice = Invoice.objects.get()
    assert (invoice.ht_cents, invoice.vat_cents) == (241, 48)
    assert [(line.ht_cents, line.vat_cents) for line in invoice.lines.order_by("position")] == [(153, 31), (88, 17)]


def test_a_fee_and_a_minimum_are_said(in_istres: Town, merchant: Merchant) -> None:
    for _ in range(2):
        sell(merchant=merchant.pk, cents=1200, terms=WITH_FEE)
    settle(town=in_istres, period_end=SUNDAY, now=MONDAY)
    share, made_up = Invoice.objects.get().lines.order_by("position")
    assert share.description.replace("\u00a0", " ") == (
        "Commission de 5 % sur 20,00 € de ventes hors taxes, frais de 0,50 € HT sur 2 commandes"
    )
    assert (share.ht_cents, made_up.description, made_up.ht_cents) == (200, "Complément au minimum de commission", 800)


def test_the_communes_commission_is_no_invoice_of_the_companys(in_istres: Town, merchant: Merchant) -> None:
    sell(merchant=merchant.pk, cents=6000)
    sell(merchant=merchant.pk, cents=1000, terms=TOWNS_OWN)
    (statement,) = settle(town=in_istres, period_end=SUNDAY, now=MONDAY)
    assert statement.commission_ht_cents == 330
    assert Invoice.objects.get().ht_cents == 300
    other = make_merchant(name="À la commune", town=in_istres)
    sell(merchant=other.pk, cents=1000, terms=TOWNS_OWN)
    settle(town=in_istres, period_end=SUNDAY, now=MONDAY)
    assert not Invoice.objects.filter(merchant_id=other.pk).exists()
    assert waiting(town=in_istres) == []


def test_no_commission_is_no_invoice(in_istres: Town, merchant: Merchant) -> None:
    sell(merchant=merchant.pk, cents=9)
    settle(town=in_istres, period_end=SUNDAY, now=MONDAY)
    assert not Invoice.objects.exists()
    assert waiting(town=in_istres) == []


def test_without_an_address_the_merchant_is_paid_and_the_invoice_waits(in_istres: Town, merchant: Merchant) -> None:
    _without_address(merchant)
    sell(merchant=merchant.pk, cents=6000)
    (statement,) = settle(town=in_istres, period_end=SUNDAY, now=MONDAY)
    assert statement.payout.amount_cents == 5640
    assert [(each.statement, each.reasons) for each in waiting(town=in_istres)] == [(statement, [MERCHANT_ADDRESS])]
    assert invoice_waiting(town=in_istres, now=MONDAY) == []


def test_the_address_once_given_the_invoice_leaves_by_itself_in_every_town(
    in_istres: Town, viroflay: Town, merchant: Merchant
) -> None:
    with in_public():
        merchant.presences.create(town=viroflay, since=MONDAY)
    _without_address(merchant)
    other = make_merchant(name="Chez Chloé", town=in_istres)
    _without_address(other)
    for town in (in_istres, viroflay):
        with in_town(town):
            sell(merchant=merchant.pk, cents=6000)
            settle(town=town, period_end=SUNDAY, now=MONDAY)
    sell(merchant=other.pk)
    settle(town=in_istres, period_end=SUNDAY, now=MONDAY)
    with in_public():
        change_details(merchant_id=merchant.pk, details=ADDRESS, actor=None, now=MONDAY)
        run_effects(now=MONDAY)
        run_effects(now=MONDAY)
    for town in (in_istres, viroflay):
        with in_town(town):
            invoice = Invoice.objects.get()
            assert (invoice.merchant_id, invoice.parties[1].city) == (merchant.pk, "Martigues")
    assert [each.statement.merchant_id for each in waiting(town=in_istres)] == [other.pk]


def test_the_company_once_complete_its_invoices_leave_in_order(in_istres: Town, merchant: Merchant) -> None:
    company: Any = in_istres.operating_company
    company.legal_form = ""
    company.save()
    for name in ("Alma", "Zoé"):
        sell(merchant=make_merchant(name=name, town=in_istres).pk)
    settle(town=in_istres, period_end=SUNDAY, now=MONDAY)
    assert {tuple(each.reasons) for each in waiting(town=in_istres)} == {(COMPANY_FORM,)}
    company.legal_form = "SAS"
    with in_public():
        save_company(company=company, actor=None, now=MONDAY)
        run_effects(now=MONDAY)
    issued = list(Invoice.objects.order_by("number"))
    assert [each.number for each in issued] == ["FA-ISTRES-2026-00001", "FA-ISTRES-2026-00002"]
    assert [each.statement_id for each in issued] == [each.pk for each in Statement.objects.order_by("number")]


def test_a_refund_of_what_was_invoiced_is_a_credit_note_that_cites_it(in_istres: Town, merchant: Merchant) -> None:
    sold = sell(merchant=merchant.pk, cents=6000)
    settle(town=in_istres, period_end=SUNDAY, now=MONDAY)
    refund_sale(
        shop_order_id=sold.shop_order_id, cause=uuid4(), amount_cents=2000, goods_vat_bp=2000, decided_at=MONDAY
    )
    settle(town=in_istres, period_end=NEXT_SUNDAY, now=NEXT_MONDAY)
    invoice, note = Invoice.objects.order_by("issued_at")
    assert (note.number, note.ht_cents, note.vat_cents) == ("AV-ISTRES-2026-00001", 100, 20)
    assert [each.invoice for each in note.corrections.all()] == [invoice]
    (line,) = note.lines.all()
    assert line.description == "Commission de 5\u00a0% rendue sur 20,00\u00a0€ de ventes TTC"
    assert check_ledger()[Account.COMMISSION] == -200


def test_a_refund_netted_in_a_later_invoice_names_the_one_it_corrects(
    istres: Town, viroflay: Town, official: Schematrons
) -> None:
    """100 € are invoiced; a week later 50 € are sold, and 8 € of the hundred given back: 5 % of 42 €."""
    for town in (istres, viroflay):
        merchant = make_merchant(name="Chez Chloé", town=town)
        with in_town(town):
            sold = sell(merchant=merchant.pk, cents=10_000)
            settle(town=town, period_end=SUNDAY, now=MONDAY)
            refund_sale(
                shop_order_id=sold.shop_order_id, cause=uuid4(), amount_cents=800, goods_vat_bp=2000, decided_at=MONDAY
            )
            sell(merchant=merchant.pk, cents=5000, at=MONDAY)
            settle(town=town, period_end=NEXT_SUNDAY, now=NEXT_MONDAY)
            before, after = Invoice.objects.order_by("issued_at")
            assert (after.kind, after.ht_cents) == ("invoice", 210)
            assert [each.invoice for each in after.corrections.all()] == [before]
            assert f"<ram:IssuerAssignedID>{before.number}</ram:IssuerAssignedID>" in after.xml
            assert official.broken(after.xml) == []
            (line,) = after.lines.all()
            assert line.description.replace("\u00a0", " ") == (
                "Commission de 5 % sur 42,00 € de ventes TTC"
                " (8,00 € TTC rendus sur des périodes précédentes en sont déduits)"
            )
            pages = PdfReader(BytesIO(invoice_file(invoice=after, town=town).content)).pages
            paper = " ".join(" ".join(page.extract_text() for page in pages).split())
            assert f"Factures rectifiées • Facture {before.number} du" in paper


def test_a_refund_of_the_same_week_corrects_nothing(in_istres: Town, merchant: Merchant) -> None:
    sold = sell(merchant=merchant.pk, cents=6000)
    refund_sale(
        shop_order_id=sold.shop_order_id,
        cause=uuid4(),
        amount_cents=800,
        goods_vat_bp=2000,
        decided_at=sold.handed_over_at,
    )
    settle(town=in_istres, period_end=SUNDAY, now=MONDAY)
    invoice = Invoice.objects.get()
    assert not invoice.corrections.exists()
    assert "périodes précédentes" not in invoice.lines.get().description
