"""What should be owed to whom, kept by hand beside the platform, in cents and without looking at its tables."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from billing.payments.models import Bearer

# The terms of every town of the machine when it begins: 5 % HT of sales TTC, and 20 % of VAT on it.
RATE_BP, VAT_BP = 500, 2000


@dataclass
class TermsBook:
    """A rate that was set: whose (None: the town's), and from when each merchant has it who is to be told of it."""

    key: UUID
    owner: UUID | None
    rate_bp: int
    valid_from: date
    # None as long as the letter has not left.
    told_from: dict[UUID, date | None]

    def holds(self, merchant: UUID, day: date) -> bool:
        begins = self.told_from.get(merchant, self.valid_from)
        return begins is not None and begins <= day


@dataclass(frozen=True)
class AccountBook:
    """A bank account that a merchant is paid to: since when, and from when on (None: at once)."""

    since: datetime
    iban: str
    payable_from: datetime | None


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
    # Terms in the order in which they were set, and the rate frozen on each part of an order.
    terms: list[TermsBook] = field(default_factory=list)
    rate_of: dict[UUID, int] = field(default_factory=dict)
    # What a shop's replacements are to cost, until they are accepted, or are not.
    proposed: dict[UUID, int] = field(default_factory=dict)

    def has_own_terms(self, merchant: UUID, day: date) -> bool:
        return any(each.owner == merchant and each.holds(merchant, day) for each in self.terms)

    def rate_on(self, merchant: UUID, day: date) -> int:
        """A merchant's own rate if it has any, however old; else the town's; the latest of those that hold."""
        for owner in (merchant, None):
            hold = [each for each in self.terms if each.owner == owner and each.holds(merchant, day)]
            if hold:
                return max(hold, key=lambda each: each.valid_from).rate_bp
        return RATE_BP

    def refused(self, order_id: UUID, line_id: UUID) -> None:
        self.orders[order_id].lines[line_id] = 0

    def replaced(self, order_id: UUID, old: UUID, new: UUID, cents: int) -> None:
        order = self.orders[order_id]
        order.lines[old], order.lines[new] = 0, cents
        order.merchant_of[new] = order.merchant_of[old]

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


def commission_on(gross_by_rate: Mapping[int, int]) -> tuple[int, int]:
    """Commission on one statement's sales, each rate rounded once, and the VAT on all of it; in whole numbers."""
    ht = sum(_half_up(cents * rate) for rate, cents in gross_by_rate.items())
    return ht, _half_up(ht * VAT_BP)


def _half_up(ten_thousandths: int) -> int:
    sign = -1 if ten_thousandths < 0 else 1
    return sign * ((abs(ten_thousandths) * 2 + 10_000) // 20_000)
