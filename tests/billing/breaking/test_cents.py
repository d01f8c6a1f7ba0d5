"""Cases 4 to 6: cents that do not divide, and what each means of payment gets back."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from billing.payments.models import Mode, Payment
from billing.payments.services import RefundTooLargeError, give_back, take_at_desk
from billing.settlements.services import settle
from conciergeries.merchants.models import Merchant
from conciergeries.towns.models import Town
from shared.money import share
from tests.billing.payments.paying import paid_payment
from tests.billing.settlements.selling import MONDAY, SUNDAY, sell
from tests.billing.worked import cents, table
from tests.tools.fake_stripe import FakeStripe

SMALL = table(heading="4. 5 % of 0.99 €, of 0.09 €", first_column="Sales").records()
VOUCHER = table(heading="5. A 10 € voucher over three merchants", first_column="Merchant").records()
BACK = table(heading="6. Two means, and refunds", first_column="Asked").records()


@pytest.mark.parametrize("row", SMALL, ids=lambda row: f"{row['Sales']} x {row['Each']}")
def test_4_five_percent_of_very_little(town: Town, merchant: Merchant, row: dict[str, str]) -> None:
    for _ in range(int(row["Sales"])):
        sell(merchant=merchant.pk, cents=cents(row["Each"]))
    [statement] = settle(town=town, period_end=SUNDAY, now=MONDAY)
    assert (statement.commission_ht_cents, statement.vat_cents, statement.net_cents) == (
        cents(row["Commission HT"]),
        cents(row["VAT"]),
        cents(row["Net"]),
    )


def test_5_a_voucher_over_three_merchants() -> None:
    """Vouchers do not exist yet: this is the split they will be given, and why it has to be kept."""
    goods = [cents(row["Goods"]) for row in VOUCHER]
    split = share(1000, goods)
    assert split == [cents(row["By voucher"]) for row in VOUCHER]
    assert [price - part for price, part in zip(goods, split, strict=True)] == [
        cents(row["By card"]) for row in VOUCHER
    ]
    # Giving b back by a new split would move cents between merchants who have nothing to do with it.
    stay = [row for row in VOUCHER if row["Merchant"] != "b"]
    again = share(1000, [cents(row["Goods"]) for row in stay])
    assert again == [cents(row["A new split without b"]) for row in stay]
    assert again != [cents(row["By voucher"]) for row in stay]
    assert sum(split) - cents(VOUCHER[1]["By voucher"]) == sum(cents(row["By voucher"]) for row in stay)


def test_6_no_means_gets_back_more_than_it_brought(town: Town, fake: FakeStripe, today: datetime) -> None:
    order = uuid4()
    card = paid_payment(fake=fake, now=today, amount_cents=4800, reference=order)
    later = today + timedelta(hours=1)
    cash = take_at_desk(
        reference=order, amount_cents=1200, means=Mode.CASH, actor="Camille", now=later, paid_before_cents=4800
    )
    for row in BACK:
        asked, from_cash, from_card, left = row.values()
        if from_cash == "refused":
            with pytest.raises(RefundTooLargeError):
                give_back(reference=order, cause=uuid4(), amount_cents=cents(asked), reason="abîmé", now=later)
        else:
            refunds = give_back(reference=order, cause=uuid4(), amount_cents=cents(asked), reason="abîmé", now=later)
            given = {refund.payment_id: refund.amount_cents for refund in refunds}
            assert (given.get(cash.pk, 0), given.get(card.pk, 0)) == (cents(from_cash), cents(from_card)), row
        payments = Payment.objects.filter(reference=order)
        assert sum(payment.refundable_cents for payment in payments) == cents(left)
        assert all(payment.refunded_cents <= payment.amount_cents for payment in payments)
