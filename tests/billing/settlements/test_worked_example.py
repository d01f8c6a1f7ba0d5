"""«One order, from the card to the bank»: the table of docs/money.md, played against the services."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from billing.ledger.models import Account
from billing.ledger.queries import balances
from billing.payments.refunds import SEND_REFUND
from billing.payments.services import open_account, refresh_account, request_refund
from billing.settlements.payouts import SEND_PAYOUT
from billing.settlements.services import record_sale, settle
from tests.billing.payments.paying import paid_payment
from tests.billing.settlements.selling import FIVE_PERCENT
from tests.billing.worked import cents, table
from tests.factories import make_merchant, run_effects
from tests.tools.fake_stripe import FakeStripe

EXAMPLE = table(heading="What is posted, and when", first_column="")
ACCOUNTS = [Account(column) for column in EXAMPLE.columns[1:]]


def after(*steps: int) -> dict[Account, int]:
    """What each account of the table comes to after its first rows, in cents."""
    rows = [EXAMPLE.rows[step] for step in steps]
    return {account: sum(cents(row[position]) for row in rows) for position, account in enumerate(ACCOUNTS, start=1)}


def now_in_the_ledger() -> dict[Account, int]:
    found = balances()
    return {account: found.get(account, 0) for account in ACCOUNTS}


def test_one_order_from_the_card_to_the_bank(in_istres: Any, fake: FakeStripe, today: datetime) -> None:
    merchants = [make_merchant(name=f"Commerce {letter}", town=in_istres) for letter in "ABC"]
    for merchant in merchants:
        account = open_account(merchant=merchant, company=in_istres.operating_company, now=today)
        fake.set_transfers(account.stripe_account_id)
        refresh_account(account_id=account.stripe_account_id, now=today)

    payment = paid_payment(fake=fake, now=today, amount_cents=6000)
    assert now_in_the_ledger() == after(0)

    request_refund(payment_id=payment.pk, reference=uuid4(), amount_cents=1200, reason="ligne refusée", now=today)
    run_effects(now=today, kinds=[SEND_REFUND])
    assert now_in_the_ledger() == after(0, 1)

    for merchant, sold in zip(merchants, (2000, 2000, 800), strict=True):
        record_sale(
            shop_order_id=uuid4(),
            order_number="IST-4821",
            merchant_id=merchant.pk,
            ttc_by_vat_rate={2000: sold},
            terms=FIVE_PERCENT,
            handed_over_at=today,
        )
    assert now_in_the_ledger() == after(0, 1, 2)

    day = today.astimezone(ZoneInfo(in_istres.timezone)).date()
    later = today + timedelta(minutes=1)
    issued = settle(town=in_istres, period_end=day, now=later)
    assert sum(statement.net_cents for statement in issued) == 4512
    assert now_in_the_ledger() == after(0, 1, 2, 3, 4, 5)

    run_effects(now=later, kinds=[SEND_PAYOUT])
    assert now_in_the_ledger() == after(0, 1, 2, 3, 4, 5, 6)
    left = EXAMPLE.rows[7]
    assert left[0] == "left"
    assert [now_in_the_ledger()[account] for account in ACCOUNTS] == [cents(cell) for cell in left[1:]]
