"""What is owed to whom today, merchant by merchant and in all."""

from dataclasses import dataclass
from uuid import UUID

from billing.ledger.models import Account
from billing.ledger.queries import balances, balances_by_merchant
from billing.settlements.counting import held_unsettled_by_merchant
from conciergeries.merchants.models import Merchant
from conciergeries.merchants.presence import left_here


@dataclass(frozen=True, slots=True)
class OwedToMerchant:
    """What a merchant is owed, in cents; negative when it owes. Commission on unsettled sales is still to come off.

    `sold_cents` no statement has yet, `carried_cents` is left from earlier statements, `on_its_way_cents` was decided
    and has not arrived.
    """

    merchant_id: UUID
    name: str
    sold_cents: int
    carried_cents: int
    on_its_way_cents: int
    has_left: bool = False

    @property
    def owes_cents(self) -> int:
        return -self.total_cents

    @property
    def total_cents(self) -> int:
        return self.sold_cents + self.carried_cents + self.on_its_way_cents


@dataclass(frozen=True, slots=True)
class OwedToday:
    """Everything that is not the conciergerie's, in cents."""

    merchants: list[OwedToMerchant]
    customers_cents: int
    commune_cents: int

    @property
    def merchants_cents(self) -> int:
        return sum(each.total_cents for each in self.merchants)

    @property
    def owing_cents(self) -> int:
        """What merchants owe: a commission on what they were paid themselves, or a refund beyond their sales."""
        return sum(-each.carried_cents for each in self.merchants if each.carried_cents < 0)


def owed_today() -> OwedToday:
    """What the ledger says is owed, in a fixed number of queries; merchants by name, those at zero left out."""
    owed = {merchant: -cents for merchant, cents in balances_by_merchant(account=Account.MERCHANTS).items()}
    on_their_way = {merchant: -cents for merchant, cents in balances_by_merchant(account=Account.IN_TRANSIT).items()}
    sold = held_unsettled_by_merchant()
    found = {*owed, *on_their_way, *sold}
    known = Merchant.objects.in_bulk(found)
    left = left_here()
    everybody = [
        OwedToMerchant(
            merchant_id=merchant,
            name=known[merchant].name if merchant in known else "",
            sold_cents=sold.get(merchant, 0),
            carried_cents=owed.get(merchant, 0) - sold.get(merchant, 0),
            on_its_way_cents=on_their_way.get(merchant, 0),
            has_left=merchant in left,
        )
        for merchant in found
    ]
    of_accounts = balances()
    return OwedToday(
        merchants=sorted(everybody, key=lambda each: (each.name, each.merchant_id)),
        customers_cents=-of_accounts.get(Account.CUSTOMERS, 0),
        commune_cents=-of_accounts.get(Account.COMMUNE, 0),
    )
