"""Accounts 46712 and 4674 beside every merchant's sales, statements and payouts."""

from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest

from billing.ledger.checking import check_here
from billing.ledger.models import Account
from billing.ledger.services import credit, debit, post
from billing.payments.deciding import Share, decide_dispute
from billing.payments.models import Bearer, Dispute, DisputeState, Payment
from billing.settlements.adjusting import add_adjustment
from billing.settlements.checking import differences_with_settlements
from billing.settlements.models import Adjustment, Payout, PayoutState
from billing.settlements.payouts import send_payout
from billing.settlements.services import settle
from conciergeries.merchants.models import Merchant, MerchantAccount
from shared.tenancy import in_town
from tests.billing.settlements.selling import MONDAY, NEXT_MONDAY, NEXT_SUNDAY, SUNDAY, sell
from tests.factories import make_merchant


@pytest.fixture
def merchant(in_istres: Any) -> Merchant:
    return make_merchant(name="Fromagerie des Alpilles", town=in_istres)


def said(now: datetime = MONDAY) -> list[str]:
    return [finding.message.replace("\u00a0", " ") for finding in differences_with_settlements(now=now)]


def odd(merchant: Merchant, account: Account, cents: int, about: Any) -> None:
    post(
        kind="odd",
        key=f"odd:{account}",
        label="",
        reference=about,
        postings=[debit(account, cents, merchant.pk), credit(Account.CASH, cents)],
        at=MONDAY,
    )


def test_sales_statements_and_payouts_agree(in_istres: Any, merchant: Merchant, stripes: Any) -> None:
    """Sold, stated, decided, refused, stated again: at no time is there a cent between them."""
    MerchantAccount.objects.create(
        merchant=merchant, company=in_istres.operating_company, stripe_account_id="acct_closed", transfers_active=True
    )
    other = make_merchant(name="Cave", town=in_istres)
    for who, cents in ((merchant, 6000), (other, 99)):
        sell(merchant=who.pk, cents=cents)
    assert said() == []
    settle(town=in_istres, period_end=SUNDAY, now=MONDAY)
    assert said() == []
    send_payout(payout_id=Payout.objects.get(merchant_id=merchant.pk).pk, now=MONDAY)
    assert Payout.objects.get(merchant_id=merchant.pk).state == PayoutState.FAILED
    assert said() == []
    settle(town=in_istres, period_end=NEXT_SUNDAY, now=NEXT_MONDAY)
    assert said() == []


def test_a_dispute_that_a_merchant_bears_agrees(in_istres: Any, merchant: Merchant) -> None:
    sale = sell(merchant=merchant.pk, cents=6000)
    dispute = Dispute.objects.create(
        payment=Payment.objects.get(reference=sale.shop_order_id),
        stripe_id="dp_1",
        amount_cents=6000,
        withdrawn_cents=6000,
        reason="product_not_received",
        state=DisputeState.LOST,
        opened_at=MONDAY,
    )
    shares = [
        Share(bearer=Bearer.MERCHANT, merchant_id=merchant.pk, amount_cents=2500),
        Share(bearer=Bearer.COMPANY, amount_cents=3500),
    ]
    decide_dispute(dispute_id=dispute.pk, shares=shares, reason="à deux", about="4821", actor=None, now=MONDAY)
    assert said() == []


def test_adjustments_agree(in_istres: Any, merchant: Merchant) -> None:
    for cents, borne_by in ((1500, Adjustment.BorneBy.COMPANY), (-400, Adjustment.BorneBy.COMMUNE)):
        add_adjustment(
            key=uuid4(),
            merchant=merchant,
            amount_cents=cents,
            reason="panne de la caisse",
            borne_by=borne_by,
            actor=None,
            now=MONDAY,
        )
    assert said() == []
    assert check_here(now=MONDAY).is_well


def test_an_entry_that_no_sale_explains(in_istres: Any, viroflay: Any, merchant: Merchant) -> None:
    sale = sell(merchant=merchant.pk, cents=6000)
    odd(merchant, Account.MERCHANTS, 150, sale.pk)
    assert said() == [
        "Fromagerie des Alpilles : 60,00 € dû d’après les ventes et les bordereaux, 58,50 € d’après le compte 46712."
    ]
    with in_town(viroflay):
        assert said() == []


def test_a_payout_that_the_ledger_does_not_know(in_istres: Any, merchant: Merchant, stripes: Any) -> None:
    sell(merchant=merchant.pk, cents=6000)
    settle(town=in_istres, period_end=SUNDAY, now=MONDAY)
    Payout.objects.update(state=PayoutState.SENT)
    (message,) = said()
    assert message == (
        "Fromagerie des Alpilles : 0,00 € en cours de reversement d’après les ventes et les bordereaux, "
        "56,40 € d’après le compte 4674."
    )


def test_it_asks_the_same_however_many_merchants(
    in_istres: Any, merchant: Merchant, django_assert_num_queries: Any
) -> None:
    sell(merchant=merchant.pk, cents=6000)
    with django_assert_num_queries(1):
        assert said() == []
