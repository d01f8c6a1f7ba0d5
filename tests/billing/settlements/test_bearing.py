"""Who bears what is given back after the handover, before and after the merchant's statement."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, transaction

from billing.commissions.terms import Basis, Beneficiary, Terms
from billing.ledger.models import Account, Entry
from billing.ledger.queries import balance
from billing.payments.models import Bearer, Payment
from billing.payments.services import give_back
from billing.settlements.documents import is_intact
from billing.settlements.models import Payout, Sale, SaleKind, Statement
from billing.settlements.queries import lines_of, owed
from billing.settlements.services import SaleOverRefundedError, bear_refund, refund_sale, settle
from conciergeries.merchants.models import Merchant
from tests.billing.settlements.selling import (
    FIVE_PERCENT,
    MONDAY,
    NEXT_MONDAY,
    NEXT_SUNDAY,
    SUNDAY,
    THURSDAY_EVENING,
    as_if_committed,
    check_ledger,
    sell,
)
from tests.factories import leave, make_merchant

FRIDAY = THURSDAY_EVENING + timedelta(days=1)


@pytest.fixture
def merchant(in_istres: Any) -> Merchant:
    return make_merchant(town=in_istres)


def take_back(sale: Sale, cents: int, *, at: datetime = FRIDAY, cause: UUID | None = None, vat: int = 2000) -> Sale:
    return refund_sale(
        shop_order_id=sale.shop_order_id,
        cause=cause or uuid4(),
        amount_cents=cents,
        goods_vat_bp=vat,
        decided_at=at,
    )


def pay_back(sale: Sale, cents: int) -> None:
    """Ask for the payment of what was decided."""
    give_back(
        reference=Payment.objects.get(reference=sale.shop_order_id).reference,
        cause=uuid4(),
        amount_cents=cents,
        reason="abîmé",
        now=FRIDAY,
    )


def test_a_refund_is_a_sale_below_zero_under_the_same_terms(merchant: Merchant) -> None:
    sale = sell(merchant=merchant.pk, cents={550: 2400, 2000: 1250})
    refund = take_back(sale, 400, vat=550)
    assert (refund.kind, refund.gross_cents, refund.by_vat_rate) == (SaleKind.REFUND, -400, {550: -400})
    assert (refund.terms, refund.corrects, refund.fee_count) == (sale.terms, sale, 0)
    assert owed(merchant_id=merchant.pk).unsettled_cents == 3250
    check_ledger()


def test_the_same_cause_twice_is_once(merchant: Merchant) -> None:
    sale, cause = sell(merchant=merchant.pk), uuid4()
    assert take_back(sale, 400, cause=cause) == take_back(sale, 400, cause=cause)
    assert balance(account=Account.MERCHANTS, merchant_id=merchant.pk) == -1600


def test_never_more_than_was_sold(merchant: Merchant) -> None:
    sale = sell(merchant=merchant.pk)
    assert take_back(sale, 1500).fee_count == 0
    with pytest.raises(SaleOverRefundedError):
        take_back(sale, 501)
    # The last cent gives the fixed fee of the order back.
    assert take_back(sale, 500).fee_count == -1


def test_nothing_is_taken_back_of_what_was_not_sold(merchant: Merchant) -> None:
    with pytest.raises(Sale.DoesNotExist):
        refund_sale(
            shop_order_id=uuid4(), cause=uuid4(), amount_cents=1, goods_vat_bp=2000, decided_at=THURSDAY_EVENING
        )


def test_postgresql_wants_a_refund_below_zero_that_says_what_it_corrects(merchant: Merchant) -> None:
    refund = take_back(sell(merchant=merchant.pk), 400)
    for wrong in ({"gross_cents": 400, "fee_count": 1}, {"corrects_id": None}, {"cause": None}):
        facts = {field.attname: getattr(refund, field.attname) for field in Sale._meta.concrete_fields}  # noqa: SLF001  (Django's documented name of the fields)
        with pytest.raises(IntegrityError), transaction.atomic():
            Sale.objects.create(**{**facts, "id": uuid4(), "cause": uuid4(), **wrong})


def test_in_the_same_statement_the_commission_is_on_what_is_left(in_istres: Any, merchant: Merchant) -> None:
    sale = sell(merchant=merchant.pk, cents=2000)
    take_back(sale, 800)
    [statement] = settle(town=in_istres, period_end=SUNDAY, now=MONDAY)
    assert (statement.gross_cents, statement.commission_ht_cents, statement.vat_cents) == (1200, 60, 12)
    assert (statement.sales_count, len(lines_of(statement))) == (1, 2)
    assert not any(line.is_of_settled_sale for line in lines_of(statement))
    as_if_committed()
    assert is_intact(statement)
    check_ledger()


def test_in_the_next_one_the_commission_is_given_back(in_istres: Any, merchant: Merchant) -> None:
    sale = sell(merchant=merchant.pk, cents=2000)
    settle(town=in_istres, period_end=SUNDAY, now=MONDAY)
    take_back(sale, 800, at=MONDAY + timedelta(days=1))
    [statement] = settle(town=in_istres, period_end=NEXT_SUNDAY, now=NEXT_MONDAY)
    assert (statement.sales_count, statement.gross_cents) == (0, -800)
    assert (statement.commission_ht_cents, statement.vat_cents, statement.net_cents) == (-40, -8, -752)
    assert not Payout.objects.filter(statement=statement).exists()
    assert [line.is_of_settled_sale for line in lines_of(statement)] == [True]
    # What it was given back of its commission, and no more, is still the merchant's debt.
    assert balance(account=Account.MERCHANTS, merchant_id=merchant.pk) == 752
    assert is_intact(statement)
    check_ledger()


def test_a_sale_settled_before_its_refund_of_the_night_was_invoiced(in_istres: Any, merchant: Merchant) -> None:
    """Decided on Monday at five past midnight, before the week was settled: the sale is in it, the refund is not."""
    sale = sell(merchant=merchant.pk, cents=2000)
    take_back(sale, 800, at=MONDAY - timedelta(minutes=5))
    [statement] = settle(town=in_istres, period_end=SUNDAY, now=MONDAY)
    assert statement.gross_cents == 2000
    [following] = settle(town=in_istres, period_end=NEXT_SUNDAY, now=NEXT_MONDAY)
    assert [line.is_of_settled_sale for line in lines_of(following)] == [True]


def test_the_debt_is_taken_from_the_next_sales(in_istres: Any, merchant: Merchant) -> None:
    sale = sell(merchant=merchant.pk, cents=2000)
    settle(town=in_istres, period_end=SUNDAY, now=MONDAY)
    take_back(sale, 800, at=MONDAY + timedelta(days=1))
    sell(merchant=merchant.pk, cents=3000, at=MONDAY + timedelta(days=2))
    [statement] = settle(town=in_istres, period_end=NEXT_SUNDAY, now=NEXT_MONDAY)
    assert (statement.gross_cents, statement.commission_ht_cents, statement.vat_cents) == (2200, 110, 22)
    assert statement.net_cents == 2200 - 132


def test_what_the_company_earns_and_the_commune_gives_back_cancel_out(in_istres: Any, merchant: Merchant) -> None:
    towns = Terms(500, Basis.HT, Basis.TTC, 2000, Beneficiary.TOWN)
    sale = sell(merchant=merchant.pk, cents=2000, terms=towns)
    settle(town=in_istres, period_end=SUNDAY, now=MONDAY)
    take_back(sale, 2000, at=MONDAY + timedelta(days=1))
    sell(merchant=merchant.pk, cents=2000, at=MONDAY + timedelta(days=2), terms=FIVE_PERCENT)
    [statement] = settle(town=in_istres, period_end=NEXT_SUNDAY, now=NEXT_MONDAY)
    assert statement.net_cents == 0
    assert balance(account=Account.COMMISSION) == -100
    assert balance(account=Account.COMMUNE) == 0
    check_ledger()


def test_a_merchant_that_has_left_owes_what_it_was_paid(in_istres: Any, merchant: Merchant) -> None:
    sale = sell(merchant=merchant.pk, cents=2000)
    settle(town=in_istres, period_end=SUNDAY, now=MONDAY)
    leave(merchant=merchant, town=in_istres, at=MONDAY)
    take_back(sale, 2000, at=MONDAY + timedelta(days=1))
    [statement] = settle(town=in_istres, period_end=NEXT_SUNDAY, now=NEXT_MONDAY)
    assert statement.net_cents == -1880
    assert balance(account=Account.MERCHANTS, merchant_id=merchant.pk) == 1880
    assert Statement.objects.count() == 2


@pytest.mark.parametrize(
    ("bearer", "account"), [(Bearer.COMPANY, Account.LOSSES), (Bearer.COMMUNE, Account.COMMUNE_OWES)]
)
def test_borne_by_another_the_sale_stands(merchant: Merchant, bearer: Bearer, account: Account) -> None:
    sale, cause = sell(merchant=merchant.pk), uuid4()
    for _ in range(2):
        bear_refund(
            bearer=bearer,
            cause=cause,
            amount_cents=300,
            order_id=sale.shop_order_id,
            order_number=sale.order_number,
            decided_at=FRIDAY,
        )
    pay_back(sale, 300)
    assert (balance(account=account), balance(account=Account.CUSTOMERS)) == (300, -300)
    assert Entry.objects.filter(kind="refund_borne").count() == 1
    assert owed(merchant_id=merchant.pk).unsettled_cents == 2000


def test_a_merchant_bears_by_its_sale_only(in_istres: Any) -> None:
    with pytest.raises(ValueError, match="refund_sale"):
        bear_refund(
            bearer=Bearer.MERCHANT,
            cause=uuid4(),
            amount_cents=1,
            order_id=uuid4(),
            order_number="A0-00",
            decided_at=FRIDAY,
        )
