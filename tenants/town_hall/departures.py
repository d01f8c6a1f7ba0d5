"""What a merchant's leaving means: its orders under way, its window, its money, its papers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from billing.documents.models import Document
from billing.settlements.models import Statement
from billing.settlements.outstanding import Outstanding, outstanding
from billing.settlements.receiving import claimed_of_merchants, owed_by_merchants
from conciergeries.towns.models import Town
from tenants.orders.models import ShopOrder
from tenants.orders.states import ShopOrderState
from tenants.shops.models import Product, Shop

S = ShopOrderState

# What still lies with the merchant, then what the concierge has: neither is sold yet.
WITH_MERCHANT = (S.PLACED, S.ACCEPTED, S.READY)
WITH_CONCIERGE = (S.COLLECTED, S.AT_HUB)


@dataclass(frozen=True, kw_only=True, slots=True)
class Meaning:
    """`owes_cents`: what the merchant owes today, of which `claimed_cents` its last statement asks it to pay."""

    to_finish: Sequence[ShopOrder]
    with_concierge: Sequence[ShopOrder]
    products: int
    money: Outstanding
    owes_cents: int
    claimed_cents: int
    papers: int
    last_statement: Statement | None


def meaning_of(*, town: Town, shop: Shop, now: datetime) -> Meaning:
    """What is under way with a merchant. Call it inside the town."""
    merchant_id: UUID = shop.merchant_id
    parts = list(
        ShopOrder.objects.filter(shop=shop, state__in=[*WITH_MERCHANT, *WITH_CONCIERGE])
        .select_related("order")
        .order_by("order__window_start", "pk")
    )
    owes = owed_by_merchants().get(merchant_id, 0)
    return Meaning(
        to_finish=[part for part in parts if part.state in WITH_MERCHANT],
        with_concierge=[part for part in parts if part.state in WITH_CONCIERGE],
        products=Product.objects.for_sale().filter(shop=shop).count(),
        money=outstanding(town=town, merchant_id=merchant_id, now=now),
        owes_cents=owes,
        claimed_cents=min(claimed_of_merchants().get(merchant_id, 0), owes),
        papers=Document.objects.filter(merchant_id=merchant_id).count(),
        last_statement=Statement.objects.filter(merchant_id=merchant_id).order_by("-period_end").first(),
    )
