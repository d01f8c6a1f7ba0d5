"""The sums a statement is made of, by PostgreSQL: the sales are never copied into this process."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection, models
from django.db.models import Max, Min, Q, Sum

from billing.commissions.arithmetic import Sales
from billing.commissions.frozen import COLUMNS, terms_of
from billing.commissions.terms import Terms
from billing.ledger.models import Account
from billing.ledger.queries import balances_by_merchant
from billing.settlements.models import PayoutState, Sale, SaleKind

_TERMS = ", ".join(COLUMNS)

_BY_TERMS = f"""
SELECT {_TERMS}, amount.key::int, sum(amount.value::bigint)::bigint
FROM settlements_sale, jsonb_each_text(ttc_by_vat_rate) AS amount
WHERE statement_id = %s
GROUP BY {_TERMS}, amount.key
ORDER BY {_TERMS}, amount.key::int
"""  # noqa: S608  (the names of our own columns)

# One statement, so one snapshot: a sale noted meanwhile is in both sums or in neither. What earlier statements left is
# told from their own figures and their payouts; the rest of the balance is what moved it since, for another reason.
_OWED = """
SELECT
    -coalesce((SELECT sum(amount_cents) FROM ledger_posting
               WHERE account = %(account)s AND merchant_id = %(merchant)s), 0)
    - coalesce((SELECT sum(gross_cents) FROM settlements_sale
                WHERE held AND merchant_id = %(merchant)s
                AND (statement_id IS NULL OR statement_id = %(statement)s)), 0),
    coalesce((SELECT sum(net_cents - opening_cents) FROM settlements_statement WHERE merchant_id = %(merchant)s), 0)
    - coalesce((SELECT sum(amount_cents - reversed_cents) FROM settlements_payout
                WHERE merchant_id = %(merchant)s AND state <> %(failed)s), 0),
    coalesce((SELECT sum(amount_cents) FROM settlements_adjustment
              WHERE merchant_id = %(merchant)s AND (statement_id IS NULL OR statement_id = %(statement)s)), 0)
"""

_SOLD = Q(kind=SaleKind.SALE)


@dataclass(frozen=True, slots=True)
class Brought:
    """What a merchant was owed before the sales of a statement, in cents, negative when it owes.

    `opening`: what earlier statements left; `adjustments`: the town hall's since; `other`: whatever else moved its
    account 46712.
    """

    opening_cents: int
    adjustments_cents: int
    other_cents: int

    @property
    def total_cents(self) -> int:
        return self.opening_cents + self.adjustments_cents + self.other_cents


@dataclass(frozen=True, slots=True)
class Claimed:
    """What joined a statement: how many sales, how many refunds, and the days of the town of the first and the last.

    `unheld_cents`: what of it customers paid the merchant itself.
    """

    sales: int
    refunds: int
    unheld_cents: int
    first_day: date | None
    last_day: date | None


@dataclass(frozen=True, slots=True)
class Count:
    """Of the sales under one set of terms: how many, and how many fixed fees they owe."""

    sales: int
    fees: int


def sales_by_terms(*, statement_id: UUID) -> list[Sales]:
    """What joined a statement, one element per set of terms."""
    grouped: dict[Terms, dict[int, int]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_BY_TERMS, [statement_id])
        for *columns, goods_vat, cents in cursor.fetchall():
            terms = terms_of(dict(zip(COLUMNS, columns, strict=True)))
            grouped.setdefault(terms, {})[goods_vat] = int(cents)
    counts = counts_by_terms(statement_id=statement_id)
    return [Sales(terms, amounts, counts[terms].fees) for terms, amounts in grouped.items()]


def counts_by_terms(*, statement_id: UUID) -> dict[Terms, Count]:
    """How many sales joined a statement, by terms; its refunds are not counted, but give their fees back."""
    rows = (
        Sale.objects.filter(statement_id=statement_id)
        .order_by()
        .values(*COLUMNS)
        .annotate(sales=models.Count("id", filter=_SOLD), fees=Sum("fee_count"))
    )
    return {terms_of(row): Count(row["sales"], row["fees"]) for row in rows}


def claimed(*, statement_id: UUID, zone: ZoneInfo) -> Claimed:
    found = Sale.objects.filter(statement_id=statement_id).aggregate(
        sales=models.Count("id", filter=_SOLD),
        refunds=models.Count("id", filter=~_SOLD),
        unheld=Sum("gross_cents", filter=Q(held=False), default=0),
        first=Min("handed_over_at"),
        last=Max("handed_over_at"),
    )
    return Claimed(
        found["sales"], found["refunds"], found["unheld"], _day(found["first"], zone), _day(found["last"], zone)
    )


def _day(instant: datetime | None, zone: ZoneInfo) -> date | None:
    return instant.astimezone(zone).date() if instant is not None else None


def brought(*, merchant_id: UUID, statement_id: UUID) -> Brought:
    """What a merchant was owed before the sales of this statement: its account 46712 without any unsettled sale."""
    with connection.cursor() as cursor:
        cursor.execute(
            _OWED,
            {
                "account": Account.MERCHANTS.value,
                "merchant": merchant_id,
                "statement": statement_id,
                "failed": PayoutState.FAILED.value,
            },
        )
        owed, opening, adjustments = (int(cents) for cents in cursor.fetchone())
    return Brought(opening, adjustments, owed - opening - adjustments)


def carried_by_merchant() -> dict[UUID, int]:
    """What each merchant is owed (negative: owes) apart from the sales not settled yet, in cents; zeros left out."""
    unsettled = {
        row["merchant_id"]: row["total"]
        for row in Sale.objects.filter(statement=None, held=True)
        .order_by()
        .values("merchant_id")
        .annotate(total=Sum("gross_cents"))
    }
    balances = balances_by_merchant(account=Account.MERCHANTS)
    carried = {
        merchant: -balances.get(merchant, 0) - unsettled.get(merchant, 0) for merchant in {*balances, *unsettled}
    }
    return {merchant: cents for merchant, cents in carried.items() if cents}
