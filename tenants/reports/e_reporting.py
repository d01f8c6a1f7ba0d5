"""Each merchant's sales to consumers by day and VAT rate: what it has to tell the tax administration (e-reporting).

The merchant is the seller, and reports its own sales (code général des impôts, article 290; from 1 September 2027 for
small firms). The conciergerie gives it the totals, ready to be copied. What it was paid itself is left out: its own
till has it already, and would tell it twice.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection

from conciergeries.merchants.models import Merchant
from shared import spreadsheets
from shared.money import vat_of_ttc
from tenants.reports.period import Period

HEADER = ("Jour", "SIRET", "Commerçant", "Taux de TVA (%)", "Ventes", "HT (€)", "TVA (€)", "TTC (€)")

_TOTALS = """
SELECT (sale.handed_over_at AT TIME ZONE %s)::date AS day, sale.merchant_id, goods.rate::int AS rate,
    count(*) FILTER (WHERE goods.cents::bigint > 0), sum(goods.cents::bigint)
FROM settlements_sale AS sale
CROSS JOIN LATERAL jsonb_each_text(sale.ttc_by_vat_rate) AS goods(rate, cents)
WHERE sale.held AND sale.handed_over_at >= %s AND sale.handed_over_at < %s
    AND (%s::uuid IS NULL OR sale.merchant_id = %s)
GROUP BY day, sale.merchant_id, goods.rate
ORDER BY day, sale.merchant_id, rate DESC
"""


@dataclass(frozen=True, slots=True)
class DailyTotal:
    """One merchant's sales of a day at one VAT rate (basis points), refunds taken off; VAT is rounded once."""

    day: date
    merchant_id: UUID
    rate_bp: int
    count: int
    ttc_cents: int

    @property
    def vat_cents(self) -> int:
        return vat_of_ttc(self.ttc_cents, self.rate_bp)

    @property
    def ht_cents(self) -> int:
        return self.ttc_cents - self.vat_cents


def daily_totals(period: Period, *, merchant_id: UUID | None = None) -> list[DailyTotal]:
    """The totals of every merchant, or of one, in order of days."""
    parameters: list[Any] = [str(period.zone), period.begin, period.end, merchant_id, merchant_id]
    with connection.cursor() as cursor:
        cursor.execute(_TOTALS, parameters)
        return [DailyTotal(day, merchant, rate, n, int(cents)) for day, merchant, rate, n, cents in cursor.fetchall()]


def written(period: Period, *, merchant_id: UUID | None = None) -> Iterator[bytes]:
    """The totals as a file for a spreadsheet."""
    totals = daily_totals(period, merchant_id=merchant_id)
    merchants = Merchant.objects.in_bulk({each.merchant_id for each in totals})
    return spreadsheets.written(header=HEADER, rows=(_row(each, merchants[each.merchant_id]) for each in totals))


def _row(total: DailyTotal, merchant: Merchant) -> tuple[str | int, ...]:
    return (
        total.day.isoformat(),
        merchant.siret,
        spreadsheets.text(merchant.name),
        spreadsheets.rate(total.rate_bp),
        total.count,
        spreadsheets.euros(total.ht_cents),
        spreadsheets.euros(total.vat_cents),
        spreadsheets.euros(total.ttc_cents),
    )
