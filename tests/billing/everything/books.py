"""What should be owed to whom, kept by hand beside the platform, in cents and without looking at its tables."""

from collections import defaultdict
from dataclasses import dataclass, field
from uuid import UUID

from billing.payments.models import Bearer

# The terms of every town of the machine: 5 % HT of sales TTC, and 20 % of VAT on it.
RATE_BP, VAT_BP = 500, 2000


@dataclass
class OrderBook:
    """One order: what each line still comes to, and whose it is."""

    order_id: UUID
    lines: dict[UUID, int]
    merchant_of: dict[UUID, UUID]
    in_shops: bool = False
    handed_over: bool = False
    # What each merchant sold of it, less what it bore since.
    kept: dict[UUID, int] = field(default_factory=lambda: defaultdict(int))


@dataclass
class TownBook:
    """One town: by merchant, what was handed over, what it bears of it, and what the town hall added."""

    orders: dict[UUID, OrderBook] = field(default_factory=dict)
    sold: dict[UUID, int] = field(default_factory=lambda: defaultdict(int))
    # Of it, less what was given back, what customers paid the merchant itself.
    in_shops: dict[UUID, int] = field(default_factory=lambda: defaultdict(int))
    given_back: dict[UUID, int] = field(default_factory=lambda: defaultdict(int))
    disputed: dict[UUID, int] = field(default_factory=lambda: defaultdict(int))
    adjusted: dict[UUID, int] = field(default_factory=lambda: defaultdict(int))
    asked: dict[UUID, tuple[UUID, list[tuple[UUID | None, int, Bearer]]]] = field(default_factory=dict)

    def refused(self, order_id: UUID, line_id: UUID) -> None:
        self.orders[order_id].lines[line_id] = 0

    def handed_over(self, order_id: UUID) -> None:
        order = self.orders[order_id]
        if order.handed_over:
            return
        order.handed_over = True
        for line_id, cents in order.lines.items():
            merchant = order.merchant_of[line_id]
            self.sold[merchant] += cents
            self.in_shops[merchant] += cents if order.in_shops else 0
            order.kept[merchant] += cents

    def granted(self, request_id: UUID) -> None:
        """A refund counts when it is granted: before the handover it was never sold, after it somebody bears it."""
        order_id, lines = self.asked.pop(request_id)
        order = self.orders[order_id]
        for line_id, cents, bearer in lines:
            if line_id is None:
                continue
            if not order.handed_over:
                order.lines[line_id] -= cents
            elif bearer == Bearer.MERCHANT:
                merchant = order.merchant_of[line_id]
                self.given_back[merchant] += cents
                self.in_shops[merchant] -= cents if order.in_shops else 0
                order.kept[merchant] -= cents

    def earned(self, merchant: UUID) -> int:
        """What a merchant is due before any commission."""
        here = self.sold[merchant] - self.given_back[merchant] - self.in_shops[merchant]
        return here - self.disputed[merchant] + self.adjusted[merchant]


def commission_on(gross_cents: int) -> tuple[int, int]:
    """Commission and its VAT on one statement's sales, half up and away from zero; worked out in whole numbers."""
    ht = _half_up(gross_cents * RATE_BP)
    return ht, _half_up(ht * VAT_BP)


def _half_up(ten_thousandths: int) -> int:
    sign = -1 if ten_thousandths < 0 else 1
    return sign * ((abs(ten_thousandths) * 2 + 10_000) // 20_000)
