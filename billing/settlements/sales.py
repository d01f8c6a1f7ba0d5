"""Noting a sale, when the customer has it in hand: from then on the money is the merchant's.

What the customer paid the merchant itself is noted too, for its commission: no money of it is ours to post.
"""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from billing.commissions.frozen import columns_of
from billing.commissions.terms import Terms
from billing.ledger.models import Account
from billing.ledger.services import credit, debit, post
from billing.settlements.counting import day_that_counts
from billing.settlements.models import Sale, SaleKind
from billing.settlements.schedule import plan_settlement


class SaleConflictError(ValueError):
    """This shop order was noted already, for another merchant, another amount or paid otherwise."""


def record_sale(
    *,
    shop_order_id: UUID,
    order_number: str,
    merchant_id: UUID,
    ttc_by_vat_rate: Mapping[int, int],
    terms: Terms,
    held: bool = True,
    handed_over_at: datetime,
) -> Sale | None:
    """Note, in the caller's transaction, what one merchant sold in an order: cents with VAT by VAT rate of the goods.

    `held`: the money is here; else the merchant has it already.

    `terms` are those frozen when the order was placed. Noting the same shop order again changes nothing; a sale of
    nothing is not noted. Raises SaleConflictError, billing.ledger.services.NotInTransactionError.
    """
    amounts = {str(rate): cents for rate, cents in sorted(ttc_by_vat_rate.items()) if cents}
    gross = sum(amounts.values())
    if not amounts:
        return None
    if any(cents < 0 for cents in amounts.values()):
        raise ValueError("a sale is a positive number of cents")
    sale = Sale(
        shop_order_id=shop_order_id,
        order_number=order_number,
        merchant_id=merchant_id,
        handed_over_at=handed_over_at,
        counts_on=day_that_counts(merchant_id=merchant_id, at=handed_over_at),
        gross_cents=gross,
        ttc_by_vat_rate=amounts,
        held=held,
        **columns_of(terms),
    )
    if held:
        post(
            kind="handed_over",
            key=f"sale:{shop_order_id}",
            label=f"Remise, commande {order_number}",
            reference=shop_order_id,
            piece=order_number,
            postings=[debit(Account.CUSTOMERS, gross), credit(Account.MERCHANTS, gross, merchant_id)],
            at=handed_over_at,
        )
    plan_settlement(merchant_id=merchant_id, now=handed_over_at)
    Sale.objects.bulk_create([sale], ignore_conflicts=True)
    kept = Sale.objects.get(shop_order_id=shop_order_id, kind=SaleKind.SALE)
    if (kept.merchant_id, kept.ttc_by_vat_rate, kept.terms, kept.held) != (merchant_id, amounts, terms, held):
        raise SaleConflictError(str(shop_order_id))
    return kept
