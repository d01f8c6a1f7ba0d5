"""Tables of docs/money.md that follow one merchant from statement to statement."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from billing.settlements.calendar import end_of
from billing.settlements.models import payout_of
from billing.settlements.queries import statements
from billing.settlements.settling import settle_due
from conciergeries.merchants.models import Merchant
from conciergeries.towns.models import Town
from tests.billing.worked import cents, table

PARIS = ZoneInfo("Europe/Paris")


@dataclass(frozen=True)
class Week:
    """One row: the week that ends on its day, and the statement that it makes, if any."""

    row: dict[str, str]

    @property
    def sunday(self) -> date:
        return date.fromisoformat(self.row["Week"])

    @property
    def thursday(self) -> datetime:
        """An evening of the week."""
        return datetime.combine(self.sunday - timedelta(days=3), time(18, 30), tzinfo=PARIS)

    def cents(self, column: str) -> int:
        return cents(self.row.get(column, ""))

    def check(self, *, town: Town, merchant: Merchant) -> None:
        """Have beat settle the week, twice, and compare its statement with the row; without a net, none was issued."""
        for after in (timedelta(seconds=5), timedelta(hours=1)):
            settle_due(town=town, now=end_of(town, self.sunday).astimezone(UTC) + after)
        found = statements(merchant_id=merchant.pk, period_end=self.sunday)
        if not self.row["Net"]:
            assert found == []
            return
        [statement] = found
        payout = payout_of(statement)
        assert {
            "gross": statement.gross_cents,
            "commission": statement.commission_ttc_cents,
            "other": statement.other_cents,
            "opening": statement.opening_cents,
            "net": statement.net_cents,
            "paid": payout.amount_cents if payout else 0,
        } == {
            "gross": self.cents("Sold") - self.cents("Given back"),
            "commission": self.cents("Commission"),
            "other": self.cents("Other movements"),
            "opening": self.cents("Opening"),
            "net": self.cents("Net"),
            "paid": self.cents("Paid"),
        }, self.row


def weeks(*, heading: str) -> list[Week]:
    return [Week(row) for row in table(heading=heading, first_column="Week").records()]
