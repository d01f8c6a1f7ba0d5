"""What is held for each order, by the ledger and by the payments, the refunds and the sales: the same to the cent."""

from datetime import datetime

from django.db import connection

from billing.ledger.checking import Finding, Kind, compares, owns_entries
from billing.ledger.models import Account
from shared.french import NBSP, money
from tenants.orders.models import Order, ShopOrder
from tenants.orders.states import ShopOrderState

owns_entries(Order, ShopOrder)

# Held: paid, less what went back (by a bank too), less what was handed over (a merchant's refund takes some back) and
# the hub's fee then, and what was granted at others' expense. One statement, so one snapshot of the ledger and the
# rows.
_BY_ORDER = """
SELECT orders_order.number, coalesce(rows.cents, 0)::bigint, coalesce(held.cents, 0)::bigint
FROM orders_order
LEFT JOIN (
    SELECT order_id, sum(cents) AS cents FROM (
        SELECT reference AS order_id, amount_cents AS cents FROM payments_payment WHERE state = 'succeeded'
        UNION ALL
        SELECT payment.reference, -refund.amount_cents
        FROM payments_refund AS refund JOIN payments_payment AS payment ON payment.id = refund.payment_id
        WHERE refund.state = 'succeeded'
        UNION ALL
        SELECT part.order_id, -sale.gross_cents
        FROM settlements_sale AS sale JOIN orders_shoporder AS part ON part.id = sale.shop_order_id
        WHERE sale.held
        UNION ALL
        SELECT payment.reference, -share.amount_cents
        FROM payments_disputeshare AS share
        JOIN payments_dispute AS dispute ON dispute.id = share.dispute_id
        JOIN payments_payment AS payment ON payment.id = dispute.payment_id
        WHERE share.bearer = 'customer'
        UNION ALL
        SELECT request.order_id, line.amount_cents
        FROM orders_refundline AS line JOIN orders_refundrequest AS request ON request.id = line.request_id
        WHERE request.state = 'granted' AND request.after_handover AND line.bearer <> 'merchant'
        UNION ALL
        SELECT id, -hub_fee_cents FROM orders_order WHERE handed_over_at IS NOT NULL
    ) AS each_sum GROUP BY order_id
) AS rows ON rows.order_id = orders_order.id
LEFT JOIN (
    SELECT coalesce(part.order_id, entry.reference) AS order_id, -sum(posting.amount_cents) AS cents
    FROM ledger_posting AS posting
    JOIN ledger_entry AS entry ON entry.id = posting.entry_id
    LEFT JOIN orders_shoporder AS part ON part.id = entry.reference
    WHERE posting.account = %(held)s GROUP BY 1
) AS held ON held.order_id = orders_order.id
WHERE coalesce(rows.cents, 0) <> coalesce(held.cents, 0)
ORDER BY orders_order.number
"""

_BY_PART = """
SELECT orders_order.number, shops_shop.name, part.total_cents, coalesce(sale.gross_cents, 0)::bigint
FROM orders_shoporder AS part
JOIN orders_order ON orders_order.id = part.order_id
JOIN shops_shop ON shops_shop.id = part.shop_id
LEFT JOIN settlements_sale AS sale ON sale.shop_order_id = part.id AND sale.kind = 'sale'
WHERE (CASE WHEN part.state = ANY(%(handed_over)s) THEN part.total_cents ELSE 0 END) <> coalesce(sale.gross_cents, 0)
ORDER BY orders_order.number, shops_shop.name
"""


@compares(Kind.ORDERS)
def differences_with_orders(*, now: datetime) -> list[Finding]:  # noqa: ARG001  (the signature of comparisons)
    """Compare 46711 with every order, and every part that was handed over with its sale."""
    with connection.cursor() as cursor:
        cursor.execute(_BY_ORDER, {"held": Account.CUSTOMERS.value})
        found = [
            Finding(
                kind=Kind.ORDERS,
                subject=f"46711 {number}",
                message=(
                    f"Commande {number}{NBSP}: {money(rows)} encaissés et pas encore remis ni rendus, "
                    f"{money(ledger)} d’après le compte 46711."
                ),
            )
            for number, rows, ledger in cursor.fetchall()
        ]
        handed_over = [ShopOrderState.HANDED_OVER.value, ShopOrderState.SETTLED.value]
        cursor.execute(_BY_PART, {"handed_over": handed_over})
        found += [
            Finding(
                kind=Kind.ORDERS,
                subject=f"sale {number} {shop}",
                message=(
                    f"Commande {number}, {shop}{NBSP}: {money(total)} d’après la commande, "
                    f"{money(sold)} d’après la vente notée pour le commerçant."
                ),
            )
            for number, shop, total, sold in cursor.fetchall()
        ]
    return found
