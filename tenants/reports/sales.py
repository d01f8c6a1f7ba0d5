"""What was sold in a period: by day, by shop, by hub, by VAT rate of the goods."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from shared.money import vat_of_ttc
from tenants.reports.period import Period


@dataclass(frozen=True, slots=True)
class Sold:
    """Sales that have something in common (`name`): how many shop orders were handed over, cents with VAT.

    What was refunded since is taken off, and is no shop order more.
    """

    name: str
    count: int
    ttc_cents: int


@dataclass(frozen=True, slots=True)
class SoldAtRate:
    """Sales of goods at one VAT rate, in basis points; ttc_cents = ht_cents + vat_cents."""

    rate_bp: int
    ttc_cents: int
    vat_cents: int

    @property
    def ht_cents(self) -> int:
        return self.ttc_cents - self.vat_cents


@dataclass(frozen=True, slots=True)
class DayOfSales:
    day: date
    count: int
    ttc_cents: int


_BY_DAY = """
SELECT (sale.handed_over_at AT TIME ZONE %s)::date AS day, count(*) FILTER (WHERE sale.gross_cents > 0),
    sum(sale.gross_cents)
FROM settlements_sale AS sale
WHERE sale.handed_over_at >= %s AND sale.handed_over_at < %s
GROUP BY day ORDER BY day
"""

_BY_SHOP = """
SELECT shop.name, count(*) FILTER (WHERE sale.gross_cents > 0), sum(sale.gross_cents)
FROM settlements_sale AS sale
JOIN orders_shoporder AS part ON part.id = sale.shop_order_id
JOIN shops_shop AS shop ON shop.id = part.shop_id
WHERE sale.handed_over_at >= %s AND sale.handed_over_at < %s
GROUP BY shop.id, shop.name ORDER BY sum(sale.gross_cents) DESC, shop.name
"""

_BY_HUB = """
SELECT hub.name, count(*) FILTER (WHERE sale.gross_cents > 0), sum(sale.gross_cents)
FROM settlements_sale AS sale
JOIN orders_shoporder AS part ON part.id = sale.shop_order_id
JOIN orders_order AS "order" ON "order".id = part.order_id
JOIN hubs_hub AS hub ON hub.id = "order".hub_id
WHERE sale.handed_over_at >= %s AND sale.handed_over_at < %s
GROUP BY hub.id, hub.name ORDER BY sum(sale.gross_cents) DESC, hub.name
"""

_BY_RATE = """
SELECT goods.rate::int, sum(goods.cents::bigint)
FROM settlements_sale AS sale
CROSS JOIN LATERAL jsonb_each_text(sale.ttc_by_vat_rate) AS goods(rate, cents)
WHERE sale.handed_over_at >= %s AND sale.handed_over_at < %s
GROUP BY goods.rate ORDER BY goods.rate::int DESC
"""

_PAID_IN_SHOPS = """
SELECT coalesce(sum(gross_cents), 0) FROM settlements_sale
WHERE NOT held AND handed_over_at >= %s AND handed_over_at < %s
"""


def by_day(period: Period) -> list[DayOfSales]:
    """The days of the town on which something was sold or refunded, in order."""
    rows = _rows(_BY_DAY, [str(period.zone), period.begin, period.end])
    return [DayOfSales(day, count, int(cents)) for day, count, cents in rows]


def by_shop(period: Period) -> list[Sold]:
    """The shops that sold, the one that sold most first."""
    return [Sold(name, count, int(cents)) for name, count, cents in _rows(_BY_SHOP, [period.begin, period.end])]


def by_hub(period: Period) -> list[Sold]:
    """The hubs where it was handed over, the busiest first."""
    return [Sold(name, count, int(cents)) for name, count, cents in _rows(_BY_HUB, [period.begin, period.end])]


def by_vat_rate(period: Period) -> list[SoldAtRate]:
    """The sales at each VAT rate, the highest first; VAT is rounded once for each rate."""
    rows = _rows(_BY_RATE, [period.begin, period.end])
    return [SoldAtRate(rate, int(cents), vat_of_ttc(int(cents), rate)) for rate, cents in rows]


def paid_in_shops_cents(period: Period) -> int:
    """What of the sales customers paid the merchants themselves, refunds taken off."""
    [(cents,)] = _rows(_PAID_IN_SHOPS, [period.begin, period.end])
    return int(cents)


def _rows(statement: str, parameters: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return list(cursor.fetchall())
