"""Merchants that leave one town, at once or after their notice, with what they had sold; and that come back."""

from contextlib import suppress

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tenants.shops.departures import Ground, OrdersThen
from tenants.shops.leaving import AlreadyLeavingError, announce_departure, come_back, earliest_day
from tenants.shops.models import Shop
from tests.billing.everything.base import REFUSALS, Base
from tests.billing.everything.customers import TOWNS

MERCHANT = st.integers(0, 2)


class Leavers(Base):
    """Departures and returns."""

    @rule(
        town=TOWNS,
        merchant=MERCHANT,
        ground=st.sampled_from([Ground.ASKED, Ground.BREACH, Ground.NOTICE]),
        orders_then=st.sampled_from(OrdersThen),
    )
    def a_merchant_leaves(self, town: int, merchant: int, ground: Ground, orders_then: OrdersThen) -> None:
        """Today when the law allows it; its letter leaves at once."""
        place = self.place(town)
        with self.at(town), suppress(*REFUSALS, AlreadyLeavingError):
            announce_departure(
                town=place.town,
                shop_id=self._shop(town, merchant).pk,
                ground=ground,
                reason="plus de marchandise",
                leaves_on=earliest_day(town=place.town, ground=ground, now=self.world.now),
                orders_then=orders_then,
                actor=self.world.clerk,
                now=self.world.now,
            )
            self.world.post_letters("shops/leaving")

    @rule(town=TOWNS, merchant=MERCHANT)
    def a_merchant_comes_back(self, town: int, merchant: int) -> None:
        with self.at(town):
            shop = self._shop(town, merchant)
            come_back(town=self.place(town).town, shop_id=shop.pk, actor=self.world.clerk, now=self.world.now)

    def _shop(self, town: int, merchant: int) -> Shop:
        return Shop.objects.get(merchant_id=self.place(town).merchants[merchant].pk)
