"""The sums a statement is made of, by PostgreSQL: the sales are never copied into this process."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Count, Max, Min, Sum

from billing.commissions.arithmetic import Sales
from billing.commissions.terms import Basis, Beneficiary, Terms
from billing.ledger.models import Account
from billing.ledger.queries import balances_by_merchant
from billing.settlements.models import Sale

_BY_TERMS = """
SELECT rate_bp, price_basis, base, commission_vat_bp, beneficiary, amount.key::int, sum(amount.value::bigint)::bigint
FROM settlements_sale, jsonb_each_text(ttc_by_vat_rate) AS amount
WHERE statement_id = %s
GROUP BY rate_bp, price_basis, base, commission_vat_bp, beneficiary, amount.key
ORDER BY rate_bp, price_basis, base, commission_vat_bp, beneficiary, amount.key::int
"""

# One statement, so one snapshot: a sale noted meanwhile is in both sums or in neither.
_OPENING = """
SELECT
    -coalesce((SELECT sum(amount_cents) FROM ledger_posting WHERE account = %s AND merchant_id = %s), 0)
    - coalesce((SELECT sum(gross_cents) FROM settlements_sale
                WHERE merchant_id = %s AND (statement_id IS NULL OR statement_id = %s)), 0)
"""


@dataclass(frozen=True, slots=True)
class Claimed:
    """The sales that joined a statement: how many, and the days of the town of the first and the last."""

    count: int
    first_day: date | None
    last_day: date | None


def sales_by_terms(*, statement_id: UUID) -> list[Sales]:
    """What joined a statement, one element per set of terms."""
    grouped: dict[Terms, dict[int, int]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_BY_TERMS, [statement_id])
        for rate, price_basis, base, vat, beneficiary, goods_vat, cents in cursor.fetchall():
            terms = Terms(rate, Basis(price_basis), Basis(base), vat, Beneficiary(beneficiary))
            grouped.setdefault(terms, {})[goods_vat] = int(cents)
    return [Sales(terms=terms, gross_by_vat_rate=amounts) for terms, amounts in grouped.items()]


def counts_by_terms(*, statement_id: UUID) -> dict[Terms, int]:
    """How many sales joined a statement, by terms."""
    rows = (
        Sale.objects.filter(statement_id=statement_id)
        .order_by()
        .values("rate_bp", "price_basis", "base", "commission_vat_bp", "beneficiary")
        .annotate(count=Count("id"))
    )
    return {
        Terms(
            row["rate_bp"],
            Basis(row["price_basis"]),
            Basis(row["base"]),
            row["commission_vat_bp"],
            Beneficiary(row["beneficiary"]),
        ): row["count"]
        for row in rows
    }


def claimed(*, statement_id: UUID, zone: ZoneInfo) -> Claimed:
    found = Sale.objects.filter(statement_id=statement_id).aggregate(
        count=Count("id"), first=Min("handed_over_at"), last=Max("handed_over_at")
    )
    return Claimed(found["count"], _day(found["first"], zone), _day(found["last"], zone))


def _day(instant: datetime | None, zone: ZoneInfo) -> date | None:
    return instant.astimezone(zone).date() if instant is not None else None


def opening_cents(*, merchant_id: UUID, statement_id: UUID) -> int:
    """What a merchant was owed before the sales of this statement, in cents; negative when it owes.

    That is its account 46712 without any sale that is not settled yet.
    """
    with connection.cursor() as cursor:
        cursor.execute(_OPENING, [Account.MERCHANTS.value, merchant_id, merchant_id, statement_id])
        (cents,) = cursor.fetchone()
    return int(cents)


def carried_by_merchant() -> dict[UUID, int]:
    """What each merchant is owed (negative: owes) apart from the sales not settled yet, in cents; zeros left out."""
    unsettled = {
        row["merchant_id"]: row["total"]
        for row in Sale.objects.filter(statement=None)
        .order_by()
        .values("merchant_id")
        .annotate(total=Sum("gross_cents"))
    }
    balances = balances_by_merchant(account=Account.MERCHANTS)
    carried = {
        merchant: -balances.get(merchant, 0) - unsettled.get(merchant, 0) for merchant in {*balances, *unsettled}
    }
    return {merchant: cents for merchant, cents in carried.items() if cents}
