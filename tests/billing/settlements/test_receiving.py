"""Sales that their customers paid in the shop: no money of them is here, only their commission is owed."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, transaction

from billing.invoices.models import Invoice
from billing.invoices.papers import invoice_file
from billing.invoices.readiness import COMPANY_IBAN
from billing.ledger.models import Account, Entry
from billing.ledger.queries import balance, unbalanced
from billing.settlements.checking import differences_with_settlements
from billing.settlements.documents import is_intact
from billing.settlements.invoicing import invoice_waiting, waiting
from billing.settlements.models import Adjustment, Payout, Sale, Statement
from billing.settlements.papers import sales_file, statement_file
from billing.settlements.receiving import (
    NotOwedError,
    owed_by_merchants,
    receive_payment,
    received,
    undo_receipt,
)
from billing.settlements.reckoning import becomes, reckoning_of
from billing.settlements.services import SaleConflictError, WishChangedError, record_sale, refund_sale, settle
from conciergeries.merchants.models import Merchant
from conciergeries.towns.models import OperatingCompany, Town
from shared.tenancy import in_town
from tests.billing.lives import Life
from tests.billing.settlements.selling import (
    FIVE_PERCENT,
    MONDAY,
    NEXT_MONDAY,
    NEXT_SUNDAY,
    SUNDAY,
    THURSDAY_EVENING,
    sell,
)
from tests.factories import IBAN, make_merchant

TUESDAY = MONDAY + timedelta(days=1)


@pytest.fixture(params=["istres", "viroflay"])
def town(request: pytest.FixtureRequest) -> Iterator[Any]:
    with in_town(request.getfixturevalue(request.param)) as town:
        yield town
        assert unbalanced() == []
        assert differences_with_settlements(now=NEXT_MONDAY) == []


@pytest.fixture
def merchant(town: Any) -> Merchant:
    return make_merchant(name="Boucherie du Centre", town=town)


def receive(merchant: Merchant, cents: int, *, key: UUID | None = None) -> Adjustment:
    return receive_payment(
        key=key or uuid4(),
        merchant=merchant,
        amount_cents=cents,
        received_on=date(2026, 11, 24),
        actor=None,
        now=TUESDAY,
    )


def settled(town: Any) -> Statement:
    [statement] = settle(town=town, period_end=SUNDAY, now=MONDAY)
    return statement


def owed(merchant: Merchant) -> int:
    return -balance(account=Account.MERCHANTS, merchant_id=merchant.pk)


def test_only_the_commission_is_owed_until_it_is_received(town: Any, merchant: Merchant) -> None:
    with Life("Paid in the shop") as life:
        sell(merchant=merchant.pk, cents=2000, held=False)
        with life.events("commission of the company", "commission charged to the merchant"):
            statement = settled(town)
        assert owed_by_merchants() == {merchant.pk: 120}
        with life.event("payment received"):
            receipt = receive(merchant, 120)
        assert (owed_by_merchants(), received()) == ({}, [receipt])
        with life.event("noted on the wrong merchant: taken back"):
            undo_receipt(receipt_id=receipt.pk, actor=None, now=TUESDAY)
    assert (statement.gross_cents, statement.unheld_cents, statement.net_cents, statement.due_cents) == (
        2000,
        2000,
        -120,
        120,
    )
    assert not Payout.objects.exists()
    assert is_intact(statement)
    assert (owed_by_merchants(), received()) == ({merchant.pk: 120}, [])


def test_a_week_of_both_is_one_statement(town: Any, merchant: Merchant) -> None:
    with Life("Paid in the shop and here, in one week") as life:
        sell(merchant=merchant.pk, cents=4000, held=False)
        with life.events("paid on the terminal", "handed over"):
            sell(merchant=merchant.pk, cents=2000, at=THURSDAY_EVENING + timedelta(days=1))
        with life.events("commission of the company", "commission withheld", "payout decided"):
            statement = settled(town)
    assert (statement.sales_count, statement.gross_cents, statement.unheld_cents) == (2, 6000, 4000)
    assert (statement.net_cents, statement.due_cents) == (1640, 0)
    assert is_intact(statement)


def test_what_the_shop_gives_back_corrects_the_commission_alone(town: Any, merchant: Merchant) -> None:
    part = uuid4()
    with Life("Paid in the shop, and given back by it") as life:
        sell(merchant=merchant.pk, cents=2000, held=False, shop_order=part)
        with life.events("commission of the company", "commission charged to the merchant"):
            settled(town)
        refund_sale(shop_order_id=part, cause=uuid4(), amount_cents=800, goods_vat_bp=2000, decided_at=TUESDAY)
        with life.events("commission given back", "to the merchant"):
            [second] = settle(town=town, period_end=NEXT_SUNDAY, now=NEXT_MONDAY)
    assert (second.gross_cents, second.unheld_cents, second.net_cents, second.due_cents) == (-800, -800, -72, 72)


def test_the_next_sales_here_pay_what_is_owed(town: Any, merchant: Merchant) -> None:
    sell(merchant=merchant.pk, cents=2000, held=False)
    settled(town)
    sell(merchant=merchant.pk, cents=2000, at=TUESDAY)
    [second] = settle(town=town, period_end=NEXT_SUNDAY, now=NEXT_MONDAY)
    assert (second.opening_cents, second.net_cents, second.due_cents) == (-120, 2000 - 120 - 120, 0)
    assert owed(merchant) == 0


def test_a_refund_that_is_carried_is_never_claimed(town: Any, merchant: Merchant) -> None:
    part = uuid4()
    sell(merchant=merchant.pk, cents=5000, shop_order=part)
    settled(town)
    refund_sale(shop_order_id=part, cause=uuid4(), amount_cents=5000, goods_vat_bp=2000, decided_at=TUESDAY)
    sell(merchant=merchant.pk, cents=2000, at=TUESDAY, held=False)
    sell(merchant=merchant.pk, cents=500, at=TUESDAY)
    [second] = settle(town=town, period_end=NEXT_SUNDAY, now=NEXT_MONDAY)
    # 5 % of 20.00 + 5.00 - 50.00 €, with VAT, is given back: nothing of the 43.50 € is a commission.
    assert (second.net_cents, second.due_cents) == (-5000 + 500 + 150, 0)


def test_the_statement_says_what_was_received_since_the_last(town: Any, merchant: Merchant) -> None:
    sell(merchant=merchant.pk, cents=2000, held=False)
    settled(town)
    receive(merchant, 70)
    [second] = settle(town=town, period_end=NEXT_SUNDAY, now=NEXT_MONDAY)
    assert (second.opening_cents, second.adjustments_cents, second.net_cents, second.due_cents) == (-120, 70, -50, 50)


def test_what_was_received_is_not_claimed_again_with_what_is_carried(town: Any, merchant: Merchant) -> None:
    part = uuid4()
    sell(merchant=merchant.pk, cents=2000, shop_order=part)
    sell(merchant=merchant.pk, cents=4000, held=False)
    first = settled(town)
    # Held sales paid the commission of that week; the next owes its own, which the merchant pays at once.
    assert first.due_cents == 0
    sell(merchant=merchant.pk, cents=2000, at=TUESDAY, held=False)
    [second] = settle(town=town, period_end=NEXT_SUNDAY, now=NEXT_MONDAY)
    assert second.due_cents == 120
    later = NEXT_MONDAY + timedelta(days=1)
    receive(merchant, 120)
    refund_sale(shop_order_id=part, cause=uuid4(), amount_cents=800, goods_vat_bp=2000, decided_at=later)
    [third] = settle(town=town, period_end=NEXT_SUNDAY + timedelta(days=7), now=NEXT_MONDAY + timedelta(days=7))
    assert (third.net_cents, third.due_cents) == (-800 + 48, 0)


def test_an_invoice_that_waited_asks_only_for_what_is_still_owed(town: Any, merchant: Merchant) -> None:
    OperatingCompany.objects.filter(pk=town.operating_company_id).update(iban="")
    town.operating_company.refresh_from_db()
    sell(merchant=merchant.pk, cents=2000, held=False)
    settled(town)
    assert [each.reasons for each in waiting(town=town)] == [[COMPANY_IBAN]]
    # Two weeks later, sales that were paid here have paid it.
    sell(merchant=merchant.pk, cents=4000, at=TUESDAY)
    settle(town=town, period_end=NEXT_SUNDAY, now=NEXT_MONDAY)
    OperatingCompany.objects.filter(pk=town.operating_company_id).update(iban=IBAN)
    town.operating_company.refresh_from_db()
    invoice_waiting(town=town, now=NEXT_MONDAY)
    assert sorted(Invoice.objects.values_list("ttc_cents", "due_cents")) == [(120, 0), (240, 0)]


@pytest.mark.parametrize(("cents", "said"), [(121, "ne doit que 1,20"), (5000, "ne doit que 1,20")])
def test_no_more_is_received_than_is_owed(town: Any, merchant: Merchant, cents: int, said: str) -> None:
    sell(merchant=merchant.pk, cents=2000, held=False)
    settled(town)
    with pytest.raises(NotOwedError, match=said):
        receive(merchant, cents)
    assert not Adjustment.objects.exists()


def test_one_transfer_is_noted_once(town: Any, merchant: Merchant) -> None:
    sell(merchant=merchant.pk, cents=2000, held=False)
    settled(town)
    key = uuid4()
    assert receive(merchant, 120, key=key) == receive(merchant, 120, key=key)
    with pytest.raises(NotOwedError, match="ne doit rien"):
        receive(merchant, 120)
    with pytest.raises(WishChangedError) as refused:
        receive(merchant, 100, key=key)
    assert refused.value.asked_cents == 120
    undo_receipt(receipt_id=key, actor=None, now=TUESDAY)
    undo_receipt(receipt_id=key, actor=None, now=TUESDAY)
    assert owed(merchant) == -120


def test_a_sale_is_held_or_it_is_not(town: Any, merchant: Merchant) -> None:
    sale = sell(merchant=merchant.pk, held=False)
    facts: dict[str, Any] = {
        "shop_order_id": sale.shop_order_id,
        "order_number": sale.order_number,
        "merchant_id": merchant.pk,
        "ttc_by_vat_rate": {2000: 2000},
        "terms": FIVE_PERCENT,
        "handed_over_at": THURSDAY_EVENING,
    }
    with transaction.atomic():
        assert record_sale(held=False, **facts) == sale
    with pytest.raises(SaleConflictError), transaction.atomic():
        record_sale(held=True, **facts)
    assert (Sale.objects.count(), Entry.objects.count()) == (1, 0)


def test_nobody_claims_more_than_is_owed(town: Any, merchant: Merchant) -> None:
    sell(merchant=merchant.pk, held=False)
    statement = settled(town)
    statement.pk, statement.number, statement.period_end = uuid4(), "X", date(2026, 11, 29)
    statement.due_cents = 121
    with pytest.raises(IntegrityError, match="settlements_due_within_net"), transaction.atomic():
        statement.save(force_insert=True)


def test_another_town_is_left_alone(istres: Any, viroflay: Any) -> None:
    with in_town(istres):
        shared = make_merchant(name="Boucherie du Centre", town=istres)
        sell(merchant=shared.pk, held=False)
        settled(istres)
    with in_town(viroflay):
        sell(merchant=shared.pk)
        statement = settled(viroflay)
        assert (statement.unheld_cents, statement.due_cents, statement.net_cents) == (0, 0, 1880)
        assert owed_by_merchants() == {}


def test_the_invoice_says_what_to_pay_and_where(town: Any, merchant: Merchant) -> None:
    OperatingCompany.objects.filter(pk=town.operating_company_id).update(iban=IBAN)
    here = Town.objects.get(pk=town.pk)
    sell(merchant=merchant.pk, cents=4000, held=False)
    sell(merchant=merchant.pk, cents=100)
    [statement] = settle(town=here, period_end=SUNDAY, now=MONDAY)
    # 2.46 € of commission, of which the 1.00 € that was paid here is withheld.
    invoice = Invoice.objects.get(statement_id=statement.pk)
    assert (statement.net_cents, statement.due_cents) == (-146, 146)
    assert (invoice.ttc_cents, invoice.due_cents, invoice.due_iban) == (246, 146, IBAN)
    assert invoice.due_on == date(2026, 12, 23)
    assert "1,46\u00a0€ à régler par virement" in invoice.notes[0][1]
    assert [(each.label, each.cents) for each in reckoning_of(statement)][:2] == [
        ("Ventes TTC, moins les remboursements", 4100),
        ("Réglées chez vous, vous les avez déjà", -4000),
    ]
    said = becomes(statement, town=here)
    assert "1,46\u00a0€ de commission sont à nous régler" in said
    assert "FR76\u00a03000" in said
    assert statement.number in said
    assert b"chez le commer" in sales_file(statement=statement, town=here).content
    assert statement_file(statement=statement, invoice=invoice, town=here).content.startswith(b"%PDF")
    assert invoice_file(invoice=invoice, town=here).content.startswith(b"%PDF")


def test_without_the_company_s_account_the_invoice_waits_and_nothing_else(town: Any, merchant: Merchant) -> None:
    sell(merchant=merchant.pk, held=False)
    statement = settled(town)
    assert not Invoice.objects.exists()
    assert [each.reasons for each in waiting(town=town)] == [[COMPANY_IBAN]]
    OperatingCompany.objects.filter(pk=town.operating_company_id).update(iban=IBAN)
    [invoice] = invoice_waiting(town=Town.objects.get(pk=town.pk), now=TUESDAY)
    assert (invoice.statement_id, invoice.due_cents) == (statement.pk, 120)
