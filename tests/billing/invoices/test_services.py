"""Issuing: once for each statement, without a gap, only when nothing is missing, and for ever."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from billing.invoices.facts import Line, ToInvoice
from billing.invoices.models import Invoice
from billing.invoices.readiness import COMPANY_FORM, MERCHANT_ADDRESS, NO_VAT_NO_REASON, VAT_IN_FRANCHISE
from billing.invoices.services import (
    ANOTHER_COMPANY,
    NOTHING_TO_CORRECT,
    InvoiceHeldError,
    issue,
)
from billing.numbering.models import Counter
from conciergeries.merchants.models import Merchant
from conciergeries.towns.models import OperatingCompany, Town
from shared.tenancy import in_town
from tests.billing.invoices.papers import Schematrons
from tests.billing.settlements.selling import as_if_committed
from tests.factories import make_merchant

NOW = datetime(2026, 11, 23, 0, 10, tzinfo=UTC)
FIVE_PERCENT = Line(
    description="Commission de 5 % sur 60,00 €",
    ht_cents=300,
    vat_rate_bp=2000,
    vat_cents=60,
    base_cents=6000,
    rate_bp=500,
)


@pytest.fixture
def merchant(in_istres: Town) -> Merchant:
    return make_merchant(name="Fromagerie des Alpilles", town=in_istres)


def _what(merchant: Merchant, *lines: Line, siren: str = "732829320", corrects: tuple[UUID, ...] = ()) -> ToInvoice:
    return ToInvoice(
        statement_id=uuid4(),
        statement_number="ISTRES-2026-00001",
        issuer_siren=siren,
        merchant_id=merchant.pk,
        period_start=date(2026, 11, 16),
        period_end=date(2026, 11, 22),
        lines=lines or (FIVE_PERCENT,),
        corrects=corrects,
    )


def _issue(town: Town, what: ToInvoice) -> Invoice | None:
    with transaction.atomic():
        return issue(town=town, what=what, now=NOW)


def _issued(town: Town, what: ToInvoice) -> Invoice:
    invoice = _issue(town, what)
    assert invoice is not None
    return invoice


def test_an_invoice_keeps_all_that_it_says(in_istres: Town, merchant: Merchant, official: Schematrons) -> None:
    invoice = _issued(in_istres, _what(merchant))
    Merchant.objects.filter(pk=merchant.pk).update(name="Autre", address="Ailleurs")
    OperatingCompany.objects.filter(pk=in_istres.operating_company_id).update(name="Autre")
    kept = Invoice.objects.get(pk=invoice.pk)
    seller, buyer = kept.parties
    assert (kept.number, kept.kind, kept.issued_on) == ("FA-ISTRES-2026-00001", "invoice", date(2026, 11, 23))
    assert (kept.ht_cents, kept.vat_cents, kept.ttc_cents) == (300, 60, 360)
    assert (seller.name, seller.siren) == ("Conciergeries de Provence", "732829320")
    assert (buyer.name, buyer.siret, buyer.address) == (merchant.name, merchant.siret, merchant.address)
    assert [line.facts for line in kept.lines.all()] == [FIVE_PERCENT]
    assert kept.number in kept.xml
    assert official.broken(kept.xml) == []


def test_the_day_is_that_of_the_town(in_istres: Town, merchant: Merchant) -> None:
    with transaction.atomic():
        invoice = issue(town=in_istres, what=_what(merchant), now=datetime(2026, 12, 31, 23, 30, tzinfo=UTC))
    assert invoice is not None
    assert (invoice.issued_on, invoice.number) == (date(2027, 1, 1), "FA-ISTRES-2027-00001")


def test_a_statement_has_one_invoice_however_often_it_is_asked_for(in_istres: Town, merchant: Merchant) -> None:
    what = _what(merchant)
    assert _issued(in_istres, what) == _issued(in_istres, what)
    assert Counter.objects.get(series="FA-ISTRES-2026").value == 1


def test_nothing_is_issued_for_nothing(in_istres: Town, merchant: Merchant) -> None:
    back = replace(FIVE_PERCENT, ht_cents=-300, vat_cents=-60)
    assert _issue(in_istres, _what(merchant, FIVE_PERCENT, back)) is None
    assert not Invoice.objects.exists()


def test_lines_of_nothing_are_left_out(in_istres: Town, merchant: Merchant) -> None:
    invoice = _issued(in_istres, _what(merchant, FIVE_PERCENT, replace(FIVE_PERCENT, ht_cents=0, vat_cents=0)))
    assert invoice.lines.count() == 1


def test_more_given_back_than_taken_is_a_credit_note(
    in_istres: Town, merchant: Merchant, official: Schematrons
) -> None:
    first, second = _what(merchant), _what(merchant)
    invoices = [_issued(in_istres, what) for what in (first, second)]
    lines = (replace(FIVE_PERCENT, ht_cents=-500, vat_cents=-100), replace(FIVE_PERCENT, ht_cents=100, vat_cents=20))
    note = _issued(in_istres, _what(merchant, *lines, corrects=(second.statement_id, first.statement_id)))
    assert (note.number, note.is_credit_note) == ("AV-ISTRES-2026-00001", True)
    assert (note.ht_cents, note.vat_cents, note.ttc_cents) == (400, 80, 480)
    assert [line.ht_cents for line in note.lines.order_by("position")] == [500, -100]
    assert [each.invoice for each in note.corrections.order_by("invoice__number")] == invoices
    assert official.broken(note.xml) == []


def test_a_credit_note_cites_no_invoice_of_somebody_else(in_istres: Town, merchant: Merchant) -> None:
    theirs = _what(make_merchant(name="Chez Chloé", town=in_istres))
    _issued(in_istres, theirs)
    back = replace(FIVE_PERCENT, ht_cents=-300, vat_cents=-60)
    with pytest.raises(InvoiceHeldError, match=NOTHING_TO_CORRECT):
        _issue(in_istres, _what(merchant, back, corrects=(theirs.statement_id,)))


@pytest.mark.parametrize(
    ("changed", "line", "reason"),
    [
        (({}, {"address": ""}), FIVE_PERCENT, MERCHANT_ADDRESS),
        (({}, {"postcode": ""}), FIVE_PERCENT, MERCHANT_ADDRESS),
        (({"legal_form": ""}, {}), FIVE_PERCENT, COMPANY_FORM),
        (({"vat_franchise": True}, {}), FIVE_PERCENT, VAT_IN_FRANCHISE),
        (({}, {}), replace(FIVE_PERCENT, vat_rate_bp=0, vat_cents=0), NO_VAT_NO_REASON),
        (({}, {}), replace(FIVE_PERCENT, vat_rate_bp=1900, vat_cents=57), "BR-FR-16"),
        (({"siren": "303265045"}, {}), FIVE_PERCENT, ANOTHER_COMPANY),
    ],
)
def test_what_is_missing_holds_the_invoice_and_takes_no_number(
    in_istres: Town,
    merchant: Merchant,
    changed: tuple[dict[str, Any], dict[str, Any]],
    line: Line,
    reason: str,
) -> None:
    company, of_merchant = changed
    for name, value in company.items():
        setattr(in_istres.operating_company, name, value)
    Merchant.objects.filter(pk=merchant.pk).update(**of_merchant)
    with transaction.atomic(), pytest.raises(InvoiceHeldError, match=reason):
        issue(town=in_istres, what=_what(merchant, line), now=NOW)
    assert not Invoice.objects.exists()
    assert not Counter.objects.filter(value__gt=0).exists()


def test_a_company_in_franchise_invoices_without_vat(
    in_istres: Town, merchant: Merchant, official: Schematrons
) -> None:
    in_istres.operating_company.vat_franchise = True
    invoice = _issued(in_istres, _what(merchant, replace(FIVE_PERCENT, vat_rate_bp=0, vat_cents=0)))
    assert (invoice.vat_cents, invoice.exemption) == (0, "TVA non applicable, art. 293 B du CGI")
    assert official.broken(invoice.xml) == []


def test_no_name_stops_an_invoice(in_istres: Town, merchant: Merchant, official: Schematrons) -> None:
    Merchant.objects.filter(pk=merchant.pk).update(name="L’É\x07toile 🌟 d’Or\u202f& 中 <fils>")
    invoice = _issued(in_istres, _what(merchant))
    assert invoice.merchant_name == "L’Étoile ? d’Or\u00a0& ? <fils>"
    assert official.broken(invoice.xml) == []


def test_two_towns_count_apart_and_keep_apart(in_istres: Town, viroflay: Town, merchant: Merchant) -> None:
    _issued(in_istres, _what(merchant))
    with in_town(viroflay):
        bruno = make_merchant(name="Bruno", town=viroflay)
        assert _issued(viroflay, _what(bruno, siren="552100554")).number == "FA-VIROFLAY-2026-00001"
        assert Invoice.objects.count() == 1


@pytest.mark.parametrize("table", ["invoices_invoice", "invoices_invoiceline", "invoices_correction"])
@pytest.mark.parametrize("order", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_postgres_lets_nobody_change_what_was_issued(
    in_istres: Town, merchant: Merchant, table: str, order: str
) -> None:
    what = _what(merchant)
    _issued(in_istres, what)
    back = replace(FIVE_PERCENT, ht_cents=-300, vat_cents=-60)
    _issued(in_istres, _what(merchant, back, corrects=(what.statement_id,)))
    as_if_committed()
    with pytest.raises(IntegrityError, match="is append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(order.format(table))
