"""Who bears what is given back to a customer after the handover: a merchant, whose sale it corrects, or somebody else.

The decision makes the customer a creditor again (46711); paying them is another fact, `billing.payments`'s.
"""

from datetime import datetime
from uuid import UUID

from django.db.models import Sum

from billing.commissions.frozen import columns_of
from billing.ledger.models import Account
from billing.ledger.services import credit, debit, post
from billing.payments.models import Bearer
from billing.settlements.counting import day_that_counts
from billing.settlements.models import Sale, SaleKind
from billing.settlements.schedule import plan_settlement
from shared.locks import lock_one

# Who may be liable for what went wrong: a customer never is.
BEARERS = (Bearer.MERCHANT, Bearer.COMPANY, Bearer.COMMUNE)
_BORNE_BY = {Bearer.COMPANY: Account.LOSSES, Bearer.COMMUNE: Account.COMMUNE_OWES}


class SaleOverRefundedError(ValueError):
    """More would be given back of a sale than was sold."""


def refund_sale(
    *, shop_order_id: UUID, cause: UUID, amount_cents: int, goods_vat_bp: int, decided_at: datetime
) -> Sale:
    """Take part of a sale back from its merchant, in the caller's transaction; `cause` is the line of the refund.

    `amount_cents` is with VAT, of goods at one VAT rate. It joins the merchant's next statement, even of a merchant
    that has left: 46712 may then be in debit. What the merchant was paid itself it gives back itself: only its
    commission is corrected. The same cause again changes nothing.
    Raises Sale.DoesNotExist before the handover, SaleOverRefundedError.
    """
    # Locked, so that two refunds of one sale count each other.
    sale = lock_one(Sale.objects.all(), shop_order_id=shop_order_id, kind=SaleKind.SALE)
    known = Sale.objects.filter(cause=cause).first()
    if known is not None:
        return known
    if amount_cents <= 0:
        raise ValueError("a refund is a positive number of cents")
    given = sale.corrections.aggregate(total=Sum("gross_cents", default=0))["total"]
    left = sale.gross_cents + given - amount_cents
    if left < 0:
        raise SaleOverRefundedError(str(shop_order_id))
    if sale.held:
        post(
            kind="refund_borne",
            key=f"refund_line:{cause}",
            label=f"Remboursement à la charge du commerçant, commande {sale.order_number}",
            reference=shop_order_id,
            piece=sale.order_number,
            postings=[
                debit(Account.MERCHANTS, amount_cents, sale.merchant_id),
                credit(Account.CUSTOMERS, amount_cents),
            ],
            at=decided_at,
        )
    plan_settlement(merchant_id=sale.merchant_id, now=decided_at)
    return Sale.objects.create(
        kind=SaleKind.REFUND,
        shop_order_id=shop_order_id,
        order_number=sale.order_number,
        merchant_id=sale.merchant_id,
        handed_over_at=decided_at,
        counts_on=day_that_counts(merchant_id=sale.merchant_id, at=decided_at),
        gross_cents=-amount_cents,
        ttc_by_vat_rate={str(goods_vat_bp): -amount_cents},
        corrects=sale,
        cause=cause,
        held=sale.held,
        # Once nothing of a sale is left, the fixed fee of its order is given back too.
        fee_count=0 if left else -1,
        **columns_of(sale.terms),
    )


def bear_refund(
    *, bearer: Bearer, cause: UUID, amount_cents: int, order_id: UUID, order_number: str, decided_at: datetime
) -> None:
    """Have the company or the commune bear a refund, in the caller's transaction: the merchant's sale stands.

    The same cause again changes nothing. Raises ValueError for the merchant, whose sale is to be corrected.
    """
    if bearer not in _BORNE_BY:
        raise ValueError("a merchant bears a refund of its sale: refund_sale")
    post(
        kind="refund_borne",
        key=f"refund_line:{cause}",
        label=f"Remboursement à la charge de {bearer.label}, commande {order_number}",
        reference=order_id,
        piece=order_number,
        postings=[debit(_BORNE_BY[bearer], amount_cents), credit(Account.CUSTOMERS, amount_cents)],
        at=decided_at,
    )
