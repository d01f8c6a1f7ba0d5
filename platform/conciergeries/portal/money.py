"""What the conciergeries owe a merchant today, town by town, and why."""

from dataclasses import dataclass
from datetime import datetime

from billing.settlements.models import Payout
from billing.settlements.outstanding import Outstanding, outstanding
from billing.settlements.queries import statements
from billing.settlements.wording import needs_account, payout_reason_to_merchant
from conciergeries.merchants.models import Merchant, MerchantPresence
from conciergeries.portal.access import Access, there
from conciergeries.portal.queries import StatementRow, payout_words
from conciergeries.towns.models import Town

STATEMENTS_SHOWN = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class PayoutRow:
    """A payout that has not arrived: its badge, and why it waits."""

    payout: Payout
    badge: str
    words: str
    why: str
    needs_account: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Purse:
    """What one merchant is owed in one town, the payouts under way, and its latest statements.

    `left_at`: since when it sells there no more.
    """

    town: Town
    merchant: Merchant
    left_at: datetime | None
    now: Outstanding
    under_way: list[PayoutRow]
    statements: list[StatementRow]


def purses(*, access: Access, now: datetime) -> list[Purse]:
    """Every merchant in every town where it sells or sold, by name of town."""
    rows = MerchantPresence.objects.filter(merchant__in=access.merchants)
    present = {(each.merchant_id, each.town_id): each.left_at for each in rows.order_by("pk")}
    return [
        _purse(town=town, merchant=merchant, left_at=present[merchant.pk, town.pk], now=now)
        for town in access.towns()
        for merchant in sorted(access.merchants.values(), key=str)
        if (merchant.pk, town.pk) in present
    ]


def _purse(*, town: Town, merchant: Merchant, left_at: datetime | None, now: datetime) -> Purse:
    with there(town):
        found = outstanding(town=town, merchant_id=merchant.pk, now=now)
        return Purse(
            town=town,
            merchant=merchant,
            left_at=left_at,
            now=found,
            under_way=[_payout_row(payout) for payout in found.under_way],
            statements=[
                StatementRow(statement=each, badge=badge, words=words)
                for each in statements(merchant_id=merchant.pk)[:STATEMENTS_SHOWN]
                for badge, words in [payout_words(each)]
            ],
        )


def _payout_row(payout: Payout) -> PayoutRow:
    badge, words = payout_words(payout.statement)
    return PayoutRow(
        payout=payout,
        badge=badge,
        words=words,
        why=payout_reason_to_merchant(payout),
        needs_account=needs_account(payout),
    )
