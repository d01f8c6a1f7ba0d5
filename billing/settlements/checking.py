"""What merchants are owed, by the ledger and by the sales, the statements and the payouts: the same to the cent."""

from datetime import datetime
from typing import Any

from django.db import connection

from billing.ledger.checking import Finding, Kind, compares, owns_entries
from billing.ledger.models import Account
from billing.settlements.models import Adjustment, Means, Payout, PayoutState, Sale, Statement
from conciergeries.merchants.models import Merchant
from shared.french import NBSP, money

owns_entries(Adjustment, Statement, Payout, Sale)

# Owed: sold (what was paid here) and adjusted, less the commissions stated, less what was paid out and not taken back,
# less what is borne of a dispute.
# On its way: decided, and not sent by Stripe, or not confirmed by a bank.
# One statement, so one snapshot of the ledger and of the rows.
_BY_MERCHANT = """
SELECT merchant_id, sum(owed_rows)::bigint, sum(owed_ledger)::bigint, sum(way_rows)::bigint, sum(way_ledger)::bigint
FROM (
    SELECT merchant_id, gross_cents AS owed_rows, 0 AS owed_ledger, 0 AS way_rows, 0 AS way_ledger
    FROM settlements_sale WHERE held
    UNION ALL
    SELECT merchant_id, -(commission_ht_cents + vat_cents), 0, 0, 0 FROM settlements_statement
    UNION ALL
    SELECT merchant_id, amount_cents, 0, 0, 0 FROM settlements_adjustment
    UNION ALL
    SELECT merchant_id, -(amount_cents - reversed_cents), 0,
        CASE WHEN state = ANY(%(under_way)s) OR (state = %(sent)s AND means = %(by_bank)s)
            THEN amount_cents ELSE 0 END, 0
    FROM settlements_payout WHERE state <> %(failed)s
    UNION ALL
    SELECT merchant_id, -amount_cents, 0, 0, 0 FROM payments_disputeshare WHERE bearer = 'merchant'
    UNION ALL
    SELECT merchant_id, 0, CASE WHEN account = %(owed)s THEN -amount_cents ELSE 0 END,
        0, CASE WHEN account = %(way)s THEN -amount_cents ELSE 0 END
    FROM ledger_posting WHERE account IN (%(owed)s, %(way)s)
) AS parts
GROUP BY merchant_id
HAVING sum(owed_rows) <> sum(owed_ledger) OR sum(way_rows) <> sum(way_ledger)
ORDER BY merchant_id
"""


@compares(Kind.ORDERS)
def differences_with_settlements(*, now: datetime) -> list[Finding]:  # noqa: ARG001  (the signature of comparisons)
    """Compare 46712 and 4674, merchant by merchant, with what was sold, stated and paid out."""
    values: dict[str, Any] = {
        "owed": Account.MERCHANTS.value,
        "way": Account.IN_TRANSIT.value,
        "failed": PayoutState.FAILED.value,
        "sent": PayoutState.SENT.value,
        "by_bank": Means.SEPA.value,
        "under_way": [PayoutState.WAITING.value, PayoutState.SENDING.value],
    }
    with connection.cursor() as cursor:
        cursor.execute(_BY_MERCHANT, values)
        rows = cursor.fetchall()
    names = Merchant.objects.in_bulk([merchant for merchant, *_sums in rows])
    found = []
    for merchant, owed_rows, owed_ledger, way_rows, way_ledger in rows:
        name = names[merchant].name if merchant in names else str(merchant)
        for what, account, rows_say, ledger_says in (
            ("dû", Account.MERCHANTS, owed_rows, owed_ledger),
            ("en cours de reversement", Account.IN_TRANSIT, way_rows, way_ledger),
        ):
            if rows_say != ledger_says:
                message = (
                    f"{name}{NBSP}: {money(rows_say)} {what} d’après les ventes et les bordereaux, "
                    f"{money(ledger_says)} d’après le compte {account.value}."
                )
                found.append(Finding(kind=Kind.ORDERS, subject=f"{account.value} {merchant}", message=message))
    return found
