"""Sales as the desk notes them, for the tests of what follows."""

from datetime import UTC, date, datetime
from itertools import count
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet

from billing.commissions.terms import Basis, Beneficiary, Terms
from billing.ledger.models import Account
from billing.ledger.queries import balances, unbalanced
from billing.payments.models import Mode
from billing.payments.services import take_at_desk
from billing.settlements.models import Sale, Statement
from billing.settlements.services import record_sale

PARIS = ZoneInfo("Europe/Paris")
FIVE_PERCENT = Terms(500, Basis.HT, Basis.TTC, 2000, Beneficiary.COMPANY)
# The week of Monday 16 to Sunday 22 November 2026, and the Monday after it, when beat settles it.
SUNDAY = date(2026, 11, 22)
NEXT_SUNDAY = date(2026, 11, 29)
THURSDAY_EVENING = datetime(2026, 11, 19, 18, 30, tzinfo=PARIS)
MONDAY = datetime(2026, 11, 23, 0, 10, tzinfo=PARIS).astimezone(UTC)
NEXT_MONDAY = datetime(2026, 11, 30, 0, 10, tzinfo=PARIS).astimezone(UTC)

_orders = count(1)


def sell(
    *,
    merchant: UUID,
    cents: int | dict[int, int] = 2000,
    at: datetime = THURSDAY_EVENING,
    terms: Terms = FIVE_PERCENT,
    shop_order: UUID | None = None,
    held: bool = True,
) -> Sale:
    """One shop order paid on the terminal and handed over; `cents` may be given by VAT rate of the goods.

    Not `held`: its customer paid the merchant itself.
    """
    amounts = cents if isinstance(cents, dict) else {2000: cents}
    part = shop_order or uuid4()
    number = f"IST-{next(_orders):04}"
    if held:
        paid = sum(amounts.values())
        take_at_desk(reference=part, amount_cents=paid, means=Mode.TERMINAL, actor="Camille", now=at, label=number)
    sale = record_sale(
        shop_order_id=part,
        order_number=number,
        merchant_id=merchant,
        ttc_by_vat_rate=amounts,
        terms=terms,
        held=held,
        handed_over_at=at,
    )
    if sale is None:
        raise AssertionError("a sale of something is noted")
    return sale


def unsettled() -> QuerySet[Sale]:
    """The sales and refunds that no statement covers, whoever sold them."""
    covered = Statement.objects.filter(
        merchant_id=OuterRef("merchant_id"),
        period_start__lte=OuterRef("counts_on"),
        period_end__gte=OuterRef("counts_on"),
    )
    return Sale.objects.exclude(Exists(covered))


def as_if_committed() -> None:
    """Run the deferred checks that a commit would run."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def check_ledger() -> dict[Any, int]:
    """Every entry balances, and so do all accounts together; their balances."""
    assert unbalanced() == []
    found = balances()
    assert sum(found.values()) == 0
    assert found.get(Account.MERCHANT_INVOICES, 0) == 0
    return {account: cents for account, cents in found.items() if cents}
