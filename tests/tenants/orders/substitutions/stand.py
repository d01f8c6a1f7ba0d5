"""A board that its shop cannot supply, and what it may propose instead."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tenants.orders.events import Actor
from tenants.orders.models import Line, Order, PaymentMode, Substitution
from tenants.orders.substitutions.proposing import Offer, propose
from tenants.shops.models import Product, VatRate
from tests.conftest import TUESDAY
from tests.factories import Market, make_market, make_order, make_product, pay_by_card

DAIRY = Actor("Amandine", "portal")


@dataclass(frozen=True, kw_only=True)
class Stand:
    """A town that sells, and three other products of the shop of its board."""

    market: Market
    cheaper: Product
    same: Product
    dearer: Product

    def placed(self, mode: PaymentMode = PaymentMode.CARD, *, now: datetime = TUESDAY, **fields: Any) -> Order:
        """A board (24.00 €) and a T-shirt (21.50 €)."""
        lines = [(self.market.cheese, 1), (self.market.shirt, 1)]
        return make_order(town=self.market.town, lines=lines, payment_mode=mode, now=now, **fields)

    def order(self, mode: PaymentMode = PaymentMode.CARD, **fields: Any) -> Order:
        """The same; paid, if it is by card."""
        order = self.placed(mode, **fields)
        if mode == PaymentMode.CARD:
            pay_by_card(order=order)
        return Order.objects.get(pk=order.pk)

    def line(self, order: Order) -> Line:
        """The board's, as it is now."""
        found = Line.objects.select_related("shop_order__shop")
        return found.get(shop_order__order=order, product=self.market.cheese)

    def propose(
        self,
        order: Order,
        product: Product,
        quantity: int = 1,
        *,
        same_price: bool = False,
        now: datetime = TUESDAY,
        words: str = "",
    ) -> Substitution:
        offer = Offer(product_id=product.pk, quantity=quantity, same_price=same_price, words=words)
        return propose(line_id=self.line(order).pk, offer=offer, actor=DAIRY, now=now)


def make_stand(town: Any) -> Stand:
    market = make_market(town=town)
    shop = market.cheese.shop
    return Stand(
        market=market,
        cheaper=make_product(shop=shop, name="Banon affiné", price_cents=690, stock=6),
        same=make_product(shop=shop, name="Tommes du pays", price_cents=2400, stock=3),
        dearer=make_product(shop=shop, name="Grand plateau", price_cents=2850, stock=2, vat_rate_bp=VatRate.NORMAL),
    )
