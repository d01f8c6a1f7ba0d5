"""What a merchant that owes something owes it for: the movements of its account since it has been in debit."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

from billing.ledger.models import Account
from billing.settlements.models import Adjustment
from billing.settlements.receiving import claimed_of_merchants, owed_by_merchants
from conciergeries.merchants.presence import left_here

# Each in the words of who is asked to pay.
BEFORE = "Ce qui lui restait dû avant"
_LABELS = {
    "commission_withheld": "Commissions facturées",
    "refund_borne": "Remboursements à sa charge",
    "dispute_decided": "Contestations perdues",
    "handed_over": "Ventes encaissées ici",
    "payout_decided": "Versements qui lui ont été faits",
    "payout_failed": "Versements revenus",
    "payout_returned": "Versements revenus",
    "payout_reversed": "Versements repris",
}
_PAID, _ADJUSTED, _OTHER = "Paiements reçus de lui", "Ajustements de la mairie", "Autres mouvements"

# Entries of one instant (a statement's, say) count together: their order among themselves means nothing.
_SINCE = """
WITH movements AS (
    SELECT posting.merchant_id, entry.at, entry.kind, entry.reference, posting.amount_cents,
        sum(posting.amount_cents) OVER (PARTITION BY posting.merchant_id ORDER BY entry.at) AS balance
    FROM ledger_posting AS posting JOIN ledger_entry AS entry ON entry.id = posting.entry_id
    WHERE posting.account = %(account)s AND posting.merchant_id = ANY(%(merchants)s)
), last_even AS (
    SELECT DISTINCT ON (merchant_id) merchant_id, at, balance
    FROM movements WHERE balance <= 0 ORDER BY merchant_id, at DESC
)
SELECT movements.merchant_id, movements.kind, adjustment.borne_by, sum(movements.amount_cents)::bigint,
    min(movements.at), coalesce(min(last_even.balance), 0)::bigint
FROM movements
LEFT JOIN last_even USING (merchant_id)
LEFT JOIN settlements_adjustment AS adjustment ON adjustment.id = movements.reference
WHERE last_even.at IS NULL OR movements.at > last_even.at
GROUP BY movements.merchant_id, movements.kind, adjustment.borne_by
ORDER BY movements.merchant_id, min(movements.at), movements.kind, adjustment.borne_by
"""


@dataclass(frozen=True, slots=True)
class Cause:
    """One reason why a merchant owes, in cents; below zero, what has made it owe less."""

    label: str
    cents: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Debt:
    """What one merchant owes today, since when, and why: the causes add up to it.

    `asked_cents` is what it is asked to pay: the commission that its statements claim, and all of it once it has left,
    for no sale will make up for the rest.
    """

    merchant_id: UUID
    cents: int
    asked_cents: int
    since: datetime
    causes: list[Cause]
    left_at: datetime | None

    @property
    def carried_cents(self) -> int:
        """What its next sales here will make up for."""
        return self.cents - self.asked_cents


def debts() -> dict[UUID, Debt]:
    """What every merchant that owes something owes, in a fixed number of queries. Call it inside the town."""
    owed, claimed, left = owed_by_merchants(), claimed_of_merchants(), left_here()
    causes, since = _causes(owed)
    return {
        merchant: Debt(
            merchant_id=merchant,
            cents=cents,
            asked_cents=cents if merchant in left else min(claimed.get(merchant, 0), cents),
            since=since[merchant],
            causes=causes[merchant],
            left_at=left.get(merchant),
        )
        for merchant, cents in owed.items()
    }


def _causes(owed: Mapping[UUID, int]) -> tuple[dict[UUID, list[Cause]], dict[UUID, datetime]]:
    sums: dict[UUID, dict[str, int]] = {merchant: {} for merchant in owed}
    since: dict[UUID, datetime] = {}
    with connection.cursor() as cursor:
        cursor.execute(_SINCE, {"account": Account.MERCHANTS.value, "merchants": list(owed)})
        for merchant, kind, borne_by, cents, at, before in cursor.fetchall():
            found, label = sums[merchant], _label(kind, borne_by)
            if before:
                found[BEFORE] = before
            found[label] = found.get(label, 0) + cents
            since[merchant] = min(since.get(merchant, at), at)
    return {
        merchant: [Cause(label, cents) for label, cents in found.items() if cents] for merchant, found in sums.items()
    }, since


def _label(kind: str, borne_by: str | None) -> str:
    if kind == "adjustment":
        return _PAID if borne_by == Adjustment.BorneBy.MERCHANT else _ADJUSTED
    return _LABELS.get(kind, _OTHER)
