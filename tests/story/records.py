"""What the platform's own books say, beside what people see: the database, and the simulated Stripe."""

from typing import Any

import psycopg
import requests
from psycopg import sql
from psycopg.rows import dict_row

from conciergeries.embedded.supervisor import Platform
from tests.story.browser import TIMEOUT

TOWNS = ("istres", "viroflay")
# Customers' money that is neither handed over to a merchant nor given back.
CUSTOMERS = "46711"

_ORDERS = """
SELECT o.id, o.number, o.channel,
    (SELECT sum(placed_cents) FROM {schema}.orders_shoporder WHERE order_id = o.id) AS total_cents,
    COALESCE((SELECT sum(r.amount_cents) FROM {schema}.payments_refund r JOIN {schema}.payments_payment p
        ON p.id = r.payment_id WHERE p.reference = o.id AND r.state = 'succeeded'), 0) AS refunded_cents
FROM {schema}.orders_order o WHERE o.cancelled_at IS NULL ORDER BY o.placed_at
"""
_PARTS = """
SELECT s.name AS merchant, p.total_cents, p.state
FROM {schema}.orders_shoporder p JOIN {schema}.shops_shop s ON s.id = p.shop_id
WHERE p.order_id = %s ORDER BY s.name
"""
_UNBALANCED = """
SELECT count(*) FROM {schema}.ledger_entry e
WHERE (SELECT COALESCE(sum(amount_cents), 1) FROM {schema}.ledger_posting WHERE entry_id = e.id) <> 0
"""
_BALANCE = "SELECT COALESCE(sum(amount_cents), 0) FROM {schema}.ledger_posting WHERE account = %s"


class Books:
    """Reads a town's tables; writes nothing."""

    def __init__(self, platform: Platform) -> None:
        self._url = platform.environment["DATABASE_URL"]

    def orders(self, schema: str) -> list[dict[str, Any]]:
        """Every order that was not let go, as `--json` tells it; amounts in cents."""
        with psycopg.connect(self._url, row_factory=dict_row) as connection:
            orders = connection.execute(_in(schema, _ORDERS)).fetchall()
            return [
                {
                    "number": order["number"],
                    "channel": order["channel"],
                    "total_cents": int(order["total_cents"]),
                    "refunded_cents": int(order["refunded_cents"]),
                    "shops": connection.execute(_in(schema, _PARTS), [order["id"]]).fetchall(),
                }
                for order in orders
            ]

    def entries(self) -> int:
        """How many entries the ledgers of all towns hold."""
        return sum(self._number(schema, "SELECT count(*) FROM {schema}.ledger_entry") for schema in TOWNS)

    def unbalanced(self) -> int:
        """How many of them do not sum to zero, or have no postings."""
        return sum(self._number(schema, _UNBALANCED) for schema in TOWNS)

    def balance(self, schema: str, account: str) -> int:
        """The balance of an account, in cents, debits positive."""
        return self._number(schema, _BALANCE, account)

    def _number(self, schema: str, query: str, *values: str) -> int:
        with psycopg.connect(self._url) as connection:
            row = connection.execute(_in(schema, query), values).fetchone()
        return int(row[0]) if row else 0


def _in(schema: str, query: str) -> sql.Composed:
    return sql.SQL(query).format(schema=sql.Identifier(schema))


def stripe_transfer(platform: Platform, identifier: str) -> dict[str, Any]:
    """A transfer, as Stripe knows it."""
    answer = requests.get(
        f"{platform.environment['STRIPE_API_URL']}/v1/transfers/{identifier}",
        headers={"Authorization": f"Bearer {platform.environment['STRIPE_SECRET_KEY']}"},
        timeout=TIMEOUT,
    )
    answer.raise_for_status()
    found: dict[str, Any] = answer.json()
    return found
