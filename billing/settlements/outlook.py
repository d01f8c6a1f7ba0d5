"""What other commission terms would have made of a month's sales, to the cent."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from billing.commissions.arithmetic import Sales, commission_of
from billing.commissions.book import free, months_after
from billing.commissions.frozen import COLUMNS, terms_of
from billing.commissions.queries import admitted_days
from billing.commissions.terms import Terms
from conciergeries.towns.models import Town

_TERMS = ", ".join(COLUMNS)

# Each statement is a rounding and a minimum of its own, and what has none yet will have one. The fee is an order's,
# not a VAT rate's: it counts beside the first of them.
_MONTH = f"""
SELECT sale.merchant_id, statement.id, (handed_over_at AT TIME ZONE %(zone)s)::date AS day, {_TERMS},
    amount.rate::int, sum(amount.cents::bigint)::bigint,
    coalesce(sum(fee_count) FILTER (WHERE amount.place = 1), 0)::int
FROM settlements_sale AS sale
CROSS JOIN jsonb_each_text(ttc_by_vat_rate) WITH ORDINALITY AS amount(rate, cents, place)
LEFT JOIN settlements_statement AS statement
    ON statement.merchant_id = sale.merchant_id AND counts_on BETWEEN period_start AND period_end
WHERE sale.merchant_id = ANY(%(merchants)s)
    -- Never before the day of the handover: by this the index finds the month.
    AND counts_on >= %(first)s
    AND handed_over_at >= (%(first)s::date::timestamp AT TIME ZONE %(zone)s)
    AND handed_over_at < ((%(last)s::date + 1)::timestamp AT TIME ZONE %(zone)s)
GROUP BY sale.merchant_id, statement.id, day, {_TERMS}, amount.rate
"""  # noqa: S608  (the names of our own columns)


@dataclass(frozen=True, kw_only=True, slots=True)
class Month:
    """A month of days, both ends included."""

    first: date
    last: date


@dataclass(frozen=True, kw_only=True, slots=True)
class Outlook:
    """One merchant's month in cents: what it sold, the commission with VAT as it was, and as it would have been."""

    merchant_id: UUID
    gross_cents: int
    before_cents: int
    after_cents: int

    @property
    def difference_cents(self) -> int:
        return self.after_cents - self.before_cents


@dataclass
class _Pile:
    """Sales that are counted together, by terms."""

    gross: dict[Terms, dict[int, int]] = field(default_factory=dict)
    fees: dict[Terms, int] = field(default_factory=dict)

    def put(self, terms: Terms, *, vat_rate: int, cents: int, fees: int) -> None:
        amounts = self.gross.setdefault(terms, {})
        amounts[vat_rate] = amounts.get(vat_rate, 0) + cents
        self.fees[terms] = self.fees.get(terms, 0) + fees

    def commission_cents(self) -> int:
        sales = [Sales(terms, amounts, self.fees[terms]) for terms, amounts in self.gross.items()]
        return commission_of(sales).ttc_cents

    def gross_cents(self) -> int:
        return sum(sum(amounts.values()) for amounts in self.gross.values())


def last_month(day: date) -> Month:
    """The month that ended the day before: a town that began three weeks ago has something to compare already."""
    return Month(first=months_after(day, -1), last=day - timedelta(days=1))


def outlook(*, town: Town, merchants: Collection[UUID], terms: Terms, free_months: int, month: Month) -> list[Outlook]:
    """What each merchant that sold in a month paid, and would have paid under other terms; the most changed first.

    Call it inside the town. A statement that begins or ends in another month counts for its sales of this one.
    """
    admitted = admitted_days(merchants) if free_months else {}
    until = {merchant: months_after(since, free_months) for merchant, since in admitted.items()}
    before: dict[UUID, dict[UUID | None, _Pile]] = {}
    after: dict[UUID, dict[UUID | None, _Pile]] = {}
    parameters: dict[str, Any] = {
        "merchants": list(merchants),
        "zone": town.timezone,
        "first": month.first,
        "last": month.last,
    }
    with connection.cursor() as cursor:
        cursor.execute(_MONTH, parameters)
        for merchant, statement, day, *columns, vat_rate, cents, fees in cursor.fetchall():
            frozen = terms_of(dict(zip(COLUMNS, columns, strict=True)))
            other = free(terms) if merchant in until and day < until[merchant] else terms
            for piles, each in ((before, frozen), (after, other)):
                pile = piles.setdefault(merchant, {}).setdefault(statement, _Pile())
                pile.put(each, vat_rate=vat_rate, cents=cents, fees=fees)
    found = [
        Outlook(
            merchant_id=merchant,
            gross_cents=sum(pile.gross_cents() for pile in piles.values()),
            before_cents=_commission_cents(piles.values()),
            after_cents=_commission_cents(after[merchant].values()),
        )
        for merchant, piles in before.items()
    ]
    return sorted(found, key=lambda one: (-abs(one.difference_cents), one.merchant_id))


def _commission_cents(piles: Iterable[_Pile]) -> int:
    return sum(pile.commission_cents() for pile in piles)
