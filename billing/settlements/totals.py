"""What merchants were owed before the sales of a statement, by PostgreSQL."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import connection
from django.db.models import Sum

from billing.ledger.models import Account
from billing.ledger.queries import balance, balances_by_merchant
from billing.settlements.counting import held_unsettled_by_merchant, unsettled_of
from billing.settlements.models import PayoutState

# One statement, so one snapshot: what commits meanwhile is in all of its sums or in none. What earlier statements left
# is told from their own figures and their payouts; the rest of the balance is what moved it since, for another reason.
_OWED = """
SELECT
    -coalesce((SELECT sum(amount_cents) FROM ledger_posting
               WHERE account = %(account)s AND merchant_id = %(merchant)s), 0)
    - coalesce((SELECT sum(gross_cents) FROM settlements_sale
                WHERE held AND merchant_id = %(merchant)s AND counts_on > %(settled)s), 0),
    coalesce((SELECT sum(net_cents - opening_cents) FROM settlements_statement WHERE merchant_id = %(merchant)s), 0)
    - coalesce((SELECT sum(amount_cents - reversed_cents) FROM settlements_payout
                WHERE merchant_id = %(merchant)s AND state <> %(failed)s), 0),
    coalesce((SELECT sum(amount_cents) FROM settlements_adjustment
              WHERE merchant_id = %(merchant)s AND (statement_id IS NULL OR statement_id = %(statement)s)), 0)
"""


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


def brought(*, merchant_id: UUID, settled: date, statement_id: UUID) -> Brought:
    """What a merchant was owed before the sales of this statement: its account 46712 without any unsettled sale.

    `settled` is the last day that its statements cover.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _OWED,
            {
                "account": Account.MERCHANTS.value,
                "merchant": merchant_id,
                "settled": settled,
                "statement": statement_id,
                "failed": PayoutState.FAILED.value,
            },
        )
        owed, opening, adjustments = (int(cents) for cents in cursor.fetchone())
    return Brought(opening, adjustments, owed - opening - adjustments)


def carried_by_merchant() -> dict[UUID, int]:
    """What each merchant is owed (negative: owes) apart from the sales not settled yet, in cents; zeros left out."""
    unsettled = held_unsettled_by_merchant()
    balances = balances_by_merchant(account=Account.MERCHANTS)
    carried = {
        merchant: -balances.get(merchant, 0) - unsettled.get(merchant, 0) for merchant in {*balances, *unsettled}
    }
    return {merchant: cents for merchant, cents in carried.items() if cents}


def carried_of(merchant_id: UUID) -> int:
    """What one merchant is owed (negative: owes) apart from the sales not settled yet, in cents."""
    held = unsettled_of(merchant_id).filter(held=True).aggregate(total=Sum("gross_cents", default=0))["total"]
    return -balance(account=Account.MERCHANTS, merchant_id=merchant_id) - int(held)
